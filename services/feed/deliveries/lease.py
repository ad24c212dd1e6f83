"""What a worker asks of the queue, has in its hand, and tells of its end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import CONCURRENCY
from services.feed.deliveries.outcome import Trigger
from shared.trail import NO_TRAIL, Trail


@dataclass(frozen=True)
class Lease:
    """A delivery in hand. Only who knows the `token` can finish it."""

    delivery_id: str
    endpoint_id: str
    token: int
    event_id: str
    event_type: str
    partition: int
    attempts: int
    steps_taken: int
    trigger: Trigger
    trail: Trail = NO_TRAIL


@dataclass(frozen=True)
class Hand:
    """Whose turn it is, under a name that nobody else has, and what it may do with leases in it.

    `held` names what is still in hand of each endpoint, and is None in a turn that renews no lease. What else
    an earlier turn of the same hand took there, it never heard of: that is due again.
    """

    name: str
    turn: int
    held: Mapping[str, Sequence[Lease]] | None = None
    takes_over: bool = True
    """Whether what others held is due again when their leases have ended."""


@dataclass(frozen=True)
class Ask:
    """How many deliveries of an endpoint somebody can take in hand now.

    `concurrency` is how many may be in all hands, `rate_limit` how many a second are begun by all.
    """

    endpoint_id: str
    most: int
    concurrency: int = CONCURRENCY
    rate_limit: float | None = None


@dataclass(frozen=True)
class Finish:
    """What became of a leased delivery."""

    lease: Lease
    attempt: Attempt
    status: DeliveryStatus
    next_at: datetime | None
    finished_at: datetime


def by_endpoint(leases: Iterable[Lease]) -> dict[str, list[Lease]]:
    """Return the leases of each endpoint, in their order."""
    found: dict[str, list[Lease]] = {}
    for lease in leases:
        found.setdefault(lease.endpoint_id, []).append(lease)
    return found
