"""The documentation of an API as one page that needs nothing from elsewhere: no script, no font, no CDN.

Reads an OpenAPI 3.1 or an AsyncAPI 3.0 document; what it does not know of these is left out of the page.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

_TEMPLATES = Path(__file__).parent / "templates"
_METHODS = ("get", "post", "put", "patch", "delete")

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Property:
    """One field of a schema; `type` is in words, `of` names the schema that the words speak of."""

    name: str
    type: str
    of: str | None
    required: bool
    note: str


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
    environment.globals |= {"style": _style(), "properties": _properties, "operations": _operations}
    environment.globals |= {"schema_of": _schema_of, "type_of": _type_of, "resolve": _resolve}
    return environment


@cache
def _style() -> str:
    return (_TEMPLATES / "api_docs.css").read_text()


def page_headers() -> dict[str, str]:
    """Return the headers of these pages: nothing is loaded, and only their own style sheet counts."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def openapi_page(document: Json) -> str:
    """Return the page for an OpenAPI document."""
    return _environment().get_template("openapi.html").render(document=document)


def asyncapi_page(document: Json) -> str:
    """Return the page for an AsyncAPI document."""
    return _environment().get_template("asyncapi.html").render(document=document)


def application(
    title: str,
    description: str,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Return an application that serves its documentation at `/docs`.

    The framework's own telemetry is off: it would trace requests a second time, with their whole addresses,
    and otherwise looks into the environment at each request whether it is to.
    """
    app = FastAPI(
        title=title,
        version=version("newswire"),
        description=description,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
    )

    @app.head("/docs", include_in_schema=False)
    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(openapi_page(app.openapi()), headers=page_headers())

    return app


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield each call as method, path and description, in the document's order."""
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def _properties(schema: Json) -> list[Property]:
    required = set(schema.get("required", ()))
    return [
        Property(name, _type_of(part), _schema_of(part), name in required, _note(part))
        for name, part in schema.get("properties", {}).items()
    ]


def _type_of(schema: Json) -> str:
    """Return a schema's type in words, such as `array of Author or null`."""
    if name := _ref_name(schema):
        return name
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    for combination in ("anyOf", "oneOf", "allOf"):
        if combination in schema:
            return " or ".join(dict.fromkeys(_type_of(part) for part in schema[combination]))
    if schema.get("type") == "array":
        return f"array of {_type_of(schema.get('items', {}))}"
    kind = schema.get("type", "any")
    written = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{written} ({schema['format']})" if "format" in schema else written


def _schema_of(schema: Json) -> str | None:
    """Return the name of the schema that this one is, holds or may be."""
    inner = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    for part in inner:
        name = _ref_name(part) or _ref_name(part.get("items", {}))
        if name:
            return name
    return None


def _ref_name(schema: Json) -> str | None:
    return str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else None


def _resolve(document: Json, reference: str) -> Any:
    """Return what a reference inside the document (`#/a/b`) points to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


_LIMITS = {
    "default": "default",
    "minLength": "at least this many characters:",
    "maxLength": "at most this many characters:",
    "maxItems": "at most this many:",
    "minimum": "at least",
    "maximum": "at most",
    "pattern": "form",
}


def _note(schema: Json) -> str:
    """Return description and limits as one text."""
    inner = [schema, *(part for part in schema.get("anyOf", ()) if "pattern" in part or "maxLength" in part)]
    limits = [
        f"{words} {_written(part[name])}"
        for part in inner
        for name, words in _LIMITS.items()
        if name in part and part[name] not in (None, "", [])
    ]
    return "; ".join([*filter(None, [schema.get("description")]), *limits])


def _written(value: object) -> str:
    """Return a value as JSON writes it, a text without its quotation marks."""
    return value if isinstance(value, str) else json.dumps(value)
