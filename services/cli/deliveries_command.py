"""`newswire deliveries`: what was sent, what came of it, and sending it again."""

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer
from typer import echo

from services.cli.client import Service
from services.cli.endpoints_command import Endpoint, endpoint_path
from services.cli.given import AsJson
from services.cli.moment_option import moment_option
from services.cli.naming import find_partner
from services.cli.printing import print_fields, print_json, print_rows
from services.cli.remote import with_feed_service

app = typer.Typer(help="What was sent to partners.")

Delivery = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id.", show_default=False)]

_LIST_COLUMNS = (
    *("id", "status", "type", "endpoint", "attempts"),
    *("created_at", "last_status", "last_error", "next_attempt_at"),
)
_ATTEMPT_COLUMNS = ("number", "at", "trigger", "status", "error", "duration_ms", "detail", "excerpt")
_PAGE = 100


class Status(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    DEAD = "dead"


ToEndpoint = Annotated[
    str | None, typer.Option("--endpoint", metavar="ID", help="Only those to this endpoint.")
]
ToPartner = Annotated[
    str | None,
    typer.Option("--partner", metavar="PARTNER", help="Only those to this partner, by name or id."),
]
OfEvent = Annotated[str | None, typer.Option("--event", metavar="ID", help="Only those of this event.")]
OfArticle = Annotated[str | None, typer.Option("--article", metavar="ID", help="Only those of this article.")]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="Only those made since 2026-03-02T12:00:00Z, or 90m ago.")
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Only those made until then.")]


@app.command("list")
@with_feed_service
def list_deliveries(
    service: Service,
    *,
    status: Annotated[Status | None, typer.Option(help="Only those of this status.")] = None,
    endpoint: ToEndpoint = None,
    partner: ToPartner = None,
    event: OfEvent = None,
    article: OfArticle = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = _PAGE,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the newest first."""
    question = {"status": status, "endpoint": endpoint, "event": event, "article": article}
    question |= _further(service, partner, since, until)
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(found) < limit:
        asked = {**question, "limit": min(_PAGE, limit - len(found)), "cursor": cursor}
        page = service.get("/api/deliveries", asked)
        found += page["deliveries"]
        cursor = page["cursor"]
        if cursor is None:
            break
    if as_json:
        print_json({"deliveries": found, "cursor": cursor})
    else:
        print_rows(_LIST_COLUMNS, [[d.get(column) for column in _LIST_COLUMNS] for d in found])


@app.command("show")
@with_feed_service
def show_delivery(service: Service, delivery: Delivery, *, as_json: AsJson = False) -> None:
    """Show one delivery with every attempt."""
    found = service.get(_delivery_path(delivery))
    if as_json:
        print_json(found)
        return
    print_fields({name: value for name, value in found.items() if not isinstance(value, list | dict)})
    if found["attempts"]:
        echo()
        rows = [[a.get(column) for column in _ATTEMPT_COLUMNS] for a in found["attempts"]]
        print_rows(_ATTEMPT_COLUMNS, rows)


@app.command("retry")
@with_feed_service
def retry_deliveries(
    service: Service,
    delivery: Annotated[str | None, typer.Argument(metavar="ID", help="One delivery's id.")] = None,
    *,
    status: Annotated[Status | None, typer.Option(help="All of this status instead.")] = None,
    endpoint: ToEndpoint = None,
    partner: ToPartner = None,
    event: OfEvent = None,
    article: OfArticle = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Send a delivery again now, also one that is dead or was delivered, or all that have a status."""
    narrowed = any((endpoint, partner, event, article, since, until))
    if (delivery is None) is (status is None) or (delivery is not None and narrowed):
        raise typer.BadParameter("Name one delivery, or a --status (and what else they have in common).")
    if delivery is not None:
        service.post(_delivery_path(delivery, "/retry"))
        echo(f"{delivery}: will be sent again")
        return
    wanted = {"status": status, "endpoint": endpoint, "event": event, "article": article}
    wanted |= _further(service, partner, since, until)
    answer = service.post("/api/deliveries/retry", wanted)
    queued = answer["queued"]
    while answer["cursor"] is not None:
        answer = service.post("/api/deliveries/retry", {**wanted, "cursor": answer["cursor"]})
        queued += answer["queued"]
    echo(_sent_again(queued))


@app.command("replay")
@with_feed_service
def replay_deliveries(
    service: Service,
    endpoint: Endpoint,
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="2026-03-02T12:00:00Z, 2026-03-02, or 90m ago.")],
    until: Annotated[str | None, typer.Option(metavar="TIME", help="The same; now when not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send an endpoint again everything that was published since a time, under the same webhook ids."""
    body = {"since": moment_option(since, "--since")}
    if until is not None:
        body["until"] = moment_option(until, "--until")
    answer = service.post(endpoint_path(endpoint, "/replay"), body)
    if as_json:
        print_json(answer)
    else:
        echo(f"{endpoint}: {_sent_again(answer['queued'])}")


def _further(
    service: Service, partner: str | None, since: str | None, until: str | None
) -> dict[str, str | None]:
    """Return what is asked for besides, as the service takes it."""
    return {
        "partner": find_partner(service, partner)["id"] if partner else None,
        "since": moment_option(since, "--since") if since else None,
        "until": moment_option(until, "--until") if until else None,
    }


def _sent_again(count: int) -> str:
    return f"{count} {'delivery' if count == 1 else 'deliveries'} will be sent again"


def _delivery_path(delivery: str, call: str = "") -> str:
    return f"/api/deliveries/{quote(delivery, safe='')}{call}"
