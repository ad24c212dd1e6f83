"""Everything that takes part in a run: an installation, and all that is done to it and asked of it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.faults.chaos import Chaos
from tests.faults.installation import ADMIN_TOKEN, INGEST_TOKEN, ROOT, Installation, running
from tests.faults.ledger import Ledger
from tests.faults.operator import Operator
from tests.faults.partners import Partner, serving
from tests.faults.plan import FICKLE
from tests.faults.publishers import TOPICS, Load, Publisher
from tests.faults.reader import Reader
from tests.faults.stream import StreamIntruder

_PUBLISHERS = 8
_LARGEST_BATCH, _PARAGRAPHS, _KEEP_DELIVERED_DAYS = 400, 4, 0.01
"""Of a run with very many articles, so that a million and what is delivered of them fit into memory."""
_PARTNER_TOPICS: tuple[tuple[str, ...], ...] = ((), (), ("Energy",), ("Trade", "Asia"))


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
        load = Load(publishers, scale.per_second)
        reader = Reader(http, installation.feed, selections, ledger)
        chaos = Chaos(installation, partners, intruder)
        try:
            yield Scene(
                installation, http, ledger, partners, publishers, load, spare, reader, operator, chaos
            )
        finally:
            load.cancel()
            await reader.stop()


def _chance(scale: Scale, whose: object) -> random.Random:
    """Return what is drawn from for one purpose: from the same seed, the same draws."""
    return random.Random(f"{scale.seed} {whose}")  # noqa: S311 - to be made again, not to be kept secret
