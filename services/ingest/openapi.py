"""How the API describes bodies that its routes read by themselves, and the problems that they answer."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from services.ingest.answers import FieldError, WithdrawalRequest
from services.ingest.draft import ArticleInput
from shared.article import Frozen
from shared.problems import MEDIA_TYPE

_SCHEMAS = "#/components/schemas/"


class ProblemDocument(Frozen):
    """What went wrong (RFC 9457); `detail` says what to mend, `errors` lists every bad field."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


_READ_BY_ROUTES = (ArticleInput, WithdrawalRequest, ProblemDocument)

_MEANINGS = {
    400: "The body is not JSON",
    401: "The token is missing or wrong",
    404: "There is no such article",
    409: "The article's state does not allow it",
    413: "More than 2 MiB, or too many articles",
    415: "Another Content-Type is wanted",
    422: "Not valid; every bad field is named",
    503: "Redis cannot take writes; nothing was accepted, send it again after Retry-After",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of a route's problem answers."""
    schema = {"$ref": f"{_SCHEMAS}ProblemDocument"}
    return {
        status: {"description": _MEANINGS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def json_body(model: str, *, array: bool = False, required: bool = True) -> dict[str, Any]:
    """Return the description of a JSON body of one of this module's models."""
    schema: dict[str, Any] = {"$ref": _SCHEMAS + model}
    if array:
        schema = {"type": "array", "items": schema, "maxItems": 1000}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def text_body() -> dict[str, Any]:
    """Return the description of a page saved as text."""
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": content}}


def describe(app: FastAPI) -> None:
    """Make the OpenAPI document of `app` hold the models that its routes read by themselves."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            _, models = models_json_schema(
                [(model, "validation") for model in _READ_BY_ROUTES], ref_template=_SCHEMAS + "{model}"
            )
            schemas = described.setdefault("components", {}).setdefault("schemas", {})
            described["components"]["schemas"] = models["$defs"] | schemas
            _drop_what_is_never_answered(described)
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to extend the document


def _drop_what_is_never_answered(described: dict[str, Any]) -> None:
    """Take out FastAPI's own form of a 422: every error of this service is a problem document."""
    for item in described["paths"].values():
        for call in item.values():
            answer = call["responses"].get("422", {})
            if "HTTPValidationError" in str(answer):
                del call["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
