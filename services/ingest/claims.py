"""Finds the id of a draft's article and claims the draft's keys for it, safely among many who do the same.

The claims lie in different slots of a cluster, so no transaction can hold them: each is one atomic command,
in a fixed order (URL, title and date, title), before the article itself is written. A claim is *settled* when
its article is in the title's hash, where the last claim is made, or is stored already. One that is not may be
left over from a process that died: whoever comes next uses it, and it yields where claims disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from services.ingest.identity import Facts, Identity, candidate
from shared import keys
from shared.identifiers import new_article_id

_MOST_ROUNDS = 200
"""Each lost race means that somebody else's claim came through: only very many at once get here."""

# The hash is as it was read: as many articles in it, and this one's facts unchanged.
_CLAIM_TITLE = """
if redis.call('HLEN', KEYS[1]) ~= tonumber(ARGV[2]) then return 0 end
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return 1
"""

# The key still has the owner that was seen.
_TAKE_OVER = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""


class TooManyClaims(Exception):  # noqa: N818 - says what there was, as the client is told
    """Very many drafts of one title came at the same moment: try again."""


@dataclass(frozen=True)
class _Seen:
    """What the keys of an identity held when they were read."""

    url: str | None
    title_date: str | None
    titled: Mapping[str, Facts]


@dataclass(frozen=True)
class Claims:
    """The claims on URLs and titles, as kept in Redis."""

    redis: "Redis"
    partitions: int

    async def settle(self, identity: Identity, given_id: str | None, now: datetime) -> str:
        """Return the id of the article that this identity belongs to, all free keys claimed for it.

        A `given_id` is the article's id in any case; keys of other articles stay theirs.
        """
        fresh_id = given_id or new_article_id(now)
        for _ in range(_MOST_ROUNDS):
            seen = await self._read(identity)
            article_id = given_id or await self._owner(identity, seen) or fresh_id
            if await self._claim(identity, seen, article_id):
                return article_id
        raise TooManyClaims

    async def _read(self, identity: Identity) -> _Seen:
        async with self.redis.pipeline(transaction=False) as pipe:
            for key in (identity.url, identity.title_date):
                if key:
                    pipe.get(key)
            pipe.hgetall(identity.title)
            *owners, titled = await pipe.execute()
        found = iter([owner and owner.decode() for owner in owners])
        return _Seen(
            url=next(found) if identity.url else None,
            title_date=next(found) if identity.title_date else None,
            titled={i.decode(): Facts.from_json(facts) for i, facts in titled.items()},
        )

    async def _owner(self, identity: Identity, seen: _Seen) -> str | None:
        """Return whose the draft is: the first settled claim in the fixed order, else the last one."""
        claimed = [seen.url, seen.title_date, candidate(identity.facts, seen.titled)]
        owners = list(dict.fromkeys(owner for owner in claimed if owner))
        if len(owners) > 1:
            for owner in owners:
                if await self._is_settled(owner, seen):
                    return owner
        return owners[-1] if owners else None

    async def _is_settled(self, article_id: str, seen: _Seen) -> bool:
        if article_id in seen.titled:
            return True
        partition = keys.partition_of(article_id, self.partitions)
        return bool(await self.redis.exists(keys.article(partition, article_id)))

    async def _claim(self, identity: Identity, seen: _Seen, article_id: str) -> bool:
        """Make every claim that is missing; return False when somebody else came between."""
        for key, owner in ((identity.url, seen.url), (identity.title_date, seen.title_date)):
            if key and not await self._claim_key(key, owner, article_id, seen):
                return False
        return await self._claim_title(identity, seen, article_id)

    async def _claim_key(self, key: str, owner: str | None, article_id: str, seen: _Seen) -> bool:
        if owner == article_id:
            return True
        if owner is None:
            return bool(await self.redis.set(key, article_id, nx=True))
        if await self._is_settled(owner, seen):
            return True
        return bool(await self.redis.eval(_TAKE_OVER, 1, key, owner, article_id))

    async def _claim_title(self, identity: Identity, seen: _Seen, article_id: str) -> bool:
        known = seen.titled.get(article_id)
        facts = identity.facts.together_with(known) if known else identity.facts
        if facts == known:
            return True
        before = known.to_json() if known else b""
        arguments = (article_id, len(seen.titled), before, facts.to_json())
        return bool(await self.redis.eval(_CLAIM_TITLE, 1, identity.title, *arguments))
