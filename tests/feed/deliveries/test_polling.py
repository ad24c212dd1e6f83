"""A consumer that polls finds every event once, in one order, whatever happens on the other side."""

import asyncio
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.bodies import BodyPlace
from services.feed.deliveries.endpoint import EndpointFilter
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.partner import Partner, Polled
from services.feed.deliveries.partner_events import EventsGoneError, PartnerEvents
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retention import Retention
from shared import keys
from shared.clock import Clock, SystemClock
from shared.events import EventType
from shared.redis_connection import connect
from tests.builders import NOON, HandClock, an_article, an_event
from tests.conftest import ValkeyServer
from tests.feed.deliveries.delivery_builders import A_BOX
from tests.feed.deliveries.partner_api import Api

PARTNER = Partner(id="ptr_00000000000000aa", name="Poller", created_at=NOON)


def an_intake(redis: Redis, clock: Clock | None = None) -> Intake:
    return Intake(redis, Registry(redis, A_BOX), DeliveryQueue(redis), clock or SystemClock())


async def walk(polled: PartnerEvents, *, limit: int = 3, after: int | None = None) -> list[str]:
    found: list[str] = []
    while True:
        page = await polled.after(PARTNER.id, after, limit)
        found += [json.loads(event)["id"] for event in page.events]
        after = page.position
        if not page.more:
            return found


@pytest.mark.parametrize("seed", [5, 6, 7])
async def test_readers_among_intakes_of_all_partitions_skip_nothing_and_repeat_nothing(
    valkey: ValkeyServer, redis: Redis, seed: int
) -> None:
    await Registry(redis, A_BOX).add_partner(PARTNER)
    events = [an_event() for _ in range(400)]
    partitions = {event.id: number % 3 for number, event in enumerate(events)}
    chance = random.Random(seed)  # noqa: S311 - the same order each time, no secret
    clients = [connect(valkey.url) for _ in range(4)]

    async def takes(client: Redis, number: int) -> None:
        # Clocks an hour apart that go backwards too, so that the times which positions are made of come out
        # of order; and batches that overlap with the others': taken twice, in any order.
        clock = HandClock(NOON + timedelta(hours=number))
        intake = an_intake(client, clock)
        mine = events[number * 100 : number * 100 + 100] + chance.sample(events, 50)
        chance.shuffle(mine)
        for start in range(0, len(mine), 12):
            clock.move(seconds=chance.choice((-5, 0, 1)))
            batch = mine[start : start + 12]
            of_each = [[e for e in batch if partitions[e.id] == p] for p in range(3)]
            await asyncio.gather(*(intake.take(p, some) for p, some in enumerate(of_each)))

    async def reads() -> list[str]:
        polled = PartnerEvents(redis)
        found: list[str] = []
        after: int | None = None
        while len(found) < len(events):
            page = await polled.after(PARTNER.id, after, chance.randint(1, 20))
            found += [json.loads(event)["id"] for event in page.events]
            after = page.position
        return found

    async with asyncio.timeout(30):
        readings = [asyncio.create_task(reads()) for _ in range(3)]
        await asyncio.gather(*(takes(client, number) for number, client in enumerate(clients)))
        read, *others = await asyncio.gather(*readings)
    assert len(set(read)) == len(read) == len(events)
    assert others == [read, read]
    assert await walk(PartnerEvents(redis)) == read
    for client in clients:
        await client.aclose()


async def test_what_is_taken_again_keeps_its_place(redis: Redis) -> None:
    await Registry(redis, A_BOX).add_partner(PARTNER)
    clock = HandClock()
    intake, polled = an_intake(redis, clock), PartnerEvents(redis)
    first, second = an_event(), an_event()
    await intake.take(0, [first])
    end = (await polled.after(PARTNER.id, None, 10)).position
    clock.move(hours=-1)
    await intake.take(1, [second])
    await intake.take(0, [first])
    assert await walk(polled) == [first.id, second.id]
    assert await walk(polled, after=end) == [second.id]


async def test_a_cursor_at_the_end_waits_there(redis: Redis) -> None:
    polled = PartnerEvents(redis)
    nothing = await polled.after(PARTNER.id, None, 10)
    assert (nothing.events, nothing.more) == ((), False)
    await Registry(redis, A_BOX).add_partner(PARTNER)
    event = an_event()
    await an_intake(redis).take(0, [event])
    assert await walk(polled, after=nothing.position) == [event.id]
    end = (await polled.after(PARTNER.id, nothing.position, 10)).position
    assert (await polled.after(PARTNER.id, end, 10)).position == end


async def test_who_asks_for_what_is_no_longer_kept_is_told_so(redis: Redis) -> None:
    await Registry(redis, A_BOX).add_partner(PARTNER)
    clock = HandClock()
    intake, polled = an_intake(redis, clock), PartnerEvents(redis)
    old, new = [an_event() for _ in range(5)], an_event()
    await intake.take(0, old)
    read_two = (await polled.after(PARTNER.id, None, 2)).position
    read_five = (await polled.after(PARTNER.id, None, 5)).position
    clock.move(days=91)
    await intake.take(0, [new])
    assert await polled.drop_old(PARTNER.id, clock.now(), 2) == 2
    assert await walk(polled, after=read_two) == [event.id for event in [*old[2:], new]]
    assert await polled.drop_old(PARTNER.id, clock.now(), 100) == 3
    with pytest.raises(EventsGoneError) as gone:
        await polled.after(PARTNER.id, read_two, 10)
    assert gone.value.go_on_after == read_five
    assert await walk(polled, after=read_five) == await walk(polled) == [new.id]


async def test_a_list_that_went_as_a_whole_is_told_too(redis: Redis) -> None:
    await Registry(redis, A_BOX).add_partner(PARTNER)
    await an_intake(redis).take(0, [an_event(), an_event()])
    polled = PartnerEvents(redis)
    lives = await redis.ttl(keys.partner_events(PARTNER.id))
    assert lives > Retention().longest.total_seconds()
    first = (await polled.after(PARTNER.id, None, 1)).position
    await redis.delete(keys.partner_events(PARTNER.id))
    with pytest.raises(EventsGoneError) as gone:
        await polled.after(PARTNER.id, first, 1)
    assert gone.value.go_on_after > first


async def test_a_body_that_is_lost_is_told_and_not_passed_over(redis: Redis) -> None:
    await Registry(redis, A_BOX).add_partner(PARTNER)
    events = [an_event() for _ in range(3)]
    await an_intake(redis).take(0, events)
    await redis.delete(BodyPlace(0, events[1].id).key)
    polled = PartnerEvents(redis)
    before = await polled.after(PARTNER.id, None, 10)
    assert [json.loads(event)["id"] for event in before.events] == [events[0].id]
    assert before.more
    with pytest.raises(EventsGoneError) as gone:
        await polled.after(PARTNER.id, before.position, 10)
    assert await walk(polled, after=gone.value.go_on_after) == [events[2].id]


async def polled_ids(api: Api, partner: dict[str, Any], cursor: str = "") -> list[str]:
    page = await api.call("GET", f"/api/partners/{partner['id']}/events{cursor}")
    return [event["id"] for event in page["events"]]


async def test_polling_gives_what_the_webhooks_say(api: Api) -> None:
    partner = await api.add_partner()
    await api.add_endpoint(partner, filter={"kinds": ["commentary"]})
    wanted = an_event()
    await api.sending.intake.take(0, [an_event(article=an_article(kind="podcast")), wanted])
    (received,) = await api.receiver.wait_for(1)
    page = await api.call("GET", f"/api/partners/{partner['id']}/events", token=partner["token"])
    assert page["events"] == [{"id": received.headers["webhook-id"]} | json.loads(received.body)]
    assert await polled_ids(api, partner, f"?after={page['cursor']}") == []
    for bad in ("x", "-1", "9" * 17, "1.5", ""):
        await api.call("GET", f"/api/partners/{partner['id']}/events?after={bad}", status=422)


async def test_who_has_no_endpoint_finds_everything_and_who_wishes_finds_that(api: Api) -> None:
    everything = await api.add_partner()
    podcasts = Polled(filter=EndpointFilter(kinds=("podcast",)), events=(EventType.PUBLISHED,))
    choosy = await api.add_partner(polls=podcasts.model_dump(mode="json"))
    await api.add_endpoint(choosy)
    commentary, podcast = an_event(), an_event(article=an_article(kind="podcast"))
    withdrawn = an_event(article=an_article(kind="podcast"), type=EventType.WITHDRAWN)
    await api.sending.intake.take(0, [commentary, podcast, withdrawn])
    assert await polled_ids(api, everything) == [commentary.id, podcast.id, withdrawn.id]
    assert await polled_ids(api, choosy) == [podcast.id]
    await api.call("DELETE", f"/api/partners/{everything['id']}", status=204)
    assert await api.sending.redis.keys(f"*{everything['id']}*") == []
