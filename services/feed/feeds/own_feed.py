"""Feeds that an operator defines: their name, what they hold and how they show it, and all of them at once.

Only values and decisions; `own_feed_registry.py` keeps them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, StringConstraints

from services.feed.feeds.selection import CUSTOM, PRIVATE, Selection
from services.feed.feeds.slug import slug
from shared.article import Article, Frozen, Kind
from shared.author_name import without_honorifics

NEWEST = 50
"""How many entries a feed shows, unless its operator wants more or fewer."""

MOST_ENTRIES = 200
"""As many as an operator may want."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A name as it stands in an address: lower-case letters and digits, joined by single hyphens."""

_Wanted = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
_WantedList = Annotated[tuple[_Wanted, ...], Field(max_length=200)]


class Content(StrEnum):
    """How much of each article a feed gives."""

    FULL = "full"
    SUMMARY = "summary"


class FeedFilter(Frozen):
    """Which articles a feed holds. Each list that is not empty must hold one of the article's own.

    Topics, authors and outlets are given as shown or as in a feed's address. A language takes its regional
    forms with it: `en` takes `en-GB`.
    """

    kinds: Annotated[tuple[Kind, ...], Field(max_length=20)] = ()
    topics: _WantedList = ()
    authors: _WantedList = ()
    outlets: _WantedList = ()
    languages: _WantedList = ()


class OwnFeed(Frozen):
    """A feed as its operator defined it.

    `born` and `revision` are the versions of all definitions at which it was added and last changed,
    `filtered` is the one since which it has this filter.
    """

    name: Name
    title: str
    description: str | None = None
    filter: FeedFilter = FeedFilter()
    content: Content = Content.FULL
    entries: int
    private: bool = False
    born: int
    revision: int
    filtered: int = 0
    created_at: AwareDatetime
    changed_at: AwareDatetime

    @property
    def selection(self) -> Selection:
        """The name under which its articles are kept. No public address leads to one in `private/`."""
        return selection_of(self.name, private=self.private)

    def changed(self, version: int, changes: Mapping[str, Any]) -> Self:
        """Return the feed as it is after changes of some fields at a version of the definitions."""
        feed = self.model_validate(self.model_dump() | {**changes, "revision": version})
        return feed if feed.filter == self.filter else feed.model_copy(update={"filtered": version})


def selection_of(name: str, *, private: bool) -> Selection:
    """Return the selection of an own feed."""
    return Selection(f"{PRIVATE if private else CUSTOM}/{name}")


def name_of(selection: Selection) -> str:
    """Return the name of the own feed that a selection stands for."""
    return selection.partition("/")[2]


def title_in(selection: Selection, stored: bytes | None) -> str | None:
    """Return the title in a stored definition, None when it is not that of this selection."""
    feed = None if stored is None else OwnFeed.model_validate_json(stored)
    return None if feed is None or feed.selection != selection else feed.title


@dataclass(frozen=True)
class OwnFeeds:
    """All own feeds as of one version of the definitions, by name."""

    version: int = 0
    feeds: Mapping[str, OwnFeed] = field(default_factory=dict)

    @cached_property
    def selections(self) -> Mapping[Selection, OwnFeed]:
        """The same feeds by their selections."""
        return {feed.selection: feed for feed in self.feeds.values()}

    def same_verdicts_since(self, version: int) -> bool:
        """Return whether every feed of these had its filter at an earlier version already."""
        return all(max(feed.born, feed.filtered) <= version for feed in self.feeds.values())

    @cached_property
    def _conditions(self) -> tuple[tuple[Selection, "_Condition"], ...]:
        return tuple((selection, _condition(feed.filter)) for selection, feed in self.selections.items())

    def holding(self, article: Article) -> tuple[Selection, ...]:
        """Return the feeds whose filter the article passes, in alphabetical order."""
        if not self.feeds:
            return ()
        traits = _traits(article)
        return tuple(sorted(s for s, condition in self._conditions if _meets(condition, traits)))


NO_OWN_FEEDS = OwnFeeds()


@dataclass(frozen=True)
class _Condition:
    """A filter with every name as its slug; what is empty asks for nothing."""

    slugs: tuple[frozenset[str], ...]
    language_ranges: tuple[str, ...]


@dataclass(frozen=True)
class _Traits:
    """What a condition is held against: the article's kind, topics, authors and outlet, and its language."""

    slugs: tuple[frozenset[str], ...]
    language: str


def _condition(wanted: FeedFilter) -> _Condition:
    return _Condition(
        slugs=(
            frozenset(kind.value for kind in wanted.kinds),
            _slugs(wanted.topics),
            _slugs(map(without_honorifics, wanted.authors)),
            _slugs(wanted.outlets),
        ),
        language_ranges=tuple(language.lower() for language in wanted.languages),
    )


def _traits(article: Article) -> _Traits:
    return _Traits(
        slugs=(
            frozenset({article.kind.value}),
            _slugs(article.topics),
            _slugs(without_honorifics(author.name) for author in article.authors),
            _slugs([article.outlet.name] if article.outlet else []),
        ),
        language=article.language.lower(),
    )


def _slugs(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(slug, names))


def _meets(condition: _Condition, traits: _Traits) -> bool:
    ranges = condition.language_ranges
    return all(
        not wanted or not wanted.isdisjoint(given)
        for wanted, given in zip(condition.slugs, traits.slugs, strict=True)
    ) and (not ranges or any(_in_range(traits.language, wanted) for wanted in ranges))


def _in_range(language: str, wanted: str) -> bool:
    """Match as RFC 4647 §3.3.1 does: `en` takes `en-gb` too."""
    return wanted in {"*", language} or language.startswith(f"{wanted}-")
