"""When a worker renews its leases, and when it may take over what others held.

A lease of somebody who lives is renewed in turns, each quarter of its time. That it has ended says that its
holder is dead only while everybody can renew: after an outage, a suspended machine or a clock that was set,
all leases have ended at once. So who could not renew for half of a lease, or has only begun, first renews its
own and takes nothing over for as long again, in which the others renew theirs.
"""

import math
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from services.feed.deliveries.lease import Hand, Lease, by_endpoint
from shared.clock import Clock

_EVERY, _LATE, _PATIENCE = 0.25, 0.5, 0.5
"""Shares of a lease's time. The patience covers a pause between tries and a connection that is not made."""


@dataclass(frozen=True)
class _Moment:
    """A moment by both clocks, in seconds: one stands still with the machine, the other can be set."""

    elapsed: float
    wall: float


class Renewing:
    """The hand of one worker from turn to turn; `lease` is how long its leases last without a renewal."""

    def __init__(
        self, clock: Clock, lease: timedelta, *, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._elapsed = elapsed
        self._seconds = lease.total_seconds()
        self._name = secrets.token_hex(8)
        self._turn = 0
        self._asked_in_vain: set[str] = set()
        self._renewed: _Moment | None = None
        self._without_a_gap_since = 0.0
        self._turn_began = self._now()

    @property
    def is_due(self) -> bool:
        """Whether the next turn renews: it is time, or an answer was lost and with it what it brought."""
        return bool(self._asked_in_vain) or self._since_renewal() >= self._seconds * _EVERY

    @property
    def may_take_over(self) -> bool:
        """Whether a lease of somebody else that has ended tells that its holder is dead."""
        if self._since_renewal() >= self._seconds * _LATE:
            return False
        return self._elapsed() - self._without_a_gap_since >= self._seconds * _PATIENCE

    @property
    def may_begin(self) -> bool:
        """Whether what the latest turn took in hand is held so surely that attempts may begin.

        Their first renewal then comes well before the leases' end.
        """
        return self._since(self._turn_began) <= self._seconds * _EVERY

    def next_hand(self, in_hand: Iterable[Lease]) -> Hand:
        """Return the hand for a turn that begins now; it must be told how that ended."""
        self._turn += 1
        self._turn_began = self._now()
        held: dict[str, list[Lease]] | None = None
        if self.is_due:
            held = {endpoint_id: [] for endpoint_id in self._asked_in_vain}
            held |= by_endpoint(in_hand)
        return Hand(self._name, self._turn, held, takes_over=self.may_take_over)

    def succeeded(self, hand: Hand) -> None:
        """Take note that the turn took place, and its renewals with it."""
        if hand.held is None:
            return
        late = self._since_renewal() >= self._seconds * _LATE
        self._asked_in_vain.clear()
        # The leases last from there on, however long the turn took.
        self._renewed = self._turn_began
        if late:
            self._without_a_gap_since = self._elapsed()

    def failed(self, asked: Collection[str]) -> None:
        """Take note that nobody knows what a turn took in hand of these endpoints."""
        self._asked_in_vain.update(asked)

    def _since_renewal(self) -> float:
        return math.inf if self._renewed is None else self._since(self._renewed)

    def _since(self, moment: _Moment) -> float:
        """Return the seconds since then, by the clock that shows more of them."""
        now = self._now()
        return max(now.elapsed - moment.elapsed, now.wall - moment.wall)

    def _now(self) -> _Moment:
        return _Moment(self._elapsed(), self._clock.now().timestamp())
