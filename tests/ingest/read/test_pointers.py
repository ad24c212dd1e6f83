"""The line that sends the reader on names the outlet, in all the forms that pages use."""

# ruff: noqa: RUF001 - typographic quotes and dashes are what is tested

import pytest

from services.ingest.read.pointers import Pointer, Verb, pointer_of, split_off_pointer


@pytest.mark.parametrize(
    ("line", "verb", "outlet"),
    [
        (
            "Read the full article in Bulletin of the Atomic Scientists.",
            Verb.READ,
            "Bulletin of the Atomic Scientists",
        ),
        ("Read the full article at Lawfare.", Verb.READ, "Lawfare"),
        ("Read the full article from War on the Rocks.", Verb.READ, "War on the Rocks"),
        ("Read the full op-ed on CNN.com.", Verb.READ, "CNN.com"),
        ("Read the full op-ed on War on the Rocks", Verb.READ, "War on the Rocks"),
        ("Read the full story in The Hill.", Verb.READ, "The Hill"),
        ("Read the full story in U.S. News & World Report.", Verb.READ, "U.S. News & World Report"),
        ("Read the full commentary at 38 North.", Verb.READ, "38 North"),
        ("Read the full article in Foreign Policy in Focus.", Verb.READ, "Foreign Policy in Focus"),
        ("Read the full article in the Washington Post.", Verb.READ, "Washington Post"),
        (
            "Read the full article in The Wall Street Journal (subscription required).",
            Verb.READ,
            "The Wall Street Journal",
        ),
        ("Read the full article via “The National Interest.”", Verb.READ, "The National Interest"),
        ("Read the full testimony at defense.gov.", Verb.READ, "defense.gov"),
        ("Read more in Foreign Policy.", Verb.READ, "Foreign Policy"),
        ("Read the interview in Politico.", Verb.READ, "Politico"),
        (
            "Listen to the full conversation from Hopkins Podcast on Foreign Affairs.",
            Verb.LISTEN,
            "Hopkins Podcast on Foreign Affairs",
        ),
        ("Listen to the full conversation with Ana Ruiz on NPR.", Verb.LISTEN, "NPR"),
        ("Watch the full interview on CNBC.", Verb.WATCH, "CNBC"),
        ("Watch Ana Ruiz on C-SPAN.", Verb.WATCH, "C-SPAN"),
        ("Watch it live on YouTube.", Verb.WATCH, "YouTube"),
        ("Read the full article in Foreign Affairs »", Verb.READ, "Foreign Affairs"),
        ("Read the full article in Lawfare. Read Li's response.", Verb.READ, "Lawfare"),
        ("READ THE FULL ARTICLE IN THE HILL.", Verb.READ, "THE HILL"),
        ("Click here to read the full article in Lawfare.", Verb.READ, "Lawfare"),
        ("Continue reading at Lawfare.", Verb.READ, "Lawfare"),
        ("Read the full article in the Fall 2019 issue of Global Affairs.", Verb.READ, "Global Affairs"),
        ("Read the full text in English in Le Monde.", Verb.READ, "Le Monde"),
    ],
)
def test_a_pointer_names_the_outlet(line: str, verb: Verb, outlet: str) -> None:
    pointer = pointer_of(line)
    assert pointer is not None
    assert (pointer.verb, pointer.outlet, pointer.aside) == (verb, outlet, False)


@pytest.mark.parametrize(
    "line",
    [
        *("Read the full article.", "Read the full report in PDF.", "Read the full text here."),
        *("Read the full report in English or Korean.", "Download the full report."),
    ],
)
def test_a_pointer_without_an_outlet_still_says_that_there_is_more(line: str) -> None:
    pointer = pointer_of(line)
    assert pointer is not None
    assert (pointer.outlet, pointer.aside) == (None, False)


@pytest.mark.parametrize(
    "line",
    ["Read Smith's response.", "Read Smith’s full response in Foreign Affairs.", "Read the tea leaves."],
)
def test_a_pointer_to_something_else_is_an_aside(line: str) -> None:
    assert pointer_of(line) == Pointer(Verb.READ, aside=True)


@pytest.mark.parametrize(
    "line",
    [
        "Listen to the full conversation from Hopki...",
        "Reading the full article in Lawfare takes an hour.",
        "Read in this light, the ministers’ silence in Geneva was an answer of its own kind.",
        "Watch",
    ],
)
def test_other_lines_are_no_pointers(line: str) -> None:
    assert pointer_of(line) is None


def test_a_pointer_at_the_end_of_a_paragraph_is_split_off() -> None:
    text, pointer = split_off_pointer("Rails decide. Read the full story at War on the Rocks.")
    assert text == "Rails decide."
    assert pointer is not None
    assert pointer.outlet == "War on the Rocks"
    assert split_off_pointer("Rails decide.") == ("Rails decide.", None)
