"""Sending deliveries once more: one at once, those of a filter as an errand."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.caller import OPERATOR
from services.feed.deliveries.endpoint_url import without_query
from services.feed.deliveries.history_routes import Wanted
from services.feed.deliveries.outcome import Trigger
from services.feed.desk.action import Fields, Proposal, many
from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.delivery_words import delivery_words
from services.feed.desk.errands import Errands, Stepped
from services.feed.desk.field_reading import read_fields

_IN_A_STEP = 500

_CONSEQUENCE = "The webhook id stays the same, so receivers can tell. The schedule of retries begins anew."


@dataclass(frozen=True)
class OneRetry:
    """Sends the delivery that `id` names once more, whatever its status."""

    parts: ApiParts
    audit: AuditLog

    async def propose(self, fields: Fields) -> Proposal:
        """Return what would be sent where."""
        delivery, _ = await self.parts.delivery(OPERATOR, fields.get("id", ""))
        endpoint = await self.parts.endpoint(OPERATOR, delivery.endpoint)
        return Proposal(
            question="Send this delivery once more?",
            sentences=(
                f"{delivery.id} is {delivery.status.value} after {many(delivery.attempts, 'attempt')}.",
                f"It goes to {without_query(endpoint.url)}.",
                _CONSEQUENCE,
            ),
            button="Send it once more",
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Queue it now."""
        delivery, _ = await self.parts.delivery(OPERATOR, fields.get("id", ""))
        await self.parts.resending.send_again(
            delivery.endpoint, [delivery.id], self.parts.clock.now(), trigger=Trigger.MANUAL, again=True
        )
        await self.audit.record(actor, "retry deliveries", delivery.id, count=1)
        return "1 delivery will be sent once more."


@dataclass(frozen=True)
class ManyRetries:
    """Sends the deliveries of a filter once more."""

    parts: ApiParts
    errands: Errands

    name = "retry deliveries"

    async def propose(self, fields: Fields) -> Proposal:
        """Return how many there are."""
        wanted = read_fields(Wanted, fields)
        count = await wanted.count(self.parts, OPERATOR)
        words = delivery_words(wanted)
        if not count:
            return Proposal(f"There are no {words}", ("Nothing is to be done.",), None)
        told = many(count, "delivery", "deliveries")
        return Proposal(
            question=f"Send {told} once more?",
            sentences=(
                f"These are {words}, as of now. What is about to be sent anyway is left as it is.",
                _CONSEQUENCE,
            ),
            button=f"Send {told} once more",
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Begin it; it goes on in the background."""
        wanted = read_fields(Wanted, fields)
        words = delivery_words(wanted)
        count = await wanted.count(self.parts, OPERATOR)
        told = wanted.model_dump(mode="json", exclude_none=True)
        await self.errands.begin(actor, self.name, words, told, of=count)
        return f"Begun: retry {words}."

    async def step(self, wanted: Mapping[str, JsonValue], cursor: str | None) -> Stepped:
        """Queue the next few hundred."""
        page = await Wanted.model_validate(wanted).page(self.parts, OPERATOR, cursor, _IN_A_STEP)
        queued = await self.parts.resending.send_all_again(page.deliveries, self.parts.clock.now())
        return Stepped(queued, page.cursor)
