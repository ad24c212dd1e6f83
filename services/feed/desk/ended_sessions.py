"""Sessions that were ended before their time: kept in Redis for all web processes, and in memory too."""

import asyncio
from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.desk.session import Session
from shared import keys
from shared.redis_connection import UNREACHABLE

_PATIENCE = 1.0
"""Seconds: a Redis that hangs must not keep the page from opening that says so."""


class EndedSessions:
    """Who signed out. While Redis is away only this process knows; nothing can be done at the desk then."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._ended: dict[str, datetime] = {}

    async def end(self, session: Session, now: datetime) -> None:
        """End a session for good."""
        self._ended = {one: until for one, until in self._ended.items() if until > now}
        self._ended[session.id] = session.ends_at
        left = max(1, round((session.ends_at - now).total_seconds()))
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._redis.set(keys.ended_session(session.id), "1", ex=left)
        except (RedisError, *UNREACHABLE):
            return  # the browser has forgotten its cookie all the same

    async def has_ended(self, session: Session) -> bool:
        """Tell whether a session was ended."""
        if session.id in self._ended:
            return True
        try:
            async with asyncio.timeout(_PATIENCE):
                return bool(await self._redis.exists(keys.ended_session(session.id)))
        except (RedisError, *UNREACHABLE):
            return False
