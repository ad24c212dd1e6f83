"""`/ops/confirm/…` asks before anything is done; only the form on that page does it, at `/ops/do/…`."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.feed.desk.action import Action
from services.feed.desk.actor import Actor, address_of
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.forms import TOKEN_FIELD
from services.feed.desk.own_place import own_place
from services.feed.desk.pages import HEADERS
from services.feed.desk.visitor import Visitor
from shared.problems import Problem

_OURS = frozenset({TOKEN_FIELD, "back"})
"""Fields of every form, which are no part of what is to be done."""


def action_routes(parts: DeskParts, actions: Mapping[str, Action]) -> APIRouter:
    """Return the routes of all actions, by their names in addresses."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/confirm/{name}")
    async def confirm(request: Request, name: str) -> Response:
        visitor = await parts.visitor(request)
        _require_right(visitor)
        fields = {field: value for field, value in request.query_params.items() if field not in _OURS}
        proposal = await _action(actions, name).propose(fields)
        back = own_place(request.query_params.get("back"))
        return parts.page(
            request, "confirm.html", visitor, name=name, fields=fields, proposal=proposal, back=back
        )

    @router.post("/ops/do/{name}")
    async def do(request: Request, name: str) -> Response:
        visitor = await parts.visitor(request)
        form = await parts.form_of(request, visitor)
        _require_right(visitor)
        actor = Actor(name=visitor.name, role=visitor.role, address=address_of(request), via="desk")
        done = await _action(actions, name).carry_out(
            {field: value for field, value in form.items() if field not in _OURS}, actor
        )
        parts.seen.forget()
        back = own_place(form.get("back"))
        # From /ops/do/…, so that a proxy may put the desk under any path.
        answer = RedirectResponse(f"../..{back}", 303, HEADERS)
        parts.doorkeeper.tell_next(answer, done)
        return answer

    return router


def _action(actions: Mapping[str, Action], name: str) -> Action:
    if name not in actions:
        raise Problem(404, "Nothing of that name can be done here.")
    return actions[name]


def _require_right(visitor: Visitor) -> None:
    if not visitor.may_act:
        raise Problem(403, "This takes the admin token: the read token only looks.")
