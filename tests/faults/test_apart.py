"""Faults that destroy what is stored, or take what it needs: all goes on by itself, and says what is gone."""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from shared import keys
from shared.streams import GROUPS
from tests.faults.checks import Checks
from tests.faults.installation import INGEST_TOKEN, Installation, running
from tests.faults.sabotage import CLOCK_FILE, sabotaged, with_clock_of
from tests.faults.scene import Scale, Scene, a_scene
from tests.faults.waits import until, until_both_workers_read

_LARGE = "<p>" + "So much text that a small disk is soon full. " * 1500 + "</p>"
_HEADERS = {"Authorization": f"Bearer {INGEST_TOKEN}"}


async def publish(scene: Scene, count: int = 10) -> None:
    await scene.spare.publish_many([scene.spare.new_piece() for _ in range(count)])


async def all_is_done(scene: Scene) -> None:
    """Wait until everything has arrived, and it is written down that it has: nothing is in hand then."""
    steady, ledger = scene.partners["steady"], scene.ledger
    await until(lambda: ledger.accepted_at.keys() <= steady.first_arrivals.keys(), "all arrived")
    done, _, backlog = await scene.operator.worked_off(60)
    assert done, backlog


def said(scene: Scene, words: str) -> bool:
    return words in scene.installation.log.read_text()


async def nothing_is_lost(scene: Scene) -> None:
    """Fail unless feeds and partners have everything."""
    checks = Checks(scene.installation, scene.http, scene.ledger, scene.partners)
    for finding in (await checks.feeds_hold_what_was_accepted(), checks.partners_got_everything()):
        assert finding.kept, finding


async def held(scene: Scene) -> None:
    """Fail unless feeds and partners have everything, once."""
    await nothing_is_lost(scene)
    taken = Counter(hook.webhook_id for hook in scene.partners["steady"].hooks)
    assert set(taken.values()) == {1}


async def test_a_redis_that_was_emptied_is_said_so_and_all_goes_on(tmp_path: Path) -> None:
    async with a_scene(Scale(1, partitions=2), tmp_path) as scene:
        await publish(scene)
        await all_is_done(scene)
        await until_both_workers_read(scene.chaos.intruder.redis)
        await scene.chaos.intruder.redis.flushall()
        await until(lambda: said(scene, "Redis was emptied: all articles"), "it is said")
        await scene.installation.ready()
        scene.ledger.accepted_at.clear()
        scene.ledger.pieces.clear()
        for partner in scene.partners.values():
            partner.forget()
        await scene.operator.register(scene.partners.values())
        await publish(scene)
        await all_is_done(scene)
        await held(scene)


async def test_groups_that_were_deleted_are_made_anew_without_a_second_effect(tmp_path: Path) -> None:
    async with a_scene(Scale(1, partitions=2), tmp_path) as scene:
        await publish(scene)
        await all_is_done(scene)
        await until_both_workers_read(scene.chaos.intruder.redis)
        for partition in range(2):
            for group in GROUPS:
                await scene.chaos.intruder.redis.xgroup_destroy(keys.events(partition), group)
        await until(lambda: said(scene, "was deleted. A new start makes it anew"), "it is said")
        await publish(scene)
        await all_is_done(scene)
        await held(scene)


async def test_a_redis_that_is_full_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    async with a_scene(Scale(1, partitions=1), tmp_path) as scene:
        redis = scene.chaos.intruder.redis
        await publish(scene)
        await all_is_done(scene)
        await until_both_workers_read(scene.chaos.intruder.redis)
        pids = scene.installation.pids()
        await redis.config_set("maxmemory", 1)
        publishing = asyncio.create_task(publish(scene, 400))
        await until(lambda: scene.ledger.refusals >= 10, "it was refused often enough")
        async with scene.http.get(f"{scene.installation.feed}/readyz") as ready:
            assert ready.status == 503
            assert "refuses writes" in await ready.text()
        async with scene.http.get(f"{scene.installation.feed}/feeds/all.json") as feed:
            assert feed.status == 200
        await redis.config_set("maxmemory", 0)
        await publishing
        await all_is_done(scene)
        assert scene.installation.pids() == pids
        await held(scene)


async def test_clocks_that_are_set_forth_and_back_stop_nothing(tmp_path: Path) -> None:
    build = sabotaged(tmp_path / "build", with_clock_of(tmp_path))
    async with a_scene(Scale(1, partitions=1, build=build), tmp_path / "run") as scene:
        for offset in (0, 3600, 0, -3600, 0):
            (tmp_path / CLOCK_FILE).write_text(str(offset))
            await publish(scene)
            # What is scheduled by a clock that then goes back waits until that time comes again.
            await all_is_done(scene)
        # Leases end by the clock: one that jumps lets what is in hand be sent again.
        await nothing_is_lost(scene)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="to mount a small disk takes root")
async def test_a_full_disk_costs_nothing_and_is_got_over_when_there_is_room(tmp_path: Path) -> None:
    accepted: list[str] = []
    with small_disk(tmp_path / "disk", "24m") as disk:
        filler = disk / "filler"
        filler.write_bytes(b"x" * 12 * 1024 * 1024)
        installation = Installation(tmp_path / "run", proxied=False, data=disk / "data")
        async with running(installation), aiohttp.ClientSession(headers=_HEADERS) as http:
            refused = 0
            for number in range(2000):
                body = {"title": f"On a small disk {number}", "content_html": _LARGE}
                try:
                    async with http.post(f"{installation.ingest}/articles", json=body) as answer:
                        if answer.status == 202:
                            accepted.append((await answer.json())["id"])
                        else:
                            assert answer.status == 503
                            assert "Retry-After" in answer.headers
                            refused += 1
                except aiohttp.ClientConnectionError:
                    refused += 1
                if refused >= 5:
                    break
            assert accepted
            assert refused
            await until(lambda: "AOF" in installation.log.read_text(), "it is said")
            filler.unlink()
            await installation.ready()
            for article_id in accepted:
                async with http.get(f"{installation.ingest}/articles/{article_id}") as answer:
                    assert answer.status == 200, article_id
            async with http.post(f"{installation.ingest}/articles", json={"title": "Room again"}) as answer:
                assert answer.status == 202


async def test_a_file_without_its_end_is_said_so_and_all_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with a_scene(Scale(1, partitions=1, network=False), tmp_path) as scene:
        await publish(scene, 30)
        await all_is_done(scene)
    (file,) = (data / "valkey" / "appendonlydir").glob("*.incr.aof")
    os.truncate(file, file.stat().st_size - file.stat().st_size // 20 - 3)
    installation = Installation(tmp_path, proxied=False)
    async with running(installation), aiohttp.ClientSession(headers=_HEADERS) as http:
        await until(lambda: "short read" in installation.log.read_text(), "it is said")
        async with http.post(f"{installation.ingest}/articles", json={"title": "Afterwards"}) as answer:
            assert answer.status == 202
            article_id = (await answer.json())["id"]

        async def shown() -> list[str]:
            async with http.get(f"{installation.feed}/feeds/all.json") as feed:
                return [item["id"] for item in (await feed.json(content_type=None))["items"]]

        async with asyncio.timeout(60):
            while article_id not in await shown():  # noqa: ASYNC110 - other processes do the work
                await asyncio.sleep(0.1)
