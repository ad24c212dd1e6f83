"""How drafts find their article's id while others do the same, with claims left over by the dead."""

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from services.ingest.claims import Claims
from services.ingest.draft import read_article
from services.ingest.identity import Identity, identity_of
from shared import keys
from tests.builders import NOON

URL = "https://thinktank.example/ice"


def identity(**fields: Any) -> Identity:
    return identity_of(read_article({"title": "Ice roads", **fields}), ZoneInfo("UTC"))


async def test_all_keys_of_an_article_lead_to_it(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    article_id = await claims.settle(identity(url=URL, published_at="2026-03-02"), None, NOON)

    for other in (
        identity(title="Other words", url=URL),
        identity(published_at="2026-03-02"),
        identity(),
    ):
        assert await claims.settle(other, None, NOON) == article_id


async def test_a_claim_left_over_by_the_dead_yields_to_the_article_that_exists(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    whole = identity(url=URL, published_at="2026-03-02")
    assert whole.url is not None
    await redis.set(whole.url, "left-over")
    existing = await claims.settle(identity(), None, NOON)

    assert await claims.settle(whole, None, NOON) == existing
    assert await redis.get(whole.url) == existing.encode()


async def test_a_claim_left_over_by_the_dead_is_used_when_nothing_else_is_known(redis: Redis) -> None:
    whole = identity(url=URL, published_at="2026-03-02")
    assert whole.url is not None
    await redis.set(whole.url, "left-over")

    assert await Claims(redis, partitions=1).settle(whole, None, NOON) == "left-over"


async def test_a_key_of_another_article_stays_with_it(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    first = identity(url=URL, published_at="2026-03-02")
    article_id = await claims.settle(first, None, NOON)

    assert await claims.settle(first, "cms:1", NOON) == "cms:1"
    assert await claims.settle(first, None, NOON) == article_id


async def test_the_url_decides_between_two_articles_that_exist(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    by_url = await claims.settle(identity(title="Once", url=URL), None, NOON)
    by_title = await claims.settle(identity(published_at="2026-03-02"), None, NOON)
    for article_id in (by_url, by_title):
        await redis.set(keys.article(0, article_id), "{}")

    assert await claims.settle(identity(url=URL, published_at="2026-03-02"), None, NOON) == by_url
    assert await claims.settle(identity(published_at="2026-03-02"), None, NOON) == by_title


async def test_all_forms_of_one_article_at_once_settle_on_one_id(redis: Redis) -> None:
    claims = Claims(redis, partitions=1)
    forms = [
        identity(),
        identity(published_at="2026-03-02"),
        identity(url=URL),
        identity(url=URL, published_at="2026-03-02"),
        identity(authors=[{"name": "Ana Ruiz"}]),
    ]
    ids = await asyncio.gather(*[claims.settle(form, None, NOON) for form in forms * 10])

    assert len(set(ids)) == 1
