"""Of which endpoints a worker asks for deliveries: those that may have some, while there is room for them."""

from collections.abc import Iterable

from services.feed.deliveries.lease import Ask
from services.feed.deliveries.registry import EndpointView
from services.feed.deliveries.slots import Slots

_GIVING_WAY = 64
"""Attempts in a turn while events wait: a fifth of what a core can send, so that nobody is forgotten."""


class Asking:
    """Remembers which endpoints are `hungry`: to be asked about as soon as there is room."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._hungry: set[str] = set()

    def add(self, endpoint_ids: Iterable[str]) -> None:
        """Take note of endpoints that may have work."""
        self._hungry.update(endpoint_ids)

    def next_asks(self, endpoints: EndpointView, *, gives_way: bool) -> list[Ask]:
        """Return what can be taken in hand; who has no room now is asked again when an attempt ends.

        Who is asked about is forgotten: who becomes hungry during the turn is asked about in the next one.
        """
        self._slots.begin_asking(_GIVING_WAY if gives_way else None)
        if self._slots.are_full:
            return []
        asks: list[Ask] = []
        for endpoint_id in sorted(self._hungry, key=self._slots.held_by):
            if self._slots.are_full:
                break
            endpoint = endpoints.get(endpoint_id)
            if endpoint is None or not endpoint.sendable:
                self._hungry.discard(endpoint_id)
                continue
            if room := self._slots.promise(endpoint_id, endpoint.concurrency):
                asks.append(Ask(endpoint_id, room, endpoint.concurrency, endpoint.rate_limit))
                self._hungry.discard(endpoint_id)
        return asks
