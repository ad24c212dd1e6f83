"""Corrections as readers see them: a dated paragraph each at the end of the text, in every format alike."""

from collections.abc import Iterable
from datetime import tzinfo
from html import escape

from services.feed.feeds.day_in_words import day_in_words
from shared.article import Correction


def corrections_html(corrections: Iterable[Correction], zone: tzinfo) -> str:
    """Return `<p>Correction, 3 March 2026: …</p>` for each, dated as the day was in `zone`."""
    return "".join(_paragraph(correction, zone) for correction in corrections)


def _paragraph(correction: Correction, zone: tzinfo) -> str:
    return f"<p>Correction, {day_in_words(correction.at, zone)}: {escape(correction.note, quote=False)}</p>"
