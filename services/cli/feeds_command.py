"""`newswire feeds`: every feed with its URLs, building them anew, and the feeds that operators define."""

from typing import Annotated, Any
from urllib.parse import quote

import typer
from typer import echo

from services.cli.client import Service
from services.cli.filter_options import (
    Authors,
    Kinds,
    Languages,
    Outlets,
    Topics,
    filter_of,
    filter_text,
)
from services.cli.given import AsJson
from services.cli.printing import print_fields, print_json, print_rows
from services.cli.remote import with_feed_service

app = typer.Typer(help="The feeds that readers take, and your own ones.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name in addresses.", show_default=False)]


def feed_path(name: str, call: str = "") -> str:
    """Return the path of an operator's feed, or of a call on it, in the API."""
    return f"/api/feeds/{quote(name, safe='')}{call}"


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


@app.command("add")
@with_feed_service
def add_feed(
    service: Service,
    name: Name,
    *,
    title: Annotated[str | None, typer.Option(help="Its title, instead of the name.")] = None,
    description: Annotated[str | None, typer.Option(help="What readers are told of it.")] = None,
    kinds: Kinds = None,
    topics: Topics = None,
    authors: Authors = None,
    outlets: Outlets = None,
    languages: Languages = None,
    summary: Annotated[bool, typer.Option("--summary", help="Summaries instead of full texts.")] = False,
    entries: Annotated[int | None, typer.Option(help="How many entries it shows, 1 to 200.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Only under a secret address.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a feed of your own and fill it from what is stored; prints its addresses.

    The filter's options may each be given several times. Those of a private feed are never shown again.
    """
    body: dict[str, Any] = {
        "name": name,
        "filter": filter_of(
            kinds=kinds, topics=topics, authors=authors, outlets=outlets, languages=languages
        ),
        "content": "summary" if summary else "full",
        "private": private,
    }
    given = {"title": title, "description": description, "entries": entries}
    body |= {field: value for field, value in given.items() if value is not None}
    _print_feed(service.post("/api/feeds", body), as_json=as_json)


@app.command("show")
@with_feed_service
def show_feed(service: Service, name: Name, *, as_json: AsJson = False) -> None:
    """Show a feed of your own."""
    _print_feed(service.get(feed_path(name)), as_json=as_json)


@app.command("remove")
@with_feed_service
def remove_feed(service: Service, name: Name) -> None:
    """Remove a feed of your own; its address is then unknown."""
    service.delete(feed_path(name))
    echo(f"{name}: removed")


@app.command("rotate-token")
@with_feed_service
def rotate_token(service: Service, name: Name, *, as_json: AsJson = False) -> None:
    """Give a private feed new addresses and print them; the old ones end at once."""
    _print_feed(service.post(feed_path(name, "/rotate-token")), as_json=as_json)


@app.command("revoke-token")
@with_feed_service
def revoke_token(service: Service, name: Name) -> None:
    """Take a private feed's addresses away, until its token is rotated."""
    service.post(feed_path(name, "/revoke-token"))
    echo(f"{name}: has no address any more")


def _print_feed(feed: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(feed)
        return
    columns = ("name", "title", "description", "content", "entries", "private", "articles", "updated")
    fields = {column: feed[column] for column in columns} | {"filter": filter_text(feed["filter"])}
    if feed["filling"]:
        fields["state"] = "being filled"
    elif not feed["reachable"]:
        fields["state"] = "no address: its token was revoked"
    print_fields(fields | feed["urls"])
