"""Options that name a point in time."""

import typer

from services.cli.moments import read_moment
from services.cli.settings import read_command_settings
from shared.clock import SystemClock
from shared.timestamps import rfc3339


def moment_option(text: str, option: str) -> str:
    """Return what an option's text stands for, as the services take it; raises typer's wrong usage."""
    try:
        moment = read_moment(text, now=SystemClock().now(), zone=read_command_settings().zone)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no time such as 2026-03-02T12:00:00Z, 2026-03-02 or 90m.", param_hint=repr(option)
        ) from error
    return rfc3339(moment)
