"""The harness finds out builds that are wrong, and finds nothing wrong with the right one."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.faults.checks import Checks, nothing_is_left
from tests.faults.installation import ROOT
from tests.faults.power_cut import survives
from tests.faults.report import Finding
from tests.faults.scene import Scale, Scene, a_scene
from tests.faults.sabotage import ACKNOWLEDGE_FIRST, EVERYSEC, NO_RECLAIM, Sabotage, sabotaged
from tests.faults.waits import entries_read, until, until_both_workers_read, until_more_is_read

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mkfs.ext4") is None, reason="a loop mount takes root and mkfs.ext4"
)
_WORKERS = {"worker", "worker-2"}
_ROUNDS, _ARTICLES = 2, 60


async def kill_workers_with_work_in_hand(scene: Scene) -> None:
    """Make Redis slow, so that work takes its time, and kill the workers as soon as they have begun."""
    proxy, redis = scene.installation.proxy, scene.chaos.intruder.redis
    assert proxy is not None
    await until_both_workers_read(redis)
    for _ in range(_ROUNDS):
        await until(lambda: scene.installation.pids().keys() >= _WORKERS, "both workers run")
        before = await entries_read(redis)
        proxy.delay = 0.02
        await scene.spare.publish_many([scene.spare.new_piece() for _ in range(_ARTICLES)])
        await until_more_is_read(redis, before)
        for name in _WORKERS:
            os.kill(scene.installation.pids()[name], signal.SIGKILL)
        proxy.delay = 0.0


async def findings_of(build: Path, folder: Path, patience: float = 60) -> dict[str, bool]:
    async with a_scene(Scale(1, partitions=1, build=build), folder) as scene:
        await kill_workers_with_work_in_hand(scene)
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
