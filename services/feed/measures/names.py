"""What is counted and timed, and under which names it stands in the tally. Few, and bounded. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.feed.measures.histogram import Buckets


class Reached(StrEnum):
    """What the time of an article is measured to, from the moment it was accepted."""

    FEED = "feed"
    """It stands in its feeds: whoever asks from now on gets it."""
    PARTNER = "partner"
    """A partner's endpoint took it, at whatever attempt. Replays are not measured."""


@dataclass(frozen=True)
class Totals:
    """Everything that was ever counted, by all processes together, since the store was begun."""

    latencies: Mapping[str, Buckets] = field(default_factory=dict)
    """By what was reached."""
    latency_sums_ms: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Entries acknowledged after their effects were stored, by partition and group."""
    redelivered: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Entries handed out once more because whoever had them did not finish, by partition and group."""
    given_up: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Entries that became dead letters, by partition and group."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    """Attempts of deliveries, by what came of them."""


def latency(reached: Reached, bucket: int) -> str:
    """Return the name of a bucket of latencies."""
    return f"latency:{reached}:{bucket}"


def latency_sum(reached: Reached) -> str:
    """Return the name of the sum of the latencies (ms)."""
    return f"latency-sum:{reached}"


def entries(what: str, partition: int, group: str) -> str:
    """Return the name of a count of entries: `applied`, `redelivered` or `given_up`."""
    return f"{what}:{partition}:{group}"


def attempts(outcome: str) -> str:
    """Return the name of a count of attempts."""
    return f"attempts:{outcome}"


def totals(tally: Mapping[bytes, bytes]) -> Totals:
    """Return what stands in the tally; names of another version are passed over."""
    latencies: dict[str, dict[int, int]] = {}
    sums: dict[str, int] = {}
    by_group: dict[str, dict[tuple[int, str], int]] = {"applied": {}, "redelivered": {}, "given_up": {}}
    tried: dict[str, int] = {}
    for name, count in tally.items():
        match name.decode().split(":"):
            case ["latency", reached, bucket]:
                latencies.setdefault(reached, {})[int(bucket)] = int(count)
            case ["latency-sum", reached]:
                sums[reached] = int(count)
            case [what, partition, group] if what in by_group:
                by_group[what][int(partition), group] = int(count)
            case ["attempts", outcome]:
                tried[outcome] = int(count)
    return Totals(latencies=latencies, latency_sums_ms=sums, attempts=tried, **by_group)
