"""How a page of the desk fails: with a page that says why, or with the way to the door."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from services.feed.desk.pages import HEADERS, page
from services.feed.desk.visitor import NotSignedInError
from services.feed.outage import FAILURES
from shared.outage import is_outage
from shared.problems import Problem
from shared.tokens import not_authorised

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_NOT_NOW = 503


class DeskRoute(APIRoute):
    """Turns what a page raises into a page. Programs, which bear a token, get problem documents as ever."""

    def get_route_handler(self) -> Handler:
        """Return the handler that does so."""
        answer = super().get_route_handler()

        async def answer_or_say_why(request: Request) -> Response:
            try:
                return await answer(request)
            except NotSignedInError:
                return _to_the_door(request)
            except Problem as problem:
                if not _is_a_person(request):
                    raise
                return _failure(request, problem)
            except FAILURES as error:
                if not is_outage(error):
                    raise
                outage = Problem(_NOT_NOW, f"Redis cannot be read just now: {error}")
                if not _is_a_person(request):
                    raise outage from error
                return _failure(request, outage)

        return answer_or_say_why


def _is_a_person(request: Request) -> bool:
    return "authorization" not in request.headers and "text/html" in request.headers.get("accept", "")


def _to_the_door(request: Request) -> Response:
    if not _is_a_person(request):
        raise not_authorised()
    if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
        # The cookie is not sent with a link from elsewhere, such as an alert; it is with our own page's.
        return Response(status_code=200, headers={**HEADERS, "Refresh": "0"})
    up = "../" * (request.url.path.count("/") - 1)
    place = request.url.path if request.method == "GET" else "/ops"
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return RedirectResponse(f"{up}ops/login?{urlencode({'next': place + query})}", 303, HEADERS)


def _failure(request: Request, problem: Problem) -> Response:
    shown = page(request, "failure.html", status=problem.status, problem=problem)
    shown.headers.update(problem.headers)
    return shown
