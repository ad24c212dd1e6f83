"""What is done at the desk: asked first, done by the form of that page alone, and written down."""

import pytest
from redis.asyncio import Redis

from services.feed.consume.dead_consumers import known_consumers
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint, EndpointStatus
from services.feed.deliveries.history import History, Sought
from services.feed.deliveries.lease import Ask
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.desk.audit_log import AuditLog, Deed
from services.feed.ops.sampler import Sampler
from shared import keys
from shared.streams import FEEDS, make_groups
from tests.builders import NOON
from tests.feed.consume.burials import a_burial
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint
from tests.feed.deliveries.queue_steps import ended, enqueue, finished, leased
from tests.feed.desk.at_the_desk import READ_TOKEN, TOKEN, Page, Person

STREAM = keys.events(0)


async def deeds(redis: Redis) -> list[Deed]:
    return list((await AuditLog(redis).page(None, 50)).deeds)


async def letters(redis: Redis) -> int:
    return int(await redis.xlen(keys.dead_letters(0, FEEDS)))


async def asked(person: Person, page: Page, link: str) -> Page:
    """Follow a link of a page to the page that asks."""
    return await person.get(str(page.answer.url.join(page.links()[link])))


async def a_dead_delivery(redis: Redis) -> tuple[Endpoint, str]:
    endpoint, queue = an_endpoint(), DeliveryQueue(redis)
    await Registry(redis, A_BOX).add_endpoint(endpoint)
    (delivery,) = await enqueue(queue, endpoint.id)
    (lease,) = await leased(queue, [Ask(endpoint.id, 1, 1)], NOON)
    await finished(queue, [ended(lease, DeliveryStatus.DEAD)])
    return endpoint, delivery


async def test_nothing_is_done_before_it_is_confirmed(person: Person, redis: Redis) -> None:
    await a_burial(redis, "one")
    await person.sign_in()
    page = await asked(person, await person.get("/ops/dead-letters"), "Discard all")
    assert page.title == "Discard 1 dead letter?"
    assert await letters(redis) == 1
    assert await deeds(redis) == []
    left = await person.get(str(page.answer.url.join(page.links()["Leave it"])))
    assert left.answer.url.path == "/ops/dead-letters"


async def test_letters_of_a_filter_are_replayed_in_the_background(person: Person, redis: Redis) -> None:
    for title, reason in (("one", "KeyError"), ("two", "an outage"), ("three", "keyerror")):
        await a_burial(redis, title, reason=reason)
    await person.sign_in()
    found = await person.get("/ops/dead-letters?reason=keyerror")
    assert {row[""].split()[0] for row in found.rows()} == {"one", "three"}
    page = await asked(person, found, "Replay those found")
    assert page.title == "Replay 2 dead letters?"
    after = await person.follow(await person.send(page, "Replay 2 dead letters"))
    assert after.answer.url.query == b"reason=keyerror"
    notice = after.html.xpath("normalize-space(//*[@class='notice'])")
    assert notice == "Begun: replay dead letters with 'keyerror'."
    waiting = await person.get("/ops/audit")
    assert "0 of 2, waiting, for Ana" in waiting.text
    await person.errands.run_once()
    assert await letters(redis) == 1
    assert await redis.xlen(STREAM) == 2
    (deed,) = await deeds(redis)
    assert (deed.action, deed.count, deed.actor.name, deed.actor.via) == ("replay letters", 2, "Ana", "desk")
    shown = (await person.get("/ops/audit")).rows()
    assert (shown[0][""], shown[0]["How many"], shown[0]["Who"]) == ("replay letters", "2", "Ana")


async def test_a_notice_is_told_once(person: Person, redis: Redis) -> None:
    await a_burial(redis)
    await person.sign_in()
    page = await asked(person, await person.get("/ops/dead-letters"), "Replay all")
    after = await person.follow(await person.send(page, "Replay 1 dead letter"))
    assert after.html.xpath("//*[@class='notice']")
    assert not (await person.get("/ops/dead-letters")).html.xpath("//*[@class='notice']")


async def test_one_letter_is_discarded(person: Person, redis: Redis) -> None:
    await a_burial(redis, "one")
    await a_burial(redis, "two")
    await person.sign_in()
    listed = await person.get("/ops/dead-letters")
    letter = await asked(person, listed, "two")
    assert letter.title == "two dead letter"
    page = await asked(person, letter, "Discard")
    assert "ValueError('no such topic')" in page.text
    after = await person.follow(await person.send(page, "Discard"))
    assert after.answer.url.path == "/ops/dead-letters"
    assert [row[""].split()[0] for row in after.rows()] == ["one"]
    gone = await person.send(page, "Discard")
    assert gone.status_code == 404
    assert "somebody else saw to it" in Page(gone).text
    assert len(await deeds(redis)) == 1


async def test_deliveries_are_sent_once_more(person: Person, redis: Redis) -> None:
    endpoint, delivery = await a_dead_delivery(redis)
    await person.sign_in()
    one = await asked(person, await person.get(f"/ops/deliveries/{delivery}"), "Send once more")
    await person.follow(await person.send(one, "Send it once more"))
    history = History(redis)
    found = await history.delivery(delivery)
    assert found is not None
    assert found[0].status is DeliveryStatus.PENDING
    assert await history.count([endpoint.id], Sought(DeliveryStatus.DEAD)) == 0
    (deed,) = await deeds(redis)
    assert (deed.action, deed.on, deed.count) == ("retry deliveries", delivery, 1)


async def test_all_dead_deliveries_of_an_endpoint_are_retried(person: Person, redis: Redis) -> None:
    endpoint, _ = await a_dead_delivery(redis)
    await a_dead_delivery(redis)
    await person.sign_in()
    page = await asked(person, await person.get(f"/ops/endpoints/{endpoint.id}"), "Retry the dead ones")
    assert page.title == "Send 1 delivery once more?"
    await person.send(page, "Send 1 delivery once more")
    await person.errands.run_once()
    dead = Sought(DeliveryStatus.DEAD)
    everywhere = (await Registry(redis, A_BOX).reread()).endpoints
    assert await History(redis).count(list(everywhere), dead) == 1
    (deed,) = await deeds(redis)
    assert (deed.on, deed.count) == (f"dead deliveries to {endpoint.id}", 1)
    again = await person.get(str(page.answer.url))
    assert again.title == f"There are no dead deliveries to {endpoint.id}"
    assert "Back" in again.links()


@pytest.mark.parametrize(
    ("link", "button", "status"),
    [
        ("Pause", "Pause", EndpointStatus.PAUSED),
        ("Disable", "Disable", EndpointStatus.DISABLED),
    ],
)
async def test_an_endpoint_is_steered(
    person: Person, redis: Redis, link: str, button: str, status: EndpointStatus
) -> None:
    endpoint, registry = an_endpoint(), Registry(redis, A_BOX)
    await registry.add_endpoint(endpoint)
    await person.sign_in()
    at = f"/ops/endpoints/{endpoint.id}"
    page = await asked(person, await person.get(at), link)
    after = await person.follow(await person.send(page, button))
    steered = await registry.endpoint(endpoint.id)
    assert steered is not None
    assert steered.status is status
    assert link not in after.links()
    back = await asked(person, after, "Resume")
    await person.send(back, "Resume")
    resumed = await registry.endpoint(endpoint.id)
    assert resumed is not None
    assert (resumed.status, resumed.status_reason) == (EndpointStatus.ACTIVE, None)
    assert [deed.action for deed in await deeds(redis)] == ["resume endpoint", f"{button.lower()} endpoint"]


async def test_the_query_of_an_address_is_on_no_page(person: Person, redis: Redis) -> None:
    """Partners put secrets there."""
    endpoint = an_endpoint(url="https://partner.example/hook?key=s3cret")
    await Registry(redis, A_BOX).add_endpoint(endpoint)
    (delivery,) = await enqueue(DeliveryQueue(redis), endpoint.id)
    await person.sign_in()
    for path in (
        f"/ops/endpoints/{endpoint.id}",
        f"/ops/deliveries/{delivery}",
        f"/ops/confirm/pause-endpoint?id={endpoint.id}",
        f"/ops/confirm/retry-delivery?id={delivery}",
    ):
        page = await person.get(path)
        assert "https://partner.example/hook" in page.text
        assert "s3cret" not in page.answer.text


async def test_whoever_disables_an_endpoint_is_named_on_it(person: Person, redis: Redis) -> None:
    endpoint = an_endpoint()
    await Registry(redis, A_BOX).add_endpoint(endpoint)
    await person.sign_in()
    page = await asked(person, await person.get(f"/ops/endpoints/{endpoint.id}"), "Disable")
    after = await person.follow(await person.send(page, "Disable"))
    assert "Disabled at the desk by Ana." in after.text


async def test_consumers_that_have_work_or_asked_for_some_lately_stay(person: Person, redis: Redis) -> None:
    await make_groups(redis, 1)
    await redis.xadd(STREAM, {"x": "y"})
    for name in ("idle", "working"):
        await redis.xgroup_createconsumer(STREAM, FEEDS, name)
    await redis.xreadgroup(FEEDS, "working", {STREAM: ">"})
    await person.sign_in()
    fields = {"group": "feeds", "partition": "0"}
    young = await person.get("/ops/confirm/remove-consumers?group=feeds&partition=0")
    assert young.title == "There is no such dead consumer"
    _, with_token = (await person.get("/ops")).form("Sign out")
    done = await person.follow(await person.post("/ops/do/remove-consumers", with_token | fields))
    assert done.html.xpath("normalize-space(//*[@class='notice'])") == "0 consumers removed."
    assert len(await known_consumers(redis, 0, FEEDS)) == 2


async def test_an_errand_is_stopped(person: Person, redis: Redis, sampler: Sampler) -> None:
    await sampler.fresh()
    await a_burial(redis)
    await person.sign_in()
    page = await asked(person, await person.get("/ops/dead-letters"), "Replay all")
    await person.send(page, "Replay 1 dead letter")
    stop = await asked(person, await person.get("/ops"), "Stop")
    await person.follow(await person.send(stop, "Stop"))
    await person.errands.run_once()
    assert await letters(redis) == 1
    (deed,) = await deeds(redis)
    assert (deed.count, deed.note) == (0, "stopped by Ana")


async def test_whoever_only_looks_is_offered_nothing_and_can_do_nothing(person: Person, redis: Redis) -> None:
    await a_burial(redis)
    endpoint, delivery = await a_dead_delivery(redis)
    await person.sign_in(READ_TOKEN)
    for path in (
        "/ops/dead-letters",
        f"/ops/endpoints/{endpoint.id}",
        f"/ops/deliveries/{delivery}",
        "/ops/deliveries?status=dead",
        "/ops/groups/feeds/0",
    ):
        page = await person.get(path)
        assert page.status == 200
        assert page.html.xpath("//a[contains(@href, 'confirm/')]") == []
    assert (await person.get("/ops/confirm/discard-letters")).status == 403
    _, fields = (await person.get("/ops")).form("Sign out")
    assert (await person.post("/ops/do/discard-letters", fields)).status_code == 403
    assert await letters(redis) == 1


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"form_token": "x"}, {}),
        ({"form_token": ""}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Authorization": f"Bearer {TOKEN}"}),
    ],
    ids=["another token", "no token", "another origin", "a program"],
)
async def test_a_form_that_is_not_from_the_page_that_asks_does_nothing(
    person: Person, redis: Redis, fields: dict[str, str], headers: dict[str, str]
) -> None:
    await a_burial(redis)
    await person.sign_in()
    page = await asked(person, await person.get("/ops/dead-letters"), "Discard all")
    action, own = page.form("Discard 1 dead letter")
    answer = await person.post(str(page.answer.url.join(action)), own | fields, **headers)
    assert answer.status_code == 403
    await person.errands.run_once()
    assert await letters(redis) == 1


async def test_asking_is_no_way_to_act(person: Person, redis: Redis) -> None:
    await a_burial(redis)
    await person.sign_in()
    assert (await person.get("/ops/do/discard-letters")).status in {404, 405}
    assert (await person.get("/ops/confirm/nonsense")).status == 404
    assert (await person.get("/ops/confirm/discard-letters?group=others")).status == 422
    assert (await person.get("/ops/confirm/discard-letters?back=https://evil.example")).links()[
        "Leave it"
    ] == "../../ops"
