"""Who calls too often is told when to come again; who bears the token is never locked out by others."""

import httpx

from tests.conftest import ValkeyServer
from tests.ingest.service import Service, a_service, one_article


async def test_more_requests_than_the_setting_allows_are_429_until_later(valkey: ValkeyServer) -> None:
    async with a_service(valkey, ingest_rate_limit=1) as ingest:
        answers = [await ingest.client.get("/articles/x") for _ in range(30)]
        told = [answer for answer in answers if answer.status_code == 429]
        assert [answer.status_code for answer in answers[:10]] == [404] * 10
        assert len(told) > 10
        assert {answer.headers["retry-after"] for answer in told} == {"1"}
        assert told[0].headers["content-type"] == "application/problem+json"
        assert "come again in 1 second" in told[0].json()["detail"]
        assert (await ingest.client.get("/healthz")).status_code == 200


async def test_no_limit_is_no_limit(valkey: ValkeyServer) -> None:
    async with a_service(valkey, ingest_rate_limit=0) as ingest:
        answers = [await ingest.client.get("/articles/x") for _ in range(30)]
        assert {answer.status_code for answer in answers} == {404}


async def test_wrong_tokens_are_429_in_the_end_and_the_right_one_still_goes_in(ingest: Service) -> None:
    async with httpx.AsyncClient(base_url=ingest.url, headers={"Authorization": "Bearer no"}) as stranger:
        statuses = [(await stranger.post("/articles")).status_code for _ in range(150)]
    assert statuses[:100] == [401] * 100
    assert statuses.count(429) > 20
    assert (await ingest.post(**one_article()))["outcome"] == "published"
