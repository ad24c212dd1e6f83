"""Replaying and discarding dead letters: one at once, those of a filter or all as an errand."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from services.feed.consume.dead_letter_acts import DeadLetterActs, LetterAct, cursor_of, stretches_at
from services.feed.consume.dead_letter_search import DeadLetterSearch
from services.feed.desk.action import Fields, Proposal, many
from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.errands import Errands, Stepped
from services.feed.desk.field_reading import read_fields
from services.feed.desk.letter_set import LetterFilter
from shared.problems import Problem

_SCRIPTS_IN_A_STEP = 5
"""A thousand letters: how far it is is written down about ten times a second."""

_CONSEQUENCES = {
    LetterAct.REPLAY: (
        "A letter that is replayed goes back on its stream for the group that gave it up; others pass it by.",
        "What fails again comes back as a new dead letter after five tries.",
    ),
    LetterAct.DISCARD: (
        "A letter that is discarded is gone for good, with the event in it.",
        "What it would have done is never done: a feed lacks the change, or a partner the delivery.",
    ),
}
_DONE = {LetterAct.REPLAY: "put back", LetterAct.DISCARD: "thrown away"}


@dataclass(frozen=True)
class OneLetter:
    """Replays or discards the dead letter that `id` names."""

    act: LetterAct
    search: DeadLetterSearch
    acts: DeadLetterActs
    audit: AuditLog

    async def propose(self, fields: Fields) -> Proposal:
        """Return what would become of it."""
        place = self.search.place(fields.get("id", ""))
        found = await self.search.letter(place) if place else None
        if found is None:
            raise Problem(404, "This dead letter is not there any more: somebody else saw to it.")
        letter, _ = found
        return Proposal(
            question=f"{self.act.value.capitalize()} the dead letter {letter.title or letter.place.name}?",
            sentences=(
                f"It was given up by {letter.place.shelf.group}: {letter.reason}",
                *_CONSEQUENCES[self.act],
            ),
            button=self.act.value.capitalize(),
            grave=self.act is LetterAct.DISCARD,
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Do it now."""
        place = self.search.place(fields.get("id", ""))
        if place is None or not await self.acts.one(self.act, place):
            raise Problem(404, "This dead letter is not there any more: somebody else saw to it.")
        await self.audit.record(actor, f"{self.act.value} letters", place.name, count=1)
        return f"1 dead letter {_DONE[self.act]}."


@dataclass(frozen=True)
class ManyLetters:
    """Replays or discards the dead letters of a filter, or all."""

    act: LetterAct
    search: DeadLetterSearch
    acts: DeadLetterActs
    errands: Errands

    @property
    def name(self) -> str:
        """Its name as an errand."""
        return f"{self.act.value} letters"

    async def propose(self, fields: Fields) -> Proposal:
        """Return how many there are and what would become of them."""
        wanted = read_fields(LetterFilter, fields)
        count, exact = await self.search.count(wanted.sought)
        if not count:
            return Proposal(
                f"There are no {wanted.words.removeprefix('all ')}", ("Nothing is to be done.",), None
            )
        told = many(count, "dead letter") if exact else f"more than {many(count, 'dead letter')}"
        return Proposal(
            question=f"{self.act.value.capitalize()} {told}?",
            sentences=(f"These are {wanted.words}, as of now.", *_CONSEQUENCES[self.act]),
            button=f"{self.act.value.capitalize()} {told}",
            grave=self.act is LetterAct.DISCARD,
        )

    async def carry_out(self, fields: Fields, actor: Actor) -> str:
        """Begin it; it goes on in the background."""
        wanted = read_fields(LetterFilter, fields)
        count, exact = await self.search.count(wanted.sought)
        told = wanted.model_dump(mode="json", exclude_none=True)
        await self.errands.begin(actor, self.name, wanted.words, told, of=count if exact else None)
        return f"Begun: {self.act.value} {wanted.words}."

    async def step(self, wanted: Mapping[str, JsonValue], cursor: str | None) -> Stepped:
        """Do the next thousand."""
        sought = LetterFilter.model_validate(wanted).sought
        left = await self.acts.stretches(sought) if cursor is None else stretches_at(cursor)
        count = 0
        for _ in range(_SCRIPTS_IN_A_STEP):
            done, left = await self.acts.step(self.act, sought, left)
            count += done
        return Stepped(count, cursor_of(left))
