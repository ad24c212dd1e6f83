"""What a service's `/metrics` tells of its own process: memory, files, CPU time, and its loop's tasks."""

import asyncio
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric


class _TaskCollector:
    """Counts the tasks of the loop in which the metrics are asked for; none outside of one."""

    def collect(self) -> Iterator[Metric]:
        """Yield the gauge."""
        try:
            tasks = len(asyncio.all_tasks())
        except RuntimeError:
            tasks = 0
        yield GaugeMetricFamily("newswire_tasks", "Tasks of the process's event loop", value=tasks)


def describe_process(registry: CollectorRegistry) -> None:
    """Add all of it to a registry; where there is no /proc, the tasks alone."""
    ProcessCollector(registry=registry)
    registry.register(_TaskCollector())
