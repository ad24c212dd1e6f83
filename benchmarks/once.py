"""One round of one benchmark in the tree that is the current folder: `python -m benchmarks.once NAME FILE`.

Its rows go into the file as JSON; `comparing.py` starts this in one tree and the other.
"""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import services
from benchmarks.measuring import Report


def main() -> None:
    """Run it; what it measures must be this tree, and not the one that is installed."""
    name, file = sys.argv[1:]
    if Path(services.__file__ or "").parents[1] != Path.cwd():
        raise AssertionError(f"not this tree, but {services.__file__}")
    report = Report()
    import_module(f"benchmarks.{name}").run(report)
    Path(file).write_text(json.dumps([asdict(row) for row in report.rows]))


if __name__ == "__main__":
    main()
