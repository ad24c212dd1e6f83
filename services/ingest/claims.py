"""Finds the ids of drafts' articles and claims the drafts' keys for them, safely among many who do the same.

The claims lie in different slots of a cluster, so no transaction can hold them: each is one atomic command,
in a fixed order (URL; then title and day, which share a slot), before the article itself is written. A claim
is *settled* when its article is in the title's index, where the last claim is made, or is stored already. One
that is not may be left over from a process that died: whoever comes next uses it, and it yields where claims
disagree.

Many drafts take these steps side by side, with one pipeline for each step.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from services.ingest import title_index
from services.ingest.deadline import deadline
from services.ingest.identity import Facts, Identity, candidate
from services.ingest.title_index import Titled
from shared import keys
from shared.exchange import Command
from shared.scripting import Call, Script, run_calls

_MOST_ROUNDS = 200
"""Each lost race means that somebody else's claim came through: only very many at once get here."""

# The key still has the owner that was seen.
_TAKE_OVER = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
""")


class TooManyClaims(Exception):  # noqa: N818 - says what there was, as the client is told
    """Very many drafts of one title came at the same moment: try again."""


@dataclass(frozen=True)
class Claim:
    """What is to be settled: an identity, the id that the draft names, and a new one."""

    identity: Identity
    given_id: str | None
    new_id: str


@dataclass
class _Turn:
    """One claim in one round: what its keys held when they were read, and what follows from that."""

    claim: Claim
    url: str | None
    titled: Titled
    stored: set[str] = field(default_factory=set)
    article_id: str = ""
    is_lost: bool = False

    @property
    def identity(self) -> Identity:
        return self.claim.identity

    def named(self) -> set[str]:
        """Return the ids that the claim itself and its keys name."""
        return {name for name in (self.claim.given_id, self.url, self.titled.day_holder) if name}

    def is_settled(self, article_id: str) -> bool:
        return article_id in self.titled.facts or article_id in self.stored

    def candidate(self) -> str | None:
        return candidate(self.identity.facts, self.titled.facts)

    def choose(self) -> None:
        """Name the article: the first settled claim in the fixed order, else the last one, else a new one."""
        owners = [owner for owner in (self.url, self.titled.day_holder, self.candidate()) if owner]
        otherwise = owners[-1] if owners else self.claim.new_id
        self.article_id = self.claim.given_id or next(filter(self.is_settled, owners), otherwise)


@dataclass(frozen=True)
class Claims:
    """The claims on URLs and titles, as kept in Redis; the client has no timeout of its own."""

    redis: "Redis"
    partitions: int

    async def settle(self, claims: Sequence[Claim]) -> list[str]:
        """Return the id of the article that each identity belongs to, all free keys claimed for it.

        A `given_id` is the article's id in any case; keys of other articles stay theirs. Claims on one title
        follow each other in their order.
        """
        ids: dict[int, str] = {}
        waiting = dict(enumerate(claims))
        rounds_in_vain = 0
        while waiting:
            first = _first_of_each_title(waiting)
            async with deadline():
                turns = await self._take_turns([waiting[index] for index in first])
            won = {
                index: turn.article_id for index, turn in zip(first, turns, strict=True) if not turn.is_lost
            }
            rounds_in_vain += not won
            if rounds_in_vain > _MOST_ROUNDS:
                raise TooManyClaims
            ids |= won
            waiting = {index: claim for index, claim in waiting.items() if index not in won}
        return [ids[index] for index in range(len(claims))]

    async def _take_turns(self, claims: Sequence[Claim]) -> list[_Turn]:
        """Read, choose and claim; a turn is lost when somebody else came between."""
        turns = await self._read(claims)
        await self._read_what_is_named(turns)
        await self._read_further(turns)
        for turn in turns:
            turn.choose()
        await self._claim_addresses(turns)
        await self._claim_titles([turn for turn in turns if not turn.is_lost])
        return turns

    async def _read(self, claims: Sequence[Claim]) -> list[_Turn]:
        titles, addresses = await run_calls(
            self.redis,
            [title_index.reading(claim.identity) for claim in claims],
            first=[("GET", claim.identity.url) for claim in claims if claim.identity.url],
        )
        holders = iter(addresses)
        return [
            _Turn(
                claim,
                url=_text(next(holders)) if claim.identity.url else None,
                titled=Titled.from_reply(titled),
            )
            for claim, titled in zip(claims, titles, strict=True)
        ]

    async def _read_what_is_named(self, turns: Sequence[_Turn]) -> None:
        """Learn of the articles that are named whether they are settled, and what they bear of the title."""
        unread = [(turn, name) for turn in turns for name in turn.named() - turn.titled.facts.keys()]
        if not unread:
            return
        asked = []
        for turn, name in unread:
            asked.append(title_index.reading_one(turn.identity, name))
            asked.append(("EXISTS", keys.article(keys.partition_of(name, self.partitions), name)))
        _, found = await run_calls(self.redis, [], first=asked)
        answers = iter(found)
        for turn, name in unread:
            facts, is_stored = next(answers), next(answers)
            if facts:
                turn.titled.facts[name] = Facts.from_json(facts)
            if is_stored:
                turn.stored.add(name)

    async def _read_further(self, turns: Sequence[_Turn]) -> None:
        """Look on in titles that very many articles bear, until one comes into question."""
        page = 0
        while searching := [turn for turn in turns if _is_searching(turn)]:
            page += 1
            answers, _ = await run_calls(
                self.redis, [title_index.reading(turn.identity, page) for turn in searching]
            )
            for turn, reply in zip(searching, answers, strict=True):
                turn.titled = turn.titled.together_with(Titled.from_reply(reply))

    async def _claim_addresses(self, turns: Sequence[_Turn]) -> None:
        """Claim each turn's address for its article, unless a settled one holds it."""
        free: list[tuple[_Turn, Command]] = []
        unsettled: list[tuple[_Turn, Call]] = []
        for turn in turns:
            key, holder, article_id = turn.identity.url, turn.url, turn.article_id
            if key and holder is None:
                free.append((turn, ("SET", key, article_id, "NX")))
            elif key and holder and holder != article_id and not turn.is_settled(holder):
                unsettled.append((turn, Call(_TAKE_OVER, (key,), (holder, article_id))))
        answers, done = await run_calls(
            self.redis, [call for _, call in unsettled], first=[command for _, command in free]
        )
        _mark_lost([turn for turn, _ in (*free, *unsettled)], (*done, *answers))

    async def _claim_titles(self, turns: Sequence[_Turn]) -> None:
        calls = [title_index.claiming(turn.identity, turn.article_id, turn.titled) for turn in turns]
        answers, _ = await run_calls(self.redis, [call for call in calls if call])
        _mark_lost([turn for turn, call in zip(turns, calls, strict=True) if call], answers)


def _first_of_each_title(waiting: Mapping[int, Claim]) -> list[int]:
    first: dict[str, int] = {}
    for index, claim in waiting.items():
        first.setdefault(claim.identity.title, index)
    return list(first.values())


def _is_searching(turn: _Turn) -> bool:
    """Return whether neither the draft nor what was read so far says which article it is."""
    if not turn.titled.more or turn.claim.given_id:
        return False
    return turn.candidate() is None and not any(map(turn.is_settled, turn.named()))


def _mark_lost(turns: Iterable[_Turn], answers: Iterable[Any]) -> None:
    for turn, came_through in zip(turns, answers, strict=True):
        turn.is_lost = not came_through


def _text(stored: bytes | None) -> str | None:
    return stored.decode() if stored else None
