"""`/ops/dead-letters`: what was given up, why, and what can be done about it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.feed.consume.dead_letter_place import Shelf
from services.feed.consume.dead_letter_search import LettersPage
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.field_reading import read_fields
from services.feed.desk.letter_set import LetterFilter
from services.feed.desk.shown_letter import with_event
from shared.problems import Problem
from shared.streams import GROUPS

_ON_A_PAGE = 50
_REASONS = 5


class LetterPlaceInPages(LetterFilter):
    """Which letters a page shows, and from where on."""

    cursor: Annotated[str | None, Field(max_length=100)] = None


def letter_pages(parts: DeskParts) -> APIRouter:
    """Return the routes of the list and of one letter."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/dead-letters")
    async def some(request: Request) -> Response:
        visitor = await parts.visitor(request)
        wanted = read_fields(LetterPlaceInPages, request.query_params)

        async def page() -> LettersPage:
            after = parts.letters.place(wanted.cursor) if wanted.cursor else None
            return await parts.letters.page(wanted.sought, after, _ON_A_PAGE)

        async def reasons() -> Mapping[Shelf, tuple[int, Mapping[str, int]]]:
            return await _reasons(parts)

        return parts.page(
            request,
            "dead_letters.html",
            visitor,
            live=True,
            backlog=parts.sampler.latest(),
            wanted=wanted,
            filters=wanted.model_dump(mode="json", exclude_none=True, exclude={"cursor"}),
            groups=GROUPS,
            found=await parts.seen.get(("letters", wanted), page),
            shelves=await parts.seen.get("reasons", reasons),
        )

    @router.get("/ops/dead-letters/{name}")
    async def one(request: Request, name: str) -> Response:
        visitor = await parts.visitor(request)
        place = parts.letters.place(name)
        found = await parts.letters.letter(place) if place else None
        if found is None:
            raise Problem(404, "This dead letter is not there any more: it was replayed or discarded.")
        return parts.page(request, "dead_letter.html", visitor, letter=with_event(*found))

    return router


async def _reasons(parts: DeskParts) -> Mapping[Shelf, tuple[int, Mapping[str, int]]]:
    """Return of each shelf with letters how many lie there, and the commonest reasons."""
    counts = {shelf: count for shelf, count in (await parts.letters.counts()).items() if count}
    found = {shelf: await parts.letters.reasons(shelf) for shelf in counts}
    return {shelf: (counts[shelf], dict(list(found[shelf].items())[:_REASONS])) for shelf in counts}
