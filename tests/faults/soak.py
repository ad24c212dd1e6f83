"""A long stretch of load without faults: what the processes hold must not grow with time."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

import aiohttp

from tests.faults.installation import Installation
from tests.faults.processes import footprint
from tests.faults.report import Finding

_SAMPLES = 120
_TASKS = "newswire_tasks "
_MOST_GROWTH, _FREE_MEBIBYTES, _FREE_COUNT = 0.05, 8.0, 4
"""From the second quarter to the last one; allocators and pools of connections breathe a little."""


@dataclass
class Soak:
    """Watches what every process of ours holds. Valkey holds the articles, so its memory is told apart."""

    installation: Installation
    http: aiohttp.ClientSession
    _series: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def finding(self, seconds: float) -> Finding:
        """Watch for so long and tell whether anything grew."""
        began = time.monotonic()
        for number in range(_SAMPLES):
            await asyncio.sleep(max(0.0, began + number * seconds / _SAMPLES - time.monotonic()))
            await self._sample()
        quarter = _SAMPLES // 4
        change = {
            name: (median(values[quarter : 2 * quarter]), median(values[-quarter:]))
            for name, values in self._series.items()
            if len(values) == _SAMPLES
        }
        grown = [name for name, (early, late) in change.items() if late > early + _allowed(name, early)]
        whole = self._series.keys() == change.keys()
        return Finding(
            f"in {seconds / 60:.0f} minutes of load memory, sockets, threads and tasks do not grow",
            whole and not grown,
            ", ".join(f"{name} {early:.0f} → {late:.0f}" for name, (early, late) in change.items())
            + ("" if whole else "; a process was started anew or did not answer"),
        )

    async def _sample(self) -> None:
        for name, pid in self.installation.pids().items():
            if name == "valkey" or (used := footprint(pid)) is None:
                continue
            self._series[f"{name} MiB"].append(used.memory)
            self._series[f"{name} sockets"].append(used.sockets)
            self._series[f"{name} threads"].append(used.threads)
        for name, url in (("ingest", self.installation.ingest), ("web", self.installation.feed)):
            try:
                async with self.http.get(f"{url}/metrics") as answer:
                    lines = (await answer.text()).splitlines()
            except (aiohttp.ClientError, TimeoutError):
                continue  # the series is not whole then, which the finding tells
            told = [float(line.removeprefix(_TASKS)) for line in lines if line.startswith(_TASKS)]
            self._series[f"{name} tasks"] += told


def _allowed(name: str, early: float) -> float:
    return _MOST_GROWTH * early + (_FREE_MEBIBYTES if name.endswith("MiB") else _FREE_COUNT)
