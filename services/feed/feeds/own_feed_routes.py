"""`/api/feeds/{name}`: the feeds that operators define, and the path tokens of the private ones."""

from typing import Any

from fastapi import APIRouter, Depends
from redis.asyncio import Redis

from services.feed.feeds.channel import Form, address_at
from services.feed.feeds.members import Members
from services.feed.feeds.own_feed import OwnFeed
from services.feed.feeds.own_feed_filling import OwnFeedFilling
from services.feed.feeds.own_feed_forms import OwnFeedDraft, OwnFeedPatch, ShownOwnFeed
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.path_token import digest_of, new_token, private_path
from services.feed.feeds.presentation import feed_path
from services.feed.feeds.publisher import Publisher
from services.feed.operators import OperatorTokens
from shared.clock import Clock
from shared.openapi import problems
from shared.problems import Problem
from shared.timestamps import from_epoch_ms

_WAIT_SECONDS = 20.0
"""How long an answer waits for the stored articles; afterwards it says that the feed is being filled."""


def own_feed_routes(
    redis: "Redis", filling: OwnFeedFilling, publisher: Publisher, clock: Clock, *, operators: OperatorTokens
) -> APIRouter:
    """Return the routes, all for operators alone."""
    desk = OwnFeedDesk(redis, filling, publisher, clock)
    router = APIRouter(prefix="/api/feeds", tags=["feeds"], dependencies=[Depends(operators.require)])
    _add_definitions(router, desk)
    _add_tokens(router, desk)
    return router


class OwnFeedDesk:
    """Carries out what operators ask for; raises the `Problem` that says why it cannot."""

    def __init__(self, redis: "Redis", filling: OwnFeedFilling, publisher: Publisher, clock: Clock) -> None:
        self._registry = OwnFeedRegistry(redis)
        self._members = Members(redis)
        self._filling = filling
        self._publisher = publisher
        self._clock = clock

    async def add(self, draft: OwnFeedDraft) -> ShownOwnFeed:
        """Define a feed and fill it."""
        token = new_token() if draft.private else None
        now = self._clock.now()

        def made(version: int) -> OwnFeed:
            given = draft.model_dump() | {"title": draft.title or draft.name}
            at = {"born": version, "revision": version, "created_at": now, "changed_at": now}
            return OwnFeed.model_validate(given | at)

        feed = await self._registry.add(draft.name, made, digest_of(token) if token else None)
        if feed is None:
            raise Problem(409, f"There is a feed {draft.name} already: change it, or choose another name.")
        await self._filling.settle_within(_WAIT_SECONDS)
        return await self.shown(feed, token)

    async def change(self, name: str, patch: OwnFeedPatch) -> ShownOwnFeed:
        """Change a definition; articles that the feed no longer wants leave it, others come."""
        changes: dict[str, Any] = {field: getattr(patch, field) for field in patch.model_fields_set}
        if "title" in changes:
            changes["title"] = patch.title or name
        changes["changed_at"] = self._clock.now()
        feed = await self._registry.change(name, lambda known, version: known.changed(version, changes))
        if feed is None:
            raise _unknown(name)
        await self._filling.settle_within(_WAIT_SECONDS)
        return await self.shown(feed)

    async def remove(self, name: str) -> None:
        """Remove a feed: its address is unknown at once, what is kept of it goes right after."""
        if not await self._registry.remove(name):
            raise _unknown(name)
        await self._filling.settle_within(_WAIT_SECONDS)

    async def find(self, name: str) -> OwnFeed:
        """Return a definition."""
        feed = await self._registry.find(name)
        if feed is None:
            raise _unknown(name)
        return feed

    async def set_token(self, name: str, token: str | None) -> ShownOwnFeed:
        """Replace a private feed's token, or take it away; the one before ends at once."""
        feed = await self.find(name)
        if not feed.private:
            raise Problem(409, f"The feed {name} is public: it has no token.")
        if not await self._registry.set_token(name, digest_of(token) if token else None):
            raise _unknown(name)
        return await self.shown(feed, token)

    async def shown(self, feed: OwnFeed, token: str | None = None) -> ShownOwnFeed:
        """Return a feed as it is shown; with `token`, the addresses of a private one too."""
        path = feed_path(feed.selection) if not feed.private else token and private_path(token, feed.name)
        settled = (await self._registry.unsettled()).settled
        ((state, articles, _),) = await self._members.overview([feed.selection])
        _, digest = await self._registry.find_private(feed.name)
        return ShownOwnFeed(
            **feed.model_dump(exclude={"born", "revision", "filtered"}),
            selection=feed.selection,
            reachable=not feed.private or digest is not None,
            urls={form.value: address_at(self._publisher, path, form) for form in Form} if path else {},
            filling=settled < feed.revision,
            articles=articles,
            updated=from_epoch_ms(state.updated) if state.updated else None,
        )


def _add_definitions(router: APIRouter, desk: OwnFeedDesk) -> None:
    @router.post(
        "", status_code=201, summary="Add a feed, filled from what is stored", responses=problems(409)
    )
    async def add(draft: OwnFeedDraft) -> ShownOwnFeed:
        return await desk.add(draft)

    @router.get("/{name}", summary="One of the operators' feeds")
    async def show(name: str) -> ShownOwnFeed:
        return await desk.shown(await desk.find(name))

    @router.patch("/{name}", summary="Change one of the operators' feeds")
    async def change(name: str, patch: OwnFeedPatch) -> ShownOwnFeed:
        return await desk.change(name, patch)

    @router.delete("/{name}", status_code=204, summary="Remove one of the operators' feeds")
    async def remove(name: str) -> None:
        await desk.remove(name)


def _add_tokens(router: APIRouter, desk: OwnFeedDesk) -> None:
    @router.post(
        "/{name}/rotate-token",
        summary="A new address for a private feed; the old one ends",
        responses=problems(409),
    )
    async def rotate(name: str) -> ShownOwnFeed:
        return await desk.set_token(name, new_token())

    @router.post(
        "/{name}/revoke-token", summary="No address any more for a private feed", responses=problems(409)
    )
    async def revoke(name: str) -> ShownOwnFeed:
        return await desk.set_token(name, None)


def _unknown(name: str) -> Problem:
    return Problem(404, f"There is no feed {name} of your own. `GET /api/feeds` lists all feeds.")
