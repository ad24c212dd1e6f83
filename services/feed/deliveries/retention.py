"""How long what was sent is kept, and for how long that needs the events' bodies."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.feed.deliveries.retry_schedule import RetrySchedule

_MARGIN = timedelta(days=7)
"""How long all workers may be stopped before a body that is still needed could go."""


@dataclass(frozen=True)
class Retention:
    """How long a delivery's record stays after its last attempt. What is not finished always stays.

    `delivered` and `dead` are for deliveries that ended so. `schedule` is what an unfinished one may take.
    """

    delivered: timedelta = timedelta(days=30)
    dead: timedelta = timedelta(days=90)
    schedule: RetrySchedule = field(default_factory=RetrySchedule)

    @property
    def longest(self) -> timedelta:
        """How long the events that can be polled are kept: as long as any delivery's record."""
        return max(self.delivered, self.dead)

    @property
    def body_lifetime(self) -> timedelta:
        """How long a body is kept from when it was last known to be needed.

        While a delivery is unfinished the sweep renews its body; after its end the record stays for `longest`
        at most. A Retry-After may double each step of the schedule.
        """
        return self.longest + 2 * timedelta(seconds=sum(self.schedule.steps)) + _MARGIN
