"""Whether what is stored in a Redis may be used: a move to another one leaves a mark on both sides."""

from redis.asyncio import Redis

from shared import keys

FILLING = "filling"
"""The mark of a Redis into which everything is just being copied."""

MOVED_TO = "moved to "
"""How the mark of a Redis begins whose contents live elsewhere now; the address follows."""


async def not_usable_because(redis: "Redis") -> str | None:
    """Return why no service may work on this Redis, or None when it may."""
    mark = await redis.get(keys.move_mark())
    if mark is None:
        return None
    text = mark.decode() if isinstance(mark, bytes) else str(mark)
    if text == FILLING:
        return "is being filled by `newswire migrate`: let that come to its end, or repeat it"
    return (
        f"was {text}: set NEWSWIRE_REDIS_URL to that address (`newswire migrate --undo` takes this mark away)"
    )
