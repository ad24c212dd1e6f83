"""What a process knows of the feeds' changes, so that a feed in its memory is given out without asking Redis.

It polls while feeds are being asked for, and sleeps otherwise. What it knows holds for a fifth of a second
after it was read, and no feed is trusted for longer than five seconds: whoever finds that it vouches for
nothing asks Redis, as if there were no watch.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.exceptions import RedisError

from services.feed.feeds.changes import START, Changes, News
from services.feed.feeds.pace import Pace
from services.feed.feeds.selection import Selection
from shared.cancellation import heed_cancellation
from shared.logs import get_logger

log = get_logger(__name__)

POLL_SECONDS = 0.01
VOUCHES_SECONDS = 0.2
TRUSTS_SECONDS = 5.0
_SLEEPS_AFTER = 1.0
_ANSWER_WITHIN = 1.0
_LONGEST_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Ticket:
    """Taken before a feed's state is read: every change of which the watch hears afterwards makes it void."""

    number: int
    at: float


class Watch:
    """Follows the announcements of changes; `now` gives seconds that never go back."""

    def __init__(self, changes: Changes, *, now: Callable[[], float] = time.monotonic) -> None:
        self._changes = changes
        self._now = now
        self._pace = Pace()
        self._position = START
        self._number = 0
        self._all_before = 0
        self._changed: dict[Selection, int] = {}
        self._urgent: dict[Selection, int] = {}
        self._confirmed_at = -math.inf
        self._asked_at = self._now()
        self._asked = asyncio.Event()
        self.cut_off = False
        """Whether Redis has not answered the latest poll."""

    def ticket(self) -> Ticket:
        """Return a ticket for a reading of a feed's state that begins now."""
        return Ticket(self._number, self._now())

    def vouches_for(self, selection: Selection, ticket: Ticket) -> bool:
        """Return whether what was made with this ticket may be given out without asking Redis."""
        now = self._asked_at = self._now()
        if now - self._confirmed_at > VOUCHES_SECONDS:
            self._asked.set()
            return False
        number = ticket.number
        if number < self._all_before or self._urgent.get(selection, 0) > number:
            return False
        age = now - ticket.at
        if self._changed.get(selection, 0) > number:
            return age < self._pace.spacing(now)
        return age < TRUSTS_SECONDS

    def age(self, ticket: Ticket) -> float:
        """Return the seconds since a ticket was taken."""
        return self._now() - ticket.at

    async def run(self) -> None:
        """Poll until cancelled; an outage of Redis is waited out."""
        pause = POLL_SECONDS
        while True:
            try:
                await self.look()
            except (RedisError, OSError) as error:
                if not self.cut_off:
                    log.warning("feeds.watch_interrupted", error=repr(error))
                self.cut_off = True
                heed_cancellation()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = POLL_SECONDS
            heed_cancellation()
            await self._until_next()

    async def look(self) -> None:
        """Read once what was announced since the last time."""
        started = self._now()
        async with asyncio.timeout(_ANSWER_WITHIN):
            news = await self._changes.since(self._position)
        self._take(news, started)
        # Of the time at which the poll was sent: whatever is announced later may be missing.
        self._confirmed_at = started
        self.cut_off = False

    def _take(self, news: News, started: float) -> None:
        # After a sleep it is not known how long the articles took to come.
        awake = started - self._confirmed_at < VOUCHES_SECONDS
        self._pace.saw(news.articles if awake else 0, started)
        self._position = news.position
        if not (news.changed or news.everything):
            return
        self._number += 1
        if news.everything:
            self._all_before = self._number
            self._changed.clear()
            self._urgent.clear()
        self._changed.update(dict.fromkeys(news.changed, self._number))
        self._urgent.update(dict.fromkeys(news.urgent, self._number))

    async def _until_next(self) -> None:
        if self._now() - self._asked_at > _SLEEPS_AFTER:
            self._asked.clear()
            await self._asked.wait()
        else:
            await asyncio.sleep(POLL_SECONDS)
