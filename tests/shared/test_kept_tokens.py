"""Tokens that are made once and kept in a file."""

import stat
from pathlib import Path

import pytest

from shared.kept_tokens import keep_token
from shared.settings import SettingsError


def test_a_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    token = keep_token(folder, "a-token")
    assert len(token) > 40
    assert keep_token(folder, "a-token") == token
    assert stat.S_IMODE((folder / "a-token").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["a-token"]


def test_of_two_processes_that_make_one_the_first_counts(tmp_path: Path) -> None:
    def other_process_was_first() -> str:
        (tmp_path / "a-token").write_text("of the other\n")
        return "of this one"

    assert keep_token(tmp_path, "a-token", other_process_was_first) == "of the other"
    assert [path.name for path in tmp_path.iterdir()] == ["a-token"]


@pytest.mark.parametrize("left", ["", "\n", " \n"])
def test_an_empty_file_lets_nobody_in(tmp_path: Path, left: str) -> None:
    (tmp_path / "a-token").write_text(left)
    with pytest.raises(SettingsError, match=f"^{tmp_path}/a-token is empty: "):
        keep_token(tmp_path, "a-token")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "a-token").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"a-token cannot be read: it is not UTF-8\.$"):
        keep_token(tmp_path, "a-token")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a-token").mkdir()
    with pytest.raises(SettingsError, match=r"a-token cannot be read: Is a directory\.$"):
        keep_token(tmp_path, "a-token")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match=r"data/a-token cannot be made: "):
        keep_token(tmp_path / "data", "a-token")
