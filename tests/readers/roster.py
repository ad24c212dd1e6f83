"""The readers that must agree, what each of them keeps of an item, and where each is known to differ."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.installed import Missing
from tests.readers import deviations as shows
from tests.readers import installed
from tests.readers.deviations import Deviation
from tests.readers.item import Item, the_one_of_rss
from tests.readers.newsboat import read_with_newsboat
from tests.readers.python_parsers import read_with_fastfeedparser, read_with_feedparser
from tests.readers.reader_library import read_with_reader
from tests.readers.rss2email import read_with_rss2email
from tests.readers.scripts import read_with_feedsmith, read_with_rss_parser, read_with_xml_feed
from tests.readers.sfeed import read_with_sfeed

RSS, ATOM = ("rss",), ("atom",)
XML = RSS + ATOM
ALL = (*XML, "json")


@dataclass(frozen=True)
class Reader:
    """A reader or parser: how it reads addresses into items, and what is known of it.

    `missing` says why it cannot run here, or nothing; `keeps_no` names the fields for which it has no room.
    """

    name: str
    forms: tuple[str, ...]
    read: Callable[[Sequence[str], Path], Iterable[Item]]
    missing: Missing = installed.with_the_tests
    keeps_no: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    def shows(self, item: Item, form: str) -> Item:
        """Return what it makes of an item of a feed in that format."""
        for deviation in self.deviations:
            if form in deviation.forms:
                item = deviation.of(item)
        if form == "rss":
            item = replace(item, enclosures=the_one_of_rss(item))
        no_room: dict[str, Any] = dict.fromkeys(self.keeps_no)
        return replace(item, **no_room)


_HTML_ANEW = Deviation(
    XML, "content", "writes HTML anew: sorted attributes, `<img />`", shows.html_written_anew
)
_TITLE_AS_HTML = Deviation(
    RSS, "title", "takes a title with something like an entity in it for HTML", shows.title_taken_for_html
)
_ITUNES_AUTHOR = Deviation(
    RSS, "authors", "counts an episode's `itunes:author` as one more author", shows.episodes_author_too
)

READERS = (
    Reader("feedparser", XML, read_with_feedparser, deviations=(_TITLE_AS_HTML, _HTML_ANEW, _ITUNES_AUTHOR)),
    Reader(
        "fastfeedparser",
        ALL,
        read_with_fastfeedparser,
        deviations=(Deviation(ALL, "authors", "keeps the first author only", shows.first_author),),
    ),
    Reader(
        "reader",
        ALL,
        read_with_reader,
        keeps_no=("tags",),
        deviations=(
            _TITLE_AS_HTML,
            _HTML_ANEW,
            _ITUNES_AUTHOR,
            Deviation(XML, "authors", "keeps the last author only", shows.last_author),
        ),
    ),
    Reader(
        "newsboat",
        XML,
        read_with_newsboat,
        installed.newsboat,
        keeps_no=("updated", "tags", "summary"),
        deviations=(
            Deviation(RSS, "authors", "keeps the last author only", shows.last_author),
            Deviation(ATOM, "authors", "joins all authors into one text", shows.authors_in_one),
            Deviation(
                XML, "published", "stores times before 1970 without their sign", shows.time_without_sign
            ),
            Deviation(XML, "enclosures", "keeps the last audio or video file only", shows.last_enclosure),
        ),
    ),
    Reader(
        "sfeed",
        XML,
        read_with_sfeed,
        installed.sfeed,
        keeps_no=("updated", "summary"),
        deviations=(
            Deviation(XML, "authors", "keeps the first author only", shows.first_author),
            Deviation(ATOM, "enclosures", "keeps the first file only", shows.first_enclosure),
        ),
    ),
    Reader(
        "rss2email",
        XML,
        read_with_rss2email,
        installed.rss2email,
        keeps_no=("updated", "summary"),
        deviations=(
            Deviation(
                RSS,
                "title",
                "turns a title with something like an entity in it from HTML into ASCII",
                shows.title_made_from_html,
            ),
            _HTML_ANEW,
            Deviation(RSS, "authors", "keeps the first author only", shows.first_author),
            Deviation(ATOM, "authors", "keeps the last author only", shows.last_author),
            Deviation(RSS, "authors", "names an absent author `<author>`", shows.author_or("<author>")),
            Deviation(
                ATOM, "authors", "takes the feed's author for an absent one", shows.author_or("Newswire")
            ),
        ),
    ),
    Reader(
        "feedsmith",
        ALL,
        read_with_feedsmith,
        installed.feedsmith,
        deviations=(
            Deviation(
                ALL, "title", "drops a byte order mark at the title's start", shows.title_without_marks_around
            ),
        ),
    ),
    Reader(
        "rss-parser",
        XML,
        read_with_rss_parser,
        installed.rss_parser,
        keeps_no=("updated",),
        deviations=(
            Deviation(ATOM, "authors", "keeps the first author only", shows.first_author),
            Deviation(ATOM, "tags", "keeps no categories", shows.nothing),
            Deviation(ATOM, "enclosures", "keeps no enclosures", shows.no_enclosures),
        ),
    ),
    Reader(
        "XML::Feed",
        XML,
        read_with_xml_feed,
        installed.xml_feed,
        deviations=(Deviation(ATOM, "authors", "keeps the first author only", shows.first_author),),
    ),
)
