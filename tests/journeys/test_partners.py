"""What a partner outlet notices: everything arrives, signed, also after a bad day on either side."""

import json
from pathlib import Path

from aiohttp import web
from standardwebhooks.webhooks import Webhook

from tests.conftest import ValkeyServer, a_free_port
from tests.journeys.running import newswire
from tests.receiver import Received, a_receiver


async def test_a_partner_that_was_down_gets_everything(valkey: ValkeyServer, tmp_path: Path) -> None:
    port = a_free_port()
    with newswire(valkey, tmp_path) as installation:
        endpoint = installation.register_endpoint(f"http://127.0.0.1:{port}/hook")
        accepted = {installation.accept(title=f"Article {n}")["event_id"] for n in range(20)}

        def some_failed() -> bool:
            page = installation.feed.get("/api/deliveries", params={"status": "retrying"}).json()
            return len(page["deliveries"]) >= 5

        installation.wait(some_failed, "deliveries have failed; after ten in a row the rest is held back")
        async with a_receiver(port) as receiver:
            received = await receiver.wait_for(20)
            webhook = Webhook(endpoint["secret"])
            bodies = [webhook.verify(request.body, request.headers) for request in received]
        assert {request.headers["webhook-id"] for request in received} == accepted
        assert {body["data"]["title"] for body in bodies} == {f"Article {n}" for n in range(20)}


async def test_a_delivery_shows_every_attempt_and_can_be_sent_again(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    failures = 2

    async def fails_at_first(_: Received) -> web.StreamResponse:
        nonlocal failures
        failures -= 1
        return web.Response(status=500 if failures >= 0 else 204, text="try later")

    with newswire(valkey, tmp_path) as installation:
        async with a_receiver() as receiver:
            receiver.answer = fails_at_first
            installation.register_endpoint(f"{receiver.url}/hook", events=["article.published"])
            installation.accept(title="Hello")
            await receiver.wait_for(3)

            def delivered() -> bool:
                page = installation.feed.get("/api/deliveries", params={"status": "delivered"}).json()
                return len(page["deliveries"]) == 1

            installation.wait(delivered, "it is delivered")
            (delivery,) = installation.feed.get("/api/deliveries").json()["deliveries"]
            shown = installation.feed.get(f"/api/deliveries/{delivery['id']}").json()
            assert [attempt["status"] for attempt in shown["attempts"]] == [500, 500, 204]
            for count in (4, 5):
                installation.feed.post(f"/api/deliveries/{delivery['id']}/retry").raise_for_status()
                await receiver.wait_for(count)
            ids = {request.headers["webhook-id"] for request in receiver.received}
            assert len(ids) == 1
            assert json.loads(receiver.received[0].body)["type"] == "article.published"


def test_a_partner_that_polls_finds_each_event_once_though_workers_are_killed(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path, NEWSWIRE_PARTITIONS="3") as installation:
        partner = installation.feed.post("/api/partners", json={"name": "A poller"}).raise_for_status().json()
        own = {"Authorization": f"Bearer {partner['token']}"}
        found, cursor = list[str](), None

        def poll() -> None:
            nonlocal cursor
            question = {"limit": 7} | ({"after": cursor} if cursor else {})
            path = f"/api/partners/{partner['id']}/events"
            page = installation.feed.get(path, params=question, headers=own).raise_for_status().json()
            found.extend(event["id"] for event in page["events"])
            cursor = page["cursor"]

        accepted = set[str]()
        for number in range(60):
            accepted.add(installation.accept(title=f"Article {number}")["event_id"])
            poll()
            if number in {20, 40}:
                installation.kill("worker")
                installation.start("worker")

        def everything_is_found() -> bool:
            poll()
            return set(found) >= accepted

        installation.wait(everything_is_found, "every accepted event was polled")
        poll()
        assert sorted(found) == sorted(accepted)
