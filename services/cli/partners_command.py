"""`newswire partners`: who receives webhooks."""

from typing import Annotated, Any

import typer
from typer import echo

from services.cli.client import Service
from services.cli.given import AsJson
from services.cli.naming import find_partner
from services.cli.printing import print_json, print_rows
from services.cli.remote import with_feed_service

app = typer.Typer(help="Who receives webhooks.")

Partner = Annotated[str, typer.Argument(metavar="PARTNER", help="Its name or id.", show_default=False)]


@app.command("add")
@with_feed_service
def add_partner(
    service: Service,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Add a partner; prints its id and the token that is its own."""
    partner = service.post("/api/partners", {"name": name})
    if as_json:
        print_json(partner)
    else:
        _print_token(partner)


@app.command("list")
@with_feed_service
def list_partners(service: Service, *, as_json: AsJson = False) -> None:
    """List the partners."""
    answer = service.get("/api/partners")
    if as_json:
        print_json(answer)
        return
    columns = ("id", "name", "created_at")
    print_rows(columns, [[p.get(column) for column in columns] for p in answer["partners"]])


@app.command("rotate-token")
@with_feed_service
def rotate_token(service: Service, partner: Partner, *, as_json: AsJson = False) -> None:
    """Give a partner a new token and print it; the old one is void at once."""
    found = find_partner(service, partner)
    rotated = service.post(f"/api/partners/{found['id']}/rotate-token")
    if as_json:
        print_json(rotated)
    else:
        _print_token(rotated)


@app.command("remove")
@with_feed_service
def remove_partner(service: Service, partner: Partner) -> None:
    """Remove a partner and all of its endpoints."""
    found = find_partner(service, partner)
    service.delete(f"/api/partners/{found['id']}")
    echo(f"{found['id']}: removed")


def _print_token(partner: dict[str, Any]) -> None:
    echo(f"id     {partner['id']}")
    echo(f"token  {partner['token']}")
