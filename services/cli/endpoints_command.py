"""`newswire endpoints`: where a partner's webhooks go."""

import time
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer
from typer import echo

from services.cli.client import Service
from services.cli.command_error import CommandError
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
from services.cli.naming import find_partner
from services.cli.partners_command import Partner
from services.cli.printing import one_line, print_json, print_rows
from services.cli.remote import with_feed_service

app = typer.Typer(help="Where the webhooks of partners go.")

Endpoint = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id.", show_default=False)]
Several = list[str] | None


class Payload(StrEnum):
    """How much of an article is sent."""

    FULL = "full"
    SUMMARY = "summary"


_DELIVERED = "delivered"
_TEST_SECONDS = 30
"""An attempt may take 15 s; what lies before it in the queue goes first."""
_POLL_SECONDS = 0.1


def endpoint_path(endpoint: str, call: str = "") -> str:
    """Return the path of an endpoint, or of a call on it, in the partner API."""
    return f"/api/endpoints/{quote(endpoint, safe='')}{call}"


@app.command("add")
@with_feed_service
def add_endpoint(
    service: Service,
    partner: Partner,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to POST.", show_default=False)],
    *,
    event: Annotated[Several, typer.Option(help="Only these events, such as article.published.")] = None,
    kinds: Kinds = None,
    topics: Topics = None,
    authors: Authors = None,
    outlets: Outlets = None,
    languages: Languages = None,
    payload: Annotated[Payload, typer.Option(help="The whole article, or all but its text.")] = Payload.FULL,
    header: Annotated[
        Several, typer.Option(metavar="'NAME: VALUE'", help="A header to send with each webhook.")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(help="At most so many at once, 1 to 64.")] = None,
    rate_limit: Annotated[float | None, typer.Option(help="At most so many a second.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add an endpoint to a partner; prints its id and the secret that signs what is sent there.

    Filters, events and headers may be given several times.
    """
    wanted = filter_of(kinds=kinds, topics=topics, authors=authors, outlets=outlets, languages=languages)
    body: dict[str, Any] = {"url": url, "filter": wanted}
    if event:
        body["events"] = [name if "." in name else f"article.{name}" for name in event]
    limits = {"concurrency": concurrency, "rate_limit": rate_limit}
    body |= {"payload": payload, "headers": dict(map(_header, header or ()))}
    body |= {name: value for name, value in limits.items() if value is not None}
    found = find_partner(service, partner)
    added = service.post(f"/api/partners/{found['id']}/endpoints", body)
    _print_secret(added, as_json=as_json)


@app.command("list")
@with_feed_service
def list_endpoints(service: Service, *, as_json: AsJson = False) -> None:
    """List the endpoints of all partners."""
    answer = service.get("/api/endpoints")
    if as_json:
        print_json(answer)
        return
    print_rows(
        ["id", "partner", "url", "status", "events", "filter"],
        [
            [e["id"], e["partner_id"], e["url"], e["status"], e["events"], filter_text(e["filter"])]
            for e in answer["endpoints"]
        ],
    )


@app.command("test")
@with_feed_service
def check_endpoint(service: Service, endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Send a test event to an endpoint now and tell what came of it; exit code 1 if it did not arrive."""
    delivery = _attempted(service, service.post(endpoint_path(endpoint, "/test"))["delivery_id"])
    arrived = delivery["status"] == _DELIVERED
    if as_json:
        print_json(delivery)
    elif arrived:
        echo(f"{endpoint}: the test arrived, answered {delivery['attempts'][-1]['status']}")
    if not arrived:
        attempt = delivery["attempts"][-1]
        why = one_line(attempt["detail"] or attempt["error"])
        raise CommandError(f"The test did not arrive: {why}. `newswire deliveries show {delivery['id']}`")


@app.command("pause")
@with_feed_service
def pause_endpoint(service: Service, endpoint: Endpoint) -> None:
    """Send nothing to an endpoint until it is resumed; its queue is kept."""
    service.post(endpoint_path(endpoint, "/pause"))
    echo(f"{endpoint}: paused")


@app.command("resume")
@with_feed_service
def resume_endpoint(service: Service, endpoint: Endpoint) -> None:
    """Send to an endpoint again, what waited first."""
    service.post(endpoint_path(endpoint, "/resume"))
    echo(f"{endpoint}: resumed")


@app.command("rotate-secret")
@with_feed_service
def rotate_secret(service: Service, endpoint: Endpoint, *, as_json: AsJson = False) -> None:
    """Give an endpoint a new secret and print it; the old one goes on signing beside it for a while."""
    rotated = service.post(endpoint_path(endpoint, "/rotate-secret"))
    _print_secret(rotated, as_json=as_json)


@app.command("remove")
@with_feed_service
def remove_endpoint(service: Service, endpoint: Endpoint) -> None:
    """Remove an endpoint and what waits for it."""
    service.delete(endpoint_path(endpoint))
    echo(f"{endpoint}: removed")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text!r} is no header such as 'X-Desk: north'.", param_hint="'--header'")
    return name.strip(), value.strip()


def _attempted(service: Service, delivery: str) -> dict[str, Any]:
    """Return a delivery once it was tried."""
    end = time.monotonic() + _TEST_SECONDS
    while time.monotonic() < end:
        found: dict[str, Any] = service.get(f"/api/deliveries/{quote(delivery, safe='')}")
        if found["attempts"]:
            return found
        time.sleep(_POLL_SECONDS)
    raise CommandError(
        f"The test waits and was not sent within {_TEST_SECONDS} s: "
        "is the endpoint paused, or no worker running? "
        f"`newswire deliveries show {delivery}`"
    )


def _print_secret(endpoint: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(endpoint)
        return
    echo(f"id      {endpoint['id']}")
    echo(f"secret  {endpoint['secret']}")
