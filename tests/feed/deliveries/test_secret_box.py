"""Secrets stand sealed in Redis, open only to the right key, and no wrong key loses anything."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from standardwebhooks import Webhook, WebhookVerificationError

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.deliveries.endpoint_forms import shown
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.secret_box import SecretBox, is_key, is_sealed, new_key
from shared import keys
from tests.builders import NOON, HandClock, an_event
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint, deliveries
from tests.receiver import a_receiver

OLD, NEW = new_key(), new_key()
HEADERS = {"authorization": "Bearer very-private"}


async def everything_in(redis: Redis) -> bytes:
    """Return all names and values that Redis holds, of every type that we use."""
    whole = b""
    async for name in redis.scan_iter():
        found: Sequence[Any]
        match await redis.type(name):
            case b"string":
                found = [await redis.get(name)]
            case b"hash":
                found = [part for pair in (await redis.hgetall(name)).items() for part in pair]
            case b"list":
                found = await redis.lrange(name, 0, -1)
            case b"zset":
                found = await redis.zrange(name, 0, -1)
            case other:
                raise AssertionError(f"{name!r} is a {other!r}, which this test cannot read yet")
        whole += b"\n".join([name, *found])
    return whole


async def test_redis_holds_no_secret_in_plain(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        endpoint = await sending.add(receiver.url, headers=HEADERS)
        rotated = await sending.registry.change_endpoint(
            endpoint.id, lambda known: known.with_new_secret(NOON, timedelta(hours=1))
        )
        event = an_event()
        await sending.intake.take(0, [event])
        await sending.outcome(endpoint, event, DeliveryStatus.DELIVERED)
    assert rotated is not None
    whole = await everything_in(redis)
    assert endpoint.id.encode() in whole
    for secret in (*rotated.secrets, *endpoint.secrets):
        assert secret.key.removeprefix("whsec_").encode() not in whole
    assert b"whsec_" not in whole
    assert b"very-private" not in whole
    assert receiver.received[0].headers["authorization"] == "Bearer very-private"


async def test_with_another_key_deliveries_wait_and_with_the_right_one_they_go(redis: Redis) -> None:
    async with a_receiver() as receiver:
        endpoint = an_endpoint(url=receiver.url, headers=HEADERS)
        await Registry(redis, SecretBox((OLD,))).add_endpoint(endpoint)
        event = an_event()
        async with deliveries(redis, box=SecretBox((NEW,))) as sending:
            healthy = await sending.add(receiver.url)
            await sending.intake.take(0, [event])
            await sending.outcome(healthy, event, DeliveryStatus.DELIVERED)
            unreadable = await sending.registry.endpoint(endpoint.id)
            assert await sending.registry.seal_anew() == [endpoint.id]
        assert unreadable is not None
        assert "another NEWSWIRE_SECRETS_KEY" in (shown(unreadable).status_reason or "")
        assert len(receiver.received) == 1
        assert await redis.zcard(keys.endpoint_due(endpoint.id)) == 1
        async with deliveries(redis, box=SecretBox((OLD,))) as sending:
            await sending.outcome(endpoint, event, DeliveryStatus.DELIVERED)
        Webhook(endpoint.secrets[0].key).verify(receiver.received[1].body, receiver.received[1].headers)


async def test_a_change_under_another_key_does_not_lose_the_secret(redis: Redis) -> None:
    right, wrong = (Registry(redis, SecretBox((key,))) for key in (OLD, NEW))
    endpoint = an_endpoint(headers=HEADERS)
    await right.add_endpoint(endpoint)
    await wrong.change_endpoint(endpoint.id, lambda known: known.with_status(EndpointStatus.PAUSED))
    assert await right.endpoint(endpoint.id) == endpoint.with_status(EndpointStatus.PAUSED)


async def test_a_lost_key_is_mended_by_a_new_secret(redis: Redis) -> None:
    endpoint = an_endpoint()
    await Registry(redis, SecretBox((OLD,))).add_endpoint(endpoint)
    registry = Registry(redis, SecretBox((NEW,)))
    mended = await registry.change_endpoint(
        endpoint.id, lambda known: known.with_new_secret(NOON, timedelta(hours=24))
    )
    assert mended is not None
    assert mended.readable
    assert mended.signing_keys(NOON) == [mended.secrets[0].key]


async def test_a_change_of_keys_is_complete_after_a_start_with_both(redis: Redis) -> None:
    endpoint = an_endpoint(headers=HEADERS)
    await Registry(redis, SecretBox((OLD,))).add_endpoint(endpoint)
    assert await Registry(redis, SecretBox((NEW, OLD))).seal_anew() == []
    assert await Registry(redis, SecretBox((NEW,))).endpoint(endpoint.id) == endpoint


async def test_what_was_stored_before_there_was_a_key_is_sealed_at_the_next_start(redis: Redis) -> None:
    endpoint = an_endpoint()
    await redis.hset(keys.endpoints(), endpoint.id, endpoint.model_dump_json())
    registry = Registry(redis, A_BOX)
    assert await registry.seal_anew() == []
    assert b"whsec_" not in await everything_in(redis)
    assert await registry.endpoint(endpoint.id) == endpoint


async def test_two_secrets_sign_until_the_overlap_ends_and_one_after_it(redis: Redis) -> None:
    clock = HandClock()
    async with a_receiver() as receiver, deliveries(redis, clock=clock) as sending:
        old = await sending.add(receiver.url)
        new = await sending.registry.change_endpoint(
            old.id, lambda known: known.with_new_secret(clock.now(), timedelta(hours=24))
        )
        assert new is not None
        signatures: list[list[str]] = []
        for hours in (23.9, 0.2):
            clock.move(hours=hours)
            await sending.intake.take(0, [an_event()])
            sending.worker.wake()
            received = (await receiver.wait_for(len(signatures) + 1))[-1]
            signatures.append(received.headers["webhook-signature"].split(" "))
    assert [len(each) for each in signatures] == [2, 1]
    with pytest.raises(WebhookVerificationError):
        Webhook(old.secrets[0].key).verify(receiver.received[1].body, receiver.received[1].headers)


def test_a_text_is_sealed_once_and_opened_by_the_right_key_alone() -> None:
    old, new = SecretBox((OLD,)), SecretBox((NEW,))
    sealed = old.seal("whsec_x")
    assert is_sealed(sealed)
    assert new.seal(sealed) == new.open(sealed) == sealed
    assert old.open(sealed) == "whsec_x"
    assert old.open("whsec_x") == "whsec_x"


@pytest.mark.parametrize("text", ["", "short", "sixteen-characters-or-more", "A" * 42, "é" * 44])
def test_what_is_no_key_is_known_as_such(text: str) -> None:
    assert not is_key(text)
    assert is_key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")
