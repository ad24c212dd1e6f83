"""The project's own documents give what is written in them, and go on giving it in any other layout."""

from pathlib import Path

import pytest

from services.ingest.draft import ArticleDraft
from services.ingest.read.page import read_page
from tests.ingest.read.page_writer import Bullets, Layout, write_page

SEEDS = sorted((Path(__file__).parents[3] / "seeds").iterdir())
EXPECTED = Path(__file__).with_name("seeds_expected.txt")
"""A line per document, and one per article: title, kind, date, outlet, authors, topics, what else it has."""


def test_every_document_gives_its_articles() -> None:
    lines = []
    for seed in SEEDS:
        lines.append(seed.name)
        lines += [shown(found.draft) for found in read_page(seed.read_bytes()).found]
    assert lines == EXPECTED.read_text("utf-8").splitlines()


def test_nothing_of_the_documents_is_left_out() -> None:
    assert {seed.name: read_page(seed.read_bytes()).omitted for seed in SEEDS} == {
        seed.name: () for seed in SEEDS
    }


@pytest.mark.parametrize("bullets", Bullets)
@pytest.mark.parametrize("blank_lines", [True, False])
def test_every_document_survives_being_written_in_another_layout(bullets: Bullets, blank_lines: bool) -> None:
    for seed in SEEDS:
        drafts = [found.draft for found in read_page(seed.read_bytes()).found]
        page = write_page(drafts, Layout(bullets, blank_lines=blank_lines, heading="More from The Institute"))
        assert [found.draft for found in read_page(page.encode()).found] == drafts


def test_the_documents_cover_what_bytes_can_be_like() -> None:
    raw = [seed.read_bytes() for seed in SEEDS]
    assert any(document.startswith(b"\xef\xbb\xbf") for document in raw)
    assert any(b"\r\n" in document for document in raw)
    assert any(b"\x93" in document and b"\xe2\x80" not in document for document in raw)
    for mark in ("\u00a0", "\u00ad", "\u2009"):
        assert any(mark.encode() in document for document in raw)


def shown(draft: ArticleDraft) -> str:
    """Return the draft as one line of the table."""
    marks = {
        "deck": draft.subtitle,
        "text": draft.content_html,
        "excerpt": draft.is_excerpt,
        "teaser": draft.summary,
        "cut": (draft.summary or "").endswith("…"),
    }
    cells = [
        draft.title,
        draft.kind if "kind" in draft.model_fields_set else "",
        str(draft.published_at or ""),
        draft.outlet.name if draft.outlet else "",
        " + ".join(author.name for author in draft.authors),
        " + ".join(draft.topics),
        " ".join(mark for mark, there in marks.items() if there),
    ]
    return " | ".join(cells).rstrip()
