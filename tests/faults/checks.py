"""The promises, held against what can be seen from outside once everything has come to rest."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from redis.asyncio import Redis

from shared import keys
from shared.streams import GROUPS
from tests.faults.installation import PUBLIC_URL, Installation
from tests.faults.ledger import Ledger
from tests.faults.operator import is_empty
from tests.faults.partners import Partner
from tests.faults.report import Finding

_SHOWN = 3
_IN_HAND = 8
"""Deliveries that an endpoint of ours may have in hand at once."""


@dataclass
class Checks:
    """What is known of a run, and the findings that follow."""

    installation: Installation
    http: aiohttp.ClientSession
    ledger: Ledger
    partners: Mapping[str, Partner]

    async def feeds_hold_what_was_accepted(self) -> Finding:
        """Walk the feed of everything, archive and all, and compare it with the ledger."""
        wanted = {p.id: p.title for p in self.ledger.pieces.values() if not p.withdrawn}
        found = await self._walk("/feeds/all.json")
        lost = wanted.keys() - found.keys()
        invented = found.keys() - wanted.keys()
        old = [i for i in wanted.keys() & found.keys() if wanted[i] != found[i]]
        return Finding(
            "what was accepted is in the feeds, in its last state, and nothing else is",
            not (lost or invented or old) and bool(wanted),
            f"{len(wanted)} articles, {len(lost)} lost, {len(invented)} invented, {len(old)} outdated"
            + _some([*lost, *invented, *old]),
        )

    async def _walk(self, path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        following: str | None = path
        while following:
            async with self.http.get(self.installation.feed + following) as answer:
                answer.raise_for_status()
                feed = await answer.json(content_type=None)
            found |= {item["id"]: item["title"] for item in feed["items"]}
            following = feed.get("next_url", "").removeprefix(PUBLIC_URL)
        return found

    def no_call_was_answered_wrongly(self) -> Finding:
        """Tell what publishers and the reader complained of."""
        complaints = self.ledger.complaints
        return Finding(
            "each change is one version; no reader sees one go back; a refusal says when to come again",
            not complaints,
            f"{len(self.ledger.accepted_at)} changes, {self.ledger.refusals} refusals, "
            f"{len(complaints)} complaints{_some(complaints)}",
        )

    def partners_got_everything(self) -> Finding:
        """Compare what each endpoint took with what it must have got."""
        lost = invented = events = 0
        for partner in self.partners.values():
            wanted = self.ledger.versions_of(partner.topics)
            taken = {(hook.article_id, hook.version) for hook in partner.hooks if hook.taken}
            seen = {(hook.article_id, hook.version) for hook in partner.hooks}
            lost += len(wanted - taken)
            invented += len(seen - wanted)
            events += len(wanted)
        return Finding(
            "each endpoint gets each event that it wants, and no other",
            not (lost or invented) and bool(events),
            f"{events} deliveries, {lost} lost, {invented} invented",
        )

    def one_webhook_id_for_each_event(self) -> Finding:
        """Tell whether an event came under several ids, or several under one."""
        ids: dict[tuple[str, int], set[str]] = defaultdict(set)
        events: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for partner in self.partners.values():
            for hook in partner.hooks:
                ids[hook.article_id, hook.version].add(hook.webhook_id)
                events[hook.webhook_id].add((hook.article_id, hook.version))
        several = [found for found in ids.values() if len(found) > 1]
        shared = [found for found in events.values() if len(found) > 1]
        return Finding(
            "an event has one webhook-id, whoever gets it how often",
            not (several or shared),
            f"{len(ids)} events",
        )

    def duplicates_are_bounded(self, disturbances: int) -> Finding:
        """Count what was sent again although it had been taken: at most what was in hand at each fault."""
        bound = disturbances * _IN_HAND
        most = total = 0
        for partner in self.partners.values():
            taken = Counter(hook.webhook_id for hook in partner.hooks if hook.taken)
            again = sum(count - 1 for count in taken.values())
            total += again
            most = max(most, again)
        return Finding(
            "what an endpoint gets twice was in hand when something failed",
            most <= bound,
            f"{total} in all, {most} to one endpoint; {disturbances} faults of {_IN_HAND} in hand: {bound}",
        )

    def no_redirect_was_followed(self) -> Finding:
        """Tell whether a webhook went elsewhere than to its endpoint."""
        followed = sum(partner.redirects_followed for partner in self.partners.values())
        return Finding("no redirect is followed", not followed, f"{followed} followed")

    async def poison_is_set_aside(self, backlog: dict[str, Any], poison: int) -> Finding:
        """Compare the dead letters with the poison that was put on the streams."""
        wanted = poison * len(GROUPS)
        told = sum(row["dead_letters"] for row in backlog["streams"])
        return Finding(
            "poison, and nothing but poison, is in the dead letters", told == wanted, f"{told} of {wanted}"
        )

    async def the_backlog_is_true(self, backlog: dict[str, Any], redis: "Redis") -> Finding:
        """Compare the API's numbers with what Redis itself says."""
        wrong = []
        for row in backlog["streams"]:
            partition = next(
                p for p in range(self.installation.partitions) if keys.events(p) == row["stream"]
            )
            groups = {g["name"].decode(): g for g in await redis.xinfo_groups(row["stream"])}
            truth = {
                "length": await redis.xlen(row["stream"]),
                "pending": groups[row["group"]]["pending"],
                "dead_letters": await redis.xlen(keys.dead_letters(partition, row["group"])),
            }
            wrong += [f"{row['group']}: {n} {row[n]}, not {v}" for n, v in truth.items() if row[n] != v]
        return Finding(
            "the backlog's numbers are those of the store",
            not wrong,
            f"{len(backlog['streams'])} rows{_some(wrong)}",
        )


def nothing_is_left(backlog: dict[str, Any], seconds: float) -> Finding:
    """Tell whether all work was done in the end."""
    rows = backlog["streams"]
    left = f"lag {[row['lag'] for row in rows]}, pending {[row['pending'] for row in rows]}, " + ", ".join(
        f"{number} {sum(row[number] or 0 for row in backlog['endpoints'])}"
        for number in ("due", "retrying", "past_due", "dead")
    )
    empty = is_empty(backlog)
    return Finding("in the end nothing waits", empty, f"{'' if empty else f'{left} '}after {seconds:.1f} s")


def _some(items: list[str]) -> str:
    """Return the first few of what is wrong, for the table."""
    return f": {'; '.join(items[:_SHOWN])}" if items else ""
