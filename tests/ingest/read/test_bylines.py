"""Bylines give their names as shown; what only looks like a byline gives none."""

import pytest

from services.ingest.read.bylines import names_of


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Duyeon Kim", ["Duyeon Kim"]),
        ("By Ana Ruiz and Bo Li", ["Ana Ruiz", "Bo Li"]),
        ("By Ana Ruiz, Bo Li & Cy Noe", ["Ana Ruiz", "Bo Li", "Cy Noe"]),
        ("By Ana Ruiz, Bo Li, and Cy Noe", ["Ana Ruiz", "Bo Li", "Cy Noe"]),
        ("By Dr. Ana Ruiz", ["Dr. Ana Ruiz"]),
        ("BY ANA RUIZ", ["ANA RUIZ"]),
        (
            "By George P. Shultz, Henry A. Kissinger & Sam Nunn",
            ["George P. Shultz", "Henry A. Kissinger", "Sam Nunn"],
        ),
        ("By Ursula von der Leyen with Moqtada al-Sadr", ["Ursula von der Leyen", "Moqtada al-Sadr"]),
        ("By John Smith, Jr. and Bo Li", ["John Smith, Jr.", "Bo Li"]),
        ("By Martin King Jr.", ["Martin King Jr."]),
        ("By Jane Doe, Ph.D.", ["Jane Doe, Ph.D."]),
        ("By Jane Doe, Senior Fellow, Brookings Institution", ["Jane Doe"]),
        ("By Jane Doe, Center for Strategic and International Studies", ["Jane Doe"]),
        (
            "By Jane Doe of the Center for Strategic and International Studies and Bo Li",
            ["Jane Doe", "Bo Li"],
        ),
        (
            "By Lt. Gen. David W. Barno, USA (Ret.) and Nora Bensahel",
            ["Lt. Gen. David W. Barno", "Nora Bensahel"],
        ),
        ("By Jane Doe, CNAS", ["Jane Doe"]),
        ("By Jane Doe, Ambassador Bo Li", ["Jane Doe", "Ambassador Bo Li"]),
        ("By Center for a New American Security", ["Center for a New American Security"]),
        ("By Ana Ruiz and Ana Ruiz", ["Ana Ruiz"]),
        ("By Ana Ruiz, Bo Li, and others", ["Ana Ruiz", "Bo Li"]),
        ("By Ana Ruiz, Bo Li and 3 others", ["Ana Ruiz", "Bo Li"]),
        ("By Ana Ruiz, Bo Li, et al.", ["Ana Ruiz", "Bo Li"]),
        ("By Ana Ruiz et al", ["Ana Ruiz"]),
        ("By Jan van den Berg, Sophie 't Hooft & Bo Li", ["Jan van den Berg", "Sophie 't Hooft", "Bo Li"]),
        (
            "By Jane Doe, Adjunct Fellow, Technology and National Security Program and Dr. Bo Li",
            ["Jane Doe", "Dr. Bo Li"],
        ),
        ("By the Editorial Board", ["Editorial Board"]),
        ("By the Center for a New American Security", ["Center for a New American Security"]),
        ("By the Board of Trustees", ["Board of Trustees"]),
        ("By 김두연", ["김두연"]),
    ],
)
def test_names_are_read_as_shown(line: str, names: list[str]) -> None:
    assert names_of(line) == tuple(names)


def test_a_name_never_grows_beyond_what_a_name_is() -> None:
    (name,) = names_of("By Ana Ruiz" + ", Jr" * 300)
    assert len(name) == 80


@pytest.mark.parametrize(
    "line",
    [
        "By the time the summit began, the shells were gone.",
        "By Monday the ministers had left.",
        "By the Numbers: Sanctions",
        "By the Numbers",
        "By 2030, Batteries Will Be Cheap",
        "By Sea or by Land?",
        "By",
        "By ,",
        "Bypass",
        "By Ana Ruiz and Bo L...",
        "Written on water",
    ],
)
def test_sentences_and_headlines_are_no_bylines(line: str) -> None:
    assert names_of(line) == ()
