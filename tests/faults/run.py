"""One run from its start to its findings."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from tests.faults.checks import Checks, nothing_is_left
from tests.faults.operator import work_left
from tests.faults.outage import Outage
from tests.faults.plan import Fault, Kind, counted, plan
from tests.faults.progress import say, telling
from tests.faults.recovery import Recovery
from tests.faults.reference import same_bytes
from tests.faults.report import Finding, fault_table, finding_table
from tests.faults.scene import Scale, Scene, a_scene
from tests.faults.soak import Soak
from tests.faults.strain import Strain, strain
from tests.faults.usage import at_rest

_SETTLING_SECONDS = 150.0
"""In which something must get less: poison is tried five times, and nothing is seen of that meanwhile."""
_DISTURB_DELIVERIES = frozenset(Kind) - {Kind.PARTNER, Kind.STREAM}


async def storm(scene: Scene, faults: list[Fault]) -> None:
    """Publish and read while the faults happen; then let everybody behave again."""
    say("started; the first articles")
    for publisher in scene.publishers:
        await publisher.publish_many([publisher.new_piece() for _ in range(6)])
    await scene.operator.worked_off(30)
    scene.reader.start()
    say("faults begin")
    scene.chaos.arm()
    scene.load.start()
    await scene.chaos.run(faults)
    scene.load.pause()
    for partner in scene.partners.values():
        partner.behave()
    await scene.operator.resume_all(scene.partners.values())


async def rest(scene: Scene) -> Finding:
    """Wait until everything has come to rest, which takes the longer the more there is to be delivered."""
    say(f"all is to be worked off: {work_left(await scene.operator.backlog()):,.0f} deliveries at most")
    _, seconds, backlog = await scene.operator.worked_off(_SETTLING_SECONDS)
    return nothing_is_left(backlog, seconds)


async def calm(scene: Scene, seconds: float, articles: int) -> AsyncIterator[Finding]:
    """Go on publishing without faults, so long at least and until there are so many articles."""
    say("load without faults")
    scene.load.resume()
    yield await Soak(scene.installation, scene.http).finding(seconds)
    while len(scene.ledger.pieces) < articles:
        scene.load.check()
        await asyncio.sleep(1)
    scene.load.pause()
    yield await rest(scene)


async def recover(scene: Scene, backlog: int) -> AsyncIterator[Finding]:
    """Measure how long it takes until work goes on, under load again."""
    say("how long does it take to recover?")
    steady = scene.partners["steady"]
    recovery = Recovery(scene.installation, scene.ledger, steady, scene.spare, scene.operator, scene.load)
    async for finding in recovery.findings(backlog):
        yield finding
    await scene.load.stop()
    yield await rest(scene)
    yield at_rest(scene.installation)


async def held_against_the_promises(scene: Scene, folder: Path) -> AsyncIterator[Finding]:
    """Hold what there is in the end against the promises."""
    say("held against the promises")
    checks = Checks(scene.installation, scene.http, scene.ledger, scene.partners)
    chaos = scene.chaos
    killed = sum(fault.kind in _DISTURB_DELIVERIES for fault in chaos.done) + chaos.killed_by_poison
    # Redis was away a moment ago: until that is got over there are no numbers.
    _, _, backlog = await scene.operator.worked_off(_SETTLING_SECONDS)
    yield await checks.feeds_hold_what_was_accepted()
    yield checks.no_call_was_answered_wrongly()
    yield checks.partners_got_everything()
    yield checks.one_webhook_id_for_each_event()
    yield checks.duplicates_are_bounded(killed + Recovery.faults)
    yield checks.no_redirect_was_followed()
    yield await checks.poison_is_set_aside(backlog, await chaos.intruder.poison())
    yield await checks.the_backlog_is_true(backlog, chaos.intruder.redis)
    yield await same_bytes(scene.installation, chaos.intruder, scene.http, folder / "reference")


async def findings_of(scene: Scene, scale: Scale, folder: Path) -> AsyncIterator[Finding]:
    """Make the run and yield everything that is found, as soon as it is."""
    faults = plan(
        scale.seed, faults=scale.faults, seconds=scale.seconds, network=scale.network, poison=scale.poison
    )
    await storm(scene, faults)
    yield await rest(scene)
    if scale.soak:
        async for finding in calm(scene, scale.soak, scale.articles):
            yield finding
    async for finding in recover(scene, scale.backlog):
        yield finding
    await scene.reader.stop()
    for finding in await Outage(scene.installation, scene.http, scene.spare).findings():
        yield finding
    async for finding in held_against_the_promises(scene, folder):
        yield finding


async def run(scale: Scale) -> list[Finding]:
    """Make the run, show its tables, and return the findings; a run that fails shows what it had found."""
    findings: list[Finding] = []
    ended = False
    with TemporaryDirectory(prefix="nw-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with a_scene(scale, folder / "run") as scene, telling(scene.ledger), strain() as machine:
            try:
                async for finding in findings_of(scene, scale, folder):
                    findings.append(finding)  # noqa: PERF401 - keeps what was found before a failure
                ended = True
            finally:
                show(scene, findings, machine)
                if not ended or not all(found.kept for found in findings):
                    kept = Path(gettempdir()) / f"newswire-faults-{scale.seed}.log"
                    shutil.copyfile(scene.installation.log, kept)
                    what = "a promise broke" if ended else "the run did not come to its end"
                    say(f"{what}: what the processes said is in {kept}")
    return findings


def show(scene: Scene, findings: list[Finding], machine: Strain) -> None:
    """Print the tables."""
    reader = scene.reader
    sys.stdout.write(
        f"\n{fault_table({kind.value: count for kind, count in counted(scene.chaos.done).items()})}\n"
        f"poison killed a worker {scene.chaos.killed_by_poison} times; "
        f"{scene.chaos.missed} processes were down already\n"
        f"the reader: {reader.read} read, {reader.unchanged} unchanged, {reader.stale} stale, "
        f"{reader.refused} refused, {reader.unanswered} unanswered\n"
        f"the machine: {machine.factor:.1f} times slower than at its best\n\n{finding_table(findings)}\n"
    )
