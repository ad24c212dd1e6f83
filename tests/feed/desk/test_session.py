from datetime import timedelta

from services.feed.desk.session import LIFETIME, SessionSeal, new_session
from services.feed.operators import OperatorRole, OperatorTokens
from tests.builders import NOON

SEAL = SessionSeal(OperatorTokens("nw_admin", "nw_read"))
SESSION = new_session(OperatorRole.READER, "Åse · night shift", NOON)


def test_a_session_comes_back_from_its_text() -> None:
    assert SEAL.open(SEAL.seal(SESSION), NOON) == SESSION


def test_a_session_is_over_after_twelve_hours() -> None:
    text = SEAL.seal(SESSION)
    assert SEAL.open(text, NOON + LIFETIME - timedelta(seconds=1)) == SESSION
    assert SEAL.open(text, NOON + LIFETIME) is None


def test_no_letter_of_the_text_can_be_changed() -> None:
    text = SEAL.seal(SESSION)
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        assert SEAL.open(text[:place] + other + text[place + 1 :], NOON) is None
    for nonsense in ("", ".", "a.b", "…", text.partition(".")[0]):
        assert SEAL.open(nonsense, NOON) is None


def test_whoever_changes_a_token_ends_every_session() -> None:
    text = SEAL.seal(SESSION)
    for tokens in (
        OperatorTokens("nw_admin2", "nw_read"),
        OperatorTokens("nw_admin", "nw_read2"),
        OperatorTokens("nw_adminnw_read"),
        OperatorTokens("nw_admin"),
    ):
        assert SessionSeal(tokens).open(text, NOON) is None


def test_a_form_belongs_to_its_session_alone() -> None:
    other = new_session(OperatorRole.READER, SESSION.name, NOON)
    assert SEAL.is_form_token(SESSION, SEAL.form_token(SESSION))
    assert not SEAL.is_form_token(other, SEAL.form_token(SESSION))
    assert not SEAL.is_form_token(SESSION, "")
