"""A small partner for the demo: takes webhooks on loopback, checks their signatures, prints what came.

It knows only the Standard Webhooks specification (https://www.standardwebhooks.com) and nothing of the
sender's code. Started as `python -m services.cli.running.demo_partner STATE-FILE`.
"""

import asyncio
import base64
import hmac
import json
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from typer import echo

from services.cli.printing import one_line
from services.cli.running.demo_state import HOST, DemoPartner, read_demo_partner
from shared.clock import Clock, SystemClock

_TOLERANCE = timedelta(minutes=5)
_LARGEST_BODY = 16 * 1024 * 1024


def signature_problem(secret: str, headers: Mapping[str, str], body: bytes, *, clock: Clock) -> str | None:
    """Return why a webhook is not to be trusted, or None when its signature and its time are right."""
    try:
        message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split()
        age = clock.now().timestamp() - int(timestamp)
    except (KeyError, ValueError):
        return "no valid webhook headers"
    if abs(age) > _TOLERANCE.total_seconds():
        return f"its time is {age:.0f} s away from ours"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    expected = b"v1," + base64.b64encode(digest)
    if any(hmac.compare_digest(expected, signature.encode()) for signature in signatures):
        return None
    return "the signature is not ours"


def describe(body: bytes) -> str:
    """Return a webhook in one line: its type, version and title."""
    event = json.loads(body)
    article = event.get("data") or {}
    version = article.get("version")
    parts = [event.get("type"), version and f"version {version}", article.get("title")]
    return " · ".join(one_line(part) for part in parts if part)


def demo_app(demo: DemoPartner, clock: Clock) -> web.Application:
    """Return the partner's server: 204 for what is signed rightly, 401 for anything else."""

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        problem = signature_problem(demo.secret, headers, body, clock=clock)
        if problem is not None:
            echo(f"refused a webhook: {problem}")
            return web.Response(status=401, text=problem)
        echo(f"{describe(body)} · signature ok")
        return web.Response(status=204)

    app = web.Application(client_max_size=_LARGEST_BODY)
    app.router.add_post("/webhooks", take)
    return app


async def serve(demo: DemoPartner) -> None:
    """Take webhooks until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(demo_app(demo, SystemClock()), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, HOST, demo.port, reuse_address=True).start()
    echo(f"takes webhooks at {demo.url}")
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Read the state file and serve."""
    demo = read_demo_partner(Path(sys.argv[1]))
    if demo is None:
        sys.exit(f"newswire: {sys.argv[1]} holds no demo partner.")
    asyncio.run(serve(demo))


if __name__ == "__main__":
    main()
