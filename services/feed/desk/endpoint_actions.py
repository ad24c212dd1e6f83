"""Pausing, resuming and disabling an endpoint."""

from dataclasses import dataclass

from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.caller import OPERATOR
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.deliveries.endpoint_url import without_query
from services.feed.desk.action import Fields, Proposal
from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog

_VERBS = {
    EndpointStatus.PAUSED: "Pause",
    EndpointStatus.ACTIVE: "Resume",
    EndpointStatus.DISABLED: "Disable",
}
_CONSEQUENCES = {
    EndpointStatus.PAUSED: "Nothing is sent until it is resumed; its queue is kept and grows.",
    EndpointStatus.ACTIVE: "What waits is sent, the oldest first; if it failed before, a single one first.",
    EndpointStatus.DISABLED: "Nothing is sent until it is resumed; its queue is kept and grows. Unlike a "
    "pause it says that something is wrong, and counts as trouble until then.",
}


@dataclass(frozen=True)
class Steering:
    """Brings the endpoint that `id` names into a state."""

    status: EndpointStatus
    parts: ApiParts
    audit: AuditLog

    async def propose(self, fields: Fields) -> Proposal:
        """Return what would change."""
        endpoint = await self.parts.endpoint(OPERATOR, fields.get("id", ""))
        url = without_query(endpoint.url)
        if endpoint.status is self.status:
            return Proposal(f"{url} is {self.status.value} already", ("Nothing is to be done.",), None)
        verb = _VERBS[self.status]
        return Proposal(
            question=f"{verb} {url}?",
            sentences=(f"It is {endpoint.status.value} now.", _CONSEQUENCES[self.status]),
            button=verb,
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Do it."""
        reason = f"Disabled at the desk by {actor.name}." if self.status is EndpointStatus.DISABLED else None
        changed = await self.parts.change(
            OPERATOR, fields.get("id", ""), lambda known: known.with_status(self.status, reason)
        )
        verb = _VERBS[self.status].lower()
        await self.audit.record(actor, f"{verb} endpoint", changed.id, count=None)
        return f"{without_query(changed.url)} is {self.status.value}."
