"""Feeds as bytes, made when they are asked for after a change and from memory until the next one.

A rendition bears the label of the feed's state that was read before its articles were, so it never claims to
hold a change that it may lack. It may hold a later one already; when that one moves the version, it is made
anew. So no feed stays behind its articles. Looks at one feed follow one another, and whoever asks during one
shares the next: so no answer is older than an earlier one.
"""

from dataclasses import dataclass, replace

from redis.asyncio import Redis

from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.changes import Changes
from services.feed.feeds.channel import Form
from services.feed.feeds.compressing import Compressing, Memory
from services.feed.feeds.feed_representation import feed_representation
from services.feed.feeds.members import FeedState, Members
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.rendering import FeedWriter
from services.feed.feeds.rendition import Edition, Rendition, Shelf, label_of, publisher_mark, rendition_of
from services.feed.feeds.representation import Answers
from services.feed.feeds.selection import ALL, ALL_TITLE, Selection
from services.feed.feeds.store_outage import out_of_reach
from services.feed.feeds.taking_turns import TakingTurns
from services.feed.feeds.watch import Ticket, Watch
from shared.clock import Clock, SystemClock
from shared.logs import get_logger
from shared.redis_connection import UNREACHABLE
from shared.timestamps import from_epoch_ms

log = get_logger(__name__)

_KEPT_BYTES = 128 * 1024 * 1024
_MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Held:
    """A rendition in memory, the ticket of the latest look at its feed, and its finished answers."""

    rendition: Rendition
    ticket: Ticket
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
        self._members = Members(redis)
        self._shelf = Shelf(redis, publisher_mark(publisher))
        self.writer = FeedWriter(ReadModel(redis, partitions), self._members, publisher)
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

    async def get(self, selection: Selection, form: Form) -> Rendition | None:
        """Return the feed as it is now, or None when there is no such feed.

        While Redis cannot be reached, what this process gave out last is given out again as stale; raises a
        503 `Problem` when it has nothing.
        """
        edition = Edition(selection, form)
        held = self._kept.get(edition)
        if held is not None and self._watch.vouches_for(selection, held.ticket):
            return held.rendition
        if held is not None and self._watch.cut_off:
            return self._stale(held)
        try:
            return await self._turns.look(edition)
        except UNREACHABLE as error:
            log.warning("feed.store_out_of_reach", selection=selection, form=form.value, error=repr(error))
            if held is None:
                raise out_of_reach() from error
            return self._stale(held)

    async def compressed(self, edition: Edition, rendition: Rendition) -> Rendition:
        """Return the rendition in every content coding, for who takes no plain bytes."""
        compressed = await self._compressing.compress(edition, rendition)
        self._replace(edition, rendition, compressed)
        return compressed

    async def write_once(self, selection: Selection, form: Form, *, path: str) -> bytes | None:
        """Return the bytes of a feed that stands at `path` (without the ending); nothing of it is kept."""
        title, state = await self._members.state(selection)
        if title is None:
            return None
        updated = from_epoch_ms(state.updated)
        return await self.writer.write(selection, form, title=title, updated=updated, path=path)

    async def run(self) -> None:
        """Compress what stays current, until cancelled. Without it only plain bytes are given out."""
        await self._compressing.run()

    def _stale(self, held: Held) -> Rendition:
        return replace(held.rendition, stale_for=round(self._watch.age(held.ticket)))

    async def _look(self, edition: Edition) -> Rendition | None:
        tries = 0
        while True:
            tries += 1
            ticket = self._watch.ticket()
            title, state = await self._members.state(edition.selection)
            if edition.selection == ALL:
                title = title or ALL_TITLE
            if title is None:
                self._kept.forget(edition)
                return None
            rendition = self._current(edition)
            if rendition is None or rendition.label != label_of(state):
                rendition = await self._make(edition, title, state, whatever_is_newer=tries == _MOST_TRIES)
            if rendition is not None:
                self._hold(edition, rendition, ticket)
                return rendition

    async def _make(
        self, edition: Edition, title: str, state: FeedState, *, whatever_is_newer: bool
    ) -> Rendition | None:
        """Return the feed's bytes: those on the shelf, or new ones.

        None when another process has made newer ones meanwhile, so that the state must be read again.
        """
        found = await self._shelf.load(edition, state.version)
        if found is not None:
            return found
        updated = from_epoch_ms(state.updated)
        body = await self.writer.write(edition.selection, edition.form, title=title, updated=updated)
        self.made += 1
        made = rendition_of(state, body)
        return await self._shelf.settle(edition, made) or (made if whatever_is_newer else None)

    def _hold(self, edition: Edition, rendition: Rendition, ticket: Ticket) -> None:
        held = self._kept.get(edition)
        if held is not None and held.rendition is rendition and not held.answers.dated_ahead:
            answers = held.answers
        else:
            answers = Answers(feed_representation(rendition, edition, self._publisher), self._clock)
        self._kept.keep(edition, Held(rendition, ticket, answers))
        if not rendition.encoded:
            self._compressing.wish(edition)

    def _current(self, edition: Edition) -> Rendition | None:
        held = self._kept.get(edition)
        return None if held is None else held.rendition

    def _replace(self, edition: Edition, old: Rendition, new: Rendition) -> None:
        held = self._kept.get(edition)
        if held is not None and held.rendition is old:
            self._hold(edition, new, held.ticket)
