"""Stands between a reader and the feed service, and notes the status of every answer that passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urljoin

import httpx

_BY_THE_WAY = {"host", "connection", "transfer-encoding"}
"""Headers that belong to one stretch of the way, not to the message."""


@dataclass
class Relay:
    """What came by: the status of each answer, in order."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)


@contextmanager
def relay_to(target: str) -> Iterator[Relay]:
    """Run a relay on a port of its own in front of `target`."""
    relay = Relay()

    class Hand(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: value for name, value in self.headers.items() if name.lower() not in _BY_THE_WAY}
            with client.stream("GET", urljoin(target, self.path), headers=asked) as answer:
                body = b"".join(answer.iter_raw())
            relay.statuses.append(answer.status_code)
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name.lower() not in _BY_THE_WAY:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    # Without a default of the client's own: the reader's headers are all there is.
    with httpx.Client(timeout=20) as client, ThreadingHTTPServer(("127.0.0.1", 0), Hand) as server:
        client.headers.clear()
        relay.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown()
            thread.join()
