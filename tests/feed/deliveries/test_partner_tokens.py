"""A partner's token reaches its own things and nothing else."""

from dataclasses import dataclass
from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.partner import new_partner_token
from services.feed.deliveries.partner_tokens import PartnerTokens
from tests.feed.deliveries.partner_api import Api

OPERATORS_ONLY = {
    ("POST", "/api/partners"),
    ("DELETE", "/api/partners/{partner_id}"),
    ("POST", "/api/partners/{partner_id}/rotate-token"),
    ("POST", "/api/partners/{partner_id}/endpoints"),
    ("PATCH", "/api/endpoints/{endpoint_id}"),
    ("DELETE", "/api/endpoints/{endpoint_id}"),
    ("POST", "/api/endpoints/{endpoint_id}/pause"),
    ("POST", "/api/endpoints/{endpoint_id}/resume"),
    ("POST", "/api/endpoints/{endpoint_id}/test"),
    ("POST", "/api/deliveries/retry"),
    ("POST", "/api/deliveries/{delivery_id}/retry"),
}

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/partners"): {"name": "Intruder"},
    ("POST", "/api/partners/{partner_id}/endpoints"): {"url": "https://intruder.example/"},
    ("PATCH", "/api/endpoints/{endpoint_id}"): {"url": "https://intruder.example/"},
    ("POST", "/api/endpoints/{endpoint_id}/replay"): {"since": "2020-01-01T00:00:00Z"},
    ("POST", "/api/deliveries/retry"): {"status": None},
}
"""What a route needs to be asked at all; a new route without its body here fails on 422, not silently."""


@dataclass
class Owner:
    """A partner with all that can be its own."""

    partner: dict[str, Any]
    endpoint: dict[str, Any]
    delivery: str

    def path(self, template: str) -> str:
        return template.format(
            partner_id=self.partner["id"], endpoint_id=self.endpoint["id"], delivery_id=self.delivery
        )


async def an_owner(api: Api, name: str) -> Owner:
    partner = await api.add_partner(name)
    endpoint = await api.add_endpoint(partner)
    (delivery,) = await api.delivered(endpoint, 1)
    return Owner(partner, endpoint, delivery)


async def test_no_route_tells_or_changes_anything_of_another_partner(api: Api) -> None:
    owner = await an_owner(api, "Owner")
    intruder = await api.add_partner("Intruder")
    received = len(api.receiver.received)
    before = await everything(api, owner)
    walked = 0
    for method, template in api.routes():
        path, body = owner.path(template), BODIES.get((method, template))
        answer = await api.client.request(
            method, path, json=body, headers={"authorization": f"Bearer {intruder['token']}"}
        )
        if "{" in template:
            assert answer.status_code == 404, (method, template, answer.text)
        elif (method, template) in OPERATORS_ONLY:
            assert answer.status_code == 403, (method, template)
        else:
            assert answer.is_success, (method, template, answer.text)
            for known in (owner.partner["id"], owner.endpoint["id"], owner.delivery):
                assert known not in answer.text, (method, template)
        walked += 1
    assert walked > 20
    assert await everything(api, owner) == before
    assert len(api.receiver.received) == received


async def everything(api: Api, owner: Owner) -> list[Any]:
    paths = ("/api/partners/{partner_id}", "/api/endpoints/{endpoint_id}", "/api/deliveries/{delivery_id}")
    return [await api.call("GET", owner.path(path)) for path in paths]


@pytest.mark.parametrize("named", ["endpoint", "partner"])
async def test_a_filter_reaches_no_other_partner(api: Api, named: str) -> None:
    owner, intruder = await an_owner(api, "Owner"), await api.add_partner("Intruder")
    value = (owner.endpoint if named == "endpoint" else owner.partner)["id"]
    token = intruder["token"]
    await api.call("GET", f"/api/deliveries?{named}={value}", status=404, token=token)
    await api.call("POST", "/api/deliveries/retry", {named: value}, status=404, token=token)
    listed = await api.call("GET", f"/api/endpoints?partner={owner.partner['id']}", token=token)
    assert listed == {"endpoints": []}


async def test_a_partner_reaches_what_is_its_own_and_leaves_the_rest_to_the_operator(api: Api) -> None:
    owner = await an_owner(api, "Owner")
    await an_owner(api, "Neighbour")
    for method, template in api.routes():
        refused = (method, template) in OPERATORS_ONLY
        answer = await api.client.request(
            method,
            owner.path(template),
            json=BODIES.get((method, template)),
            headers={"authorization": f"Bearer {owner.partner['token']}"},
        )
        assert (answer.status_code == 403) is refused, (method, template, answer.text)
        assert answer.is_success is not refused, (method, template, answer.text)
    listed = await api.call("GET", "/api/partners", token=owner.partner["token"])
    assert [partner["name"] for partner in listed["partners"]] == ["Owner"]


async def test_a_token_ends_with_its_rotation_and_with_its_partner(api: Api) -> None:
    partner = await api.add_partner()
    path = f"/api/partners/{partner['id']}"
    rotated = await api.call("POST", f"{path}/rotate-token")
    assert rotated["token"] != partner["token"]
    await api.call("GET", path, status=401, token=partner["token"])
    assert "token" not in await api.call("GET", path, token=rotated["token"])
    await api.call("DELETE", path, status=204)
    await api.call("GET", path, status=401, token=rotated["token"])


async def test_what_is_stored_of_a_token_is_no_token(redis: Redis) -> None:
    tokens = PartnerTokens(redis)
    token = await tokens.make("ptr_0123456789abcdef")
    assert await tokens.partner_of(token) == "ptr_0123456789abcdef"
    assert await tokens.partner_of(new_partner_token("ptr_0123456789abcdef")) is None
    stored = [await redis.hgetall(key) for key in await redis.keys("*")]
    assert token.encode() not in repr(stored).encode()
