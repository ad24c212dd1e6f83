"""A partner: an outlet or reader of its own to whom endpoints belong, and what it may poll."""

import hashlib
import secrets
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from services.feed.deliveries.endpoint import EndpointFilter
from shared.article import Frozen
from shared.events import EventType

PartnerName = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]

_ID_PREFIX = "ptr_"
_TOKEN_PREFIX = "nwp_"  # noqa: S105 - what every token starts with, none itself


class Polled(Frozen):
    """Which events a partner finds when it polls."""

    events: Annotated[tuple[EventType, ...], Field(min_length=1, max_length=20)] = tuple(EventType)
    filter: EndpointFilter = EndpointFilter()


class Partner(Frozen):
    """Somebody who receives webhooks, or polls.

    Without `polls` it finds what its endpoints are sent, and everything while it has none.
    """

    id: str
    name: PartnerName
    created_at: AwareDatetime
    polls: Polled | None = None


def new_partner_id() -> str:
    """Return a new random id, `ptr_` and 16 hexadecimal digits."""
    return f"{_ID_PREFIX}{secrets.token_hex(8)}"


def new_partner_token(partner_id: str) -> str:
    """Return a new random token; it names its partner, so that one look finds what to compare it with."""
    return f"{_TOKEN_PREFIX}{partner_id.removeprefix(_ID_PREFIX)}_{secrets.token_urlsafe(32)}"


def partner_named_by(token: str) -> str | None:
    """Return the id of the partner that a token claims to be of, None when it is no partner's."""
    if not token.startswith(_TOKEN_PREFIX):
        return None
    return _ID_PREFIX + token.removeprefix(_TOKEN_PREFIX).partition("_")[0]


def token_hash(token: str) -> str:
    """Return what is stored of a token: its 256 random bits need no slower hash than SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()
