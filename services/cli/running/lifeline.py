"""Pipes that tell a process that all of its keepers are gone, however they ended.

A pipe ends for its readers when the kernel has closed the last writing end, also after `kill -9`: no polling,
no process ids that may be somebody else's by now, the same on Linux and macOS.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Lifelines:
    """`of_services` ends with `newswire up`; `of_valkey` when the heirs of `hold_valkey` are gone as well."""

    of_services: int
    of_valkey: int
    hold_valkey: int


def open_lifelines() -> Lifelines:
    """Return the two pipes; their writing ends stay open as long as this process lives."""
    of_services, _ = os.pipe()
    of_valkey, hold_valkey = os.pipe()
    return Lifelines(of_services, of_valkey, hold_valkey)
