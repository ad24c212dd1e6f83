"""The pages for people as HTML, without a browser: what stands on them, and that nothing escapes from it."""

import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from lxml import html
from redis.asyncio import Redis

from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.page_routes import page_routes
from services.feed.feeds.publisher import Publisher
from shared.events import EventType
from tests.builders import an_article, an_event

PUBLISHER = Publisher(
    name="Institute for <Ice> & Roads",
    public_url="https://news.example/wire",
    url="https://ice.example/",
    description='Asks what a "warmer" north <means>.',
)
HOSTILE = "</script></title>\"'><script>alert(1)</script> & <!-- \u2028"


@pytest.fixture
def index(redis: Redis) -> FeedIndex:
    return FeedIndex(redis, 1)


@pytest_asyncio.fixture
async def client(redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(page_routes(Directory(redis, 1), PUBLISHER))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://feeds.test") as client:
        yield client


async def page_at(client: httpx.AsyncClient, path: str, status: int = 200) -> html.HtmlElement:
    """Return a page as its tree, after what every page must be."""
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    root = html.document_fromstring(answer.text)
    assert root.get("lang") == "en"
    assert not root.xpath("//script[not(@type='application/ld+json')] | //iframe | //@onerror | //@onclick")
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    (skip,) = root.xpath("//a[@class='skip']/@href")
    assert root.xpath(f"//main[@id='{skip[1:]}']")
    return root


def text_of(root: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in root.xpath(path)]


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


async def test_an_article_without_a_page_of_its_own_has_all_of_it_here(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    article = an_article(
        id="a-1",
        url=None,
        subtitle="A deck",
        authors=({"name": "Dr. Ana Ruiz"}, {"name": "B"}, {"name": "C"}),
        outlet={"name": "The Daily", "url": "https://daily.example/"},
        is_excerpt=True,
        image={"url": "https://img.example/1.png", "alt": "A road", "credit": "T."},
        enclosures=({"url": "https://cdn.example/1.mp3", "type": "audio/mpeg", "length": 1000},),
        corrections=({"at": "2026-03-05T23:30:00Z", "note": "It was <not> so."},),
        rights={"license": "CC BY 4.0", "notice": "© us"},
    )
    await index.apply(0, [an_event(article=article)])
    page = await page_at(client, "/articles/a-1")
    assert text_of(page, "//h1") == ["Ice roads and the price of bread"]
    assert text_of(page, "//p[@class='lead']") == ["A deck"]
    assert text_of(page, "//div[@class='byline']/p") == ["By Dr. Ana Ruiz, B and C"]
    (search, *_) = page.xpath("//div[@class='byline']//a/@href")
    assert (urlsplit(search).path, parse_qs(urlsplit(search).query)) == ("../", {"q": ["Ana Ruiz"]})
    assert text_of(page, "//div[@class='byline']//li") == ["2 March 2026", "The Daily"]
    assert text_of(page, "//div[@class='body']") == ["The road opened late this year."]
    assert page.xpath("//figure/img/@alt") == ["A road"]
    assert page.xpath("//audio[@controls]/@src") == ["https://cdn.example/1.mp3"]
    assert text_of(page, "//section[@class='corrections']//li") == ["5 March 2026: It was <not> so."]
    assert text_of(page, "//a[@href='https://daily.example/']") == ["Read the full article at The Daily"]
    assert text_of(page, "//ul[contains(@class, 'rights')]/li") == ["© us", "CC BY 4.0"]
    assert page.xpath("//link[@rel='canonical']/@href") == ["https://news.example/wire/articles/a-1"]
    assert len(page.xpath("//link[@rel='alternate']")) == 3 * len(
        ["all", "kind", "a", "b", "c", "o", "t", "t"]
    )


async def test_an_article_with_a_page_of_its_own_says_where_it_is(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event(article=an_article(id="a-1"))])
    page = await page_at(client, "/articles/a-1")
    own = "https://thinktank.example/commentary/ice-roads"
    assert page.xpath("//link[@rel='canonical']/@href") == [own]
    assert page.xpath("//meta[@property='og:url']/@content") == [own]
    assert text_of(page, f"//a[@href='{own}']") == ["Read this article at thinktank.example"]


async def test_dates_are_those_of_the_publishers_place(client: httpx.AsyncClient, index: FeedIndex) -> None:
    late = an_article(id="a-1", published_at="2026-03-02T23:59:59Z", updated_at="2026-03-03T00:00:00Z")
    await index.apply(0, [an_event(article=late)])
    page = await page_at(client, "/articles/a-1")
    assert text_of(page, "//div[@class='byline']//li") == ["2 March 2026", "Updated 3 March 2026"]
    assert page.xpath("//div[@class='byline']//time/@datetime")[0] == "2026-03-02T23:59:59+00:00"


async def test_a_language_that_is_written_from_right_to_left_is(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event(article=an_article(id="a-1", language="ar", title="طرق الجليد"))])
    page = await page_at(client, "/articles/a-1")
    assert page.xpath("//article[@lang='ar']/@dir") == ["rtl"]
    landing = await page_at(client, "/")
    assert landing.xpath("//section[@class='latest']//a[@lang='ar']/@dir") == ["rtl"]


async def test_nothing_in_an_article_escapes(client: httpx.AsyncClient, index: FeedIndex) -> None:
    article = an_article(
        id="a-1",
        title=HOSTILE,
        subtitle=HOSTILE,
        summary=HOSTILE,
        authors=({"name": HOSTILE},),
        topics=(HOSTILE,),
        outlet={"name": HOSTILE},
        image={"url": "https://img.example/1.png", "alt": HOSTILE, "credit": HOSTILE},
        rights={"license": "javascript:alert(1)", "notice": HOSTILE},
    )
    await index.apply(0, [an_event(article=article)])
    for path in ("/", "/?q=script", "/articles/a-1"):
        page = await page_at(client, path)
        assert not page.xpath("//a[starts-with(@href, 'javascript')]")
    assert text_of(page, "//h1") == [" ".join(HOSTILE.split())]
    (structured,) = page.xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(structured)["headline"] == HOSTILE


async def test_a_withdrawn_article_is_gone_and_another_was_never_there(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    await index.apply(0, [an_event(article=an_article(id="a-1"), type=EventType.WITHDRAWN, version=2)])
    gone = await page_at(client, "/articles/a-1", 410)
    assert text_of(gone, "//h1") == ["This article was withdrawn"]
    assert "Ice roads" not in gone.text_content()
    unknown = await page_at(client, "/articles/a-2", 404)
    assert text_of(unknown, "//h1") == ["No such article"]


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
