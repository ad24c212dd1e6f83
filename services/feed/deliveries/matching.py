"""Which endpoints an event goes to, and which partners find it when they poll. Pure.

Nobody is asked whose filter cannot take the event: each filter is filed under the names in one of its lists,
and an event looks only under its own. So what an event costs follows from who gets it, not from how many are
there.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Generic, TypeVar

from services.feed.deliveries.endpoint import Endpoint, EndpointFilter
from services.feed.deliveries.partner import Partner
from shared.article import Article
from shared.events import ArticleEvent, EventType

_HONORIFICS = re.compile(r"^(?:(?:dr|prof|professor|mr|mrs|ms|amb|ambassador|hon|sir|dame)-)+")

Names = frozenset[str]
"""Names in the form in which they are compared."""

Mark = tuple[str, str]
"""One name of an article, and what it is the name of."""

Asker = TypeVar("Asker")


class Matching:
    """Finds who gets an event. Made anew when an endpoint or a partner has changed."""

    def __init__(self, endpoints: Collection[Endpoint], partners: Iterable[Partner]) -> None:
        self._endpoints = _Index(_Wish(e, frozenset(e.events), _conditions(e.filter)) for e in endpoints)
        pushed = {endpoint.partner_id for endpoint in endpoints}
        asking, silent = [], []
        for partner in partners:
            if partner.polls:
                events = frozenset(partner.polls.events)
                asking.append(_Wish(partner, events, _conditions(partner.polls.filter)))
            else:
                silent.append(partner)
        self._polling = _Index(asking)
        self._following = {partner.id: partner for partner in silent if partner.id in pushed}
        self._everything = [partner for partner in silent if partner.id not in pushed]

    def find(self, event: ArticleEvent) -> tuple[list[Endpoint], list[Partner]]:
        """Return the endpoints that want this event, in the order given, and the partners that find it.

        A paused or disabled endpoint is among them: it keeps its queue. A withdrawal carries the article and
        is matched by it like any other event. A partner's own wish counts; without one it finds what any of
        its endpoints gets, or everything while it has no endpoint.
        """
        article = _traits(event.article)
        endpoints = self._endpoints.find(event.type, article)
        sent = dict.fromkeys(endpoint.partner_id for endpoint in endpoints)
        following = [self._following[partner_id] for partner_id in sent if partner_id in self._following]
        return endpoints, [*self._polling.find(event.type, article), *following, *self._everything]


@dataclass(frozen=True)
class _Traits:
    """What of an article filters ask about."""

    kind: str
    topics: Names
    authors: Names
    outlets: Names
    language: str

    def marks(self) -> Iterator[Mark]:
        """Yield all names under which a filter that takes the article may be filed."""
        yield ("kind", self.kind)
        for sort, names in (("topic", self.topics), ("author", self.authors), ("outlet", self.outlets)):
            for name in names:
                yield (sort, name)


@dataclass(frozen=True)
class _Conditions:
    """A filter in the form in which it is compared; what is empty asks for nothing."""

    kinds: Names
    topics: Names
    authors: Names
    outlets: Names
    languages: tuple[str, ...]

    def marks(self) -> list[Mark]:
        """Return the names of which an article must have one: those of the list that few articles meet."""
        for sort, names in (
            ("topic", self.topics),
            ("author", self.authors),
            ("outlet", self.outlets),
            ("kind", self.kinds),
        ):
            if names:
                return [(sort, name) for name in names]
        return []

    def met_by(self, article: _Traits) -> bool:
        """Tell whether the article meets all of it."""
        return (
            (not self.kinds or article.kind in self.kinds)
            and _meets(self.topics, article.topics)
            and _meets(self.outlets, article.outlets)
            and _meets(self.authors, article.authors)
            and (not self.languages or any(_in_range(article.language, r) for r in self.languages))
        )


@dataclass(frozen=True)
class _Wish(Generic[Asker]):
    """Who asks, for which sorts of events, and of which articles."""

    asker: Asker
    events: frozenset[EventType]
    conditions: _Conditions


class _Index(Generic[Asker]):
    """The wishes, each filed where an event that it takes will look."""

    def __init__(self, wishes: Iterable[_Wish[Asker]]) -> None:
        self._wishes = list(wishes)
        self._always: list[int] = []
        self._by_mark: dict[Mark, list[int]] = defaultdict(list)
        for place, wish in enumerate(self._wishes):
            marks = wish.conditions.marks()
            for mark in marks:
                self._by_mark[mark].append(place)
            if not marks:
                self._always.append(place)

    def find(self, event_type: EventType, article: _Traits) -> list[Asker]:
        """Return whose wish an event on the article meets, in the order given."""
        marked = (self._by_mark.get(mark, ()) for mark in article.marks())
        in_question = (self._wishes[place] for place in sorted({*self._always, *chain.from_iterable(marked)}))
        return [
            wish.asker
            for wish in in_question
            if event_type in wish.events and wish.conditions.met_by(article)
        ]


def _traits(article: Article) -> _Traits:
    return _Traits(
        kind=article.kind.value,
        topics=_names(article.topics),
        authors=frozenset(_author(author.name) for author in article.authors),
        outlets=_names([article.outlet.name] if article.outlet else []),
        language=article.language.lower(),
    )


def _conditions(wanted: EndpointFilter) -> _Conditions:
    return _Conditions(
        kinds=frozenset(kind.value for kind in wanted.kinds),
        topics=_names(wanted.topics),
        authors=frozenset(map(_author, wanted.authors)),
        outlets=_names(wanted.outlets),
        languages=tuple(language.lower() for language in wanted.languages),
    )


def _names(names: Iterable[str]) -> Names:
    return frozenset(map(_comparable, names))


def _meets(wanted: Names, given: Names) -> bool:
    return not wanted or not wanted.isdisjoint(given)


def _author(name: str) -> str:
    """`Dr. A` and `A` are one author."""
    comparable = _comparable(name)
    return _HONORIFICS.sub("", comparable) or comparable


@lru_cache(8192)
def _comparable(text: str) -> str:
    """Return what a name and its form in an address have in common: letters and digits, joined by hyphens."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", bare).strip("-") or text


def _in_range(language: str, wanted: str) -> bool:
    """Match as RFC 4647 §3.3.1 does: `en` takes `en-gb` too."""
    return wanted in {"*", language} or language.startswith(f"{wanted}-")
