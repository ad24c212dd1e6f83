from redis.asyncio import Redis

from services.feed.deliveries.endpoint import Endpoint, Secret
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.registry import Registry
from services.feed.ops.endpoints import endpoint_reader
from services.feed.ops.numbers import EndpointState
from tests.builders import NOON, HandClock
from tests.feed.deliveries.delivery_builders import A_BOX


async def test_no_endpoint_no_numbers(redis: Redis) -> None:
    assert list(await endpoint_reader(redis, HandClock())()) == []


async def test_a_new_endpoint_is_shown_with_its_partner_and_without_secrets(redis: Redis) -> None:
    registry = Registry(redis, A_BOX)
    await registry.add_partner(Partner(id="ptr_1", name="The Gazette", created_at=NOON))
    await registry.add_endpoint(
        Endpoint(
            id="ep_1",
            partner_id="ptr_1",
            url="https://gazette.example/hook?key=secret",
            secrets=(Secret(key="whsec_x", created_at=NOON),),
            created_at=NOON,
        )
    )
    (numbers,) = await endpoint_reader(redis, HandClock())()
    assert (numbers.endpoint, numbers.partner, numbers.partner_name) == ("ep_1", "ptr_1", "The Gazette")
    assert (numbers.state, numbers.due, numbers.dead) == (EndpointState.OK, 0, 0)
    assert (numbers.success_rate, numbers.p50_ms, numbers.last_success_at) == (None, None, None)
    assert "secret" not in numbers.model_dump_json()
