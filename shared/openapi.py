"""What both services' OpenAPI documents say of routes: who may call, and which problems they answer.

Most of it follows from a call's own shape, so that no route can forget to say it; a route names what is
particular to it with `problems`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.article import Frozen
from shared.problems import MEDIA_TYPE

SCHEMAS = "#/components/schemas/"

_BEARER = "HTTPBearer"
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})

_MEANINGS = {
    400: "The body is not JSON",
    401: "The token is missing or wrong",
    403: "The token does not reach that far",
    404: "There is no such thing",
    408: "The body came too slowly",
    409: "The state of it does not allow that",
    410: "Gone; the detail says how to go on",
    413: "Too large, or too many at a time",
    415: "Another Content-Type is wanted",
    422: "Not valid; every bad field is named",
    429: "Too many requests, or too many wrong tokens, from this address; come again after Retry-After",
    503: "Redis cannot take or tell this now; nothing was done, send it again after Retry-After",
}


class FieldError(Frozen):
    """A bad field (`authors.0.name`) and what is wrong with it."""

    field: str
    message: str


class ProblemDocument(Frozen):
    """What went wrong (RFC 9457); `detail` says what to mend, `errors` lists every bad field."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of problem answers that do not follow from a call's shape."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}ProblemDocument"}}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in statuses}


def describe(
    app: FastAPI,
    *,
    guarded: Sequence[str],
    refusals: Sequence[int] = (401, 403),
    models: Sequence[type[BaseModel]] = (),
) -> None:
    """Complete the OpenAPI document of `app`.

    A bearer token is asked for below the paths `guarded`, with these `refusals`; `models` are those of bodies
    that routes read by themselves.
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            stated = _schemas_of([*models, ProblemDocument])
            components = described.setdefault("components", {})
            schemas = components.get("schemas", {})
            components["schemas"] = stated | {
                # FastAPI's own form of a 422: every error here is a problem document.
                name: schemas[name]
                for name in schemas.keys() - {"HTTPValidationError", "ValidationError"}
            }
            components["securitySchemes"] = {_BEARER: {"type": "http", "scheme": "bearer"}}
            for path, call in _calls(described):
                _complete(path, call, refusals if path.startswith(tuple(guarded)) else ())
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to extend the document


def _schemas_of(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    _, described = models_json_schema(
        [(model, "validation") for model in models], ref_template=SCHEMAS + "{model}"
    )
    schemas: dict[str, Any] = described["$defs"]
    return schemas


def _calls(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method in item.keys() & _METHODS:
            yield path, item[method]


def _complete(path: str, call: dict[str, Any], refusals: Sequence[int]) -> None:
    expected: set[int] = set()
    if refusals:
        call["security"] = [{_BEARER: []}]
        expected |= {*refusals, 503}
    if "{" in path:
        expected.add(404)
    if "requestBody" in call:
        expected |= {400, 408, 413, 415, 422}
    if any(parameter["in"] == "query" for parameter in call.get("parameters", ())):
        expected.add(422)
    answers = call["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    for status, answer in problems(*sorted(expected)).items():
        answers.setdefault(str(status), answer)
