"""Writes drafts out as a page that `read_page` reads: its inverse, in any layout that the form allows."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from html import unescape

from services.ingest.draft import ArticleDraft
from shared.article import Kind

_KIND_LINES = {
    Kind.COMMENTARY: "Commentary",
    Kind.PODCAST: "Podcast",
    Kind.REPORT: "Reports",
    Kind.VIDEO: "Video",
    Kind.TESTIMONY: "Testimony",
    Kind.PRESS: "Press Release",
    Kind.ARTICLE: "Article",
}
_OPENINGS = {Kind.PODCAST: "Listen to the full conversation", Kind.VIDEO: "Watch the full video"}


class Bullets(Enum):
    """Which lines of an item have a bullet."""

    NESTED = auto()
    """Label, outlet and date, the first further out than the rest."""
    FLAT = auto()
    """Label, outlet and date, all alike."""
    EVERY_LINE = auto()
    EVERY_LINE_NESTED = auto()
    FIRST_LINE = auto()


@dataclass(frozen=True)
class Layout:
    """How a page looks; none of it may change what is read."""

    bullets: Bullets = Bullets.NESTED
    bullet: str = "•"
    blank_lines: bool = True
    indent: int = 2
    label_on_one_line: bool = True
    deck_below_byline: bool = False
    heading: str | None = None
    foot: str | None = "View All Reports View All Articles & Multimedia"


def write_page(drafts: list[ArticleDraft], layout: Layout) -> str:
    """Return the page whose own article is the first draft and whose listing holds the others."""
    article, *items = drafts
    lines = _article_lines(article, layout)
    if items and layout.heading:
        lines.append(layout.heading)
    for item in items:
        lines += _item_lines(item, layout)
    if layout.foot:
        lines.append(layout.foot)
    return ("\n\n" if layout.blank_lines else "\n").join(lines)


def _article_lines(draft: ArticleDraft, layout: Layout) -> list[str]:
    deck = [draft.subtitle] if draft.subtitle else []
    byline = _byline(draft)
    above = byline + deck if layout.deck_below_byline else deck + byline
    return [_day(draft), draft.title, *above, *_body_lines(draft.content_html or ""), *_pointer(draft)]


def _body_lines(html: str) -> list[str]:
    marked = html.replace("<li>", "<p>• ").replace("<ul>", "").replace("</ul>", "").replace("</li>", "</p>")
    return [unescape(part.split("</p>")[0]) for part in marked.split("<p>")[1:]]


def _pointer(draft: ArticleDraft) -> list[str]:
    if not draft.is_excerpt:
        return []
    piece = {Kind.REPORT: "report", Kind.TESTIMONY: "testimony"}.get(draft.kind, "article")
    where = f" in {draft.outlet.name}" if draft.outlet else ""
    return [f"{_OPENINGS.get(draft.kind, f'Read the full {piece}')}{where}."]


def _item_lines(draft: ArticleDraft, layout: Layout) -> list[str]:
    fields = _labels(draft, layout)
    fields += [draft.outlet.name] if draft.outlet else []
    fields += [_day(draft)] if draft.published_at else []
    texts = [draft.title, *([draft.summary] if draft.summary else []), *_byline(draft)]
    count = len(fields) or 1
    lines = fields + texts
    outer, inner = " " * layout.indent, " " * (layout.indent + 2)
    nested = layout.bullets in (Bullets.NESTED, Bullets.EVERY_LINE_NESTED)
    bulleted = {Bullets.FIRST_LINE: 1, Bullets.NESTED: count, Bullets.FLAT: count}.get(
        layout.bullets, len(lines)
    )
    return [
        (inner if index and (nested or index >= bulleted) else outer)
        + (f"{layout.bullet} " if index < bulleted else "")
        + line
        for index, line in enumerate(lines)
    ]


def _labels(draft: ArticleDraft, layout: Layout) -> list[str]:
    kind = [_KIND_LINES[draft.kind]] if "kind" in draft.model_fields_set else []
    topics = list(draft.topics)
    if layout.label_on_one_line or len(topics) == 1:
        return [" / ".join(kind + topics)] if kind or topics else []
    return kind + ([" / ".join(topics)] if topics else [])


def _day(draft: ArticleDraft) -> str:
    day = draft.published_at
    assert isinstance(day, date)
    return f"{day:%B %d, %Y}"


def _byline(draft: ArticleDraft) -> list[str]:
    return [f"By {' and '.join(author.name for author in draft.authors)}"] if draft.authors else []
