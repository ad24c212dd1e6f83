"""Every page of the desk, filled and empty, with Redis and without."""

import time

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.feeds.index import FeedIndex
from services.feed.ops.curve_point import point_of
from services.feed.ops.curve_store import FINE, CurveStore
from services.feed.ops.sampler import Sampler
from shared import keys
from shared.streams import FEEDS, make_groups
from shared.timestamps import epoch_ms
from tests.builders import NOON, an_event
from tests.conftest import ValkeyServer
from tests.feed.consume.burials import a_burial
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint
from tests.feed.deliveries.queue_steps import enqueue
from tests.feed.desk.at_the_desk import Person

PAGES = {
    "/ops": "Not known",
    "/ops/groups/feeds/0": "feeds on newswire:{p0}:events",
    "/ops/endpoints": "Endpoints 0",
    "/ops/feeds": "Feeds 1",
    "/ops/dead-letters": "Dead letters 0",
    "/ops/deliveries": "Deliveries 0",
    "/ops/audit": "Audit log",
}


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_opens_on_an_empty_installation(person: Person, path: str) -> None:
    await person.sign_in()
    page = await person.get(path)
    assert page.status == 200
    assert page.title.startswith(PAGES[path])
    assert page.html.xpath("//style | //*[@style] | //*[@onclick] | //script[text()]") == []


@pytest.mark.parametrize(
    "path", [path for path in PAGES if path not in {"/ops", "/ops/groups/feeds/0", "/ops/endpoints"}]
)
async def test_a_page_that_needs_redis_says_when_it_cannot_be_read(
    person: Person, valkey: ValkeyServer, path: str
) -> None:
    await person.sign_in()
    valkey.kill()
    page = await person.get(path)
    assert page.status == 503
    assert "Redis cannot be read just now" in page.text


async def test_the_numbers_are_shown_as_unknown_without_redis(
    person: Person, valkey: ValkeyServer, sampler: Sampler
) -> None:
    await person.sign_in()
    valkey.kill()
    await sampler.fresh()
    assert (await person.get("/ops")).title.startswith("Not known")
    group = await person.get("/ops/groups/feeds/0")
    assert group.status == 200
    assert "Not known." in group.text


async def test_what_there_is_not_is_said_so(person: Person) -> None:
    await person.sign_in()
    for path in (
        *("/ops/nowhere", "/ops/groups/others/0", "/ops/groups/feeds/7", "/ops/groups/feeds/x"),
        *("/ops/dead-letters/feeds.0.1-0", "/ops/dead-letters/x", "/ops/deliveries/x", "/ops/endpoints/x"),
        "/ops/deliveries?endpoint=ep_1",
    ):
        page = await person.get(path)
        assert page.status == 404, path
        assert page.answer.headers["content-type"].startswith("text/html")


async def test_a_group_has_curves_with_gaps_and_its_consumers(
    person: Person, redis: Redis, sampler: Sampler
) -> None:
    await make_groups(redis, 1)
    await redis.xgroup_createconsumer(keys.events(0), FEEDS, "worker-1")
    for _ in range(3):
        await redis.xadd(keys.events(0), {"x": "y"})
    backlog = await sampler.fresh()
    store = CurveStore(redis, person.clock)
    now = FINE.start_of(epoch_ms(NOON))
    for stretch in (9, 2, 1):
        await store.write(FINE, now - stretch * FINE.milliseconds, point_of(backlog, {}))
    await person.sign_in()
    page = await person.get("/ops/groups/feeds/0")
    figures = page.html.xpath("//figure")
    assert len(figures) == 4
    label = figures[0].xpath("string(.//div/svg/@aria-label)")
    assert label == "Waiting, the last hour; waiting now 3; pending now 0"
    assert len(figures[0].xpath("(.//div/svg)[1]/path[contains(@class, 'one')]")) == 2
    assert page.rows()[0][""] == "worker-1"
    assert (
        (await person.get("/ops")).html.xpath("string(//svg[@class='spark']/@aria-label)").endswith("now 3")
    )


async def test_deliveries_are_found_by_their_status_and_endpoint(person: Person, redis: Redis) -> None:
    queue, registry = DeliveryQueue(redis), Registry(redis, A_BOX)
    first, second = an_endpoint(), an_endpoint(url="https://other.example/hook")
    for endpoint in (first, second):
        await registry.add_endpoint(endpoint)
        await enqueue(queue, endpoint.id, 60)
    await person.sign_in()
    found = await person.get(f"/ops/deliveries?endpoint={second.id}&status=pending")
    assert found.title == "Deliveries 60 found"
    assert len(found.rows()) == 50
    assert {row["Endpoint"] for row in found.rows()} == {second.id}
    older = await person.get(str(found.answer.url.join(found.links()["Older"])))
    assert len(older.rows()) == 10
    assert "Older" not in older.links()
    assert (await person.get("/ops/deliveries?status=dead")).text.endswith("None is of this sort.")
    assert (await person.get("/ops/deliveries?status=lost")).status == 422
    one = await person.get(str(found.answer.url.join(f"deliveries/{second.id}")))
    assert one.status == 404


async def test_feeds_are_found_by_words(person: Person, redis: Redis) -> None:
    await FeedIndex(redis, 1).apply(0, [an_event()])
    await person.sign_in()
    rows = (await person.get("/ops/feeds?words=energy")).rows()
    assert [row[""] for row in rows] == ["Energy topic/energy"]
    assert rows[0]["Articles"] == "1"


async def test_a_hostile_letter_stays_text(person: Person, redis: Redis) -> None:
    await a_burial(redis, reason="<script>alert(1)</script>", payload=b"</pre><script>alert(2)</script>")
    await person.sign_in()
    listed = await person.get("/ops/dead-letters")
    assert "<script>alert(1)</script>" in listed.text
    letter = await person.get(str(listed.answer.url.join(listed.links()["unreadable"])))
    for page in (listed, letter):
        assert page.html.xpath("//main//script") == []


async def test_pages_stay_fast_among_two_hundred_thousand_failed_items(person: Person, redis: Redis) -> None:
    endpoint = an_endpoint()
    await Registry(redis, A_BOX).add_endpoint(endpoint)
    await _fill(redis, endpoint.id, 200_000)
    await person.sign_in()
    for path, title in (
        ("/ops/dead-letters", "Dead letters 200,000"),
        ("/ops/dead-letters?group=feeds", "Dead letters 200,000"),
        ("/ops/deliveries?status=dead", "Deliveries 200,000 found"),
        (f"/ops/endpoints/{endpoint.id}", endpoint.partner_id),
        ("/ops/confirm/replay-letters?group=feeds", "Replay 200,000 dead letters?"),
        ("/ops/confirm/retry-deliveries?status=dead", "Send 200,000 deliveries once more?"),
    ):
        begun = time.monotonic()
        page = await person.get(path)
        took = time.monotonic() - begun
        assert page.title.startswith(title)
        assert took < 1.0, f"{path} took {took:.2f} s"


_FILL = """
-- KEYS: dead letters, all deliveries, dead ones, payloads. ARGV: prefix of delivery keys, of ids, first, last
for number = ARGV[3], ARGV[4] do
  local padded = string.format('%032x', number)
  redis.call('XADD', KEYS[1], '*', 'reason', "ValueError('no such topic')", 'title', number, 'attempts', 5,
    'entry', number .. '-0')
  redis.call('HSET', KEYS[4], number .. '-0', string.rep('x', 200))
  local id = ARGV[2] .. padded
  redis.call('HSET', ARGV[1] .. id, 'event_id', 'evt_' .. padded, 'event_type', 'article.published',
    'event_at', number, 'article_id', 'a', 'version', 1, 'partition', 0, 'trigger', 'event', 'status', 'dead',
    'created_at', number, 'next_at', '', 'attempts', 10, 'step', 9, 'token', 1, 'resends', 0)
  redis.call('ZADD', KEYS[2], number, id)
  redis.call('ZADD', KEYS[3], number, id)
end
"""


async def _fill(redis: Redis, endpoint_id: str, count: int) -> None:
    """Put so many dead letters and dead deliveries into Redis, some thousands in each step."""
    names = (
        keys.dead_letters(0, FEEDS),
        keys.endpoint_deliveries(endpoint_id),
        keys.endpoint_status(endpoint_id, DeliveryStatus.DEAD),
        keys.dead_letter_payloads(0, FEEDS),
    )
    prefixes = (keys.delivery(endpoint_id, ""), f"dlv_{endpoint_id.removeprefix('ep_')}_")
    await redis.config_set("appendonly", "no")  # nothing here is about what survives
    for start in range(0, count, 5000):
        await redis.eval(_FILL, 4, *names, *prefixes, str(start), str(start + 4999))
