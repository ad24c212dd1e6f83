"""What a publisher sees who sends a page saved as text."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.ingest.service import Service, events_of

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
SEED = Path(__file__).parents[3] / "shared" / "seeds" / "000_f2855d6fc267123d.txt"

PAGE = """\
March 02, 2026

Ice roads and the price of bread

By Dr. Ana Ruiz

The road opened late this year, and the bakeries noticed first.

Read the full article in Northern Ledger.

  • Podcast
    • March 01, 2026
    What the thaw costs

    Two bakers and a trucker compare their winters, week by week, and the bil...

    By Ana Ruiz and Ben Ode

View All Reports View All Articles & Multimedia
"""


async def test_every_article_of_a_page_goes_in_once(ingest: Service, redis: Redis) -> None:
    first = await ingest.client.post("/documents", content=PAGE, headers=PLAIN)
    again = await ingest.client.post("/documents", content=PAGE, headers=PLAIN)

    assert (first.status_code, again.status_code) == (202, 202)
    rows = first.json()
    assert [(row["index"], row["line"], row["title"], row["outcome"]) for row in rows] == [
        (0, 1, "Ice roads and the price of bread", "published"),
        (1, 11, "What the thaw costs", "published"),
    ]
    assert [(row["outcome"], row["id"]) for row in again.json()] == [("unchanged", row["id"]) for row in rows]
    article, podcast = [event.article for event in await events_of(redis)]
    assert (article.is_excerpt, article.outlet and article.outlet.name) == (True, "Northern Ledger")
    assert (podcast.kind, podcast.content_html) == ("podcast", None)


async def test_a_listing_takes_nothing_from_the_article_and_the_article_completes_it(ingest: Service) -> None:
    page = await ingest.client.post("/documents", content=PAGE, headers=PLAIN)
    podcast = page.json()[1]["id"]
    whole = {
        "title": "What the thaw costs",
        "published_at": "2026-03-01T09:30:00Z",
        "kind": "podcast",
        "authors": [{"name": "Ana Ruiz"}, {"name": "Ben Ode"}],
        "content_html": "<p>A transcript.</p>",
    }
    assert (await ingest.post(**whole))["id"] == podcast

    again = await ingest.client.post("/documents", content=PAGE, headers=PLAIN)

    assert again.json()[1]["outcome"] == "unchanged"
    stored = await ingest.stored(podcast)
    assert stored["summary"].endswith("…")
    assert stored["published_at"] == "2026-03-01T09:30:00Z"


async def test_what_is_no_page_is_refused_with_the_line_and_the_reason(ingest: Service, redis: Redis) -> None:
    for content in (b"", b"\x00\x01\x02", b"Only some words\n\nand more of them"):
        answer = await ingest.client.post("/documents", content=content, headers=PLAIN)
        assert answer.status_code == 422
        assert "line" in answer.json()["detail"].lower()
    assert await events_of(redis) == []


async def test_only_text_is_a_document(ingest: Service) -> None:
    answer = await ingest.client.post("/documents", content=PAGE, headers={"Content-Type": "text/html"})
    assert answer.status_code == 415


@pytest.mark.skipif(not SEED.exists(), reason="the seed documents are not beside this checkout")
async def test_the_seed_document_gives_its_five_articles(ingest: Service) -> None:
    first = await ingest.client.post("/documents", content=SEED.read_bytes(), headers=PLAIN)
    again = await ingest.client.post("/documents", content=SEED.read_bytes(), headers=PLAIN)

    assert [row["outcome"] for row in first.json()] == ["published"] * 5
    assert [row["outcome"] for row in again.json()] == ["unchanged"] * 5
