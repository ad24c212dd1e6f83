"""`python -m tests.faults [--seed N]`: make a run, print its tables; exit code 1 when a promise broke."""

import argparse
import asyncio
import random
import sys

from tests.faults.run import run
from tests.faults.scene import Scale


def main() -> None:
    """Read the command line and make the run."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    option = parser.add_argument
    option(
        "--seed",
        type=int,
        default=random.SystemRandom().randrange(1_000_000),
        help="the same, the same faults",
    )
    option("--faults", type=int, default=Scale.faults, help="how many")
    option("--seconds", type=float, default=Scale.seconds, help="over which they are spread")
    option("--per-second", type=float, default=Scale.per_second, help="calls of the ingest API")
    option("--articles", type=int, default=Scale.articles, help="accepted before the calm of --soak ends")
    option(
        "--backlog", type=int, default=Scale.backlog, help="articles that wait for workers that stand still"
    )
    option("--soak", type=float, default=Scale.soak, help="seconds of load without faults, after them")
    option("--quick", action="store_true", help="without poison that takes a minute to be given up")
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}: {given.faults} faults in {given.seconds:g} s\n")
    sys.stdout.flush()
    scale = Scale(
        given.seed,
        faults=given.faults,
        seconds=given.seconds,
        per_second=given.per_second,
        backlog=given.backlog,
        articles=given.articles,
        soak=given.soak,
        poison=not given.quick,
    )
    findings = asyncio.run(run(scale))
    sys.exit(0 if all(found.kept for found in findings) else 1)


if __name__ == "__main__":
    main()
