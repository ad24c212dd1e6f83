"""The page shown in `docs/documents.md` is read as the notes beside it say."""

from datetime import date
from pathlib import Path

from services.ingest.read.page import read_page
from shared.article import Kind

GUIDE = Path(__file__).parents[3] / "docs" / "documents.md"
NOTES_BEGIN = len("January 23, 2019                              ")


def test_the_documented_page_is_read_as_documented() -> None:
    shown = GUIDE.read_text("utf-8").split("```")[1]
    page = "\n".join(line[:NOTES_BEGIN].rstrip() for line in shown.splitlines()[1:])
    article, item = (found.draft.model_dump(exclude_unset=True) for found in read_page(page.encode()).found)
    assert article == {
        "title": "Why Rails Decide",
        "subtitle": "What shells weigh",
        "kind": Kind.COMMENTARY,
        "authors": ({"name": "Dr. Ana Ruiz"}, {"name": "Bo Li"}, {"name": "Cy Noe"}),
        "published_at": date(2019, 1, 23),
        "outlet": {"name": "The Hill"},
        "content_html": "<p>Whoever moves shells needs rails. …</p>",
        "is_excerpt": True,
    }
    assert item == {
        "title": "Roads Alone",
        "kind": Kind.COMMENTARY,
        "topics": ("Defense",),
        "outlet": {"name": "War on the Rocks"},
        "published_at": date(2021, 9, 10),
        "summary": "Where the station ends, lorries beg…",
        "authors": ({"name": "Di Oz"},),
    }
