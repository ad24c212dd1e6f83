"""What operators did: who, what, when, to how many. The latest ten thousand in Redis, all in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from services.feed.desk.actor import Actor
from services.feed.operators import OperatorRole
from shared import keys
from shared.logs import get_logger
from shared.timestamps import from_epoch_ms

log = get_logger(__name__)

KEPT = 10_000


@dataclass(frozen=True)
class Deed:
    """One thing that was done. `count` is None where nothing is to be counted, or before it is known."""

    id: str
    actor: Actor
    action: str
    on: str
    count: int | None
    note: str

    @property
    def at(self) -> datetime:
        """When, by the server's clock."""
        return from_epoch_ms(int(self.id.partition("-")[0]))


@dataclass(frozen=True)
class DeedsPage:
    """Some deeds, the newest first; `after` asks for older ones, None when there are none."""

    deeds: tuple[Deed, ...]
    after: str | None


class AuditLog:
    """Writes deeds down and reads them."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    async def record(self, actor: Actor, action: str, on: str, *, count: int | None, note: str = "") -> None:
        """Write down what was done; the process's log has it even when Redis is lost."""
        log.info("desk.acted", **actor.model_dump(mode="json"), action=action, on=on, count=count, note=note)
        fields: dict[Any, Any] = {
            **actor.model_dump(mode="json"),
            "action": action,
            "on": on,
            "count": "" if count is None else count,
            "note": note,
        }
        await self._redis.xadd(keys.audit_log(), fields, maxlen=KEPT, approximate=True)

    async def page(self, after: str | None, limit: int) -> DeedsPage:
        """Return up to `limit` deeds, those before the one named `after`."""
        newest = "+" if after is None else f"({after}"
        entries: Any = await self._redis.xrevrange(keys.audit_log(), newest, "-", count=limit + 1)
        deeds = [_deed(entry_id.decode(), fields) for entry_id, fields in entries]
        more = len(deeds) > limit
        return DeedsPage(tuple(deeds[:limit]), deeds[limit - 1].id if more else None)


def _deed(entry_id: str, fields: Mapping[bytes, bytes]) -> Deed:
    told = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
    return Deed(
        id=entry_id,
        actor=Actor(
            name=told["name"], role=OperatorRole(told["role"]), address=told["address"], via=told["via"]
        ),
        action=told["action"],
        on=told["on"],
        count=int(told["count"]) if told["count"] else None,
        note=told["note"],
    )
