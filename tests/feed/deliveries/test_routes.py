"""The partner API, as its clients use it."""

from typing import Any

import pytest

from shared import keys
from shared.clock import SystemClock
from tests.builders import an_event
from tests.feed.deliveries.partner_api import Api


async def test_every_route_wants_the_token(api: Api) -> None:
    calls = list(api.routes())
    assert len(calls) > 20
    for method, path in calls:
        await api.call(method, path, {}, status=401, token="")
        await api.call(method, path, {}, status=401, token="nwp_0123456789abcdef_made-up")


async def test_a_partner_is_added_shown_and_removed_with_all_that_is_its(api: Api) -> None:
    endpoint = await api.add_endpoint()
    await api.delivered(endpoint, 2)
    listed = await api.call("GET", "/api/partners")
    (partner,) = listed["partners"]
    assert partner["name"] == "Harbour Post"
    assert "token" not in partner
    assert await api.call("GET", f"/api/partners/{partner['id']}") == partner
    await api.call("DELETE", f"/api/partners/{partner['id']}", status=204)
    assert await api.call("GET", "/api/partners") == {"partners": []}
    assert await api.call("GET", "/api/endpoints") == {"endpoints": []}
    await api.call("GET", f"/api/partners/{partner['id']}", status=404)
    assert await api.sending.redis.keys(f"*{endpoint['id']}*") == []


async def test_a_secret_is_told_when_it_is_made_and_never_again(api: Api) -> None:
    endpoint = await api.add_endpoint()
    assert endpoint["secret"].startswith("whsec_")
    assert endpoint["events"] == ["article.published", "article.updated", "article.withdrawn"]
    path = f"/api/endpoints/{endpoint['id']}"
    rotated = await api.call("POST", f"{path}/rotate-secret")
    assert rotated["secret"] not in {endpoint["secret"], None}
    listed = await api.call("GET", "/api/endpoints")
    shown = await api.call("GET", path)
    assert "whsec_" not in f"{listed} {shown}"
    await api.call("POST", f"{path}/rotate-secret", {"overlap_seconds": 8 * 86400}, status=422)


async def test_a_second_rotation_drops_the_oldest_secret(api: Api) -> None:
    endpoint = await api.add_endpoint()
    path = f"/api/endpoints/{endpoint['id']}/rotate-secret"
    second = await api.call("POST", path)
    third = await api.call("POST", path)
    stored = await api.sending.registry.endpoint(endpoint["id"])
    assert stored is not None
    assert stored.signing_keys(SystemClock().now()) == [third["secret"], second["secret"]]
    await api.call("POST", path, {"overlap_seconds": 0})
    stored = await api.sending.registry.endpoint(endpoint["id"])
    assert stored is not None
    assert len(stored.secrets) == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "ftp://a.example/"}, "url"),
        ({"events": ["article.invented"]}, "events.0"),
        ({"events": []}, "events"),
        ({"filter": {"kinds": ["novel"]}}, "filter.kinds.0"),
        ({"filter": {"colour": ["red"]}}, "filter.colour"),
        ({"secret": "mine"}, "secret"),
    ],
)
async def test_a_bad_field_is_named(api: Api, fields: dict[str, Any], named: str) -> None:
    partner = await api.call("POST", "/api/partners", {"name": "P"}, status=201)
    draft = {"url": "https://a.example/"} | fields
    problem = await api.call("POST", f"/api/partners/{partner['id']}/endpoints", draft, status=422)
    assert named in [error["field"] for error in problem["errors"]]


async def test_an_endpoint_is_changed_only_where_it_is_said(api: Api) -> None:
    endpoint = await api.add_endpoint(filter={"topics": ["Energy"]})
    path = f"/api/endpoints/{endpoint['id']}"
    changed = await api.call("PATCH", path, {"events": ["article.published"], "status": "paused"})
    assert (changed["events"], changed["status"]) == (["article.published"], "paused")
    assert changed["filter"]["topics"] == ["Energy"]
    assert changed["url"] == endpoint["url"]
    assert (await api.call("POST", f"{path}/resume"))["status"] == "active"
    assert (await api.call("POST", f"{path}/pause"))["status"] == "paused"
    await api.call("PATCH", path, {"url": "http://10.0.0.1/"}, status=422)
    await api.call("PATCH", path, {"url": None}, status=422)
    await api.call("PATCH", path, {"status": "disabled"}, status=422)


async def test_what_is_not_there_is_404(api: Api) -> None:
    for method, path, body in (
        ("GET", "/api/endpoints/ep_x", None),
        ("PATCH", "/api/endpoints/ep_x", {}),
        ("DELETE", "/api/endpoints/ep_x", None),
        ("POST", "/api/endpoints/ep_x/test", None),
        ("POST", "/api/endpoints/ep_x/pause", None),
        ("POST", "/api/partners/ptr_x/endpoints", {"url": "https://a.example/"}),
        ("DELETE", "/api/partners/ptr_x", None),
        ("GET", "/api/deliveries?endpoint=ep_x", None),
        ("GET", "/api/deliveries/dlv_x_y", None),
        ("GET", "/api/deliveries/nonsense", None),
        ("POST", "/api/deliveries/dlv_x_y/retry", None),
    ):
        await api.call(method, path, body, status=404)


async def test_a_test_event_goes_the_way_of_all_and_is_recorded(api: Api) -> None:
    endpoint = await api.add_endpoint()
    queued = await api.call("POST", f"/api/endpoints/{endpoint['id']}/test", status=202)
    (received,) = await api.receiver.wait_for(1)
    assert received.headers["webhook-id"] == queued["event_id"]
    assert b'"type":"newswire.test"' in received.body
    shown = await api.call("GET", f"/api/deliveries/{queued['delivery_id']}")
    assert shown["type"] == "newswire.test"


async def test_deliveries_are_listed_page_by_page_across_endpoints(api: Api) -> None:
    first, second = await api.add_endpoint(), await api.add_endpoint()
    await api.delivered(first, 7)
    await api.delivered(second, 0)
    found: list[str] = []
    created: list[str] = []
    path = "/api/deliveries?limit=3&status=delivered"
    cursor = ""
    while True:
        page = await api.call("GET", f"{path}{cursor}")
        found += [delivery["id"] for delivery in page["deliveries"]]
        created += [delivery["created_at"] for delivery in page["deliveries"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
        assert len(page["deliveries"]) == 3
    assert len(found) == len(set(found)) >= 7
    assert created == sorted(created, reverse=True)
    assert (await api.call("GET", "/api/deliveries?status=dead"))["deliveries"] == []
    await api.call("GET", "/api/deliveries?cursor=nonsense", status=422)
    await api.call("GET", "/api/deliveries?status=lost", status=422)
    await api.call("GET", "/api/deliveries?limit=0", status=422)


async def test_retry_works_on_a_delivered_one_and_twice_means_twice(api: Api) -> None:
    endpoint = await api.add_endpoint()
    (delivery_id,) = await api.delivered(endpoint, 1)
    for _ in range(2):
        await api.call("POST", f"/api/deliveries/{delivery_id}/retry", status=202)
    received = await api.receiver.wait_for(3)
    assert len({r.headers["webhook-id"] for r in received}) == 1


async def test_replay_sends_what_falls_into_the_span_again(api: Api) -> None:
    endpoint = await api.add_endpoint()
    await api.delivered(endpoint, 3)
    path = f"/api/endpoints/{endpoint['id']}/replay"
    outside = {"since": "2026-03-02T12:00:01Z"}
    assert await api.call("POST", path, outside, status=202) == {"queued": 0}
    inside = {"since": "2026-03-02T12:00:00Z", "until": "2026-03-02T12:00:00Z"}
    assert await api.call("POST", path, inside, status=202) == {"queued": 3}
    received = await api.receiver.wait_for(6)
    assert len({r.headers["webhook-id"] for r in received}) == 3
    await api.call("POST", path, {"since": "2026-03-02T12:00:00"}, status=422)
    await api.call(
        "POST", path, {"since": "2026-03-02T12:00:00Z", "until": "2026-01-01T00:00:00Z"}, status=422
    )


async def test_many_deliveries_of_one_moment_are_paged_without_gap_or_repeat(api: Api) -> None:
    endpoint = await api.add_endpoint(url="http://127.0.0.1:9999/")
    await api.call("POST", f"/api/endpoints/{endpoint['id']}/pause")
    await api.sending.intake.take(0, [an_event() for _ in range(25)])
    index = keys.endpoint_deliveries(endpoint["id"])
    members: list[Any] = await api.sending.redis.zrange(index, 0, -1, withscores=True)
    assert len({score for _, score in members}) == 1
    found: list[str] = []
    cursor = ""
    while True:
        page = await api.call("GET", f"/api/deliveries?limit=4{cursor}")
        found += [delivery["id"] for delivery in page["deliveries"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert len(found) == len(set(found)) == 25
