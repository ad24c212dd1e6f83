"""The one webhook that all peers sign and send; nothing but the standard library, for they have their own."""

import os
import secrets
import time

from services.feed.deliveries.signature import signed_headers

BROKER = os.environ.get("PEER_BROKER", "")
"""Address of the Valkey that is the broker."""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the test vector's, of nobody
BODY = '{"type":"article.published","data":{"content_html":"' + "prose " * 660 + '"}}'


def new_id() -> str:
    """Return the id of an event."""
    return f"evt_{secrets.token_hex(16)}"


def headers_for(event_id: str, body: bytes) -> dict[str, str]:
    """Return the headers of one attempt."""
    signed = signed_headers([SECRET], event_id, int(time.time()), body)
    return {"content-type": "application/json", "user-agent": "peer/1"} | signed
