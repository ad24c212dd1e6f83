"""The feed service's own copy of every article, in the partition of the article (Redis hashes).

A write takes place only if the stored version is the one that was decided upon, so that several consumers may
work at once.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.feed.feeds.applying import KnownArticle
from shared import keys
from shared.timestamps import epoch_ms

_STORE = """
local before = redis.call('HMGET', KEYS[1], 'version', 'judged', 'accounted')
if (before[1] or '') ~= ARGV[1] or (before[2] or '0') ~= ARGV[7] then return 0 end
if (before[3] or before[1] or '') ~= ARGV[10] then return 0 end
if tonumber(ARGV[8]) < tonumber(redis.call('GET', KEYS[3]) or '0') then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'timestamp', ARGV[4], 'withdrawn', ARGV[5],
    'document', ARGV[6], 'judged', ARGV[8], 'reason', ARGV[9], 'accounted', ARGV[11])
redis.call('SADD', KEYS[2], ARGV[2])
return 1
"""

_REQUIRE = """
local required = tonumber(redis.call('GET', KEYS[1]) or '0')
if required < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 1
"""

# One script for all articles of a partition: fifty single commands take redis-py a millisecond.
_STAMPS = """
local found = {}
for i, key in ipairs(KEYS) do
  local held = redis.call('HMGET', key, 'version', 'timestamp', 'withdrawn')
  found[i] = held[1] and held[3] ~= '1' and {held[1], held[2]} or {}
end
return found
"""

# For each article: nothing when it does not stand, 1 when it is as the caller has it, else all of it.
_NEWS = """
local found = {}
for i, key in ipairs(KEYS) do
  local held = redis.call('HMGET', key, 'version', 'timestamp', 'withdrawn')
  if not held[1] or held[3] == '1' then
    found[i] = 0
  elseif held[1] == ARGV[2 * i - 1] and held[2] == ARGV[2 * i] then
    found[i] = 1
  else
    found[i] = redis.call('HGET', key, 'document')
  end
end
return found
"""

_SCAN_COUNT = 200


class Stamp(NamedTuple):
    """What tells one state of an article from every other; `timestamp` in milliseconds.

    A version alone does not: a store that was emptied counts anew.
    """

    version: int
    timestamp: int


NEVER_SEEN = Stamp(0, 0)
"""The stamp of no state of any article."""


def stamp_of(known: KnownArticle) -> Stamp:
    """Return the stamp of a state."""
    return Stamp(known.version, epoch_ms(known.timestamp))


@dataclass(frozen=True)
class ReadModel:
    """The stored articles of all partitions."""

    redis: "Redis"
    partitions: int

    async def read(self, article_ids: Iterable[str]) -> dict[str, KnownArticle]:
        """Return those of the articles that are known."""
        wanted = list(article_ids)
        async with self.redis.pipeline(transaction=False) as pipe:
            for article_id in wanted:
                pipe.hget(self._key(article_id), "document")
            documents = await pipe.execute()
        return {
            article_id: KnownArticle.model_validate_json(document)
            for article_id, document in zip(wanted, documents, strict=True)
            if document is not None
        }

    async def stamps(self, article_ids: Iterable[str]) -> dict[str, Stamp]:
        """Return the stamps of those of the articles that are known and not withdrawn, in this order."""
        found = await self._by_partition(_STAMPS, dict.fromkeys(article_ids, ()))
        return {article_id: Stamp(int(row[0]), int(row[1])) for article_id, row in found.items() if row}

    async def news(self, held: Mapping[str, Stamp]) -> dict[str, KnownArticle | None]:
        """Return those of the articles that are known and not withdrawn: None for one that is as `held`."""
        found = await self._by_partition(_NEWS, held)
        return {
            article_id: None if row == 1 else KnownArticle.model_validate_json(row)
            for article_id, row in found.items()
            if row != 0
        }

    async def _by_partition(self, script: str, asked: Mapping[str, Sequence[int]]) -> dict[str, Any]:
        """Run a script over the articles of each partition; return its findings in the order asked for."""
        partitions: dict[int, list[str]] = defaultdict(list)
        for article_id in asked:
            partitions[keys.partition_of(article_id, self.partitions)].append(article_id)
        async with self.redis.pipeline(transaction=False) as pipe:
            for partition, ids in partitions.items():
                arguments = [argument for i in ids for argument in asked[i]]
                pipe.eval(script, len(ids), *[keys.entry(partition, i) for i in ids], *arguments)
            rows = await pipe.execute()
        found: dict[str, Any] = {}
        for ids, of_partition in zip(partitions.values(), rows, strict=True):
            found.update(zip(ids, of_partition, strict=True))
        return {article_id: found[article_id] for article_id in asked}

    async def reasons(self, article_ids: Iterable[str]) -> dict[str, str | None]:
        """Return those of the articles that are withdrawn, each with the reason when one was given."""
        wanted = list(article_ids)
        if not wanted:
            return {}
        async with self.redis.pipeline(transaction=False) as pipe:
            for article_id in wanted:
                pipe.hmget(self._key(article_id), ["withdrawn", "reason"])
            rows = await pipe.execute()
        return {
            article_id: row[1].decode() if row[1] else None
            for article_id, row in zip(wanted, rows, strict=True)
            if row[0] == b"1"
        }

    async def store(
        self, changed: Sequence[KnownArticle], before: Mapping[str, KnownArticle]
    ) -> list[KnownArticle]:
        """Store each article whose stored version is still that of `before`; return those.

        What was decided by older definitions of the operators' feeds than `require` named is not stored.
        """
        async with self.redis.pipeline(transaction=False) as pipe:
            for known in changed:
                article_id = known.article.id
                decided_on = before.get(article_id)
                partition = keys.partition_of(article_id, self.partitions)
                pipe.eval(
                    _STORE,
                    3,
                    *(self._key(article_id), keys.entries(partition), keys.own_feeds_required(partition)),
                    *(str(decided_on.version) if decided_on else "", article_id),
                    *(known.version, epoch_ms(known.timestamp), int(known.withdrawn)),
                    known.model_dump_json(),
                    *(decided_on.judged_by if decided_on else 0, known.judged_by, known.reason or ""),
                    *(decided_on.accounted if decided_on else "", known.accounted),
                )
            written = await pipe.execute()
        return [known for known, done in zip(changed, written, strict=True) if done]

    async def require(self, definitions: int) -> None:
        """Refuse from now on whatever was decided by older definitions of the operators' feeds."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for partition in range(self.partitions):
                pipe.eval(_REQUIRE, 1, keys.own_feeds_required(partition), definitions)
            await pipe.execute()

    async def scan(self) -> AsyncIterator[list[str]]:
        """Yield the ids of all known articles, some hundreds at a time; an id may come twice."""
        for partition in range(self.partitions):
            cursor = 0
            while True:
                cursor, found = await self.redis.sscan(keys.entries(partition), cursor, count=_SCAN_COUNT)
                yield [article_id.decode() for article_id in found if isinstance(article_id, bytes)]
                if cursor == 0:
                    break

    def _key(self, article_id: str) -> str:
        return keys.entry(keys.partition_of(article_id, self.partitions), article_id)
