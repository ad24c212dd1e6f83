"""The real page beside the project gives exactly its five articles."""

from datetime import date
from pathlib import Path

import pytest

from services.ingest.draft import Origin
from services.ingest.read.page import read_page

REAL_PAGE = Path(__file__).parents[4] / "shared" / "seeds" / "000_f2855d6fc267123d.txt"
DIPLOMAT = {
    "kind": "commentary",
    "authors": ({"name": "Jason Bartlett"},),
    "outlet": {"name": "The Diplomat"},
}


@pytest.mark.skipif(
    not REAL_PAGE.exists(), reason=f"the real page is somebody else's and not here: {REAL_PAGE}"
)
def test_the_real_page_gives_its_five_articles() -> None:
    lines = REAL_PAGE.read_text("utf-8").splitlines()
    reading = read_page(REAL_PAGE.read_bytes())
    assert reading.omitted == ()
    assert [found.line for found in reading.found] == [1, 15, 24, 33, 41]
    assert [found.draft.origin for found in reading.found] == [Origin.PAGE] + [Origin.LISTING] * 4
    assert [found.draft.model_dump(exclude_unset=True) for found in reading.found] == [
        {
            "title": "What North Korea wants from the next US summit",
            "kind": "commentary",
            "authors": ({"name": "Duyeon Kim"},),
            "published_at": date(2019, 1, 23),
            "outlet": {"name": "Bulletin of the Atomic Scientists"},
            "content_html": "\n".join(f"<p>{lines[number - 1]}</p>" for number in (7, 9, 11)),
            "is_excerpt": True,
        },
        {
            **DIPLOMAT,
            "title": "Banished Soviet-Koreans Helped Build North Korea",
            "published_at": date(2021, 9, 10),
            "summary": teaser(lines[19]),
        },
        {
            **DIPLOMAT,
            "title": "Online Shopping for Nukes? Tune Into a North Korean Military Parade.",
            "published_at": date(2021, 8, 31),
            "summary": teaser(lines[28]),
        },
        {
            "title": "Engaging North Korea",
            "kind": "podcast",
            "authors": ({"name": "Van Jackson"},),
            "published_at": date(2021, 8, 23),
            "summary": teaser(lines[36]),
        },
        {
            **DIPLOMAT,
            "title": "Hotels and Free Wi-Fi Are Sitting Ducks for North Korean Cybercriminals",
            "published_at": date(2021, 7, 27),
            "summary": teaser(lines[45]),
        },
    ]


def teaser(line: str) -> str:
    """Return the line with its mark as it should be shown."""
    assert line.endswith("...")
    return line.strip().removesuffix("...") + "…"
