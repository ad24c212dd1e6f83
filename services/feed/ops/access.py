"""Who may see the dashboard: a program with the admin token, or a person who gives it to the browser."""

import base64
import binascii
import hmac

from fastapi import Request

from shared.problems import Problem
from shared.tokens import require_bearer

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="newswire", charset="UTF-8"'}


def require_admin_in_browser(request: Request, token: str) -> None:
    """Return when the request bears the token, as Bearer or as the password of Basic (RFC 7617).

    Otherwise raise the 401 at which a browser asks for it. It is never taken from the address, which ends up
    in logs and histories.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        require_bearer(request, token)
        return
    password = _password(given) if scheme.lower() == "basic" else None
    if password is None or not hmac.compare_digest(password, token.encode()):
        raise Problem(
            401,
            "Sign in with the admin token as the password, under any name; `newswire token` prints it.",
            headers=_CHALLENGE,
        )


def _password(credentials: str) -> bytes | None:
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True)
    except binascii.Error:
        return None
    return decoded.partition(b":")[2]
