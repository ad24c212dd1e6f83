"""Where the key comes from, and what is said when it is none."""

from pathlib import Path

import pytest

from services.feed.deliveries.secret_box import KEY_FILE, is_key, new_key
from services.feed.secrets_at_rest import secret_box
from services.feed.settings import FeedSettings
from shared.process import StartError
from shared.settings import SettingsError, read_settings


def test_a_key_is_made_once_for_its_owner_alone_and_found_by_every_process(tmp_path: Path) -> None:
    settings = FeedSettings(data_dir=tmp_path)
    sealed = secret_box(settings).seal("whsec_x")
    kept = tmp_path / KEY_FILE
    assert is_key(kept.read_text().strip())
    assert kept.stat().st_mode & 0o777 == 0o600
    assert secret_box(settings).open(sealed) == "whsec_x"


def test_the_setting_wins_and_its_older_keys_open_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = new_key(), new_key()
    sealed = secret_box(FeedSettings(data_dir=tmp_path, secrets_key=(old,))).seal("whsec_x")
    monkeypatch.setenv("NEWSWIRE_SECRETS_KEY", f"{new}, {old}")
    both = secret_box(read_settings(FeedSettings, {"data_dir": tmp_path}))
    assert both.open(sealed) == "whsec_x"
    assert not both.is_current(sealed)
    assert not (tmp_path / KEY_FILE).exists()


def test_a_bad_key_stops_the_start_and_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_SECRETS_KEY", "hunter2hunter2")
    with pytest.raises(SettingsError, match="NEWSWIRE_SECRETS_KEY: must be the base64 of 32") as raised:
        read_settings(FeedSettings)
    assert "hunter2" not in str(raised.value)


def test_a_spoilt_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("half a k")
    with pytest.raises(StartError, match=KEY_FILE):
        secret_box(FeedSettings(data_dir=tmp_path))


@pytest.mark.parametrize("hours", ["-1", "169"])
def test_the_overlap_is_at_most_a_week(monkeypatch: pytest.MonkeyPatch, hours: str) -> None:
    monkeypatch.setenv("NEWSWIRE_SECRET_OVERLAP_HOURS", hours)
    with pytest.raises(SettingsError, match="NEWSWIRE_SECRET_OVERLAP_HOURS"):
        read_settings(FeedSettings)
