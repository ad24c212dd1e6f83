"""dramatiq with requests: `dramatiq benchmarks.peers.dramatiq_requests`; as a module it queues N messages.

https://dramatiq.io/guide.html; the threads of a process stay eight, as it comes.
"""

import sys
import threading

import dramatiq
import requests
from dramatiq.brokers.redis import RedisBroker

from benchmarks.peers.webhook import BODY, BROKER, headers_for, new_id

dramatiq.set_broker(RedisBroker(url=BROKER))
_of_thread = threading.local()


def _session() -> requests.Session:
    if not hasattr(_of_thread, "session"):
        _of_thread.session = requests.Session()
    session: requests.Session = _of_thread.session
    return session


@dramatiq.actor(max_retries=9)
def send(url: str, event_id: str, body: str) -> None:
    """Send one webhook."""
    content = body.encode()
    _session().post(url, data=content, headers=headers_for(event_id, content), timeout=15).raise_for_status()


def main() -> None:
    """Queue so many messages."""
    count, url = sys.argv[1:]
    for _ in range(int(count)):
        send.send(url, new_id(), BODY)


if __name__ == "__main__":
    main()
