"""One page of a list that is at hand as a whole. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class PageOf(Generic[T]):
    """Page `number` of `pages`, from 1, of `total` things."""

    shown: Sequence[T]
    number: int
    pages: int
    total: int


def page_of(things: Sequence[T], wanted: str | None, size: int) -> PageOf[T]:
    """Return the page that is wanted; one that there is not is the nearest there is."""
    pages = max(1, -(-len(things) // size))
    number = int(wanted) if wanted and wanted.isdecimal() and len(wanted) < 8 else 1  # noqa: PLR2004 - digits
    number = min(max(number, 1), pages)
    return PageOf(things[(number - 1) * size : number * size], number, pages, len(things))
