"""The embedded Valkey of a data folder for as long as something is done with it, and for nobody else."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.cli.running import valkey
from services.cli.running.folder_lock import take_lock
from services.cli.running.lifeline import open_lifelines
from services.cli.running.supervisor import Supervisor
from services.cli.settings import CommandSettings
from shared.redis_address import embedded_socket
from shared.redis_waits import wait_until_redis_answers


@asynccontextmanager
async def embedded_valkey(settings: CommandSettings) -> AsyncIterator[str]:
    """Run it and yield its address. Raises `CommandError` while `newswire up` holds the folder."""
    lock = take_lock(settings.data_dir)
    supervisor = Supervisor(lambda _, __: None)
    lifelines = open_lifelines()
    address = f"unix://{embedded_socket(settings.data_dir)}"
    try:
        supervisor.start(
            valkey.valkey_program(
                settings.data_dir, lifeline=lifelines.of_valkey, environment=os.environ, holds=(lock,)
            )
        )
        answers = asyncio.create_task(wait_until_redis_answers(address))
        either: list[asyncio.Future[Any]] = [answers, supervisor.failed]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if supervisor.failed.done():
            answers.cancel()
            raise supervisor.failed.result()
        yield address
    finally:
        await supervisor.stop((valkey.NAME,))
        os.close(lock)
