"""Makes sure that a task which was cancelled ends, whatever swallowed the cancellation on its way.

redis-py writes each command through `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that
arrives as the write ends (python/cpython#86296). A loop of Redis commands would then run on for ever, and
whoever waits for its end with it.
"""

import asyncio


def heed_cancellation() -> None:
    """Raise `CancelledError` when the current task was asked to end; call it once per round of a loop."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
