"""Which faults a run makes, and when: all of it follows from the seed, so that a run can be made again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is done; in the table each kind has a line."""

    KILL = "kill -9"
    TERMINATE = "SIGTERM"
    FREEZE = "SIGSTOP, SIGCONT"
    CUT = "connections closed"
    RESET = "connections reset"
    HALF_OPEN = "connections half open"
    SILENT = "Redis silent"
    SLOW = "Redis slow"
    REFUSE = "Redis refuses connections"
    PARTNER = "partner misbehaves"
    STREAM = "entry put on the stream"


class Misbehaviour(StrEnum):
    """What a partner does instead of saying 204."""

    HANG = "hang"
    DRIP = "drip"
    RESET = "reset"
    SERVER_ERROR = "500"
    TOO_MANY = "429"
    GONE = "410"
    REDIRECT = "redirect"
    FLOOD = "10 MB"


class Intruder(StrEnum):
    """What is put on the stream beside what ingest put there."""

    UNREADABLE = "unreadable"
    REPEATED = "repeated"
    OUTDATED = "outdated"
    RAISING = "raising"
    KILLING = "killing"


PROCESSES = ("ingest", "web", "worker", "worker-2", "valkey")
FICKLE = ("fickle-1", "fickle-2", "fickle-3", "fickle-4")
"""The partners that misbehave; the one beside them never does."""

_NETWORK = (Kind.CUT, Kind.RESET, Kind.HALF_OPEN, Kind.SILENT, Kind.SLOW, Kind.REFUSE)
_INTRUDERS = (Intruder.UNREADABLE, Intruder.REPEATED, Intruder.OUTDATED)
_WEIGHTS = {"process": 12, "network": 6, "partner": 6, "stream": 4}
_SIGNALS = (Kind.KILL, Kind.KILL, Kind.TERMINATE, Kind.FREEZE)


@dataclass(frozen=True)
class Fault:
    """`at` is in seconds since the first one may come; `seconds` is how long it lasts, where it lasts."""

    at: float
    kind: Kind
    target: str
    seconds: float


def plan(seed: int, *, faults: int, seconds: float, network: bool = True, poison: bool = True) -> list[Fault]:
    """Return the faults in the order of their times; first poison, that before which takes longest.

    Without `network` nothing is done that needs the proxy. Without `poison` nothing is put on the stream that
    is tried five times, which takes more than a minute: only what is seen to be unreadable at once.
    """
    chance = random.Random(f"plan {seed}")  # noqa: S311 - to be made again, not to be kept secret
    tried_often = (Intruder.KILLING, Intruder.RAISING) if network else (Intruder.RAISING,)
    poisons = (*(tried_often if poison else ()), Intruder.UNREADABLE)
    first = [Fault(0.5 * n, Kind.STREAM, one, 0) for n, one in enumerate(poisons)]
    times = sorted(chance.uniform(1.0, seconds) for _ in range(max(0, faults - len(first))))
    return first + [_fault(chance, at, network=network) for at in times]


def _fault(chance: random.Random, at: float, *, network: bool) -> Fault:
    sorts = [sort for sort in _WEIGHTS if network or sort != "network"]
    (sort,) = chance.choices(sorts, [_WEIGHTS[sort] for sort in sorts])
    if sort == "process":
        kind = chance.choice(_SIGNALS)
        longest = 7.0 if kind is Kind.FREEZE else 0.0
        return Fault(at, kind, chance.choice(PROCESSES), chance.uniform(0.2, longest) if longest else 0.0)
    if sort == "network":
        return Fault(at, chance.choice(_NETWORK), "", chance.uniform(0.3, 4.0))
    if sort == "partner":
        how = chance.choice(list(Misbehaviour))
        return Fault(at, Kind.PARTNER, f"{chance.choice(FICKLE)} {how}", chance.uniform(1.0, 10.0))
    return Fault(at, Kind.STREAM, chance.choice(_INTRUDERS), 0)


def counted(faults: Sequence[Fault]) -> dict[Kind, int]:
    """Return how many there are of each kind."""
    return {kind: sum(fault.kind is kind for fault in faults) for kind in Kind}
