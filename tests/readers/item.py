"""An item as a reader shows it; every reader's adapter yields these, and one comparison serves them all."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Enclosure:
    """A media file; a reader that keeps no type or size leaves None."""

    url: str
    type: str | None
    length: int | None


@dataclass(frozen=True)
class Item:
    """What a reader keeps of an entry; None where it has no room for the field at all.

    Times are in UTC, and `summary` is plain text.
    """

    id: str
    title: str
    link: str
    published: datetime
    content: str
    updated: datetime | None = None
    authors: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    summary: str | None = None
    enclosures: tuple[Enclosure, ...] | None = None


FIELDS = tuple(field.name for field in fields(Item))


def fields_read(items: Iterable[Item]) -> set[str]:
    """Return the names of the fields that hold something for at least one item."""
    return {name for item in items for name in FIELDS if getattr(item, name) is not None}


def moment(text: str) -> datetime:
    """Return an RFC 3339 time in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def item_from_json(stated: dict[str, Any]) -> Item:
    """Return the item that a reader in another language wrote as JSON, under the names of `Item`."""
    return Item(
        id=stated["id"],
        title=stated["title"],
        link=stated["link"],
        published=moment(stated["published"]),
        content=stated["content"],
        updated=moment(stated["updated"]) if "updated" in stated else None,
        authors=tuple(stated["authors"]) if "authors" in stated else None,
        tags=tuple(stated["tags"]) if "tags" in stated else None,
        summary=stated.get("summary"),
        enclosures=tuple(Enclosure(**one) for one in stated["enclosures"])
        if "enclosures" in stated
        else None,
    )


def the_one_of_rss(item: Item) -> tuple[Enclosure, ...]:
    """Return the enclosure for which RSS has room, an episode's sound or else the first."""
    files = item.enclosures or ()
    return (*sounds(item), *files)[:1] if "podcast" in (item.tags or ()) else files[:1]


def sounds(item: Item) -> tuple[Enclosure, ...]:
    """Return the audio files."""
    return tuple(file for file in item.enclosures or () if str(file.type).startswith("audio/"))


def differences(read: Iterable[Item], said: Iterable[Item]) -> list[str]:
    """Return a line for each item that is missing, doubled or not in the feed, and each field that differs.

    A field that the reader has no room for counts as equal.
    """
    read, expected = list(read), {item.id: item for item in said}
    lines = [f"{item.id} is not in the feed" for item in read if item.id not in expected]
    for id_, item in expected.items():
        found = [one for one in read if one.id == id_]
        if len(found) != 1:
            lines.append(f"{item.title!r} was read {len(found)} times")
        lines += [line for one in found for line in _fields_that_differ(one, item)]
    return lines


def _fields_that_differ(read: Item, said: Item) -> Iterable[str]:
    for name in FIELDS:
        found, expected = getattr(read, name), getattr(said, name)
        if name == "enclosures" and found is not None:
            expected = tuple(map(_as_far_as_kept, found, expected)) + expected[len(found) :]
        if found is not None and found != expected:
            yield f"{said.title[:40]!r} {name}: read {found!r:.300}, said {expected!r:.300}"


def _as_far_as_kept(read: Enclosure, said: Enclosure) -> Enclosure:
    """Return what was said without what the reader has no room for."""
    return Enclosure(
        said.url,
        None if read.type is None else said.type,
        None if read.length is None else said.length,
    )
