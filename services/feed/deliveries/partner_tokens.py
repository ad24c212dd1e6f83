"""The partners' tokens in Redis, as hashes only: whoever reads the store cannot act for a partner."""

import hmac
from typing import Any

from redis.asyncio import Redis

from services.feed.deliveries.partner import new_partner_token, partner_named_by, token_hash
from shared import keys


class PartnerTokens:
    """Makes, forgets and recognises tokens; a partner has one at a time."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    async def make(self, partner_id: str) -> str:
        """Return a new token of the partner; the one before is worth nothing from now on."""
        token = new_partner_token(partner_id)
        await self._redis.hset(keys.partner_tokens(), partner_id, token_hash(token))
        return token

    async def partner_of(self, token: str) -> str | None:
        """Return the id of the partner whose token this is, None when it is nobody's."""
        partner_id = partner_named_by(token)
        if partner_id is None:
            return None
        stored: Any = await self._redis.hget(keys.partner_tokens(), partner_id)
        known = stored is not None and hmac.compare_digest(stored, token_hash(token).encode())
        return partner_id if known else None

    async def forget(self, partner_id: str) -> None:
        """Make the partner's token worthless."""
        await self._redis.hdel(keys.partner_tokens(), partner_id)
