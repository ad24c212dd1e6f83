"""The working tree beside another revision: `make bench BASE=main`, with `BENCH` for some benchmarks only.

Compared are the services, and what the benchmarks import of them and of their tests: as they stand in the
working tree, committed or not, and as they were in the revision. The benchmarks themselves, the peers and all
packages are the working tree's in both. A run of one round in each tree is a pair; there are as many pairs as
a benchmark has rounds, and the tree that began one comes second in the next. Peers that have rows of
their own, as with `serving`, show how quiet the machine was.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.measuring import ROUNDS, ROUNDS_VARIABLE, Row, figure_text
from benchmarks.revisions import ROOT

LONG = frozenset({"growth", "keeping", "starting"})
"""Those whose single run takes minutes; they are compared only when they are named."""

_SHOWN = 300
"""Characters of an error, which may quote all that a process has said."""


class DoesNotRunError(Exception):
    """A benchmark does not run in one of the trees, such as one with other modules than it imports."""


def compared(name: str, base: str, tree: Path) -> str:
    """Run one benchmark in both trees, in turn, and return the table; `base` is the other tree's name."""
    here: list[list[Row]] = []
    there: list[list[Row]] = []
    for number in range(ROUNDS):
        print(f"  pair {number + 1} of {ROUNDS}", file=sys.stderr)
        turns = [(ROOT, "the working tree", here), (tree, base, there)]
        for folder, called, runs in turns if number % 2 == 0 else reversed(turns):
            runs.append(_once(name, folder, called))
    return table(base, here, there)


def table(base: str, here: Sequence[Sequence[Row]], there: Sequence[Sequence[Row]]) -> str:
    """Return the medians of both, their ratio, and the lowest and highest ratio of a pair, as Markdown."""
    lines = [["what", "working tree", base, "ratio", "in each pair"], ["---"] * 5]
    for number in _distinct(here[0]):
        row = here[0][number]
        pairs = [
            (mine[number].figure, theirs[number].figure) for mine, theirs in zip(here, there, strict=True)
        ]
        mine, theirs = (median(figures) for figures in zip(*pairs, strict=True))
        ratios = [a / b for a, b in pairs if b]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}" if ratios else ""
        figures = [f"{figure_text(figure)} {row.unit}" for figure in (mine, theirs)]
        lines.append([row.what, *figures, f"{mine / theirs:.2f}" if theirs else "", spread])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _distinct(rows: Iterable[Row]) -> list[int]:
    """Return the numbers of the rows, without those that hold the same figure beside another peer."""
    first: dict[tuple[float, str], int] = {}
    for number, row in enumerate(rows):
        first.setdefault((row.figure, row.unit), number)
    return list(first.values())


def _once(name: str, folder: Path, called: str) -> list[Row]:
    with tempfile.NamedTemporaryFile(prefix="nw-rows-") as file:
        command = [sys.executable, "-m", "benchmarks.once", name, file.name]
        environment = os.environ | {ROUNDS_VARIABLE: "1"}
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = (done.stderr.strip() or "nothing was said").splitlines()[-1]
            raise DoesNotRunError(f"{name} does not run with the code of {called}: {last[:_SHOWN]}")
        return [Row(**row) for row in json.loads(Path(file.name).read_text())]
