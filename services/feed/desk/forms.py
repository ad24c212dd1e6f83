"""Forms that a browser sends: read within bounds, and taken only from pages of our own.

https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from shared.problems import Problem

_LARGEST = 64 * 1024
_MOST_FIELDS = 100

TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
"""Where a form has the token of its session."""


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form (`application/x-www-form-urlencoded`), without those left empty."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise Problem(413, "A form of the desk is never that large.")
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise Problem(400, f"This is no form: {error}.") from error


def require_own_origin(request: Request, public_url: str) -> None:
    """Return when a page of ours sent the form; otherwise raise the 403.

    `Origin` is what a browser says of itself and no page can change. A proxy in front may show another host
    than we are asked under, so the public address counts as ours too.
    """
    origin = urlsplit(request.headers.get("origin", ""))
    own = {request.headers.get("host", ""), urlsplit(public_url).netloc}
    if origin.scheme not in {"http", "https"} or origin.netloc not in own:
        raise Problem(
            403,
            "The form did not come from a page of this desk. If it did: the proxy in front must pass the "
            "Host header on, or NEWSWIRE_PUBLIC_URL must be the address in the browser.",
        )
