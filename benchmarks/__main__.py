"""Run all benchmarks, or the named ones: `make bench`, or `make bench BENCH="serving isolation"`.

Prints a table of each and puts it into `benchmarks/results.md`; exit code 1 says that a target was missed.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    accepting,
    applying,
    arrival,
    freshness,
    isolation,
    keeping,
    rendering,
    sending,
    serving,
)
from benchmarks.measuring import Report
from benchmarks.results import merged

RESULTS = Path(__file__).parent / "results.md"
BENCHMARKS: dict[str, Callable[[Report], None]] = {
    "rendering": rendering.run,
    "serving": serving.run,
    "accepting": accepting.run,
    "applying": applying.run,
    "freshness": freshness.run,
    "sending": sending.run,
    "arrival": arrival.run,
    "isolation": isolation.run,
    "keeping": keeping.run,
}


def main() -> None:
    """Run them one after the other; the sections of those that were not asked for stay as they were."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    if unknown := set(wanted) - BENCHMARKS.keys():
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    missed = [what for name in wanted for what in _run(name)]
    if missed:
        sys.exit(f"Missed: {'; '.join(missed)}.")


def _run(name: str) -> list[str]:
    """Run one, write its section at once, and return what it missed."""
    report = Report()
    BENCHMARKS[name](report)
    text = report.text()
    print(text)
    earlier = RESULTS.read_text() if RESULTS.exists() else ""
    RESULTS.write_text(merged(earlier, {name: text}, BENCHMARKS))
    return report.missed()


if __name__ == "__main__":
    main()
