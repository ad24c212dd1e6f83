"""Everything that `newswire doctor` looks at, in the order it is told."""

import asyncio

from services.cli.examining.finding import Finding, without_cure
from services.cli.examining.machine import examine_machine, examine_services
from services.cli.examining.stored import examine_redis
from services.cli.settings import CommandSettings


def examine(settings: CommandSettings) -> list[Finding]:
    """Return all that is found."""
    found = [*examine_machine(settings), *asyncio.run(_of_redis(settings)), *examine_services(settings)]
    return [without_cure(one) for one in found]


async def _of_redis(settings: CommandSettings) -> list[Finding]:
    return [one async for one in examine_redis(settings)]
