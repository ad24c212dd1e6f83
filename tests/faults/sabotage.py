"""Builds that are wrong on purpose, as copies in a folder of their own: the harness must find them out.

The product has no switch for any of this; a copy of its code is changed in one place.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.faults.installation import ROOT


@dataclass(frozen=True)
class Sabotage:
    """One change of one file: the text to be found there exactly once, and what stands there instead."""

    file: str
    right: str
    wrong: str


ACKNOWLEDGE_FIRST = Sabotage(
    "services/feed/consume/batch.py",
    "        begun, started = self.clock.now(), time.perf_counter()\n",
    "        begun, started = self.clock.now(), time.perf_counter()\n"
    "        await self._acknowledge([read.entry for read in readable])\n",
)
EVERYSEC = Sabotage(
    "services/cli/running/valkey.py", '"--appendfsync", "always"', '"--appendfsync", "everysec"'
)
NO_RECLAIM = Sabotage(
    "services/feed/consume/reclaiming.py",
    "                await self._take_over(abandoned)\n",
    "                await asyncio.sleep(_PAUSE)\n",
)

CLOCK_FILE = "clock-offset"


def with_clock_of(folder: Path) -> Sabotage:
    """Return what makes a build's clocks go wrong by as many seconds as stand in a file of this folder."""
    path = folder / CLOCK_FILE
    path.write_text("0")
    return Sabotage(
        "shared/clock.py",
        "        return datetime.now(UTC)\n",
        "        from datetime import timedelta\n"
        "        from pathlib import Path\n"
        f"        return datetime.now(UTC) + timedelta(seconds=float(Path({str(path)!r}).read_text()))\n",
    )


def sabotaged(folder: Path, sabotage: Sabotage) -> Path:
    """Return a folder with a copy of the product's code in which this is changed."""
    for part in ("services", "shared"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / sabotage.file
    text = path.read_text()
    if text.count(sabotage.right) != 1:
        raise LookupError(f"{sabotage.file} has changed: mend the sabotage of it")
    path.write_text(text.replace(sabotage.right, sabotage.wrong))
    return folder
