"""When two statements are about the same article: what of a URL, a title, a date and a byline counts. Pure.

An article comes back under other typography, on other pages, with or without its date. What is compared here
must not depend on any of that.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _text_as_json
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from services.ingest import web_address
from services.ingest.draft import ArticleDraft
from shared import keys
from shared.author_name import without_honorifics

_DASHES = re.compile(r"\s*[-\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]+\s*")
_QUOTES = re.compile(
    "[\"'`\u00ab\u00b4\u00bb\u2018-\u201f\u2032-\u2036\u2039\u203a\u275b-\u275e\uff02\uff07]+"
)
_CUT_OFF = re.compile(r"[\s.,;:\u2026]+$")


@dataclass(frozen=True)
class Facts:
    """What tells articles of one title apart; an empty value is not known."""

    day: str | None = None
    authors: frozenset[str] = frozenset()
    outlet: str | None = None
    url: str | None = None

    def contradicts(self, other: "Facts") -> bool:
        """Return whether both cannot be about one article."""
        days = self.day and other.day and self.day != other.day
        bylines = self.authors and other.authors and not self.authors & other.authors
        outlets = self.outlet and other.outlet and self.outlet != other.outlet
        # Two addresses of one title, neither dated: more likely two pieces than one that moved.
        addresses = self.url and other.url and self.url != other.url
        return bool(days or bylines or outlets or addresses)

    def together_with(self, earlier: "Facts") -> "Facts":
        """Return what is known when `earlier` facts of the same article are filled up by these newer ones."""
        return Facts(
            self.day or earlier.day,
            self.authors | earlier.authors,
            self.outlet or earlier.outlet,
            self.url or earlier.url,
        )

    def to_json(self) -> bytes:
        """Return the facts as stored, always the same bytes for the same facts: those of `json.dumps`.

        Put together here, since `json.dumps` makes an encoder each time: 2.7 µs, and not 1.6.
        """
        authors = ", ".join(map(_text_as_json, sorted(self.authors)))
        day, outlet, url = map(_text_or_null, (self.day, self.outlet, self.url))
        return f'{{"day": {day}, "authors": [{authors}], "outlet": {outlet}, "url": {url}}}'.encode()

    @classmethod
    def from_json(cls, stored: bytes) -> "Facts":
        """Return the facts that `to_json` wrote."""
        return _FACTS.validate_json(stored)


def _text_or_null(text: str | None) -> str:
    return "null" if text is None else _text_as_json(text)


_FACTS = TypeAdapter(Facts)


@dataclass(frozen=True)
class Identity:
    """The key and the normalised title under which an article is found again, and its facts."""

    url: str | None
    title: str
    facts: Facts


def identity_of(draft: ArticleDraft, zone: ZoneInfo) -> Identity:
    """Return under which keys this draft's article is known. `zone` says which day a moment lies in."""
    title = normalise_title(draft.title)
    day = day_of(draft.published_at, zone)
    url = web_address.normalise(draft.url) if draft.url else None
    return Identity(
        url=keys.identity_url(url) if url else None,
        title=title,
        facts=Facts(
            day=day,
            authors=frozenset([_author(author.name) for author in draft.authors]),
            outlet=_plain(draft.outlet.name).removeprefix("the ") if draft.outlet else None,
            url=keys.digest(url) if url else None,
        ),
    )


def candidate(facts: Facts, known: Mapping[str, Facts]) -> str | None:
    """Return which of the known articles of one title these facts are about, or None.

    The same day comes first; then one whose date is not known, since a listing without dates is completed by
    the page with its date; then, for a draft without a date, the latest.
    """
    possible = {i: other for i, other in known.items() if not facts.contradicts(other)}

    def preference(article_id: str) -> tuple[bool, bool, str, str]:
        day = possible[article_id].day
        return day == facts.day, day is None, day or "", article_id

    return max(possible, key=preference, default=None)


def normalise_title(title: str) -> str:
    """Return what is left of a title without its typography: case, quotes, dashes, spaces, a cut-off mark."""
    plain = _QUOTES.sub("'", _DASHES.sub("-", _plain(title)))
    return _CUT_OFF.sub("", plain) or plain


def day_of(moment: date | None, zone: ZoneInfo) -> str | None:
    """Return the calendar day of a date, or of a moment in `zone`."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone).date()
    return moment.isoformat() if moment else None


def in_utc(moment: date | None, zone: ZoneInfo) -> datetime | None:
    """Return the moment in UTC; a date means midnight in `zone`."""
    if moment is None or isinstance(moment, datetime):
        return moment and moment.astimezone(UTC)
    return datetime.combine(moment, time.min, zone).astimezone(UTC)


@lru_cache(4096)
def _author(name: str) -> str:
    """Return what counts of an author's name; the same few write most of what comes in."""
    return _plain(without_honorifics(name))


def _plain(text: str) -> str:
    """Return the text in one case, with compatible characters unified and invisible ones left out."""
    if text.isascii():
        return " ".join(text.casefold().split())
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    folded = unicodedata.normalize("NFKC", visible.casefold())
    return " ".join(folded.split())
