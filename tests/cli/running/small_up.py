"""A `newswire up` with one small service, as a process that a test may kill: `python -m … DATA-FOLDER`."""

import asyncio
import os
import sys
from pathlib import Path

from services.cli.running.child_process import Program
from services.cli.running.folder_lock import take_lock
from services.cli.running.lifeline import open_lifelines
from services.cli.running.supervisor import Supervisor
from services.cli.running.valkey import valkey_program
from shared.redis_address import embedded_socket
from shared.redis_waits import wait_until_redis_answers


def tell(_: str, line: str) -> None:
    """Pass a line on."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def run(data_dir: Path) -> None:
    """Run Valkey and the service until killed."""
    lock = take_lock(data_dir)
    lifelines = open_lifelines()
    supervisor = Supervisor(tell)
    environment = dict(os.environ)
    supervisor.start(valkey_program(data_dir, lifeline=lifelines.of_valkey, environment=environment))
    await wait_until_redis_answers(f"unix://{embedded_socket(data_dir)}")
    attached = (sys.executable, "-m", "services.cli.running.attached")
    supervisor.start(
        Program(
            "service",
            (*attached, "tests.cli.running.small_service", str(data_dir)),
            environment,
            lifeline=lifelines.of_services,
            holds=(lock, lifelines.hold_valkey),
        )
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
