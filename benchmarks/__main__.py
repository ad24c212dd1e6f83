"""Run all benchmarks, or the named ones: `make bench`, or `make bench BENCH="serving isolation"`.

Prints a table of each and puts it into `benchmarks/results.md`; exit code 1 says that a target was missed.
With `BASE=revision` each is held against that revision instead (`comparing.py`), and only printed.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    accepting,
    applying,
    arrival,
    freshness,
    growth,
    isolation,
    keeping,
    rendering,
    sending,
    serving,
    starting,
)
from benchmarks.comparing import LONG, DoesNotRunError, compared
from benchmarks.measuring import Report
from benchmarks.results import merged
from benchmarks.revisions import commit_of, tree_at

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
    "growth": growth.run,
    "starting": starting.run,
    "keeping": keeping.run,
}


def main() -> None:
    """Run them one after the other; the sections of those that were not asked for stay as they were."""
    parser = ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--base", help="hold each against this revision")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - BENCHMARKS.keys():
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    if arguments.base is not None:
        _compare(arguments.names or [name for name in BENCHMARKS if name not in LONG], arguments.base)
        return
    wanted = arguments.names or list(BENCHMARKS)
    missed = [what for name in wanted for what in _run(name)]
    if missed:
        sys.exit(f"Missed: {'; '.join(missed)}.")


def _compare(names: list[str], base: str) -> None:
    """Print a table for each; one that does not run in both trees keeps no other from running."""
    failures = []
    with tree_at(commit_of(base)) as tree:
        for name in names:
            print(f"{name}, working tree beside {base}", flush=True)
            try:
                print(compared(name, base, tree), flush=True)
            except DoesNotRunError as error:
                failures.append(str(error))
    if failures:
        sys.exit("\n".join(failures))


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
