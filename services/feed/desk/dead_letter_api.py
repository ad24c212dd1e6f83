"""`/api/dead-letters`: the events that a consumer group gave up, and what becomes of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from services.feed.consume.dead_letter_acts import DeadLetterActs, LetterAct, cursor_of, stretches_at
from services.feed.consume.dead_letter_place import LetterPlace
from services.feed.consume.dead_letter_search import DeadLetterSearch
from services.feed.desk.actor import api_actor
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.letter_set import LetterFilter, LetterSet
from services.feed.desk.shown_letter import LetterWithEvent, ShownLetters, shown, with_event
from services.feed.operators import OperatorTokens
from shared.article import Frozen
from shared.problems import Problem

_STEPS_AT_ONCE = 25
"""Five thousand letters: no request works for minutes, and one that broke off is simply repeated."""


class LetterQuery(LetterFilter):
    """Which letters are listed, and how many at once."""

    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Acted(Frozen):
    """How many letters a step was done to; a `cursor` asks for the next step."""

    count: int
    cursor: str | None


def place_of(search: DeadLetterSearch, name: str) -> LetterPlace:
    """Return the place of a letter; 404 when there can be none."""
    place = search.place(name)
    if place is None:
        raise Problem(404, f"There is no dead letter {name}.")
    return place


def dead_letter_routes(
    search: DeadLetterSearch, acts: DeadLetterActs, audit: AuditLog, operators: OperatorTokens
) -> APIRouter:
    """Return the routes, for operators alone."""
    router = APIRouter(
        prefix="/api/dead-letters", tags=["dead letters"], dependencies=[Depends(operators.require)]
    )

    @router.get("", summary="Events that were given up, the latest first")
    async def some(query: Annotated[LetterQuery, Query()]) -> ShownLetters:
        after = search.place(query.cursor) if query.cursor else None
        if query.cursor and after is None:
            raise _bad_cursor()
        page = await search.page(query.sought, after, query.limit)
        cursor = page.after.name if page.after else None
        return ShownLetters(dead_letters=tuple(map(shown, page.letters)), cursor=cursor)

    @router.get("/{letter_id}", summary="One of them, with its event")
    async def one(letter_id: str) -> LetterWithEvent:
        found = await search.letter(place_of(search, letter_id))
        if found is None:
            raise Problem(404, f"There is no dead letter {letter_id}.")
        return with_event(*found)

    @router.post("/replay", status_code=202, summary="Put some back, for the group that gave them up")
    async def replay(request: Request, letters: LetterSet) -> Acted:
        return await act(request, LetterAct.REPLAY, letters)

    @router.post("/discard", summary="Throw some away for good")
    async def discard(request: Request, letters: LetterSet) -> Acted:
        return await act(request, LetterAct.DISCARD, letters)

    async def act(request: Request, what: LetterAct, letters: LetterSet) -> Acted:
        actor = api_actor(request, operators.require(request))
        if letters.ids:
            places = [place_of(search, name) for name in letters.ids]
            done = Acted(count=sum([await acts.one(what, place) for place in places]), cursor=None)
        else:
            done = await _step(acts, what, letters)
        on = ", ".join(letters.ids) or letters.words
        await audit.record(actor, f"{what.value} letters", on, count=done.count)
        return done

    return router


async def _step(acts: DeadLetterActs, what: LetterAct, letters: LetterSet) -> Acted:
    try:
        left = stretches_at(letters.cursor) if letters.cursor else await acts.stretches(letters.sought)
    except ValueError:
        raise _bad_cursor() from None
    count = 0
    for _ in range(_STEPS_AT_ONCE):
        done, left = await acts.step(what, letters.sought, left)
        count += done
    return Acted(count=count, cursor=cursor_of(left))


def _bad_cursor() -> Problem:
    wrong = "must be the cursor of an earlier answer"
    return Problem(422, f"cursor: {wrong}", errors=[{"field": "cursor", "message": wrong}])
