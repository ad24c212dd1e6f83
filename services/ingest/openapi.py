"""How the API describes the bodies that its routes read by themselves."""

from typing import Any

from services.ingest.answers import WithdrawalRequest
from services.ingest.draft import ArticleInput
from shared.openapi import SCHEMAS

READ_BY_ROUTES = (ArticleInput, WithdrawalRequest)


def json_body(model: str, *, array: bool = False, required: bool = True) -> dict[str, Any]:
    """Return the description of a JSON body of one of `READ_BY_ROUTES`."""
    schema: dict[str, Any] = {"$ref": SCHEMAS + model}
    if array:
        schema = {"type": "array", "items": schema, "maxItems": 1000}
    if not required:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def text_body() -> dict[str, Any]:
    """Return the description of a page saved as text."""
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": content}}
