"""`newswire up`: all of Newswire on this machine, in the foreground."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.given import DataDir, settings_for


def up(
    context: typer.Context,
    *,
    data_dir: DataDir = None,
    seed: Annotated[
        Path | None, typer.Option("--seed", metavar="PATH", help="Publish the documents under this path.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Run a small demo partner that receives the webhooks.")
    ] = False,
) -> None:
    """Run everything until Ctrl-C, with an embedded Valkey unless NEWSWIRE_REDIS_URL is set."""
    # No other command needs any of it.
    from services.cli.running.up import run_all  # noqa: PLC0415

    run_all(settings_for(context, data_dir), seed=seed, demo=demo)
