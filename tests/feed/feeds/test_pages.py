"""The landing page and its search as HTML: what stands on them, and that nothing escapes from them."""

from collections.abc import AsyncIterator
from urllib.parse import urljoin

import httpx
import pytest
import pytest_asyncio
from lxml import etree, html
from redis.asyncio import Redis

from services.feed.feeds.index import FeedIndex
from tests.builders import an_article, an_event
from tests.feed.feeds.page_reading import HOSTILE, page_at, text_of, visiting


@pytest.fixture
def index(redis: Redis) -> FeedIndex:
    return FeedIndex(redis, 1)


@pytest_asyncio.fixture
async def client(redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(redis) as client:
        yield client


async def test_the_landing_page_shows_every_feed_with_its_formats_number_and_newest_article(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event()])
    page = await page_at(client, "/")
    assert text_of(page, "//h1") == ["Institute for <Ice> & Roads"]
    assert text_of(page, "//p[@class='lead']") == ['Asks what a "warmer" north <means>.']
    assert text_of(page, "//section//h2") == ["Everything", "Newest articles", "Kinds", "Topics", "Authors"]
    cards = page.xpath("//li[@class='feed']")
    assert text_of(page, "//li[@class='feed']/h3") == [
        *("All articles", "Commentary", "Energy", "Food security", "Ana Ruiz")
    ]
    for card in cards:
        assert text_of(card, "p[contains(@class, 'count')]") == ["1 article"]
        assert text_of(card, "p[@class='newest']") == ["Ice roads and the price of bread 2 March 2026"]
        assert card.xpath("p[@class='newest']/a/@href") == ["https://thinktank.example/commentary/ice-roads"]
        assert text_of(card, "p[@class='formats']/a") == ["RSS", "Atom", "JSON"]
        assert len(set(card.xpath("p[@class='formats']/a/@aria-label"))) == 3
    assert cards[2].xpath("p[@class='formats']/a/@href") == [
        f"https://news.example/wire/feeds/topic/energy.{form}" for form in ("rss", "atom", "json")
    ]
    assert text_of(page, "//section[@class='latest']//li/a") == ["Ice roads and the price of bread"]


async def test_readers_find_every_feed_that_a_page_shows_under_a_title_of_its_own(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event()])
    for path in ("/", "/?q=energy"):
        page = await page_at(client, path)
        alternates = page.xpath("//head/link[@rel='alternate']")
        shown = page.xpath("//p[@class='formats']/a")
        assert [link.get("href") for link in alternates] == [link.get("href") for link in shown]
        assert len({link.get("title") for link in alternates}) == len(alternates)
        assert {link.get("type") for link in alternates} == {
            *("application/rss+xml", "application/atom+xml", "application/feed+json")
        }


async def test_an_installation_without_articles_has_a_landing_page(client: httpx.AsyncClient) -> None:
    page = await page_at(client, "/")
    assert text_of(page, "//li[@class='feed']/h3") == ["All articles"]
    assert text_of(page, "//p[@class='newest']") == ["Nothing in it just now"]


async def test_the_page_stays_of_one_size_and_the_rest_can_be_turned_through(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    topics = [f"Topic {n:03}" for n in range(100)]
    events = [
        an_event(article=an_article(id=f"a-{n}", topics=topics[n : n + 2], authors=())) for n in range(99)
    ]
    await index.apply(0, events)
    page = await page_at(client, "/")
    section = "//section[@aria-labelledby='group-topic']"
    assert len(page.xpath(f"{section}//li[@class='feed']")) == 8
    (more,) = page.xpath(f"{section}//a[text()='See all 100 topics']/@href")
    met: list[str] = []
    while more:
        page = await page_at(client, urljoin("/", more))
        met += text_of(page, "//li[@class='feed']/h3")
        more = next(iter(page.xpath("//a[@rel='next']/@href")), None)
    assert met == topics
    assert text_of(page, "//h1") == ["100 topics"]
    assert len(page.xpath("//a[@rel='prev']")) == 1


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("oddvar", ["Oddvar Ødegård"]),
        ("ODEGARD", ["Oddvar Ødegård"]),
        ("ødegård oddvar", ["Oddvar Ødegård"]),
        ("ene", ["Energy", "Renewable energy"]),
        ("明", ["李明"]),
        ("no such thing", []),
        ("***", []),
        ("x" * 5000, []),
    ],
)
async def test_search_finds_topics_and_authors_whatever_the_accents_and_capitals(
    client: httpx.AsyncClient, index: FeedIndex, query: str, titles: list[str]
) -> None:
    authors = ({"name": "Gen. Oddvar Ødegård"}, {"name": "李明"})
    await index.apply(
        0, [an_event(article=an_article(topics=("Renewable energy", "Energy"), authors=authors))]
    )
    answer = await client.get("/", params={"q": query})
    page = html.document_fromstring(answer.text)
    assert text_of(page, "//li[@class='feed']/h3") == titles
    assert all(told.endswith("1 article") for told in text_of(page, "//p[contains(@class, 'count')]"))
    assert page.xpath("//input[@name='q']/@value") == [query[:200]]
    assert page.xpath("//form/@method") == ["get"]


async def test_what_makes_no_sense_in_the_address_is_as_if_it_were_not_there(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event()])
    landing = (await client.get("/")).content
    for path in ("/?q=", "/?q=%20", "/?group=no", "/?page=x", "/?page=%F0%9F%98%80&utm_source=a"):
        assert (await client.get(path)).content == landing
    last = await page_at(client, "/?group=topic&page=999999")
    assert text_of(last, "//h3") == ["Energy", "Food security"]


async def test_nothing_in_a_query_escapes(client: httpx.AsyncClient) -> None:
    page = html.document_fromstring((await client.get("/", params={"q": HOSTILE})).text)
    assert not page.xpath("//script")
    assert page.xpath("//input[@name='q']/@value")[0].startswith("</script></title>\"'><script>")


async def test_feeds_of_one_name_can_be_told_apart(client: httpx.AsyncClient, index: FeedIndex) -> None:
    await index.apply(0, [an_event(article=an_article(topics=("Ice",), outlet={"name": "Ice"}, authors=()))])
    page = await page_at(client, "/?q=ice")
    told = text_of(page, "//p[contains(@class, 'count')]")
    assert sorted(told) == ["Outlet · 1 article", "Topic · 1 article"]


async def test_a_new_article_is_on_the_page_at_once(client: httpx.AsyncClient, index: FeedIndex) -> None:
    for n in range(3):
        await index.apply(0, [an_event(article=an_article(id=f"a-{n}", title=f"Number {n}"))])
        page = await page_at(client, "/")
        assert text_of(page, "//p[@class='newest']")[0].startswith(f"Number {n} ")
        assert text_of(page, "//section[@class='latest']//li/a")[0] == f"Number {n}"


async def test_the_landing_page_is_compressed_and_conditional(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event()])
    plain = await client.get("/", headers={"Accept-Encoding": "identity"})
    small = await client.get("/", headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.text == plain.text
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    again = await client.get("/", headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_opml_file_is_made_anew_when_a_feed_is_new(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    for n in range(2):
        await index.apply(0, [an_event(article=an_article(id=f"a-{n}", topics=(f"Topic {n}",)))])
        root = etree.fromstring((await client.get("/feeds.opml")).content)
        topics = [one.get("xmlUrl") for one in root.iterfind(".//outline[@text='Topics']/outline")]
        assert topics == [f"https://news.example/wire/feeds/topic/topic-{m}.rss" for m in range(n + 1)]
