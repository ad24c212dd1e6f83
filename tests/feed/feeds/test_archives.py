"""Archive documents over HTTP: what they say, how long they hold, and what changes them."""

import gzip
import re
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from services.feed.feeds.archive_position import Position
from services.feed.feeds.channel import Form
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.rendition import Edition
from services.feed.feeds.selection import ALL
from shared import keys
from shared.identifiers import article_uri
from tests.conftest import ValkeyServer
from tests.feed.feeds.archive_reading import (
    Page,
    Site,
    a_site,
    numbered,
    page_of,
    publish,
    read,
    walk,
    withdrawn,
)
from tests.feed.feeds.articles import PUBLISHER
from tests.feed.feeds.atom_rules import atom_complaints
from tests.feed.feeds.jsonfeed_rules import jsonfeed_complaints
from tests.feed.feeds.rss_rules import rss_complaints


@pytest.fixture
def index(redis: Redis) -> FeedIndex:
    return FeedIndex(redis, 1)


@pytest_asyncio.fixture
async def site(redis: Redis, index: FeedIndex) -> AsyncIterator[Site]:
    """Serve 230 articles: 50 in the feed, 30 behind it, and three documents of 50."""
    await redis.config_set("appendfsync", "no")
    await publish(index, [numbered(number) for number in range(230)])
    async with a_site(redis) as site:
        yield site


async def get(site: Site, url: str, method: str = "GET", **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await site.client.request(method, url.removeprefix(PUBLISHER.public_url), headers=given)


async def urls_of(site: Site, form: Form = Form.ATOM) -> list[str]:
    return [page.links["self"] for page in await walk(site.client, form)]


def uri(number: int) -> str:
    return article_uri(f"a:{number}")


@pytest.mark.parametrize("form", Form)
async def test_the_documents_of_a_feed_hold_all_of_it_newest_first(site: Site, form: Form) -> None:
    pages = await walk(site.client, form)
    assert [len(page.ids) for page in pages] == [50, 30, 50, 50, 50]
    assert [one for page in pages for one in page.ids] == [uri(number) for number in range(229, -1, -1)]
    assert [page.is_archive for page in pages] == [False, True, True, True, True]


@pytest.mark.parametrize("form", [Form.ATOM, Form.RSS])
async def test_each_document_says_where_it_stands(site: Site, form: Form) -> None:
    feed, moving, *fixed = await walk(site.client, form)
    address = f"https://news.example/feeds/all.{form}"
    assert feed.links["self"] == address
    assert "current" not in feed.links
    assert {page.links["current"] for page in (moving, *fixed)} == {address}
    for newer, older in zip((feed, moving, *fixed), (moving, *fixed), strict=False):
        assert newer.older == older.links["self"]
    assert [page.links.get("next-archive") for page in (moving, *fixed)] == [
        None,
        None,
        *(page.links["self"] for page in fixed[:-1]),
    ]
    assert {page.feed_id for page in (feed, moving, *fixed)} == {feed.feed_id}


async def test_the_link_header_says_the_same(site: Site) -> None:
    for page in (await walk(site.client, Form.ATOM))[1:]:
        answer = await get(site, page.links["self"])
        links = {one["rel"]: one["url"] for one in answer.links.values()}
        assert links == {rel: url for rel, url in page.links.items() if rel != "alternate"}


@pytest.mark.parametrize(
    ("form", "complaints"),
    [(Form.ATOM, atom_complaints), (Form.RSS, rss_complaints), (Form.JSON, jsonfeed_complaints)],
)
async def test_every_document_keeps_the_rules_of_its_format(
    site: Site, index: FeedIndex, form: Form, complaints: Callable[[bytes], list[str]]
) -> None:
    urls = await urls_of(site, form)
    await publish(index, [withdrawn(numbered(number)) for number in range(50)])
    for url in urls:
        assert complaints((await get(site, url)).content) == []


async def test_a_small_feed_has_no_archive(redis: Redis, index: FeedIndex) -> None:
    await publish(index, [numbered(number) for number in range(50)])
    async with a_site(redis) as site:
        for form in Form:
            assert (await read(site.client, f"/feeds/all.{form}")).older is None


async def test_what_stays_may_be_kept_for_long_and_what_moves_with_the_feed_may_not(site: Site) -> None:
    _, moving, *fixed = await urls_of(site)
    assert (await get(site, moving)).headers["cache-control"] == "public, max-age=300"
    for url in fixed:
        assert (await get(site, url)).headers["cache-control"] == "public, max-age=86400, s-maxage=300"


@pytest.mark.parametrize("form", Form)
async def test_validators_and_codings_are_those_of_feeds(site: Site, form: Form) -> None:
    url = (await urls_of(site, form))[-1]
    plain = await get(site, url)
    assert plain.headers["content-type"] == f"{form.media_type}; charset=utf-8"
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in plain.headers
    unchanged = await get(site, url, if_none_match=plain.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["cache-control"] == plain.headers["cache-control"]
    assert dict((await get(site, url, "HEAD")).headers) == dict(plain.headers)
    async with site.client.stream("GET", httpx.URL(url).path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert gzip.decompress(raw) == plain.content
    assert answer.headers["etag"] != plain.headers["etag"]
    assert (await get(site, url, "POST")).status_code == 405


async def test_new_articles_cost_the_archive_no_writing(site: Site, index: FeedIndex) -> None:
    urls = (await urls_of(site))[3:]
    before = [(await get(site, url)).content for url in urls]
    made = site.archives.made
    for number in range(230, 430, 20):
        await publish(index, [numbered(n) for n in range(number, number + 20)])
        assert [(await get(site, url)).content for url in urls] == before
    assert site.archives.made == made
    assert set(urls) < set(await urls_of(site))


@pytest.mark.parametrize("form", Form)
async def test_all_processes_and_a_rebuild_give_the_same_bytes(
    site: Site, redis: Redis, index: FeedIndex, form: Form
) -> None:
    urls = await urls_of(site, form)
    before = [(await get(site, url)).content for url in urls]
    await index.rebuild()
    async with a_site(redis) as other:
        assert await urls_of(other, form) == urls
        assert [(await get(other, url)).content for url in urls] == before
    assert [(await get(site, url)).content for url in urls] == before


async def test_a_withdrawal_an_update_and_a_late_article_show_at_once(site: Site, index: FeedIndex) -> None:
    url = (await urls_of(site))[3]
    before = await get(site, url)
    assert uri(75) in page_of(before).ids

    await publish(index, [numbered(75, version=2, text=" as corrected")])
    corrected = await get(site, url, if_none_match=before.headers["etag"])
    assert b"Article 75 as corrected" in corrected.content
    assert page_of(corrected).updated == "2026-03-02T12:00:02+00:00"

    await publish(index, [withdrawn(numbered(75, version=2))])
    gone = await get(site, url, if_none_match=corrected.headers["etag"])
    assert page_of(gone).ids == tuple(one for one in page_of(before).ids if one != uri(75))

    await publish(index, [numbered(999, at=75)])
    late = page_of(await get(site, url, if_none_match=gone.headers["etag"]))
    assert late.ids == tuple(uri(999) if one == uri(75) else one for one in page_of(before).ids)


async def test_an_article_that_is_given_another_date_moves_to_where_that_lies(
    site: Site, index: FeedIndex
) -> None:
    await publish(index, [numbered(5, version=2, at=120)])
    holding = [page for page in await walk(site.client, Form.JSON) if uri(5) in page.ids]
    assert len(holding) == 1
    assert uri(120) in holding[0].ids


async def test_an_archive_document_that_lost_all_its_articles_is_an_empty_feed(
    site: Site, index: FeedIndex
) -> None:
    urls = {form: (await urls_of(site, form))[-1] for form in Form}
    await publish(index, [withdrawn(numbered(number)) for number in range(50)])
    for form, url in urls.items():
        assert page_of(await get(site, url)).ids == ()
        assert (await walk(site.client, form))[-1].ids[-1] == uri(50)


async def test_a_feed_that_lost_its_newest_articles_shows_older_ones_without_a_gap(
    site: Site, index: FeedIndex
) -> None:
    await walk(site.client, Form.JSON)
    await publish(index, [withdrawn(numbered(number)) for number in range(140, 230)])
    pages = await walk(site.client, Form.JSON)
    assert [one for page in pages for one in page.ids] == [uri(number) for number in range(139, -1, -1)]


async def test_every_topic_has_an_archive_of_its_own(redis: Redis, index: FeedIndex) -> None:
    await publish(index, [numbered(number) for number in range(120)])
    async with a_site(redis) as site:
        pages: list[Page] = await walk(site.client, Form.RSS, "kind/commentary")
    assert sum(len(page.ids) for page in pages) == 120
    assert all("/feeds/kind/commentary/archive/" in page.links["self"] for page in pages[1:])


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/all/archive/1~never.atom",
        "/feeds/all/archive/x.atom",
        "/feeds/all/archive/01~a:1.atom",
        "/feeds/all/archive/1772452800000~a:0.xml",
        "/feeds/topic/none/archive/1772452800000~a:0.atom",
        "/feeds/topic/archive/1772452800000~a:0.atom",
        "/feeds/no/archive/1772452800000~a:0.atom",
    ],
)
async def test_an_unknown_document_is_a_404(site: Site, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_emptied_store_is_noticed(site: Site, redis: Redis, index: FeedIndex) -> None:
    url = (await urls_of(site))[-1]
    assert uri(7) in page_of(await get(site, url)).ids
    await redis.flushall()
    await publish(index, [numbered(number) for number in range(230) if number != 7])
    assert uri(7) not in page_of(await get(site, url)).ids


async def test_memory_is_bounded(redis: Redis, site: Site) -> None:
    async with a_site(redis, kept_bytes=10) as small:
        for url in await urls_of(site):
            assert (await get(small, url)).content == (await get(site, url)).content


async def test_an_archive_at_a_secret_path_stays_under_it_and_in_no_memory(site: Site) -> None:
    url = (await urls_of(site))[2]
    position = Position.of(url.rpartition("/")[2].removesuffix(".atom"))
    assert position is not None
    made = site.archives.made
    for times in (1, 2):
        found = await site.archives.get(Edition(ALL, Form.ATOM), position, path="/feeds/private/secret/mine")
        assert found is not None
        assert site.archives.made == made + times
        assert found.cache_control == "private, no-store"
        ours = {link for link in re.findall(rb'href="([^"]+)"', found.body) if b"/feeds/" in link}
        assert len(ours) == 3
        assert all(link.startswith(b"https://news.example/feeds/private/secret/mine") for link in ours)


async def test_boundaries_take_little_room(site: Site, redis: Redis) -> None:
    await urls_of(site)
    held = await redis.memory_usage(keys.feed_boundaries(ALL), samples=0)
    assert held is not None
    assert held < 230 * 5


async def test_without_the_store_readers_are_told_to_come_again(site: Site, valkey: ValkeyServer) -> None:
    url = (await urls_of(site))[-1]
    valkey.kill()
    answer = await get(site, url)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
