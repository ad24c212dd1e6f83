"""The page of an article as HTML: what stands on it, and that nothing escapes from it."""

import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from services.feed.feeds.index import FeedIndex
from shared.events import EventType
from tests.builders import an_article, an_event
from tests.feed.feeds.page_reading import HOSTILE, page_at, text_of, visiting


@pytest.fixture
def index(redis: Redis) -> FeedIndex:
    return FeedIndex(redis, 1)


@pytest_asyncio.fixture
async def client(redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(redis) as client:
        yield client


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


async def test_wide_tables_can_be_scrolled_with_the_keyboard_alone(
    client: httpx.AsyncClient, index: FeedIndex
) -> None:
    content = '<p title="<table>">1</p><table lang="de"><tbody><tr><td>2</td></tr></tbody></table>'
    await index.apply(0, [an_event(article=an_article(id="a-1", content_html=content))])
    body = (await page_at(client, "/articles/a-1")).xpath("//div[@class='body']")[0]
    assert [dict(table.attrib) for table in body.xpath("table")] == [{"tabindex": "0", "lang": "de"}]
    assert body.xpath("p/@title") == ["<table>"]


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
