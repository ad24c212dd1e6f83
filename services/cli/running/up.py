"""Run all of Newswire on this machine: check, start in order, publish the seeds, supervise, stop in order.

Nothing is loaded here that takes long, a client of Redis or of HTTP, before it is needed: everything that is
started waits for that, and Valkey's loading begins as much later.
"""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from services.cli.command_error import CommandError
from services.cli.running import programs, valkey
from services.cli.running.demo_state import demo_file
from services.cli.running.folder_lock import take_lock
from services.cli.running.lifeline import open_lifelines
from services.cli.running.output import banner, say, tell
from services.cli.running.preflight import check_ports
from services.cli.running.programs import Programs, environment_for
from services.cli.running.readiness import wait_until_listening, wait_until_ready
from services.cli.running.supervisor import Supervisor
from services.cli.settings import CommandSettings
from shared.redis_address import redis_url

_STAGES = (
    (programs.INGEST,),
    (programs.WEB, programs.WORKER, programs.DEMO),
    (valkey.NAME,),
)
"""In which order programs are stopped: what accepts goes first, what stores goes last."""


def run_all(settings: CommandSettings, *, seed: Path | None, demo: bool) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP. Raises `CommandError` when the start fails."""
    if seed is not None and not seed.exists():
        raise CommandError(f"There is nothing to publish at {seed}.")
    lock = take_lock(settings.data_dir)
    check_ports(settings)
    asyncio.run(_run(settings, lock, seed=seed, demo=demo))


async def _run(settings: CommandSettings, lock: int, *, seed: Path | None, demo: bool) -> None:
    if settings.redis_url is not None:
        from services.cli.running.own_redis import check_redis  # noqa: PLC0415 - see above

        await check_redis(settings.redis_url)
    supervisor = Supervisor(tell)
    stop = _stop_on_signals(supervisor)
    say(f"Starting on the data folder {settings.data_dir.absolute()} …")
    try:
        await _unless_stopped(_start(settings, supervisor, lock, seed=seed, demo=demo), supervisor, stop)
        await stop.wait()
    finally:
        say("Stopping …")
        await supervisor.stop(*_STAGES)
    say("Stopped.")


def _stop_on_signals(supervisor: Supervisor) -> asyncio.Event:
    """Return what is set by the first signal; the second one ends everything at once."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            supervisor.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # `nohup` has SIGHUP ignored, and means it.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop


async def _unless_stopped(
    start: Coroutine[Any, Any, None], supervisor: Supervisor, stop: asyncio.Event
) -> None:
    """Start; leave off as soon as a stop is asked for or a program fails to start, which is raised."""
    starting = asyncio.create_task(start)
    stopping = asyncio.create_task(stop.wait())
    ends: list[asyncio.Future[Any]] = [starting, stopping, supervisor.failed]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
    if supervisor.failed.done() and not stop.is_set():
        raise supervisor.failed.result()
    if not starting.cancelled():
        starting.result()


async def _start(
    settings: CommandSettings, supervisor: Supervisor, lock: int, *, seed: Path | None, demo: bool
) -> None:
    environment = environment_for(settings, demo=demo)
    lifelines = open_lifelines()
    if settings.redis_url is None:
        supervisor.start(
            valkey.valkey_program(settings.data_dir, lifeline=lifelines.of_valkey, environment=environment)
        )
    run = Programs(environment, lifelines, lock, redis_url=redis_url(settings))
    # They load while Redis does, and begin when it answers.
    for program in run.services():
        supervisor.start(program)
    await wait_until_ready({"ingest": settings.ingest_url, "feed": settings.feed_url})
    supervisor.settled()
    if demo:
        from services.cli.running.demo import register_demo_partner  # noqa: PLC0415 - see above

        partner = await asyncio.to_thread(register_demo_partner, settings)
        supervisor.start(run.demo(demo_file(settings.data_dir)))
        # It need not be there: what it misses is sent again. But a first look shows more when it is.
        await wait_until_listening(partner.url, seconds=10)
    if seed is not None:
        await supervisor.run_once(run.seed(seed))
    say(banner(settings))
