"""`newswire dead-letters`: events that a consumer group gave up; putting them back, throwing them away."""

import json
import sys
from contextlib import nullcontext
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from typer import echo

from services.cli.client import Service
from services.cli.command_error import CommandError
from services.cli.given import AsJson
from services.cli.moment_option import moment_option
from services.cli.printing import one_line, print_fields, print_json, print_rows
from services.cli.remote import with_feed_service

app = typer.Typer(help="Events that were given up.")

_COLUMNS = ("id", "group", "at", "attempts", "title", "reason")
_PAGE = 100


class Group(StrEnum):
    """The consumer groups."""

    FEEDS = "feeds"
    DELIVERIES = "deliveries"


OfGroup = Annotated[Group | None, typer.Option("--group", help="Only those of this consumer group.")]
OfStream = Annotated[str | None, typer.Option("--stream", help="Only those of this stream.")]
Reason = Annotated[str | None, typer.Option(help="Only those with this in their reason, in any case.")]
Article = Annotated[str | None, typer.Option(metavar="ID", help="Only those about this article.")]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="Only those given up since then.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Only those given up until then.")]
Letters = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids of dead letters.")]
All = Annotated[bool, typer.Option("--all", help="All there are.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command("list")
@with_feed_service
def list_letters(
    service: Service,
    *,
    group: OfGroup = None,
    stream: OfStream = None,
    reason: Reason = None,
    article: Article = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest first.")] = _PAGE,
    as_json: AsJson = False,
) -> None:
    """List dead letters, the latest first."""
    wanted = _filter(group=group, stream=stream, reason=reason, article=article, since=since, until=until)
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(found) < limit:
        question = {**wanted, "limit": min(_PAGE, limit - len(found)), "cursor": cursor}
        page = service.get("/api/dead-letters", question)
        found += page["dead_letters"]
        cursor = page["cursor"]
        if cursor is None:
            break
    if as_json:
        print_json({"dead_letters": found, "cursor": cursor})
    else:
        print_rows(_COLUMNS, [[letter[column] for column in _COLUMNS] for letter in found])


@app.command("show")
@with_feed_service
def show_letter(
    service: Service,
    letter: Annotated[str, typer.Argument(metavar="ID", help="A dead letter's id.", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter with its event, or with its bytes in base64 when there is no event in them."""
    found = service.get(f"/api/dead-letters/{quote(letter, safe='')}")
    if as_json:
        print_json(found)
        return
    event = found.pop("event")
    print_fields({name: value for name, value in found.items() if name != "payload" or value is not None})
    if event is not None:
        echo()
        echo(json.dumps(event, indent=2, ensure_ascii=False))


@app.command("replay")
@with_feed_service
def replay_letters(
    service: Service,
    letters: Letters = None,
    *,
    group: OfGroup = None,
    stream: OfStream = None,
    reason: Reason = None,
    article: Article = None,
    since: Since = None,
    until: Until = None,
    every: All = False,
) -> None:
    """Put dead letters back on the stream, each for the group that gave it up: some, a filter's, or all."""
    wanted = _set(
        letters,
        _filter(group=group, stream=stream, reason=reason, article=article, since=since, until=until),
        every=every,
    )
    count = _act(service, "replay", wanted)
    echo(f"{_letters(count)} put back")


@app.command("discard")
@with_feed_service
def discard_letters(
    service: Service,
    letters: Letters = None,
    *,
    group: OfGroup = None,
    stream: OfStream = None,
    reason: Reason = None,
    article: Article = None,
    since: Since = None,
    until: Until = None,
    every: All = False,
    yes: Yes = False,
) -> None:
    """Throw dead letters away for good: some, a filter's, or all. What they would have done is never done."""
    wanted = _set(
        letters,
        _filter(group=group, stream=stream, reason=reason, article=article, since=since, until=until),
        every=every,
    )
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter("Nobody is there to be asked: say --yes.")
        if not typer.confirm("Throw these dead letters away for good?", err=True):
            raise CommandError("Nothing was thrown away.")
    count = _act(service, "discard", wanted)
    echo(f"{_letters(count)} thrown away")


def _filter(
    *,
    group: Group | None,
    stream: str | None,
    reason: str | None,
    article: str | None,
    since: str | None,
    until: str | None,
) -> dict[str, Any]:
    given = {
        "group": group.value if group else None,
        "stream": stream,
        "reason": reason,
        "article": article,
        "since": moment_option(since, "--since") if since else None,
        "until": moment_option(until, "--until") if until else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _set(letters: list[str] | None, wanted: dict[str, Any], *, every: bool) -> dict[str, Any]:
    """Return the set in the form of the API; a set must be named, by ids, by a filter, or as all."""
    if sum((bool(letters), bool(wanted), every)) != 1:
        raise typer.BadParameter("Name some dead letters, or a filter such as --group, or --all.")
    if letters:
        return {"ids": letters}
    return {"all": True} if every else wanted


def _act(service: Service, what: str, wanted: dict[str, Any]) -> int:
    """Do it step by step, and return to how many."""
    console = Console(stderr=True)
    with console.status("Working …") if console.is_terminal else nullcontext() as status:
        cursor: str | None = None
        count: int = 0
        while True:
            body = wanted if cursor is None else {**wanted, "cursor": cursor}
            answer = service.post(f"/api/dead-letters/{what}", body)
            count += answer["count"]
            cursor = answer["cursor"]
            if cursor is None:
                return count
            if status is not None:
                status.update(one_line(f"{_letters(count)} so far …"))


def _letters(count: int) -> str:
    return "1 dead letter" if count == 1 else f"{count:,} dead letters"
