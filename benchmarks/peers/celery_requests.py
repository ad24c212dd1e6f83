"""Celery with requests: `celery -A benchmarks.peers.celery_requests worker`; as a module it queues N tasks.

https://docs.celeryq.dev/en/stable/userguide/optimizing.html: results that nobody reads are ignored, and for
many short tasks the prefetch is high. Retries are those of its own documentation.
"""

import sys

import requests
from celery import Celery

from benchmarks.peers.webhook import BODY, BROKER, headers_for, new_id

app = Celery("webhooks", broker=BROKER.replace("unix://", "redis+socket://"))
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=64)
session = requests.Session()


@app.task(name="send", autoretry_for=(requests.RequestException,), retry_backoff=True)
def send(url: str, event_id: str, body: str) -> None:
    """Send one webhook."""
    content = body.encode()
    session.post(url, data=content, headers=headers_for(event_id, content), timeout=15).raise_for_status()


def main() -> None:
    """Queue so many tasks."""
    count, url = sys.argv[1:]
    with app.pool.acquire(block=True) as connection, app.amqp.Producer(connection) as producer:
        for _ in range(int(count)):
            send.apply_async((url, new_id(), BODY), producer=producer)


if __name__ == "__main__":
    main()
