"""The first page: the numbers, in a form that runs nothing of anybody else's."""

from datetime import UTC, datetime

from redis.asyncio import Redis

from services.feed.ops.numbers import EndpointNumbers, EndpointState
from tests.conftest import ValkeyServer
from tests.feed.desk.at_the_desk import a_desk
from tests.feed.ops.stream_actions import STREAM, a_sampler, publish

LATE = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


async def one_endpoint() -> list[EndpointNumbers]:
    return [
        EndpointNumbers(
            endpoint="ep_1",
            partner="ptr_1",
            partner_name="<Gazette> & sons",
            url="https://gazette.example/hook",
            dead=1,
            last_success_at=LATE,
            state=EndpointState.FAILING,
        )
    ]


async def test_the_page_shows_the_numbers(valkey: ValkeyServer, redis: Redis) -> None:
    async with (
        a_sampler(valkey.url, read_endpoints=one_endpoint) as sampler,
        a_desk(redis, sampler) as person,
    ):
        await person.sign_in()
        await publish(redis, 1234)
        await sampler.fresh()
        page = await person.get("/ops")
    feeds, _ = page.rows(0)
    assert feeds[""] == f"feeds {STREAM}"
    assert (feeds["State"], feeds["Lag"], feeds["Consumers"]) == ("stalled", "1,234", "0")
    assert feeds["Arrival"] == "unknown"
    assert page.title.startswith("Stalled since ")
    (endpoint,) = page.rows(1)
    assert endpoint[""].startswith("<Gazette> & sons")
    assert endpoint["State"] == "failing"


async def test_nothing_runs_but_our_own_script(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url) as sampler, a_desk(redis, sampler) as person:
        await person.sign_in()
        page = await person.get("/ops")
        (script,) = page.html.xpath("//script/@src")
        (style,) = page.html.xpath("//link[@rel='stylesheet']/@href")
        loaded = [await person.client.get(f"/{address}") for address in (script, style)]
    assert [answer.headers["content-type"].split(";")[0] for answer in loaded] == [
        "text/javascript",
        "text/css",
    ]
    assert {answer.status_code for answer in loaded} == {200}
    assert page.html.xpath("//style | //*[@style] | //*[@onclick] | //script[text()]") == []
    policy = page.answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert page.answer.headers["cache-control"] == "no-store"


async def test_the_page_renews_itself_until_it_is_asked_to_hold_still(
    valkey: ValkeyServer, redis: Redis
) -> None:
    async with a_sampler(valkey.url) as sampler, a_desk(redis, sampler) as person:
        await person.sign_in()
        live, still = await person.get("/ops"), await person.get("/ops?refresh=off")
    renewing = "//script | //noscript/meta[@http-equiv='refresh']"
    assert len(live.html.xpath(renewing)) == 2
    assert still.html.xpath(renewing) == []
    assert live.links()["hold still"] == "?refresh=off"
    assert still.links()["renew by itself"] == "?"


async def test_without_redis_nothing_looks_well(valkey: ValkeyServer, redis: Redis) -> None:
    async with (
        a_sampler(valkey.url, read_endpoints=one_endpoint) as sampler,
        a_desk(redis, sampler) as person,
    ):
        await person.sign_in()
        await publish(redis, 3)
        await sampler.fresh()
        valkey.kill()
        await sampler.fresh()
        page = await person.get("/ops")
    assert "Redis cannot be reached." in page.text
    assert {row["State"] for table in (0, 1) for row in page.rows(table)} == {"unknown"}


async def test_every_group_of_every_stream_leads_to_its_own_page(valkey: ValkeyServer, redis: Redis) -> None:
    made = a_sampler(valkey.url, partitions=3)
    async with made as sampler, a_desk(redis, sampler, partitions=3) as person:
        await person.sign_in()
        await sampler.fresh()
        page = await person.get("/ops")
        heads = page.html.xpath("(//table)[1]/tbody/tr/th")
        assert len(heads) == 6
        for head in heads:
            group, stream = head.xpath("string()").split()
            led = await person.get(str(page.answer.url.join(head.xpath("string(a/@href)"))))
            assert led.title == f"{group} on {stream}"
