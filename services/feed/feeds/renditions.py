"""Feeds as bytes, made when they are asked for after a change and from memory until the next one.

A rendition bears the label of the feed's state that was read before its articles were, so it never claims to
hold a change that it may lack. It may hold a later one already; when that one moves the version, it is made
anew. So no feed stays behind its articles.
"""

import asyncio
from dataclasses import replace

from redis.asyncio import Redis

from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.channel import Form
from services.feed.feeds.members import FeedState, Members
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.rendering import FeedWriter
from services.feed.feeds.rendition import Rendition, Shelf, label_of, publisher_mark, rendition_of
from services.feed.feeds.selection import ALL, ALL_TITLE, Selection
from services.feed.feeds.store_outage import out_of_reach
from shared.logs import get_logger
from shared.redis_connection import UNREACHABLE
from shared.timestamps import from_epoch_ms

log = get_logger(__name__)

_KEPT_BYTES = 128 * 1024 * 1024


class Renditions:
    """Gives out feeds in every format; one of these per process."""

    def __init__(
        self, redis: "Redis", partitions: int, publisher: Publisher, *, kept_bytes: int = _KEPT_BYTES
    ) -> None:
        self._members = Members(redis)
        self._shelf = Shelf(redis, publisher_mark(publisher))
        self._writer = FeedWriter(ReadModel(redis, partitions), self._members, publisher)
        self._kept: BoundedMemory[tuple[Selection, Form], Rendition] = BoundedMemory(
            kept_bytes, lambda rendition: rendition.size
        )
        self._under_way: dict[tuple[Selection, Form, str], asyncio.Task[Rendition]] = {}

    async def get(self, selection: Selection, form: Form) -> Rendition | None:
        """Return the feed as it is now, or None when there is no such feed.

        While Redis cannot be reached, what this process gave out last is given out again as stale; raises a
        503 `Problem` when it has nothing.
        """
        try:
            title, state = await self._members.state(selection)
            if selection == ALL:
                title = title or ALL_TITLE
            if title is None:
                return None
            return await self._current(selection, form, title, state)
        except UNREACHABLE as error:
            held = self._kept.get((selection, form))
            if held is None:
                raise out_of_reach() from error
            log.warning("feed.stale", selection=selection, form=form.value, error=repr(error))
            return replace(held, stale=True)

    async def _current(self, selection: Selection, form: Form, title: str, state: FeedState) -> Rendition:
        held = self._kept.get((selection, form))
        if held is not None and held.label == label_of(state):
            return held
        # One making per state, shared by all who wait for it; who gives up waiting does not end it.
        key = (selection, form, label_of(state))
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._make(selection, form, title, state))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(task)

    def _finish(self, key: tuple[Selection, Form, str], done: asyncio.Task[Rendition]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            # Marks an error as seen even when everybody who waited for it has gone.
            done.exception()

    async def _make(self, selection: Selection, form: Form, title: str, state: FeedState) -> Rendition:
        rendition = await self._shelf.load(selection, form)
        if rendition is None or rendition.version < state.version:
            updated = from_epoch_ms(state.updated)
            body = await self._writer.write(selection, form, title=title, updated=updated)
            made = await asyncio.to_thread(rendition_of, state, body)
            rendition = await self._shelf.store(selection, form, made)
        self._kept.keep((selection, form), rendition)
        return rendition
