"""How drafts find their article's id while others do the same, with claims left over by the dead."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from services.ingest.claims import Claim, Claims
from services.ingest.draft import read_article
from services.ingest.identity import Facts, Identity, identity_of, normalise_title
from shared import keys
from shared.identifiers import new_article_id
from tests.builders import NOON

URL = "https://thinktank.example/ice"


def identity(**fields: Any) -> Identity:
    return identity_of(read_article({"title": "Ice roads", **fields}), ZoneInfo("UTC"))


async def settled(claims: Claims, identity: Identity, given_id: str | None) -> str:
    """Settle one claim alone."""
    (article_id,) = await claims.settle([a_claim(identity, given_id)])
    return article_id


def a_claim(identity: Identity, given_id: str | None = None) -> Claim:
    return Claim(identity, given_id, new_article_id(NOON))


async def test_all_keys_of_an_article_lead_to_it(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    article_id = await settled(claims, identity(url=URL, published_at="2026-03-02"), None)

    for other in (
        identity(title="Other words", url=URL),
        identity(published_at="2026-03-02"),
        identity(),
    ):
        assert await settled(claims, other, None) == article_id


async def test_a_claim_left_over_by_the_dead_yields_to_the_article_that_exists(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    whole = identity(url=URL, published_at="2026-03-02")
    assert whole.url is not None
    await redis.set(whole.url, "left-over")
    existing = await settled(claims, identity(), None)

    assert await settled(claims, whole, None) == existing
    assert await redis.get(whole.url) == existing.encode()


async def test_a_claim_left_over_by_the_dead_is_used_when_nothing_else_is_known(redis: Redis) -> None:
    whole = identity(url=URL, published_at="2026-03-02")
    assert whole.url is not None
    await redis.set(whole.url, "left-over")

    assert await settled(Claims(redis, partitions=1), whole, None) == "left-over"


async def test_a_key_of_another_article_stays_with_it(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    first = identity(url=URL, published_at="2026-03-02")
    article_id = await settled(claims, first, None)

    assert await settled(claims, first, "cms:1") == "cms:1"
    assert await settled(claims, first, None) == article_id


async def test_the_url_decides_between_two_articles_that_exist(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    by_url = await settled(claims, identity(title="Once", url=URL), None)
    by_title = await settled(claims, identity(published_at="2026-03-02"), None)
    for article_id in (by_url, by_title):
        await redis.set(keys.article(0, article_id), "{}")

    assert await settled(claims, identity(url=URL, published_at="2026-03-02"), None) == by_url
    assert await settled(claims, identity(published_at="2026-03-02"), None) == by_title


async def test_all_forms_of_one_article_at_once_settle_on_one_id(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    forms = [
        identity(),
        identity(published_at="2026-03-02"),
        identity(url=URL),
        identity(url=URL, published_at="2026-03-02"),
        identity(authors=[{"name": "Ana Ruiz"}]),
    ]
    ids = await asyncio.gather(*[settled(claims, form, None) for form in forms * 10])

    assert len(set(ids)) == 1


async def test_claims_settled_together_agree_on_what_they_share(redis: Redis) -> None:
    one, other = identity(url=URL), identity(title="Other words", url=URL)
    strangers = [identity(title=f"Title {number}") for number in range(50)]
    ids = await Claims(redis, partitions=1).settle([a_claim(each) for each in (one, *strangers, other)])

    assert ids[0] == ids[-1]
    assert len(set(ids)) == 51


async def test_claims_on_one_title_follow_each_other(redis: Redis) -> None:
    forms = [
        identity(published_at="2026-03-02"),
        identity(published_at="2026-03-03"),
        identity(),
        identity(authors=[{"name": "Ana Ruiz"}]),
        identity(published_at="2026-03-02", authors=[{"name": "Bo Li"}]),
    ]
    first, second, *others = await Claims(redis, partitions=1).settle([a_claim(form) for form in forms])

    assert first != second
    assert others == [second, second, first]


@pytest_asyncio.fixture
async def briefings(redis: Redis) -> AsyncIterator[Claims]:
    """Keep as many articles of one title as a newsroom writes in decades, each by another author."""
    title = normalise_title("Weekly briefing")
    async with redis.pipeline() as pipe:
        for number in range(5000):
            day = f"{date(1990, 1, 1) + timedelta(days=number)}"
            facts = Facts(day, frozenset({f"author {number}"}))
            pipe.hset(keys.identity_title(title), f"briefing-{number}", facts.to_json())
            pipe.zadd(keys.identity_title_days(title), {f"{day}|briefing-{number}|-": 0})
        await pipe.execute()
    await redis.config_resetstat()
    yield Claims(redis, partitions=1)


@pytest.mark.parametrize(
    ("fields", "expected", "most_read"),
    [
        ({"published_at": "1990-01-18"}, "briefing-17", 5),
        ({"published_at": "2026-01-01"}, None, 5),
        ({}, "briefing-4999", 250),
        ({"authors": [{"name": "Author 4900"}]}, "briefing-4900", 250),
        ({"authors": [{"name": "Author 0"}]}, "briefing-0", 6000),
        ({"authors": [{"name": "Somebody Else"}]}, None, 6000),
        ({"published_at": "2026-01-01", "url": URL}, None, 5),
    ],
)
async def test_a_title_that_thousands_bear_costs_no_more_than_it_must(
    briefings: Claims, redis: Redis, fields: dict[str, Any], expected: str | None, most_read: int
) -> None:
    found = await settled(briefings, identity(title="Weekly Briefing", **fields), None)
    assert found == expected if expected else found.startswith("urn:uuid:")
    statistics = await redis.info("commandstats")
    assert statistics["cmdstat_hget"]["calls"] <= most_read
    assert "cmdstat_hgetall" not in statistics
