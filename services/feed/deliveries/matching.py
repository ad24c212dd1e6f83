"""Which endpoints an event goes to, and which partners find it when they poll."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from services.feed.deliveries.endpoint import Endpoint, EndpointFilter
from services.feed.deliveries.partner import Partner
from shared.article import Article
from shared.events import ArticleEvent

_HONORIFICS = re.compile(r"^(?:(?:dr|prof|professor|mr|mrs|ms|amb|ambassador|hon|sir|dame)-)+")


def endpoints_for(event: ArticleEvent, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Return the endpoints that want this event, in the order given.

    A paused or disabled endpoint is among them: it keeps its queue. A withdrawal carries the article and is
    matched by it like any other event.
    """
    return [
        endpoint
        for endpoint in endpoints
        if event.type in endpoint.events and wants(endpoint.filter, event.article)
    ]


def partners_for(
    event: ArticleEvent,
    partners: Iterable[Partner],
    endpoints: Iterable[Endpoint],
    matching: Iterable[Endpoint],
) -> list[Partner]:
    """Return the partners that find this event when they poll; `matching` is `endpoints_for` all endpoints.

    A partner's own wish counts; without one it finds what any of its endpoints gets, or everything while it
    has no endpoint.
    """
    sent = {endpoint.partner_id for endpoint in matching}
    pushed = {endpoint.partner_id for endpoint in endpoints}
    return [
        partner
        for partner in partners
        if (
            event.type in partner.polls.events and wants(partner.polls.filter, event.article)
            if partner.polls
            else partner.id in sent or partner.id not in pushed
        )
    ]


def wants(wanted: EndpointFilter, article: Article) -> bool:
    """Tell whether an article passes a filter."""
    return (
        (not wanted.kinds or article.kind in wanted.kinds)
        and _meets(wanted.topics, article.topics)
        and _meets(wanted.outlets, [article.outlet.name] if article.outlet else [])
        and _meets_author(wanted.authors, [author.name for author in article.authors])
        and (not wanted.languages or any(_in_range(article.language, r) for r in wanted.languages))
    )


def _meets(wanted: Sequence[str], given: Sequence[str]) -> bool:
    return not wanted or not {_comparable(w) for w in wanted}.isdisjoint(_comparable(g) for g in given)


def _meets_author(wanted: Sequence[str], given: Sequence[str]) -> bool:
    """`Dr. A` and `A` are one author."""
    return not wanted or not {_author(w) for w in wanted}.isdisjoint(_author(g) for g in given)


def _author(name: str) -> str:
    comparable = _comparable(name)
    return _HONORIFICS.sub("", comparable) or comparable


def _comparable(text: str) -> str:
    """Return what a name and its form in an address have in common: letters and digits, joined by hyphens."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", bare).strip("-") or text


def _in_range(language: str, language_range: str) -> bool:
    """Match as RFC 4647 §3.3.1 does: `en` takes `en-GB` too."""
    tag, wanted = language.lower(), language_range.lower()
    return wanted in {"*", tag} or tag.startswith(f"{wanted}-")
