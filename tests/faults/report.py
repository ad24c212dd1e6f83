"""What a run came to, as tables for people: the faults that were made, and each promise with its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One promise: whether it was kept, and the figures that show it."""

    promise: str
    kept: bool
    figures: str


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows with their columns aligned."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def fault_table(counts: Mapping[str, int]) -> str:
    """Return how many faults of each kind there were."""
    return table([("fault", "made"), *((kind, str(count)) for kind, count in counts.items() if count)])


def finding_table(findings: Sequence[Finding]) -> str:
    """Return every promise with its figures."""
    rows = [(found.promise, "kept" if found.kept else "BROKEN", found.figures) for found in findings]
    return table([("promise", "", "figures"), *rows])
