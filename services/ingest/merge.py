"""What an article becomes when another statement about it comes in, by where that was made. Pure."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from services.ingest.draft import ArticleDraft, ArticleInput, CorrectionInput, Origin
from services.ingest.identity import day_of, in_utc
from shared.article import Article, Correction, Kind

_CONTENT = ("content_html", "is_excerpt")
_KEPT_UNLESS_STATED = ("url", "published_at", "summary")
_SHOWN_BY_A_PAGE = ("title", "subtitle", "kind", "authors", "published_at", "outlet", "summary")
_ALL = tuple(ArticleInput.model_fields)


class Fullness(IntEnum):
    """How much of an article's text a statement has."""

    TEASER = 0
    EXCERPT = 1
    WHOLE = 2


def fullness(stated: Article | ArticleInput) -> Fullness:
    """Return how much of the text is there."""
    if stated.content_html is None:
        return Fullness.TEASER
    return Fullness.EXCERPT if stated.is_excerpt else Fullness.WHOLE


def new_article(article_id: str, draft: ArticleDraft, zone: ZoneInfo) -> Article:
    """Return the article that a first statement makes."""
    return _article(article_id, _fields(draft, _ALL), zone)


def merge(known: Article, draft: ArticleDraft, zone: ZoneInfo) -> Article:
    """Return the article after this statement; equal to `known` when that says nothing new.

    Whatever has less of the text than is known only fills gaps: a teaser that comes late takes nothing away.
    A publisher who names the article by its id may shorten it. Corrections stay until a publisher states the
    whole list anew: readers were promised them.
    """
    by_id = draft.id is not None
    if draft.origin is Origin.LISTING or (not by_id and fullness(draft) < fullness(known)):
        changes = _gaps(known, draft)
    elif draft.origin is Origin.PAGE:
        changes = _gaps(known, draft) | _shown(known, draft, zone)
    else:
        changes = _fields(draft, _ALL)
        for name in _KEPT_UNLESS_STATED:
            if changes[name] is None and not (by_id and name in draft.model_fields_set):
                changes[name] = getattr(known, name)
        if "corrections" not in draft.model_fields_set:
            changes["corrections"] = known.corrections
    return _article(known.id, _fields(known, _ALL) | changes, zone)


def _gaps(known: Article, draft: ArticleDraft) -> dict[str, Any]:
    """Return what the draft knows and the article does not; the language always has a value."""
    changes = {
        name: value
        for name, value in _fields(draft, _ALL).items()
        if name not in {*_CONTENT, "language"} and _is_known(value) and not _is_known(getattr(known, name))
    }
    if known.content_html is None and draft.content_html is not None:
        changes |= _fields(draft, _CONTENT)
    if draft.corrections:
        changes["corrections"] = (*known.corrections, *draft.corrections)
    return changes


def _shown(known: Article, draft: ArticleDraft, zone: ZoneInfo) -> dict[str, Any]:
    """Return what a page that has at least as much text as is known says about its own article."""
    changes = {name: value for name, value in _fields(draft, _SHOWN_BY_A_PAGE).items() if _is_known(value)}
    if day_of(draft.published_at, zone) == day_of(known.published_at, zone):
        # A page shows the day alone; the time that is known already says more.
        changes.pop("published_at", None)
    if draft.content_html is not None:
        changes |= _fields(draft, _CONTENT)
    return changes


def _is_known(value: object) -> bool:
    return value not in (None, "", (), Kind.ARTICLE)


def _fields(stated: Article | ArticleInput, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(stated, name) for name in names}


def _article(article_id: str, fields: dict[str, Any], zone: ZoneInfo) -> Article:
    times = {name: in_utc(fields[name], zone) for name in ("published_at", "updated_at")}
    corrections = _corrections(fields["corrections"], zone)
    return Article.model_validate(fields | times | {"id": article_id, "corrections": corrections})


def _corrections(stated: Iterable[Correction | CorrectionInput], zone: ZoneInfo) -> tuple[Correction, ...]:
    """Return each correction once, the oldest first."""
    notes = [Correction.model_validate({"at": in_utc(one.at, zone), "note": one.note}) for one in stated]
    return tuple(sorted(dict.fromkeys(notes), key=lambda correction: correction.at))
