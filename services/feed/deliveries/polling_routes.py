"""`/api/partners/{id}/events`: the same events as the webhooks', for who cannot take those."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.feed.deliveries.api_parts import ApiParts, bad_cursor
from services.feed.deliveries.caller import Calling
from services.feed.deliveries.partner_events import EventsGoneError
from shared.article import Frozen
from shared.openapi import problems
from shared.problems import Problem

_LONGEST_CURSOR = 16
"""Digits; as many as a position has until the year 2286."""


class EventPage(Frozen):
    """Events in order, each like a webhook's body with its `id`; `cursor` is where to go on, always there.

    `more` tells that the next page is not empty.
    """

    events: tuple[dict[str, Any], ...]
    cursor: str
    more: bool


def polling_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; who calls is found out before them."""
    router = APIRouter(prefix="/api/partners", tags=["polling"])

    @router.get(
        "/{partner_id}/events",
        summary="Events after a cursor",
        response_model=EventPage,
        responses=problems(410),
    )
    async def poll(
        caller: Calling,
        partner_id: str,
        after: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        partner = await parts.partner(caller, partner_id)
        try:
            page = await parts.polled.after(partner.id, _position(after), limit)
        except EventsGoneError as gone:
            raise Problem(
                410,
                f"Some events after this cursor are not kept any more. Go on with after={gone.go_on_after}, "
                "and fetch what you miss from the feeds.",
            ) from None
        body = b'{"events":[%s],"cursor":"%d","more":%s}' % (
            b",".join(page.events),
            page.position,
            b"true" if page.more else b"false",
        )
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return router


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > _LONGEST_CURSOR:
        raise bad_cursor("after")
    return int(cursor)
