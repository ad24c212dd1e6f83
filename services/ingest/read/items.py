"""Reads one item of a listing into a draft; an item without a headline is left out, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.ingest.draft import ArticleDraft, Origin
from services.ingest.read.kinds import is_outlet, is_topic, kind_then_topic, may_be_outlet, pieces
from services.ingest.read.prose import ends_sentence, is_surely_prose, is_title_case, with_one_mark
from services.ingest.read.reading import Found, Omission
from services.ingest.read.roles import Part, Role
from shared.article import Author, Kind, Outlet

_LONGEST_HEADLINE = 300
_OUTLET_BESIDE_TITLE_WORDS = 5
"""Without a date or a teaser, only as short a line as this is an outlet above the headline."""


@dataclass(frozen=True)
class _Texts:
    """An item's unlabelled lines, told apart."""

    above: tuple[Part, ...] = ()
    title: Part | None = None
    teaser: tuple[Part, ...] = ()


def read_item(parts: Sequence[Part]) -> Found | Omission:
    """Return the item's draft, in which only what the page shows is set, or why there is none."""
    first = parts[0].line.number
    texts = _tell_apart(parts)
    if texts.title is None:
        what = "only a teaser" if texts.teaser else "neither headline nor teaser"
        return Omission(first, f"the headline of a listed item is missing: {what} stands there")
    fields: dict[str, Any] = {"origin": Origin.LISTING, "title": texts.title.text}
    published = next((part.day for part in parts if part.day), None)
    if published:
        fields["published_at"] = published
    if texts.teaser:
        fields["summary"] = _summary(texts.teaser)
    names = dict.fromkeys(name for part in parts if part.role is Role.BYLINE for name in part.names)
    if names:
        fields["authors"] = tuple(Author(name=name) for name in names)
    return Found(first, ArticleDraft(**fields, **_labels(parts, texts.above)))


def _tell_apart(parts: Sequence[Part]) -> _Texts:
    date_at = next((index for index, part in enumerate(parts) if part.role is Role.DATE), None)
    if date_at is None:
        return _tell_apart_undated(parts)
    above = tuple(part for part in parts[:date_at] if part.role is Role.TEXT)
    below = [part for part in parts[date_at:] if part.role is Role.TEXT]
    return _title_first(above, below)


def _title_first(above: tuple[Part, ...], below: Sequence[Part]) -> _Texts:
    if not below:
        return _Texts(above)
    first, rest = below[0], tuple(below[1:])
    return _Texts(above, first, rest) if _is_headline(first, rest) else _Texts(above, None, tuple(below))


def _is_headline(first: Part, rest: Sequence[Part]) -> bool:
    """Return whether an item's first text is its headline; a long or cut-off one only above a teaser."""
    if not rest:
        return not first.prose
    if not is_surely_prose(first.text):
        return True
    may_be_long = len(first.text) <= _LONGEST_HEADLINE and not ends_sentence(first.text)
    return rest[0].prose and (is_title_case(first.text) if first.cut_off else may_be_long)


def _tell_apart_undated(parts: Sequence[Part]) -> _Texts:
    """Without a date, an outlet shows by its own bullet above a plain headline, or by a headline under it."""
    texts = [part for part in parts if part.role is Role.TEXT]
    labelled = any(part.role is Role.LABEL for part in parts)
    bullets = next((index for index, part in enumerate(texts) if not part.bulleted), len(texts))
    if labelled and parts[0].bulleted and 0 < bullets < len(texts) and not texts[bullets - 1].prose:
        return _title_first(tuple(texts[:bullets]), texts[bullets:])
    if len(texts) > 1 and is_outlet(texts[0].text):
        return _title_first((texts[0],), texts[1:])
    prose = next((index for index, part in enumerate(texts) if part.prose), len(texts))
    outlet_above = len(texts) > 1 and may_be_outlet(texts[0].text, _OUTLET_BESIDE_TITLE_WORDS)
    if outlet_above and prose > 1 and (labelled or prose < len(texts)):
        return _title_first((texts[0],), texts[1:])
    return _title_first((), texts)


def _summary(teaser: Sequence[Part]) -> str:
    """Return the teaser's lines: they follow each other at once, and nothing comes after a cut-off mark."""
    lines = [teaser[0]]
    for part in teaser[1:]:
        if lines[-1].cut_off or part.line.number != lines[-1].line.number + 1:
            break
        lines.append(part)
    return " ".join(with_one_mark(part.text) for part in lines)


def _follows_a_kind(part: Part, kind: Kind | None) -> bool:
    """Return whether the line stands where the outlet does: topics share the kind's line or replace it."""
    return kind is not None and len(pieces(part.text)) == 1 and may_be_outlet(part.text)


def _labels(parts: Sequence[Part], above: Sequence[Part]) -> dict[str, Any]:
    """Return kind, topics and outlet from the labels and from the lines between these and the headline."""
    labels = [part.label for part in parts if part.role is Role.LABEL and part.label]
    kind: Kind | None = next((label.kind for label in labels if label.kind), None)
    topics = [topic for label in labels for topic in label.topics]
    outlet: str | None = None
    for index, part in enumerate(above):
        both = kind_then_topic(part.text) if index == 0 and not kind else None
        if both:
            kind = both.kind
            topics += both.topics
        elif index < len(above) - 1 or (is_topic(part.text) and not _follows_a_kind(part, kind)):
            topics += pieces(part.text)
        elif may_be_outlet(part.text):
            outlet = part.text
    fields: dict[str, Any] = {"kind": kind} if kind else {}
    if topics:
        fields["topics"] = tuple(dict.fromkeys(topic for topic in topics if topic))
    if outlet:
        fields["outlet"] = Outlet(name=outlet)
    return fields
