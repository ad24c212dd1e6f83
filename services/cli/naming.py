"""Find what a person names: a partner by its name or id."""

from typing import Any

from services.cli.client import Service
from services.cli.command_error import CommandError


def find_partner(service: Service, named: str) -> dict[str, Any]:
    """Return the partner with this id or this name; raises `CommandError` when it is none or several."""
    partners: list[dict[str, Any]] = service.get("/api/partners")["partners"]
    found = [p for p in partners if p["id"] == named] or [p for p in partners if p["name"] == named]
    if not found:
        raise CommandError(f"There is no partner {named!r}: `newswire partners list` shows them all.")
    if len(found) > 1:
        raise CommandError(f"{len(found)} partners are called {named!r}: use the id, one of {_ids(found)}.")
    return found[0]


def _ids(partners: list[dict[str, Any]]) -> str:
    return ", ".join(partner["id"] for partner in partners)
