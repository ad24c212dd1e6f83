"""Run all benchmarks, or the named ones: `python -m benchmarks [serving] [isolation] …`.

Prints one table and writes it to `benchmarks/results.md`. Figures depend on the machine; the ratios are what
counts, since every row was measured in turn with the one beside it.
"""

import sys
from pathlib import Path

from benchmarks import freshness, isolation, rendering, serving
from benchmarks.measuring import Report

RESULTS = Path(__file__).parent / "results.md"
BENCHMARKS = {
    "rendering": rendering.run,
    "serving": serving.run,
    "freshness": freshness.run,
    "isolation": isolation.run,
}


def main() -> None:
    """Run them one after the other; what was not asked for is left out of the results."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    if unknown := set(wanted) - BENCHMARKS.keys():
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    report = Report()
    for name in wanted:
        BENCHMARKS[name](report)
    text = report.text()
    print(text)
    RESULTS.write_text(text)


if __name__ == "__main__":
    main()
