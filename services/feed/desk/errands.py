"""Runs errands one after the other, across restarts: how far each is stands in Redis after every step.

A step may be done twice when a process dies behind it; every step of ours changes nothing the second time.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import JsonValue
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.errand import Errand, ErrandState
from services.feed.outage import leaving_undone
from shared import keys
from shared.cancellation import heed_cancellation
from shared.clock import Clock
from shared.logs import get_logger
from shared.outage import is_outage
from shared.problems import Problem
from shared.timestamps import epoch_ms

log = get_logger(__name__)

KEPT = 50
"""Errands that are over and can still be looked at."""

_LOOK_SECONDS = 1.0
_OLD = timedelta(days=7)

_SWAP = """
-- KEYS: errands. ARGV: id, as it was, as it is to be. Returns 1 when nobody else was first.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""


@dataclass(frozen=True)
class Stepped:
    """What a step did, and where the next one begins; None when that was the last."""

    count: int
    cursor: str | None


Step = Callable[[Mapping[str, JsonValue], str | None], Awaitable[Stepped]]
"""Does the next few of what is wanted, from a cursor on; None is the beginning."""


class Errands:
    """Begins, shows, stops and runs errands; whoever can do one makes it known."""

    def __init__(self, redis: "Redis", clock: Clock, audit: AuditLog) -> None:
        self._redis = redis
        self._clock = clock
        self._audit = audit
        self._steps: dict[str, Step] = {}
        self._begun = asyncio.Event()

    def know(self, action: str, step: Step) -> None:
        """Learn what does an action."""
        self._steps[action] = step

    async def begin(
        self, actor: Actor, action: str, on: str, wanted: Mapping[str, JsonValue], *, of: int | None = None
    ) -> Errand:
        """Have something done in steps, soon."""
        now = self._clock.now()
        errand = Errand(
            id=f"{epoch_ms(now)}-{secrets.token_hex(4)}",
            actor=actor,
            action=action,
            on=on,
            wanted=dict(wanted),
            of=of,
            begun_at=now,
            moved_at=now,
        )
        await self._redis.hset(keys.errands(), errand.id, errand.model_dump_json())
        await self._forget_old(errand)
        self._begun.set()
        return errand

    async def latest(self) -> list[Errand]:
        """Return all errands that are known, the newest first."""
        return [errand for _, errand in await self._stored()]

    async def stop(self, errand_id: str, actor: Actor) -> Errand | None:
        """Let an errand do no more; return it as it is then, None when there is nothing to stop."""
        while (stored := await self._redis.hget(keys.errands(), errand_id)) is not None:
            errand = Errand.model_validate_json(stored)
            if errand.over:
                return None
            stopped = errand.ended(self._clock.now(), ErrandState.STOPPED, f"stopped by {actor.name}")
            if await self._swap(stored, stopped):
                await self._write_down(stopped)
                return stopped
        return None

    async def run(self) -> None:
        """Do what is to be done until cancelled. While Redis is away nothing moves, and nothing is lost."""
        while True:
            with leaving_undone("errand.postponed"):
                await self.run_once()
            heed_cancellation()
            self._begun.clear()
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._begun.wait()
            except TimeoutError:
                continue

    async def run_once(self) -> None:
        """Do every errand that nobody is at, to its end."""
        for stored, errand in reversed(await self._stored()):
            # What only another version knows is left to it.
            if errand.action in self._steps and errand.is_free(self._clock.now()):
                taken = errand.moved(self._clock.now())
                if await self._swap(stored, taken):
                    await self._carry_out(taken)

    async def _carry_out(self, errand: Errand) -> None:
        while not errand.over:
            moved = await self._step(errand)
            if not await self._swap(errand.model_dump_json(), moved):
                return  # it was stopped, or taken up by somebody who thought us dead
            errand = moved
        await self._write_down(errand)

    async def _step(self, errand: Errand) -> Errand:
        try:
            did = await self._steps[errand.action](errand.wanted, errand.cursor)
        except Problem as problem:
            return errand.ended(self._clock.now(), ErrandState.STOPPED, problem.detail)
        except (ValueError, RedisError) as error:
            # What an earlier version noted cannot be read, or Redis refuses it: tried again it fails again.
            if is_outage(error):
                raise
            log.exception("errand.failed", errand_id=errand.id, action=errand.action)
            return errand.ended(self._clock.now(), ErrandState.STOPPED, f"it failed: {error}"[:200])
        heed_cancellation()
        moved = errand.moved(self._clock.now(), did.count, did.cursor)
        return moved if did.cursor is not None else moved.ended(self._clock.now(), ErrandState.DONE)

    async def _write_down(self, errand: Errand) -> None:
        await self._audit.record(errand.actor, errand.action, errand.on, count=errand.count, note=errand.note)

    async def _stored(self) -> list[tuple[bytes, Errand]]:
        stored: Any = await self._redis.hvals(keys.errands())
        known = [(value, Errand.model_validate_json(value)) for value in stored]
        return sorted(known, key=lambda pair: pair[1].id, reverse=True)

    async def _swap(self, before: bytes | str, changed: Errand) -> bool:
        after = changed.model_dump_json()
        return bool(await self._redis.eval(_SWAP, 1, keys.errands(), changed.id, before, after))

    async def _forget_old(self, newest: Errand) -> None:
        over = [errand for errand in await self.latest() if errand.over]
        old = [errand for errand in over if newest.begun_at - errand.moved_at > _OLD]
        forgotten = {errand.id for errand in [*over[KEPT:], *old]}
        if forgotten:
            await self._redis.hdel(keys.errands(), *forgotten)
