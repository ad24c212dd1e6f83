"""A delivery of one event to one endpoint, as it is stored and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from services.feed.deliveries.outcome import ErrorClass, Trigger
from shared.article import Frozen
from shared.timestamps import from_epoch_ms
from shared.trail import NO_TRAIL, Trail


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    """Not tried yet, or asked for again."""
    RETRYING = "retrying"
    """Failed so far; the next attempt has its time."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """Failed for good; waits for somebody's `retry`."""


class Delivery(Frozen):
    """One delivery; of its attempts only the number."""

    id: str
    endpoint: str
    event_id: str
    type: str
    article_id: str | None
    version: int | None
    status: DeliveryStatus
    attempts: int
    created_at: AwareDatetime
    next_attempt_at: AwareDatetime | None
    last_attempt_at: AwareDatetime | None
    last_status: int | None
    last_error: ErrorClass | None


@dataclass(frozen=True)
class NewDelivery:
    """A delivery to be queued; `partition` is where the body of its event is stored."""

    id: str
    event_id: str
    event_type: str
    event_at: datetime
    partition: int
    trigger: Trigger
    article_id: str = ""
    version: int | None = None
    trail: Trail = NO_TRAIL


def delivery_from(fields: Mapping[bytes, bytes], delivery_id: str, endpoint_id: str) -> Delivery:
    """Return the delivery that a Redis hash holds."""
    text = {name.decode(): value.decode() for name, value in fields.items()}
    return Delivery(
        id=delivery_id,
        endpoint=endpoint_id,
        event_id=text["event_id"],
        type=text["event_type"],
        article_id=text.get("article_id"),
        version=_number(text.get("version", "")),
        status=DeliveryStatus(text["status"]),
        attempts=int(text.get("attempts", 0)),
        created_at=from_epoch_ms(int(text["created_at"])),
        next_attempt_at=_moment(text.get("next_at", "")),
        last_attempt_at=_moment(text.get("last_attempt_at", "")),
        last_status=_number(text.get("last_status", "")),
        last_error=ErrorClass(text["last_error"]) if text.get("last_error") else None,
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def _moment(text: str) -> datetime | None:
    return from_epoch_ms(int(text)) if text else None
