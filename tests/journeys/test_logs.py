"""What stands in the logs: a way through everything that one request led to, and no secret."""

import base64
import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from redis import Redis as BlockingRedis

from shared.streams import GROUPS
from tests.conftest import ValkeyServer, a_free_port
from tests.journeys.running import ADMIN_TOKEN, INGEST_TOKEN, Newswire, newswire
from tests.receiver import a_receiver

JSON = {"NEWSWIRE_LOG_FORMAT": "json", "NEWSWIRE_LOG_LEVEL": "debug"}


def lines(installation: Newswire) -> list[dict[str, Any]]:
    """Return the log's lines. Each is a JSON object, whoever wrote it, but for last words."""
    written = installation.log.read_text().splitlines()
    return [json.loads(line) for line in written if not line.startswith("newswire: ")]


async def test_one_request_is_found_in_the_logs_of_all_it_led_to(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    with newswire(valkey, tmp_path, **JSON) as installation:
        async with a_receiver() as receiver:
            endpoint = installation.register_endpoint(f"{receiver.url}/hook")
            answer = installation.ingest.post(
                "/articles", json={"title": "Ice roads"}, headers={"X-Request-Id": "desk:2026-03-02.7"}
            )
            await receiver.wait_for(1)
            other = installation.ingest.post("/articles", json={"title": ""})
        event_id = answer.raise_for_status().json()["event_id"]
        installation.wait(
            lambda: (
                "delivery.attempted" in installation.log.read_text()
                and installation.log.read_text().count("events.applied") >= len(GROUPS)
            ),
            "both groups' work and the attempt are in the log",
        )
        with BlockingRedis(unix_socket_path=str(valkey.socket)) as redis:
            redis.flushall()
        assert installation.processes.pop("worker").wait(timeout=30) == 1
        installation.stop()
        told = lines(installation)
    assert answer.headers["x-request-id"] == "desk:2026-03-02.7"
    assert {"timestamp", "level", "event", "process"} <= set.intersection(*(set(line) for line in told))
    mine = [line for line in told if event_id in json.dumps(line)]
    units = {(line["event"], line["process"], line.get("group")): line for line in mine}
    assert set(units) == {
        ("article.accepted", "ingest", None),
        ("events.applied", "feed-worker", "feeds"),
        ("events.applied", "feed-worker", "deliveries"),
        ("delivery.attempted", "feed-worker", None),
    }
    assert all("desk:2026-03-02.7" in json.dumps(line) for line in mine)
    assert units["delivery.attempted", "feed-worker", None]["endpoint_id"] == endpoint["id"]
    (refused,) = [line for line in told if line["event"] == "request.answered" and line["status"] == 422]
    assert refused["request_id"] == other.headers["x-request-id"]
    assert refused["route"] == "/articles"


def test_an_id_that_could_forge_a_line_is_replaced(valkey: ValkeyServer, tmp_path: Path) -> None:
    with newswire(valkey, tmp_path, **JSON) as installation:
        for wrong in ('x" level="info', "é" * 9, "y" * 200, ""):
            answer = installation.ingest.post(
                "/articles", json={"title": wrong}, headers={b"X-Request-Id": wrong.encode()}
            )
            assert answer.headers["x-request-id"].startswith("req_")


async def test_no_secret_is_in_any_log(valkey: ValkeyServer, tmp_path: Path) -> None:
    password, read_token, wrong = (secrets.token_hex(16) for _ in range(3))
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    with BlockingRedis(unix_socket_path=str(valkey.socket)) as redis:
        redis.config_set("requirepass", password)
    settings = {
        **JSON,
        "NEWSWIRE_REDIS_URL": f"unix://:{password}@{valkey.socket}",
        "NEWSWIRE_READ_TOKEN": read_token,
        "NEWSWIRE_SECRETS_KEY": key,
    }
    with newswire(valkey, tmp_path, **settings) as installation:
        known = await _everything_that_bears_a_secret(installation, wrong)
        valkey.kill()
        assert installation.ingest.post("/articles", json={"title": "Away"}).status_code == 503
        assert installation.feed.get("/api/partners").status_code == 503
        installation.wait(lambda: "postponed" in installation.log.read_text(), "the worker meets the outage")
        last_words = _last_words_of_a_worker(installation)
        installation.stop()
        log = installation.log.read_text() + last_words
    assert "cannot be reached" in log
    known |= {
        "the Redis password": password,
        "the admin token": ADMIN_TOKEN,
        "the read token": read_token,
        "the ingest token": INGEST_TOKEN,
        "the key of the secrets": key,
        "a wrong token": wrong,
    }
    found = {name for name, secret in known.items() for form in _forms(secret) if form in log}
    assert found == set()
    assert len(known) == 15


async def _everything_that_bears_a_secret(installation: Newswire, wrong: str) -> dict[str, str]:
    """Do whatever an installation is used for with secrets in it; return them by name."""
    places = ("in the query", "in a header", "in a body", "in a path")
    marks = {place: secrets.token_hex(12) for place in places}
    async with a_receiver() as receiver:
        url = f"{receiver.url}/hook?key={marks['in the query']}"
        headers = {"X-Api-Key": marks["in a header"]}
        endpoint = installation.register_endpoint(url, headers=headers)
        dead = f"http://127.0.0.1:{a_free_port()}/{marks['in a path']}?key={marks['in the query']}"
        installation.register_endpoint(dead, headers=headers)
        partner = installation.feed.post("/api/partners", json={"name": "Gazette"}).json()
        token = partner["token"]
        installation.accept(title="Hello")
        await receiver.wait_for(1)
        rotated = installation.feed.post(f"/api/endpoints/{endpoint['id']}/rotate-secret").json()
        installation.feed.post(f"/api/endpoints/{endpoint['id']}/test").raise_for_status()
        await receiver.wait_for(2)
    address = f"http://127.0.0.1:{installation.feed_port}"
    as_partner = {"Authorization": f"Bearer {token}"}
    assert installation.feed.get(f"/api/partners/{partner['id']}", headers=as_partner).is_success
    few = installation.feed.post("/api/feeds", json={"name": "few", "private": True}).json()
    private = few["urls"]["rss"]
    assert installation.feed.get(private).status_code == 200
    assert installation.feed.get(private.replace("few", "more")).status_code == 404
    for client in (installation.ingest, installation.feed):
        for path in ("/articles", "/api/partners", "/api/backlog"):
            client.get(path, headers={"Authorization": f"Bearer {wrong}"}, params={"token": wrong})
    bad = {"url": f"ftp://user:{marks['in a body']}@partner.example", "secret": marks["in a body"]}
    assert installation.feed.post(f"/api/partners/{partner['id']}/endpoints", json=bad).status_code == 422
    assert installation.ingest.post("/articles", json={"titel": marks["in a body"]}).status_code == 422
    session = _signed_in(address, wrong)
    return {f"what stood {name}": mark for name, mark in marks.items()} | {
        "a partner's token": token,
        "an endpoint's secret": endpoint["secret"],
        "an endpoint's new secret": rotated["secret"],
        "the address of a private feed": private.split("/")[-2],
        "a session": session,
    }


def _last_words_of_a_worker(installation: Newswire) -> str:
    """Return what a worker says that cannot start."""
    command = [sys.executable, "-m", "services.feed", "--role", "worker"]
    ended = subprocess.run(
        command, env=installation.environment, cwd=installation.log.parent, capture_output=True, check=False
    )
    assert ended.returncode == 1
    return (ended.stdout + ended.stderr).decode()


def _signed_in(address: str, wrong: str) -> str:
    """Return the cookie of a person who signs in at the desk, after a typing error."""
    with httpx.Client(base_url=address, headers={"Origin": address}) as browser:
        browser.post("/ops/login", data={"token": wrong})
        browser.post("/ops/login", data={"token": ADMIN_TOKEN})
        (cookie,) = list(browser.cookies.jar)
        assert browser.get("/ops").is_success
    assert cookie.value
    return cookie.value


def _forms(secret: str) -> set[str]:
    """Return how a secret may be written, without what names its sort."""
    bare = secret.removeprefix("whsec_")
    in_base64 = base64.b64encode(bare.encode()).decode().rstrip("=")
    return {bare, quote(bare, safe=""), in_base64, bare[: len(bare) // 2], bare[len(bare) // 2 :]}
