"""The harness finds out builds that are wrong, and finds nothing wrong with the right one."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.faults.checks import Checks, nothing_is_left
from tests.faults.installation import ROOT
from tests.faults.power_cut import survives
from tests.faults.proxy import Trap
from tests.faults.report import Finding
from tests.faults.sabotage import ACKNOWLEDGE_FIRST, EVERYSEC, NO_RECLAIM, Sabotage, sabotaged
from tests.faults.scene import Scale, Scene, a_scene
from tests.faults.waits import until, until_both_workers_read

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mkfs.ext4") is None, reason="a loop mount takes root and mkfs.ext4"
)
_WORKERS = {"worker", "worker-2"}
_ARTICLES = 60


async def kill_workers_at_an_acknowledgement(scene: Scene, *, arrives: bool) -> None:
    """Kill both workers while one of them acknowledges work; tell whether Redis still gets to know of it.

    An acknowledgement that does not arrive leaves the work in hand. One that does, its worker dead before
    it could do anything more, ends the work: whatever has no effect by then never has any.
    """
    proxy, sprung = scene.installation.proxy, asyncio.Event()
    assert proxy is not None

    def spring(_: int) -> bool:
        proxy.trap = None
        running = scene.installation.pids()
        for name in _WORKERS & running.keys():
            os.kill(running[name], signal.SIGKILL)
        sprung.set()
        return arrives

    await until(lambda: scene.installation.pids().keys() >= _WORKERS, "both workers run")
    proxy.trap = Trap(b"XACK", to_server=True, spring=spring)
    await scene.spare.publish_many([scene.spare.new_piece() for _ in range(_ARTICLES)])
    async with asyncio.timeout(60):
        await sprung.wait()


async def findings_of(build: Path, folder: Path, patience: float = 60) -> dict[str, bool]:
    async with a_scene(Scale(1, partitions=1, build=build), folder) as scene:
        await until_both_workers_read(scene.chaos.intruder.redis)
        await kill_workers_at_an_acknowledgement(scene, arrives=False)
        await kill_workers_at_an_acknowledgement(scene, arrives=True)
        _, seconds, backlog = await scene.operator.worked_off(patience)
        checks = Checks(scene.installation, scene.http, scene.ledger, scene.partners)
        found: dict[str, Finding] = {
            "rest": nothing_is_left(backlog, seconds),
            "feeds": await checks.feeds_hold_what_was_accepted(),
            "partners": checks.partners_got_everything(),
        }
    return {name: one.kept for name, one in found.items()}


async def test_the_right_build_loses_nothing_that_its_workers_had_in_hand(tmp_path: Path) -> None:
    assert await findings_of(ROOT, tmp_path / "run") == {"rest": True, "feeds": True, "partners": True}


async def test_a_build_that_acknowledges_first_is_found_out(tmp_path: Path) -> None:
    found = await findings_of(sabotaged(tmp_path / "build", ACKNOWLEDGE_FIRST), tmp_path / "run")
    assert not (found["feeds"] and found["partners"])


async def test_a_build_that_takes_nothing_over_is_found_out(tmp_path: Path) -> None:
    found = await findings_of(sabotaged(tmp_path / "build", NO_RECLAIM), tmp_path / "run", patience=25)
    assert not found["rest"]


@needs_root
async def test_the_right_build_loses_nothing_in_a_power_cut(tmp_path: Path) -> None:
    found = await survives(tmp_path, ROOT, seconds=2.5)
    assert found.kept, found.figures


@needs_root
async def test_a_build_that_flushes_every_second_is_found_out(tmp_path: Path) -> None:
    """More than one power cut: right after the flush of a second there is little to lose."""
    build = sabotaged(tmp_path / "build", EVERYSEC)
    for attempt, seconds in enumerate((2.5, 2.9, 3.3)):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        if not (await survives(folder, build, seconds)).kept:
            return
    pytest.fail("three power cuts cost nothing")


@pytest.mark.parametrize("sabotage", [ACKNOWLEDGE_FIRST, EVERYSEC, NO_RECLAIM], ids=lambda s: s.file)
def test_each_sabotage_still_fits_the_code(sabotage: Sabotage, tmp_path: Path) -> None:
    changed = sabotaged(tmp_path / "build", sabotage) / sabotage.file
    compile(changed.read_text(), str(changed), "exec")
