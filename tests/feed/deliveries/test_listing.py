"""Finding deliveries among many, and sending a set of them again."""

import base64
import json
import time

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.endpoint import delivery_id
from services.feed.deliveries.history import History, Sought
from shared import keys
from shared.clock import SystemClock
from tests.builders import NOON, an_article, an_event
from tests.feed.deliveries.partner_api import Api


async def test_deliveries_are_found_by_what_they_are_of(api: Api) -> None:
    partner, other = await api.add_partner(), await api.add_partner("Other")
    endpoint = await api.add_endpoint(partner)
    await api.add_endpoint(other)
    first, second = an_event(), an_event(article=an_article(id="urn:uuid:other"))
    for event in (first, second):
        await api.sending.intake.take(0, [event])
    await api.receiver.wait_for(4)
    mine = delivery_id(endpoint["id"], first.id)

    async def ids(query: str) -> list[str]:
        page = await api.call("GET", f"/api/deliveries?{query}")
        return [delivery["id"] for delivery in page["deliveries"]]

    assert len(await ids("")) == 4
    assert len(await ids(f"event={first.id}")) == 2
    assert len(await ids(f"article={first.article.id}")) == 2
    assert await ids(f"partner={partner['id']}&event={first.id}") == [mine]
    assert await ids(f"endpoint={endpoint['id']}&article={first.article.id}") == [mine]
    assert await ids(f"article={first.article.id}&event={second.id}") == []
    assert await ids(f"partner={other['id']}&endpoint={endpoint['id']}") == []
    assert await ids(f"event={first.id}&status=dead") == []
    assert await ids("since=2100-01-01T00:00:00Z") == await ids("until=2000-01-01T00:00:00Z") == []
    assert len(await ids("since=2000-01-01T00:00:00Z&until=2100-01-01T00:00:00Z")) == 4
    page = await api.call("GET", f"/api/deliveries?event={first.id}&limit=1")
    assert len(await ids(f"event={first.id}&limit=1&cursor={page['cursor']}")) == 1
    await api.call("GET", "/api/deliveries?colour=red", status=422)


@pytest.mark.parametrize(
    "place",
    [
        *("[]", "{}", "null", '["1", "dlv_1_2"]', "[1, 2]", '[-1, "d"]', '[true, "d"]', '[1.5, "d"]', "[[[["),
        *(f'[{10**400}, "d"]', f'[{2**53}, "d"]', '[1e400, "d"]', '[1, "\\ud800"]', '[1, "d", 2]'),
    ],
)
async def test_a_cursor_that_was_made_up_is_refused(api: Api, place: str) -> None:
    cursor = base64.urlsafe_b64encode(place.encode()).decode()
    await api.add_endpoint()
    await api.call("GET", f"/api/deliveries?cursor={cursor}", status=422)
    await api.call("POST", "/api/deliveries/retry", {"cursor": cursor}, status=422)


async def test_a_set_is_retried_and_nothing_beside_it(api: Api) -> None:
    first, second = await api.add_endpoint(), await api.add_endpoint()
    await api.delivered(first, 3)
    already = len(api.receiver.received)
    nothing = {"queued": 0, "cursor": None}
    assert await api.call("POST", "/api/deliveries/retry", {}, status=202) == nothing
    wanted = {"status": "delivered", "endpoint": first["id"]}
    answer = await api.call("POST", "/api/deliveries/retry", wanted, status=202)
    assert answer == {"queued": 3, "cursor": None}
    await api.receiver.wait_for(already + 3)
    statistics = await api.call("GET", f"/api/endpoints/{second['id']}/statistics")
    assert (statistics["state"], statistics["dead"]) == ("ok", 0)
    await api.call("POST", "/api/deliveries/retry", {"cursor": "x"}, status=422)


@pytest.mark.parametrize("many", [20_000])
async def test_a_page_does_not_take_longer_because_there_are_many(redis: Redis, many: int) -> None:
    now = SystemClock().now()
    index = keys.endpoint_deliveries("ep_many")
    for start in range(0, many, 5000):
        scores = {f"dlv_many_{i:08}": NOON.timestamp() + i for i in range(start, start + 5000)}
        await redis.zadd(index, scores)
    history, sought = History(redis), Sought(until=now)
    commands = await redis.info("commandstats")
    began = time.perf_counter()
    await history.page(["ep_many"], sought, None, 50)
    assert time.perf_counter() - began < 1
    after = await redis.info("commandstats")
    read = "cmdstat_hgetall"
    assert after[read]["calls"] - commands.get(read, {}).get("calls", 0) == 50
    assert "cmdstat_keys" not in json.dumps(list(after))
