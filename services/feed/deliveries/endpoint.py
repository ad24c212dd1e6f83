"""An endpoint: where a partner's webhooks go, which ones, and the secrets that sign them."""

import base64
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from services.feed.deliveries.secret_box import is_sealed
from services.feed.deliveries.signature import new_secret
from shared.article import Frozen, Kind
from shared.events import EventType

_PREFIX = "ep_"
_DELIVERY_PREFIX = "dlv_"
_DELIVERY_PARTS = 3

Wanted = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
WantedList = Annotated[tuple[Wanted, ...], Field(max_length=200)]


CONCURRENCY = 8
"""How many of an endpoint's deliveries are in hand at once, unless its operator says otherwise."""

Concurrency = Annotated[int, Field(ge=1, le=64)]

RateLimit = Annotated[float, Field(ge=0.01, le=1000)]
"""Deliveries per second, all workers together."""

UNREADABLE = (
    "Its secret was sealed with another NEWSWIRE_SECRETS_KEY. Deliveries wait until that key is given "
    "again, or a new secret is made (and its headers are set anew)."
)


class EndpointStatus(StrEnum):
    """Whether an endpoint is sent to. Its queue is kept and grows in either other state."""

    ACTIVE = "active"
    PAUSED = "paused"
    """Stopped by the operator."""
    DISABLED = "disabled"
    """Stopped by the service, for `status_reason`."""


class PayloadSort(StrEnum):
    """How much of the article an endpoint is sent."""

    FULL = "full"
    SUMMARY = "summary"
    """All but the text itself (`content_html`)."""


class EndpointFilter(Frozen):
    """Which articles an endpoint wants. Each list that is not empty must hold one of the article's own.

    Topics, authors and outlets are given as shown or as in a feed's address; upper and lower case are one.
    """

    kinds: Annotated[tuple[Kind, ...], Field(max_length=20)] = ()
    topics: WantedList = ()
    authors: WantedList = ()
    outlets: WantedList = ()
    languages: WantedList = ()


class Secret(Frozen):
    """A signing secret; one without `expires_at` is the current one."""

    key: str
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None

    @property
    def readable(self) -> bool:
        """Whether the key is there in plain, and not still sealed because this process cannot open it."""
        return not is_sealed(self.key)


class Endpoint(Frozen):
    """Where webhooks of one partner go. It holds the secrets: what is shown outside is made from it."""

    id: str
    partner_id: str
    url: str
    events: tuple[EventType, ...] = tuple(EventType)
    filter: EndpointFilter = EndpointFilter()
    payload: PayloadSort = PayloadSort.FULL
    secrets: tuple[Secret, ...]
    status: EndpointStatus = EndpointStatus.ACTIVE
    status_reason: str | None = None
    concurrency: Concurrency = CONCURRENCY
    rate_limit: RateLimit | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    created_at: AwareDatetime

    @property
    def readable(self) -> bool:
        """Whether this process can send to it: its secret and its headers could be opened."""
        return self.secrets[0].readable and not any(map(is_sealed, self.headers.values()))

    @property
    def sendable(self) -> bool:
        """Whether this process may send to it now, and can."""
        return self.status is EndpointStatus.ACTIVE and self.readable

    def signing_keys(self, now: datetime) -> list[str]:
        """Return the secrets that sign at this moment, the current one first."""
        return [s.key for s in self.secrets if s.readable and (s.expires_at is None or s.expires_at > now)]

    def with_new_secret(self, now: datetime, overlap: timedelta) -> "Endpoint":
        """Return the endpoint with a new secret; the one before signs too for `overlap`, no older one."""
        old = self.secrets[0].model_copy(update={"expires_at": now + overlap})
        kept = (old,) if overlap else ()
        return self.model_copy(update={"secrets": (Secret(key=new_secret(), created_at=now), *kept)})

    def with_status(self, status: EndpointStatus, reason: str | None = None) -> "Endpoint":
        """Return the endpoint in another state."""
        return self.model_copy(update={"status": status, "status_reason": reason})


def new_endpoint_id() -> str:
    """Return a new random id, `ep_` and 16 characters of lower-case base32."""
    return _PREFIX + base64.b32encode(secrets.token_bytes(10)).decode().lower()


def delivery_id(endpoint_id: str, event_id: str) -> str:
    """Return the id of the delivery of an event to an endpoint: always the same, so none is made twice."""
    return f"{_DELIVERY_PREFIX}{endpoint_id.removeprefix(_PREFIX)}_{event_id.removeprefix('evt_')}"


def endpoint_of(delivery_id: str) -> str | None:
    """Return the id of the endpoint that a delivery goes to, None when the text is no delivery id."""
    parts = delivery_id.split("_")
    if len(parts) != _DELIVERY_PARTS or f"{parts[0]}_" != _DELIVERY_PREFIX:
        return None
    return _PREFIX + parts[1]
