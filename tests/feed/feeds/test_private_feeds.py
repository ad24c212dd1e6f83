"""Private feeds: under a token that can be rotated and revoked, and nowhere else."""

import gzip
import json
import re
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.conftest import ValkeyServer
from tests.feed.feeds.own_feed_api import BASE, UNKNOWN, Api, own_feed_api


@pytest.fixture
async def api(redis: Redis) -> AsyncIterator[Api]:
    async with own_feed_api(redis) as made:
        yield made


async def test_a_public_feed_has_no_token(api: Api) -> None:
    await api.add()
    await api.call("POST", "/digest/rotate-token", status=409)
    await api.call("POST", "/digest/revoke-token", status=409)


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
async def test_a_private_feed_stands_under_its_token_and_names_no_other_address(api: Api, form: str) -> None:
    await api.publish("a")
    feed = await api.add("partners", private=True, title="For partners")
    url = feed["urls"][form]
    assert re.fullmatch(rf"{BASE}/feeds/private/[\w-]{{43}}/partners\.{form}", url)
    answer = await api.read(url)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert url in answer.text
    assert "custom/partners" not in answer.text
    again = await api.read(url, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-store")
    asked = await api.client.head(url)
    assert (asked.status_code, asked.content) == (200, b"")
    assert (await api.client.post(url)).status_code == 405


async def test_a_private_feed_is_compressed_on_request(api: Api) -> None:
    await api.publish("a")
    url = (await api.add(private=True))["urls"]["json"]
    async with api.client.stream(
        "GET", url.removeprefix(BASE), headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["feed_url"] == url


async def test_a_private_feed_shows_nowhere_else(api: Api, redis: Redis) -> None:
    await api.publish("a", url=None)
    feed = await api.add("hidden", private=True, title="Hush")
    token = feed["urls"]["rss"].split("/")[-2]
    for form in feed["urls"].values():
        assert (await api.read(form)).status_code == 200
    for path in ("/", "/?q=h", "/feeds.opml", "/feeds/all.atom", "/articles/a"):
        answer = await api.read(path)
        assert answer.status_code == 200
        for secret in ("hidden", "Hush", "private/", token):
            assert secret not in answer.text
            assert secret not in str(answer.headers)
    for row in (await api.call("GET", ""))["feeds"]:
        assert row["urls"] if row["selection"] != "private/hidden" else row["private"]
        assert token not in str(row)
    assert token not in str(await api.call("GET", "/hidden"))
    for path in ("/feeds/private/hidden.rss", "/feeds/custom/hidden.rss", "/feeds/hidden.rss"):
        assert (await api.read(path)).status_code == 404
    # Neither is the token found in the store.
    kept = [await redis.dump(key) async for key in redis.scan_iter()]
    assert kept
    assert not any(token.encode() in (value or b"") for value in kept)


async def test_a_wrong_token_learns_nothing(api: Api) -> None:
    await api.add("digest")
    feed = await api.add("hidden", private=True)
    token = feed["urls"]["rss"].split("/")[-2]
    unknown = await api.read(UNKNOWN)
    assert unknown.status_code == 404
    assert unknown.headers["cache-control"] == "private, no-store"
    for path in (
        "/feeds/private/wrong/hidden.rss",
        f"/feeds/private/{token[:-1]}/hidden.rss",
        f"/feeds/private/{token}/digest.rss",
        f"/feeds/private/{token}/hidden.xml",
        f"/feeds/private/{token}/other.rss",
        f"/feeds/private/{token}/hidden/archive/1~a.rss",
        "/feeds/private/%20/hidden.rss",
    ):
        answer = await api.read(path)
        assert (answer.status_code, answer.content) == (404, unknown.content)
        assert dict(answer.headers) == dict(unknown.headers)


async def test_a_rotated_token_ends_the_old_address_at_once_and_a_revoked_one_all(api: Api) -> None:
    await api.publish("a")
    old = (await api.add(private=True))["urls"]["json"]
    assert await api.ids_at(old) == ["a"]
    rotated = await api.call("POST", "/digest/rotate-token")
    new = rotated["urls"]["json"]
    assert (await api.read(old)).status_code == 404
    assert await api.ids_at(new) == ["a"]
    assert (await api.read(new)).json()["feed_url"] == new

    revoked = await api.call("POST", "/digest/revoke-token")
    assert (revoked["reachable"], revoked["urls"]) == (False, {})
    assert (await api.read(new)).status_code == 404
    assert (await api.call("GET", "/digest"))["reachable"] is False
    again = await api.call("POST", "/digest/rotate-token")
    assert await api.ids_at(again["urls"]["json"]) == ["a"]


async def test_a_removed_private_feed_does_not_lend_its_token_to_the_next_of_its_name(api: Api) -> None:
    old = (await api.add(private=True))["urls"]["json"]
    await api.call("DELETE", "/digest", status=204)
    new = (await api.add(private=True))["urls"]["json"]
    assert (await api.read(old)).status_code == 404
    assert (await api.read(new)).status_code == 200


async def test_the_archive_of_a_private_feed_stands_under_its_token_too(api: Api) -> None:
    await api.publish(*(f"a-{number:03}" for number in range(70)))
    url = (await api.add(private=True, entries=10))["urls"]["json"]
    seen: list[str] = []
    here: str | None = url
    while here:
        assert here.startswith(url.removesuffix(".json"))
        answer = await api.read(here)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        document = answer.json()
        seen += [item["id"].rpartition(":")[2] for item in document["items"]]
        here = document.get("next_url")
    assert sorted(seen) == [f"a-{number:03}" for number in range(70)]
    await api.call("POST", "/digest/rotate-token")
    assert (await api.read(url.replace(".json", "/archive/1~a.json"))).status_code == 404


async def test_without_the_store_a_private_feed_is_not_given_out_nor_its_address_logged(
    api: Api, valkey: ValkeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    await api.publish("a")
    url = (await api.add(private=True))["urls"]["rss"]
    assert (await api.read(url)).status_code == 200
    valkey.kill()
    assert (await api.read(url)).status_code == 503
    body = {"name": "another"}
    await api.call("POST", "", body, status=503)
    told = capsys.readouterr()
    assert "redis.unavailable" in told.out + told.err
    assert url.split("/private/")[1].split("/")[0] not in told.out + told.err
