"""Headers of an operator's own are sent, and never those that are ours."""

import pytest
from pydantic import ValidationError
from redis.asyncio import Redis
from standardwebhooks import Webhook

from services.feed.deliveries.endpoint_forms import EndpointDraft, shown
from tests.builders import an_event
from tests.feed.deliveries.delivery_builders import an_endpoint, deliveries
from tests.receiver import a_receiver

URL = "https://partner.example/hook"


def draft(headers: dict[str, str]) -> EndpointDraft:
    return EndpointDraft(url=URL, headers=headers)


@pytest.mark.parametrize(
    "name",
    [
        *("webhook-id", "Webhook-Signature", "WEBHOOK-ANYTHING", "Content-Type", "content-length", "Host"),
        *("Connection", "Transfer-Encoding", "User-Agent", "Accept-Encoding", "Expect", "TE", "Trailer"),
        *("Upgrade", "Proxy-Authorization", "Keep-Alive", "Accept", "Date"),
    ],
)
def test_a_reserved_name_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name.lower()} is reserved"):
        draft({name: "x"})


@pytest.mark.parametrize("name", ["", "a b", "x:y", "x\r\nhost", "é", "x\n", "a" * 101])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is not the name of a header"):
        draft({name: "x"})


@pytest.mark.parametrize(
    "value", ["", "a\r\nwebhook-id: 1", "a\nb", "a\x00", " a", "a ", "\t", "é", "x" * 2001]
)
def test_a_value_that_could_end_the_header_or_change_on_its_way_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="x-key: a value is"):
        draft({"X-Key": value})


def test_twenty_headers_are_enough_and_each_is_named_once() -> None:
    many = {f"x-{n}": "v" for n in range(20)}
    assert draft(many).headers == many
    with pytest.raises(ValidationError, match="at most 20"):
        draft(many | {"x-20": "v"})
    with pytest.raises(ValidationError, match="once"):
        draft({"X-Key": "a", "x-key": "b"})


def test_the_values_are_not_shown_again() -> None:
    told = shown(an_endpoint(headers={"authorization": "Bearer very-private"}))
    assert told.header_names == ("authorization",)
    assert "very-private" not in told.model_dump_json()


@pytest.mark.parametrize("limits", [{"concurrency": 0}, {"concurrency": 65}, {"rate_limit": 0}])
def test_limits_out_of_bounds_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        EndpointDraft.model_validate({"url": URL} | limits)


async def test_they_are_sent_beside_ours(redis: Redis) -> None:
    async with a_receiver() as receiver, deliveries(redis) as sending:
        endpoint = await sending.add(receiver.url, headers={"authorization": "Bearer t", "x-desk": "north"})
        await sending.intake.take(0, [event := an_event()])
        (received,) = await receiver.wait_for(1)
    assert received.headers["authorization"] == "Bearer t"
    assert received.headers["x-desk"] == "north"
    assert received.headers["webhook-id"] == event.id
    Webhook(endpoint.secrets[0].key).verify(received.body, received.headers)
