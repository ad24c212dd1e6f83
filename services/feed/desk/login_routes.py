"""`/ops/login` and `/ops/logout`: a token becomes a session, and a session ends."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.feed.desk.actor import address_of
from services.feed.desk.attempts import Attempts
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.forms import read_form, require_own_origin
from services.feed.desk.own_place import own_place
from services.feed.desk.pages import HEADERS, page
from services.feed.desk.session import new_session
from shared.logs import get_logger

log = get_logger(__name__)

_LONGEST_NAME = 60
_WAIT = 429
_REFUSED = 401


def login_routes(parts: DeskParts, attempts: Attempts) -> APIRouter:
    """Return the routes; failures are counted in `attempts`."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/login")
    async def ask(request: Request) -> Response:
        return page(request, "login.html", next_place=own_place(request.query_params.get("next")), wrong=None)

    @router.post("/ops/login")
    async def sign_in(request: Request) -> Response:
        require_own_origin(request, parts.public_url)
        form = await read_form(request)
        place = own_place(form.get("next"))
        address, now = address_of(request), parts.clock.now()
        if wait := attempts.wait_seconds(address, now):
            refusal = _refusal(request, place, f"Too many attempts from your address. Try again in {wait} s.")
            refusal.status_code = _WAIT
            refusal.headers["Retry-After"] = str(wait)
            return refusal
        role = parts.doorkeeper.tokens.role_of(form.get("token", "").strip())
        if role is None:
            attempts.failed(address, now)
            log.warning("desk.refused", address=address)
            return _refusal(request, place, "This is neither the admin token nor the read token.")
        attempts.succeeded(address)
        session = new_session(role, _name(form.get("name", "")) or role.value, now)
        log.info("desk.signed_in", role=role.value, name=session.name, address=address)
        # From /ops/login, so that a proxy may put the desk under any path.
        answer = RedirectResponse(f"..{place}", 303, HEADERS)
        parts.doorkeeper.let_in(answer, session, now)
        return answer

    @router.post("/ops/logout")
    async def sign_out(request: Request) -> Response:
        visitor = await parts.visitor(request)
        answer = RedirectResponse("../ops/login", 303, HEADERS)
        if visitor.session is not None:
            await parts.form_of(request, visitor)
            await parts.doorkeeper.see_out(answer, visitor.session, parts.clock.now())
        return answer

    return router


def _refusal(request: Request, place: str, wrong: str) -> Response:
    return page(request, "login.html", status=_REFUSED, next_place=place, wrong=wrong)


def _name(given: str) -> str:
    printable = "".join(letter for letter in " ".join(given.split()) if letter.isprintable())
    return printable[:_LONGEST_NAME]
