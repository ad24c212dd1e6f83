"""One run from its start to its findings."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import aiohttp

from tests.faults.chaos import Chaos
from tests.faults.checks import Checks, nothing_is_left
from tests.faults.installation import ADMIN_TOKEN, INGEST_TOKEN, ROOT, Installation, running
from tests.faults.ledger import Ledger
from tests.faults.operator import Operator
from tests.faults.outage import Outage
from tests.faults.partners import Partner, serving
from tests.faults.plan import FICKLE, Fault, Kind, counted, plan
from tests.faults.publishers import TOPICS, Load, Publisher
from tests.faults.reader import Reader
from tests.faults.recovery import Recovery
from tests.faults.reference import same_bytes
from tests.faults.report import Finding, fault_table, finding_table
from tests.faults.soak import Soak
from tests.faults.stream import StreamIntruder
from tests.faults.usage import at_rest

_BEGAN = time.monotonic()
_PUBLISHERS = 8
_SETTLING_SECONDS = 150.0
_LARGEST_BATCH, _PARAGRAPHS, _KEEP_DELIVERED_DAYS = 400, 4, 0.01
"""Of a run with very many articles, so that a million and what is delivered of them fit into memory."""
_PARTNER_TOPICS: tuple[tuple[str, ...], ...] = ((), (), ("Energy",), ("Trade", "Asia"))
_DISTURB_DELIVERIES = frozenset(Kind) - {Kind.PARTNER, Kind.STREAM}


@dataclass(frozen=True)
class Scale:
    """How much is done to an installation, and how many calls a second it must bear meanwhile."""

    seed: int
    faults: int = 30
    seconds: float = 40.0
    per_second: float = 40.0
    backlog: int = 2000
    poison: bool = True
    articles: int = 0
    """So many must be accepted by the end of the calm, however long that takes."""
    soak: float = 0.0
    """Seconds of load without faults, after the storm."""
    partitions: int = 2
    build: Path = ROOT
    network: bool = True


@dataclass
class Scene:
    """Everything that takes part in a run."""

    installation: Installation
    http: aiohttp.ClientSession
    ledger: Ledger
    partners: dict[str, Partner]
    publishers: list[Publisher]
    load: Load
    spare: Publisher
    """One more publisher, for what is done beside the load."""
    reader: Reader
    operator: Operator
    chaos: Chaos


@asynccontextmanager
async def a_scene(scale: Scale, folder: Path) -> AsyncIterator[Scene]:
    """Start an installation with its publishers, partners and reader; end all of it afterwards."""
    installation = Installation(
        folder,
        build=scale.build,
        partitions=scale.partitions,
        proxied=scale.network,
        keep_delivered_days=_KEEP_DELIVERED_DAYS if scale.articles else 30,
    )
    ledger = Ledger()
    partners = {"steady": Partner("steady")}
    partners |= {name: Partner(name, topics) for name, topics in zip(FICKLE, _PARTNER_TOPICS, strict=True)}
    headers = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    async with (
        running(installation),
        serving(list(partners.values())),
        aiohttp.ClientSession(headers=headers) as to_ingest,
        aiohttp.ClientSession() as http,
        installation.client() as redis,
    ):
        operator = Operator(http, installation.feed, ADMIN_TOKEN)
        await operator.register(partners.values())
        many = {"largest_batch": _LARGEST_BATCH, "paragraphs": _PARAGRAPHS} if scale.articles else {}
        *publishers, spare = [
            Publisher(f"p{scale.seed}-{n}", to_ingest, installation.ingest, ledger, _chance(scale, n), **many)
            for n in range(_PUBLISHERS + 1)
        ]
        selections = ("all", f"topic/{TOPICS[0].lower()}", "kind/commentary")
        intruder = StreamIntruder(redis, installation.redis_url, scale.partitions, _chance(scale, "stream"))
        yield Scene(
            installation,
            http,
            ledger,
            partners,
            publishers,
            Load(publishers, scale.per_second),
            spare,
            Reader(http, installation.feed, selections, ledger),
            operator,
            Chaos(installation, partners, intruder),
        )


def _chance(scale: Scale, whose: object) -> random.Random:
    """Return what is drawn from for one purpose: from the same seed, the same draws."""
    return random.Random(f"{scale.seed} {whose}")  # noqa: S311 - to be made again, not to be kept secret


def say(text: str) -> None:
    """Show how far the run is."""
    sys.stdout.write(f"{time.monotonic() - _BEGAN:6.1f} s  {text}\n")
    sys.stdout.flush()


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
    """Wait until everything has come to rest."""
    say("all is to be worked off")
    _, seconds, backlog = await scene.operator.worked_off(_SETTLING_SECONDS)
    return nothing_is_left(backlog, seconds)


async def calm(scene: Scene, seconds: float, articles: int) -> list[Finding]:
    """Go on publishing without faults, so long at least and until there are so many articles."""
    say("load without faults")
    scene.load.resume()
    found = await Soak(scene.installation, scene.http).finding(seconds)
    while len(scene.ledger.pieces) < articles:
        scene.load.check()
        await asyncio.sleep(1)
    scene.load.pause()
    return [found, await rest(scene)]


async def recover(scene: Scene, backlog: int) -> list[Finding]:
    """Measure how long it takes until work goes on, under load again."""
    say("how long does it take to recover?")
    scene.load.resume()
    steady = scene.partners["steady"]
    recovery = Recovery(scene.installation, scene.ledger, steady, scene.spare, scene.operator)
    findings = await recovery.findings(backlog)
    await scene.load.stop()
    return findings


async def held_against_the_promises(scene: Scene, folder: Path) -> list[Finding]:
    """Hold what there is in the end against the promises."""
    say("held against the promises")
    checks = Checks(scene.installation, scene.http, scene.ledger, scene.partners)
    chaos = scene.chaos
    killed = sum(fault.kind in _DISTURB_DELIVERIES for fault in chaos.done) + chaos.killed_by_poison
    backlog = await scene.operator.backlog()
    return [
        await checks.feeds_hold_what_was_accepted(),
        checks.no_call_was_answered_wrongly(),
        checks.partners_got_everything(),
        checks.one_webhook_id_for_each_event(),
        checks.duplicates_are_bounded(killed + Recovery.faults),
        checks.no_redirect_was_followed(),
        await checks.poison_is_set_aside(backlog, await chaos.intruder.poison()),
        await checks.the_backlog_is_true(backlog, chaos.intruder.redis),
        await same_bytes(scene.installation, chaos.intruder, scene.http, folder / "reference"),
    ]


async def findings_of(scene: Scene, scale: Scale, folder: Path) -> list[Finding]:
    """Make the run and return everything that was found."""
    faults = plan(
        scale.seed, faults=scale.faults, seconds=scale.seconds, network=scale.network, poison=scale.poison
    )
    await storm(scene, faults)
    findings = [await rest(scene)]
    if scale.soak:
        findings += await calm(scene, scale.soak, scale.articles)
    findings += await recover(scene, scale.backlog)
    findings += [await rest(scene), at_rest(scene.installation)]
    await scene.reader.stop()
    findings += await Outage(scene.installation, scene.http, scene.spare).findings()
    return findings + await held_against_the_promises(scene, folder)


async def run(scale: Scale) -> list[Finding]:
    """Make the run, show its tables, and return the findings."""
    with TemporaryDirectory(prefix="nw-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with a_scene(scale, folder / "run") as scene:
            findings = await findings_of(scene, scale, folder)
            show(scene, findings)
            if not all(found.kept for found in findings):
                kept = Path(gettempdir()) / f"newswire-faults-{scale.seed}.log"
                kept.write_text(scene.installation.log.read_text())
                say(f"a promise broke: what the processes said is in {kept}")
    return findings


def show(scene: Scene, findings: list[Finding]) -> None:
    """Print the tables."""
    reader = scene.reader
    sys.stdout.write(
        f"\n{fault_table({kind.value: count for kind, count in counted(scene.chaos.done).items()})}\n"
        f"poison killed a worker {scene.chaos.killed_by_poison} times; "
        f"{scene.chaos.missed} processes were down already\n"
        f"the reader: {reader.read} read, {reader.unchanged} unchanged, {reader.stale} stale, "
        f"{reader.refused} refused, {reader.unanswered} unanswered\n\n{finding_table(findings)}\n"
    )
