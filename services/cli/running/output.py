"""What `newswire up` shows: the lines of its programs under their names, and where everything is."""

import os
import sys

from typer import echo

from services.cli.settings import CommandSettings

_NAME_WIDTH = 6


def say(text: str) -> None:
    """Print a text; when nobody reads any more, all that follows goes nowhere and the services run on."""
    try:
        echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(name: str, line: str) -> None:
    """Print a line of a program."""
    say(f"{name.ljust(_NAME_WIDTH)} | {line}")


def banner(settings: CommandSettings) -> str:
    """Return where everything is, and the admin token for whoever started this."""
    feed, ingest = settings.feed_url, settings.ingest_url
    rows = {
        "Feeds": f"{feed}/",
        "Newest": " · ".join(f"{feed}/feeds/all.{form}" for form in ("rss", "atom", "json")),
        "Dashboard": f"{feed}/ops",
        "Partner API": f"{feed}/docs",
        "Ingest API": f"{ingest}/docs",
        "Events": f"{ingest}/asyncapi",
        "Data folder": str(settings.data_dir.absolute()),
        "Admin token": settings.known_admin_token(),
    }
    lines = [f"  {name.ljust(12)} {value}" for name, value in rows.items()]
    return "\n".join(["", "Newswire runs. Ctrl-C stops it.", *lines, ""])
