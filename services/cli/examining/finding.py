"""What was found, and how bad it is: figures are judged here, apart from how they are come by. Pure."""

from dataclasses import dataclass
from enum import StrEnum

_GB = 1024**3


class Level(StrEnum):
    """How bad something is."""

    OK = "ok"
    NOTE = "note"
    """It could not be looked at, or need not be."""
    WARNING = "warning"
    """It works, and not for long or not well."""
    BAD = "bad"
    """Something is lost, refused or told to the wrong people; or soon will be."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `cure` says what to do, empty when there is nothing to do."""

    level: Level
    subject: str
    told: str
    cure: str = ""


def disk(free: int, total: int, where: str) -> Finding:
    """Judge what is left of a disk, in bytes."""
    told = f"{free / _GB:.1f} GB of {total / _GB:.1f} GB free at {where}"
    cure = "Make room, or move the data folder to a larger disk: a full one ends all accepting."
    if free < _GB or free < total * 0.03:
        return Finding(Level.BAD, "disk", told, cure)
    if free < 5 * _GB or free < total * 0.1:
        return Finding(Level.WARNING, "disk", told, cure)
    return Finding(Level.OK, "disk", told)


def memory(available: int, total: int) -> Finding:
    """Judge what is left of the machine's memory, in bytes."""
    told = f"{available / _GB:.1f} GB of {total / _GB:.1f} GB available"
    cure = "Give it more, or run less on it: Redis holds everything in memory, more while it rewrites."
    if available < total * 0.05:
        return Finding(Level.BAD, "memory", told, cure)
    return Finding(Level.WARNING if available < total * 0.15 else Level.OK, "memory", told, cure)


def fsync(median_seconds: float, where: str) -> Finding:
    """Judge how long the disk takes to make a write safe; each accepted article waits for one."""
    told = f"a write is safe after {median_seconds * 1000:.1f} ms at {where}"
    cure = "Put the data folder on a local disk, better an SSD with power-loss protection."
    if median_seconds > 0.1:  # noqa: PLR2004 - ten articles a second
        return Finding(Level.BAD, "fsync", told, cure)
    return Finding(Level.WARNING if median_seconds > 0.02 else Level.OK, "fsync", told, cure)  # noqa: PLR2004 - fifty


def write(median_seconds: float) -> Finding:
    """Judge how long Redis takes for one write, the way there and its own fsync included."""
    told = f"a write takes {median_seconds * 1000:.1f} ms"
    cure = "Look at its disk, its load and the way there; `SLOWLOG GET` and `LATENCY DOCTOR` tell more."
    if median_seconds > 0.5:  # noqa: PLR2004 - nothing works well any more
        return Finding(Level.BAD, "redis writes", told, cure)
    return Finding(Level.WARNING if median_seconds > 0.05 else Level.OK, "redis writes", told, cure)  # noqa: PLR2004 - twenty a second


def redis_memory(used: int, limit: int, *, of_machine: bool) -> Finding:
    """Judge how full Redis is, in bytes."""
    told = f"{used / _GB:.2f} GB used of {limit / _GB:.2f} GB {'of its machine' if of_machine else 'allowed'}"
    cure = "Raise maxmemory, or keep less (NEWSWIRE_KEEP_DELIVERED_DAYS): a full Redis refuses articles."
    share = used / limit if limit else 0.0
    if share > 0.9:  # noqa: PLR2004 - a tenth is left
        return Finding(Level.BAD, "redis memory", told, cure)
    return Finding(Level.WARNING if share > 0.7 else Level.OK, "redis memory", told, cure)  # noqa: PLR2004 - a rewrite may still fit


def clock(ahead_seconds: float) -> Finding:
    """Judge how far this machine's clock is before that of Redis."""
    way = "ahead of" if ahead_seconds > 0 else "behind"
    told = f"this machine is {abs(ahead_seconds):.1f} s {way} Redis"
    cure = (
        "Have both machines set their clocks by NTP: ages are told wrongly, and partners refuse signatures."
    )
    if abs(ahead_seconds) > 60:  # noqa: PLR2004 - receivers allow five minutes
        return Finding(Level.BAD, "clock", told, cure)
    if abs(ahead_seconds) > 2:  # noqa: PLR2004 - more than a slow answer
        return Finding(Level.WARNING, "clock", told, cure)
    return Finding(Level.OK, "clock", "this machine and Redis agree within two seconds")


def without_cure(finding: Finding) -> Finding:
    """Return the finding; one that is ok needs no cure."""
    return Finding(finding.level, finding.subject, finding.told) if finding.level is Level.OK else finding
