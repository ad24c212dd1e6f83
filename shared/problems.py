"""Errors for people and programs: `application/problem+json` (RFC 9457), the same from every service."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.field_errors import field_errors
from shared.trail import REQUEST_ID_HEADER

MEDIA_TYPE = "application/problem+json"

_NO_PATH = 404
_BAD_METHOD = 405
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_TITLES = {
    400: "Bad request",
    401: "Not authorised",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    429: "Too many requests",
    431: "Head too large",
    503: "Temporarily unavailable",
}


class Problem(Exception):  # noqa: N818 - RFC 9457's own word for what is told to the client
    """An answer that is no success: its status, and a sentence that says what to mend."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """What the status means, in a word or two."""
        return _TITLES.get(self.status, "Error")

    def response(self) -> JSONResponse:
        """Return the problem as an HTTP answer; `errors` lists every bad field as `{"field", "message"}`."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        return JSONResponse(body, self.status, headers=self.headers, media_type=MEDIA_TYPE)


def not_valid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the 422 that names every bad field of pydantic's `errors`."""
    fields = field_errors(errors)
    detail = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    return Problem(422, detail, errors=fields)


def install(app: FastAPI) -> None:
    """Make every error of `app`, the framework's own included, a problem document."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        detail = str(error.detail)
        if error.status_code == _BAD_METHOD:
            headers |= _allowed(app, request)
            detail = f"{request.method} is not possible here: use {headers['Allow']}."
        elif error.status_code == _NO_PATH:
            detail = "There is nothing at this path: /docs lists what there is."
        return Problem(error.status_code, detail, headers=headers).response()

    @app.exception_handler(Exception)
    async def _mistake(request: Request, error: Exception) -> JSONResponse:
        # The framework raises it on after the answer, so that the server logs where it came from.
        del error
        detail = "This is a mistake of ours; the service's log says more."
        response = Problem(500, detail).response()
        if request_id := request.scope.get(REQUEST_ID_HEADER):
            response.headers[REQUEST_ID_HEADER] = request_id
        return response

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # FastAPI's `loc` starts with where the value stood (`body`, `query`): not part of the field's name.
        return not_valid([{**e, "loc": e["loc"][1:]} for e in error.errors()]).response()


def _allowed(app: FastAPI, request: Request) -> dict[str, str]:
    """Return what a path may be asked for: the framework names the methods of its first route alone."""
    methods = (
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in app.routes)
    )
    return {"Allow": ", ".join(methods)}
