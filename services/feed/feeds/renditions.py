"""Feeds as bytes, made when they are asked for after a change and from memory until the next one.

A rendition bears the label of the feed's state that was read before its articles were, so it never claims to
hold a change that it may lack. It may hold a later one already; when that one moves the version, it is made
anew. So no feed stays behind its articles. Looks at one feed follow one another, and whoever asks during one
shares the next: so no answer is older than an earlier one.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from redis.asyncio import Redis

from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.changes import Changes
from services.feed.feeds.channel import Form
from services.feed.feeds.compressing import Compressing, Memory
from services.feed.feeds.document import Document
from services.feed.feeds.feed_representation import feed_representation
from services.feed.feeds.glance import Glance, Glances
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.rendering import FeedWriter
from services.feed.feeds.rendition import Edition, Rendition, Shelf, label_of, publisher_mark, rendition_of
from services.feed.feeds.representation import Answers
from services.feed.feeds.selection import Selection
from services.feed.feeds.taking_turns import TakingTurns
from services.feed.feeds.watch import Ticket, Watch
from shared.clock import Clock, SystemClock
from shared.logs import get_logger
from shared.redis_connection import UNREACHABLE

log = get_logger(__name__)

_KEPT_BYTES = 128 * 1024 * 1024
_MOST_TRIES = 3
_WAITS_SECONDS = 2.0
"""How long a reader waits for a newer rendition than the one in memory."""


@dataclass(frozen=True, slots=True)
class Held:
    """A rendition in memory, and its finished answers.

    When its feed was last looked at is told by the `ticket`, and by the server's clock in `seen_at`.
    """

    rendition: Rendition
    ticket: Ticket
    seen_at: datetime
    answers: Answers


class Renditions:
    """Gives out feeds in every format; one of these per process.

    What is in memory is given out without asking Redis while `watch` runs and vouches for it.
    """

    def __init__(
        self,
        redis: "Redis",
        partitions: int,
        publisher: Publisher,
        *,
        watch: Watch | None = None,
        clock: Clock | None = None,
        kept_bytes: int = _KEPT_BYTES,
    ) -> None:
        self._publisher = publisher
        mark = publisher_mark(publisher)
        self._glances = Glances(redis, mark)
        self._shelf = Shelf(redis, mark)
        self.writer = FeedWriter(ReadModel(redis, partitions), OwnFeedRegistry(redis), publisher)
        """Shared with the archives: it writes one document at a time."""
        self._watch = watch or Watch(Changes(redis))
        self._clock = clock or SystemClock()
        self._kept: BoundedMemory[Edition, Held] = BoundedMemory(kept_bytes, lambda held: held.rendition.size)
        self._turns: TakingTurns[Edition, Rendition | None] = TakingTurns(self._look)
        self._compressing = Compressing(self._shelf, Memory(self._current, self._replace))
        self.made = 0
        """How many renditions this process has made."""

    def answers(self, edition: Edition) -> Answers | None:
        """Return the answers for a feed if it is in memory and known to be current, without waiting."""
        held = self._kept.get(edition)
        if held is None or not self._watch.vouches_for(edition.selection, held.ticket):
            return None
        return held.answers

    def answers_of(self, edition: Edition, rendition: Rendition) -> Answers:
        """Return the answers that what `get` returned can give."""
        held = self._kept.get(edition)
        if held is not None and held.rendition is rendition:
            return held.answers
        return Answers(feed_representation(rendition, edition, self._publisher), self._clock)

    async def get(self, selection: Selection, form: Form) -> Rendition | None:
        """Return the feed as it is now, or None when there is no such feed.

        While Redis cannot be reached, what this process gave out last is given out again as stale; when
        it has nothing, redis-py's error is raised.
        """
        edition = Edition(selection, form)
        held = self._kept.get(edition)
        if held is not None and self._watch.vouches_for(selection, held.ticket):
            return held.rendition
        if held is not None and self._watch.cut_off:
            return self._stale(held)
        try:
            # A Redis that hangs is noticed by nobody at first, and its timeouts are longer than readers wait.
            async with asyncio.timeout(_WAITS_SECONDS if held is not None else None):
                return await self._turns.look(edition)
        except UNREACHABLE as error:
            log.warning("feed.store_out_of_reach", selection=selection, form=form.value, error=repr(error))
            if held is None:
                raise
            return self._stale(held)

    async def compressed(self, edition: Edition, rendition: Rendition) -> Rendition:
        """Return the rendition in every content coding, for who takes no plain bytes."""
        compressed = await self._compressing.compress(edition, rendition)
        self._replace(edition, rendition, compressed)
        return compressed

    async def write_once(self, selection: Selection, form: Form, *, path: str) -> Document | None:
        """Return the document of a feed that stands at `path` (without the ending); nothing of it is kept."""
        glance = await self._glances.at(Edition(selection, form, path))
        return None if glance is None else await self.writer.write(glance, form, path=path)

    async def run(self) -> None:
        """Compress what stays current, until cancelled. Without it only plain bytes are given out."""
        await self._compressing.run()

    def _stale(self, held: Held) -> Rendition:
        return replace(held.rendition, stale_for=round(self._watch.age(held.ticket)))

    async def _look(self, edition: Edition) -> Rendition | None:
        tries = 0
        while True:
            tries += 1
            ticket, held = self._watch.ticket(), self._current(edition)
            glance = await self._glances.at(edition, held.label if held else "")
            if glance is None:
                self._kept.forget(edition)
                return None
            is_current = held is not None and held.label == label_of(glance.state)
            rendition = held if is_current else glance.finished
            if rendition is None:
                rendition = await self._make(edition, glance, last_try=tries == _MOST_TRIES)
            if rendition is not None:
                self._hold(edition, rendition, ticket, glance.at)
                return rendition

    async def _make(self, edition: Edition, glance: Glance, *, last_try: bool) -> Rendition | None:
        """Return new bytes; None when another process has made newer ones meanwhile: then look once more."""
        made = rendition_of(glance.state, await self.writer.write(glance, edition.form))
        self.made += 1
        dated = glance.date_of(made.digest)
        if dated is not None:
            # Redis answers a write when it is on the disk: this one can wait until the bytes are compressed.
            return replace(made, last_modified=dated)
        return await self._shelf.put(edition, made) or (made if last_try else None)

    def _hold(self, edition: Edition, rendition: Rendition, ticket: Ticket, seen_at: datetime) -> None:
        held = self._kept.get(edition)
        if held is not None and held.rendition is rendition and not held.answers.dated_ahead:
            answers = held.answers
        else:
            found = feed_representation(rendition, edition, self._publisher)
            answers = Answers(found, self._clock, seen_at=seen_at)
        self._kept.keep(edition, Held(rendition, ticket, seen_at, answers))
        if not rendition.encoded:
            self._compressing.wish(edition)

    def _current(self, edition: Edition) -> Rendition | None:
        held = self._kept.get(edition)
        return None if held is None else held.rendition

    def _replace(self, edition: Edition, old: Rendition, new: Rendition) -> None:
        held = self._kept.get(edition)
        if held is not None and held.rendition is old:
            self._hold(edition, new, held.ticket, held.seen_at)
