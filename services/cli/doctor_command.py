"""`newswire doctor`: whether this installation is fit to run, and what to do where it is not."""

import sys
from dataclasses import asdict

import typer
from rich.console import Console
from rich.text import Text
from typer import echo

from services.cli.given import AsJson, DataDir, settings_for
from services.cli.printing import one_line, print_json

_STYLES = {"ok": "green", "note": "dim", "warning": "yellow", "bad": "bold red"}


def doctor(context: typer.Context, *, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look at the machine, Redis and the services of this installation; exit code 1 when anything is bad."""
    # What only this command needs takes longer to import than any other command takes to run.
    from services.cli.examining.examination import examine  # noqa: PLC0415

    found = examine(settings_for(context, data_dir))
    if as_json:
        print_json({"findings": [asdict(one) for one in found]})
    else:
        width = max(len(one.subject) for one in found)
        console = Console(highlight=False, soft_wrap=True)
        for one in found:
            line = f"{one.level.value.ljust(7)}  {one.subject.ljust(width)}  {one_line(one.told)}"
            if sys.stdout.isatty():
                console.print(Text(line, style=_STYLES[one.level.value]))
            else:
                echo(line)
            if one.cure:
                echo(f"{'':7}  {'':{width}}  → {one_line(one.cure)}")
    if any(one.level.value == "bad" for one in found):
        raise typer.Exit(1)
