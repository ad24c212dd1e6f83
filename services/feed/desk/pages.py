"""The desk's pages as HTML: one frame around all of them, links that hold behind any proxy, headers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.feed.desk.curve import HEIGHT, WIDTH
from services.feed.desk.forms import TOKEN_FIELD
from services.feed.desk.visitor import Visitor
from services.feed.ops import wording

_TEMPLATES = Path(__file__).parent / "templates"

STYLESHEET = (_TEMPLATES / "desk.css").read_text()
SCRIPT = (_TEMPLATES / "desk.js").read_text()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With `no-referrer` a browser would say `Origin: null` of our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

PLACES = (
    ("", "Overview"),
    ("dead-letters", "Dead letters"),
    ("deliveries", "Deliveries"),
    ("endpoints", "Endpoints"),
    ("feeds", "Feeds"),
    ("audit", "Audit log"),
)
"""What the navigation leads to."""

REFRESH_SECONDS = 2
"""How often the script renews a page."""

_REFRESH_WITHOUT_SCRIPT_SECONDS = 10

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    count=wording.count,
    rate=wording.rate,
    duration=wording.duration,
    share=wording.share,
    moment=wording.moment,
    time_to_drain=wording.time_to_drain,
    ago=wording.ago,
    milliseconds=wording.milliseconds,
)
_environment.globals.update(
    version=hashlib.sha256((STYLESHEET + SCRIPT).encode()).hexdigest()[:12],
    token_field=TOKEN_FIELD,
    refresh_seconds=REFRESH_SECONDS,
    refresh_without_script_seconds=_REFRESH_WITHOUT_SCRIPT_SECONDS,
    places=PLACES,
    frame=(WIDTH, HEIGHT),
    show={
        "count": wording.count,
        "duration": wording.duration,
        "rate": wording.rate,
        "milliseconds": wording.milliseconds,
    },
)


@dataclass(frozen=True)
class Desk:
    """What stands around a page: where it is, who looks at it, and whether it renews itself."""

    path: str
    query: Mapping[str, str]
    visitor: Visitor | None = None
    form_token: str = ""
    live: bool = False
    notice: str | None = None
    """What was just done, told once."""

    @property
    def up(self) -> str:
        """The way from this page to where the service's paths begin: a proxy may put them under any other."""
        return "../" * (self.path.count("/") - 1)

    def to(self, place: str = "") -> str:
        """Return the link to a place of the desk."""
        return f"{self.up}ops/{place}" if place else f"{self.up}ops"

    def asks(self, action: str, **fields: object) -> str:
        """Return the link to the page that asks whether something is to be done, and leads back here."""
        return self._asks(action, fields, back=f"{self.path}{self.query_with()}".removesuffix("?"))

    def asks_then(self, place: str, action: str, **fields: object) -> str:
        """Return the same link, which leads to another place of the desk afterwards."""
        return self._asks(action, fields, back=f"/ops/{place}")

    def _asks(self, action: str, fields: Mapping[str, object], *, back: str) -> str:
        told = {name: value for name, value in fields.items() if value not in {None, ""}}
        return f"{self.to('confirm')}/{action}?{urlencode({**told, 'back': back})}"

    def query_with(self, **changes: str | None) -> str:
        """Return the link to this page with some fields of its query changed, or left out where None."""
        fields = {name: value for name, value in {**self.query, **changes}.items() if value}
        return f"?{urlencode(fields)}"

    @property
    def held_still(self) -> bool:
        """Whether the page was asked not to renew itself."""
        return self.query.get("refresh") == "off"


def page(
    request: Request,
    template: str,
    *,
    visitor: Visitor | None = None,
    form_token: str = "",
    live: bool = False,
    notice: str | None = None,
    status: int = 200,
    **shown: Any,
) -> HTMLResponse:
    """Return a page; `live` for one that renews itself until it is asked to hold still."""
    desk = Desk(request.url.path, request.query_params, visitor, form_token, live, notice)
    content = _environment.get_template(template).render(desk=desk, **shown)
    return HTMLResponse(content, status, headers=HEADERS)
