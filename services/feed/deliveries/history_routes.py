"""`/api/deliveries`: what was sent and what waits, and sending some of it again."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from services.feed.deliveries.api_parts import ApiParts, bad_cursor
from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.caller import Caller, Calling
from services.feed.deliveries.cursor import BadCursorError
from services.feed.deliveries.delivery import Delivery, DeliveryStatus
from services.feed.deliveries.history import Page, Sought
from services.feed.deliveries.outcome import Trigger
from shared.article import Frozen
from shared.openapi import problems

_RETRIED_AT_ONCE = 1000
"""A set is retried step by step: no request works for minutes, and one that broke off is simply repeated."""


class DeliveryPage(Frozen):
    """Some deliveries, the newest first; `cursor` asks for older ones, null when there are none."""

    deliveries: tuple[Delivery, ...]
    cursor: str | None


class DeliveryWithAttempts(Frozen):
    """One delivery; `attempts` holds every one of them, the oldest first."""

    id: str
    endpoint: str
    event_id: str
    type: str
    article_id: str | None
    version: int | None
    status: DeliveryStatus
    created_at: AwareDatetime
    next_attempt_at: AwareDatetime | None
    attempts: tuple[Attempt, ...]


class Wanted(Frozen):
    """Which deliveries: those for which all that is given is true. `since` and `until`: when it was made."""

    endpoint: str | None = None
    partner: str | None = None
    status: DeliveryStatus | None = None
    event: str | None = None
    article: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    async def page(self, parts: ApiParts, caller: Caller, cursor: str | None, limit: int) -> Page:
        """Return those which there are for the caller; 404 for an endpoint or partner that there is not."""
        endpoint_ids = await self._endpoint_ids(parts, caller)
        try:
            return await parts.history.page(endpoint_ids, self._sought, cursor, limit)
        except BadCursorError:
            raise bad_cursor("cursor") from None

    async def count(self, parts: ApiParts, caller: Caller) -> int:
        """Return how many there are for the caller; 404 as for a page."""
        return await parts.history.count(await self._endpoint_ids(parts, caller), self._sought)

    @property
    def _sought(self) -> Sought:
        return Sought(self.status, self.event, self.article, self.since, self.until)

    async def _endpoint_ids(self, parts: ApiParts, caller: Caller) -> list[str]:
        if self.partner is not None:
            await parts.partner(caller, self.partner)
        if self.endpoint is None:
            endpoints = await parts.endpoints(caller, self.partner)
        else:
            named = await parts.endpoint(caller, self.endpoint)
            endpoints = [named] if self.partner in {None, named.partner_id} else []
        return [one.id for one in endpoints]


class DeliveryQuery(Wanted):
    """Which deliveries are listed, and how many at once."""

    cursor: str | None = None
    limit: Annotated[int, Query(ge=1, le=200)] = 50


class RetrySet(Wanted):
    """Which deliveries are sent once more: the dead ones unless told otherwise."""

    status: DeliveryStatus | None = DeliveryStatus.DEAD
    cursor: str | None = None


class Retried(Frozen):
    """How many of a step are sent once more; a `cursor` asks for the next step."""

    queued: int
    cursor: str | None


def history_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; who calls is found out before them."""
    router = APIRouter(prefix="/api/deliveries", tags=["deliveries"])

    @router.get("", summary="Deliveries, the newest first", responses=problems(404))
    async def list_some(caller: Calling, query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
        page = await query.page(parts, caller, query.cursor, query.limit)
        return DeliveryPage(deliveries=page.deliveries, cursor=page.cursor)

    @router.post(
        "/retry", status_code=202, summary="Send a set once more, a step at a time", responses=problems(404)
    )
    async def retry_set(caller: Calling, wanted: RetrySet) -> Retried:
        page = await wanted.page(parts, caller, wanted.cursor, _RETRIED_AT_ONCE)
        caller.require_admin()
        queued = await parts.resending.send_all_again(page.deliveries, parts.clock.now())
        return Retried(queued=queued, cursor=page.cursor)

    @router.get("/{delivery_id}", summary="One delivery with every attempt")
    async def show(caller: Calling, delivery_id: str) -> DeliveryWithAttempts:
        return await _with_attempts(parts, caller, delivery_id)

    @router.post("/{delivery_id}/retry", status_code=202, summary="Send it once more, whatever its status")
    async def retry(caller: Calling, delivery_id: str) -> DeliveryWithAttempts:
        known = await _with_attempts(parts, caller, delivery_id)
        caller.require_admin()
        await parts.resending.send_again(
            known.endpoint, [known.id], parts.clock.now(), trigger=Trigger.MANUAL, again=True
        )
        return await _with_attempts(parts, caller, delivery_id)

    return router


async def _with_attempts(parts: ApiParts, caller: Caller, delivery_id: str) -> DeliveryWithAttempts:
    delivery, attempts = await parts.delivery(caller, delivery_id)
    told = delivery.model_dump(include=set(DeliveryWithAttempts.model_fields)) | {"attempts": attempts}
    return DeliveryWithAttempts.model_validate(told)
