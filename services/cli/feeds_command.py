"""`newswire feeds`: every feed with its URLs, and building them anew."""

import typer
from typer import echo

from services.cli.client import Service
from services.cli.printing import print_json, print_rows
from services.cli.remote import AsJson, with_feed_service

app = typer.Typer(help="The feeds that readers take.")


@app.command("list")
@with_feed_service
def list_feeds(service: Service, *, as_json: AsJson = False) -> None:
    """List every feed with its URLs."""
    answer = service.get("/api/feeds")
    if as_json:
        print_json(answer)
        return
    print_rows(
        ["feed", "title", "articles", "updated", "rss", "atom", "json"],
        [
            [
                *(feed.get(name) for name in ("selection", "title", "articles", "updated")),
                *(feed["urls"].get(form) for form in ("rss", "atom", "json")),
            ]
            for feed in answer["feeds"]
        ],
    )


@app.command("rebuild")
@with_feed_service
def rebuild_feeds(service: Service) -> None:
    """Build all feeds anew from what is stored."""
    answer = service.post("/api/feeds/rebuild") or {}
    counts = ", ".join(f"{count} {name}" for name, count in answer.items() if isinstance(count, int))
    echo(f"Feeds are built anew: {counts}." if counts else "Feeds are built anew.")
