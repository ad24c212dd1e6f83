"""`docs/readers.md` names every reader and every known deviation, and no other."""

from pathlib import Path

from tests.readers.roster import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "readers.md").read_text()
LOCK = Path(__file__).parent / "package-lock.json"
FORMS = {"RSS": "rss", "Atom": "atom", "JSON Feed": "json"}


def rows_under(heading: str) -> list[list[str]]:
    """Return the cells of the table whose first column has that heading."""
    lines = PAGE[PAGE.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def test_every_reader_stands_in_the_page_with_its_formats() -> None:
    stated = {
        row[0]: tuple(FORMS[form] for form in row[2].split(", ")) for row in rows_under("| reader | written")
    }
    assert stated == {reader.name: reader.forms for reader in READERS}


def test_every_deviation_stands_in_the_page_with_a_reason() -> None:
    rows = rows_under("| reader | formats | field")
    known = [
        (reader.name, ", ".join(deviation.forms), deviation.field, deviation.what)
        for reader in READERS
        for deviation in reader.deviations
    ]
    assert [tuple(row[:4]) for row in rows] == known
    assert all(row[4] for row in rows)


def test_the_lock_of_the_javascript_readers_names_no_registry() -> None:
    assert '"resolved"' not in LOCK.read_text()
