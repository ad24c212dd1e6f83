"""Taking consumers off a group's list that are gone for good, and stopping an errand."""

from dataclasses import dataclass

from redis.asyncio import Redis

from services.feed.consume.dead_consumers import LONG_INACTIVE, known_consumers, remove_dead_consumers
from services.feed.consume.dead_letter_place import Shelf, shelf_named
from services.feed.desk.action import Fields, Proposal, many
from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.errands import Errands
from shared.problems import Problem


@dataclass(frozen=True)
class RemoveConsumers:
    """Removes the consumer of a group that `consumer` names, or without it all that are gone."""

    redis: "Redis"
    partitions: int
    audit: AuditLog

    async def propose(self, fields: Fields) -> Proposal:
        """Return which would be removed."""
        shelf, name = self._shelf(fields), fields.get("consumer", "")
        known = await known_consumers(self.redis, shelf.partition, shelf.group)
        gone = [one for one in known if one.removable and name in {"", one.name}]
        minutes = LONG_INACTIVE.total_seconds() / 60
        if not gone:
            why = f"One can be removed that has nothing pending and was silent for {minutes:.0f} minutes."
            return Proposal("There is no such dead consumer", (why,), None)
        names = ", ".join(one.name for one in gone[:10]) + (" …" if len(gone) > 10 else "")  # noqa: PLR2004 - a line
        return Proposal(
            question=f"Remove {many(len(gone), 'dead consumer')} of {shelf.group} on {shelf.stream}?",
            sentences=(
                f"{names}: nothing pending, and no sign for {minutes:.0f} minutes or longer.",
                "Nothing is lost with them: what a consumer has pending keeps it from being removed.",
            ),
            button="Remove",
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Remove those for which it still holds."""
        shelf, name = self._shelf(fields), fields.get("consumer", "")
        count = len(await remove_dead_consumers(self.redis, shelf.partition, shelf.group, name=name))
        on = f"{shelf.group} on {shelf.stream}" + (f": {name}" if name else "")
        await self.audit.record(actor, "remove consumers", on, count=count)
        return f"{many(count, 'consumer')} removed."

    def _shelf(self, fields: Fields) -> Shelf:
        shelf = shelf_named(fields.get("group", ""), fields.get("partition", ""), self.partitions)
        if shelf is None:
            raise Problem(404, "There is no such consumer group.")
        return shelf


@dataclass(frozen=True)
class StopErrand:
    """Lets the errand that `id` names do no more."""

    errands: Errands

    async def propose(self, fields: Fields) -> Proposal:
        """Return what would be stopped."""
        known = {errand.id: errand for errand in await self.errands.latest()}
        errand = known.get(fields.get("id", ""))
        if errand is None or errand.over:
            raise Problem(404, "This errand is over.")
        return Proposal(
            question=f"Stop: {errand.action}, {errand.on}?",
            sentences=(f"{errand.count:,} are done, and stay so.",),
            button="Stop",
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Stop it; its own entry in the audit log says by whom."""
        stopped = await self.errands.stop(fields.get("id", ""), actor)
        if stopped is None:
            raise Problem(404, "This errand is over.")
        return f"Stopped: {stopped.action}, after {stopped.count:,}."
