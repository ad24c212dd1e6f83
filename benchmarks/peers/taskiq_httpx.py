"""taskiq with httpx: `taskiq worker benchmarks.peers.taskiq_httpx:broker`; as a module it queues N tasks.

https://taskiq-python.github.io/guide/: the broker of taskiq-redis that acknowledges, one client per process
made at its start, and the retries of its own middleware.
"""

import asyncio
import sys

import httpx
from taskiq import SimpleRetryMiddleware, TaskiqEvents, TaskiqState
from taskiq_redis import RedisStreamBroker

from benchmarks.peers.webhook import BODY, BROKER, headers_for, new_id

broker = RedisStreamBroker(url=BROKER).with_middlewares(SimpleRetryMiddleware(default_retry_count=9))


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def begin(state: TaskiqState) -> None:
    """Make the client that all tasks of this process share."""
    state.client = httpx.AsyncClient(timeout=15)


@broker.on_event(TaskiqEvents.WORKER_SHUTDOWN)
async def end(state: TaskiqState) -> None:
    """Close it."""
    await state.client.aclose()


@broker.task(task_name="send", retry_on_error=True)
async def send(url: str, event_id: str, body: str) -> None:
    """Send one webhook."""
    content = body.encode()
    answer = await broker.state.client.post(url, content=content, headers=headers_for(event_id, content))
    answer.raise_for_status()


async def main() -> None:
    """Queue so many tasks."""
    count, url = sys.argv[1:]
    await broker.startup()
    for _ in range(int(count)):
        await send.kiq(url, new_id(), BODY)
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
