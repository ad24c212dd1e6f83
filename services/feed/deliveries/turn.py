"""What a turn with Redis brought: ends that are recorded, deliveries in hand, and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.feed.deliveries.lease import Lease
from services.feed.deliveries.outcome import Trigger
from shared.timestamps import epoch_ms, from_epoch_ms
from shared.trail import Trail

_LOOK_AGAIN_MS = 500
"""When there is more than may be taken in hand, others look again after this time; who holds some goes on."""


@dataclass(frozen=True)
class Recorded:
    """What is known after an end: when the delivery is due next (ms), since when the endpoint only fails.

    `arrived_from` is when the event happened, when this was the first time that it arrived.
    """

    next_ms: int | None
    failing_since: datetime | None
    arrived_from: datetime | None = None


@dataclass
class Turn:
    """`recorded` holds for each end None when its lease was another's by then, and nothing was changed.

    `marks` tell when (ms) whose queue is to be looked at again by whoever can; `version` is the registry's.
    """

    version: Any
    recorded: list[Recorded | None]
    leases: list[Lease] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    given_back: set[str] = field(default_factory=set)
    """Endpoints of which something is due again that an answer brought which was lost."""

    def add_ends(self, endpoint_id: str, places: Sequence[int], reply: Sequence[Any]) -> None:
        """Take in what the `FINISH` script told of the ends at these places."""
        for place, told in zip(places, reply, strict=True):
            self.recorded[place] = one = None if told is None else _recorded(told)
            if one is not None and one.next_ms is not None:
                self._mark(endpoint_id, one.next_ms)

    def add_given_back(self, endpoint_id: str, reply: int, now: datetime) -> None:
        """Take in what the `HOLD` script told of an endpoint."""
        if reply:
            self.given_back.add(endpoint_id)
            self._mark(endpoint_id, epoch_ms(now))

    def add_leases(self, endpoint_id: str, reply: Sequence[Any], now: datetime) -> None:
        """Take in what the `LEASE` script told of an endpoint."""
        due, leased, taken, held = reply
        self.leases += [_lease(endpoint_id, fields) for fields in taken]
        if due:
            look_again = int(held) if held else epoch_ms(now) + _LOOK_AGAIN_MS
            self._mark(endpoint_id, max(int(due), look_again))
        if leased:
            # One that has ended, and may not be taken over yet, would else be asked about at every look.
            self._mark(endpoint_id, max(int(leased), epoch_ms(now) + _LOOK_AGAIN_MS))

    def _mark(self, endpoint_id: str, at: int) -> None:
        self.marks[endpoint_id] = min(at, self.marks.get(endpoint_id, at))


def _lease(endpoint_id: str, fields: Sequence[bytes | int | None]) -> Lease:
    *numbered, request_id, traceparent = fields
    delivery_id, token, event_id, event_type, partition, attempts, step, trigger = (
        field.decode() if isinstance(field, bytes) else str(field or 0) for field in numbered
    )
    return Lease(
        delivery_id=delivery_id,
        endpoint_id=endpoint_id,
        token=int(token),
        event_id=event_id,
        event_type=event_type,
        partition=int(partition),
        attempts=int(attempts),
        steps_taken=int(step),
        trigger=Trigger(trigger),
        trail=Trail(_text(request_id), _text(traceparent)),
    )


def _text(field: bytes | int | None) -> str:
    return field.decode() if isinstance(field, bytes) else ""


def _recorded(reply: Sequence[bytes]) -> Recorded:
    next_ms, *moments = (int(text) if text else None for text in reply)
    return Recorded(next_ms, *(None if moment is None else from_epoch_ms(moment) for moment in moments))
