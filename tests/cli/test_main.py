"""What every command promises: one plain line when it cannot go on, and the token of its data folder."""

import stat
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import Newswire, only_line
from tests.conftest import a_free_port

REMOTE = [
    ("backlog",),
    ("feeds", "list"),
    ("feeds", "rebuild"),
    ("feeds", "add", "digest", "--topic", "Energy", "--private"),
    ("feeds", "show", "digest", "--json"),
    ("feeds", "remove", "digest"),
    ("feeds", "rotate-token", "digest"),
    ("feeds", "revoke-token", "digest"),
    ("partners", "add", "A partner"),
    ("partners", "list", "--json"),
    ("partners", "remove", "ptr_1"),
    ("endpoints", "add", "A partner", "https://partner.example/hook"),
    ("endpoints", "list"),
    ("endpoints", "test", "ep_1"),
    ("endpoints", "pause", "ep_1"),
    ("endpoints", "resume", "ep_1"),
    ("endpoints", "rotate-secret", "ep_1"),
    ("endpoints", "remove", "ep_1"),
    ("deliveries", "list", "--status", "dead", "--endpoint", "ep_1"),
    ("deliveries", "show", "dlv_1"),
    ("deliveries", "retry", "dlv_1"),
    ("deliveries", "replay", "ep_1", "--since", "2026-03-02"),
    ("dead-letters", "list", "--reason", "KeyError"),
    ("dead-letters", "show", "feeds.0.1-0"),
    ("dead-letters", "replay", "feeds.0.1-0"),
    ("dead-letters", "discard", "--all", "--yes"),
]


@pytest.mark.parametrize("words", REMOTE, ids=" ".join)
def test_a_feed_service_that_is_not_there_is_one_plain_line(
    newswire: Newswire, words: tuple[str, ...]
) -> None:
    url = f"http://127.0.0.1:{a_free_port()}"
    ended = newswire(*words, "--feed-url", url, "--token", "of-a-test")
    assert ended.code == 1
    assert only_line(ended.err) == (
        f"newswire: The feed service does not answer at {url}: is `newswire up` running?"
    )
    assert ended.out == ""


def test_the_command_tells_its_version(newswire: Newswire) -> None:
    ended = newswire("--version")
    assert (ended.code, ended.out) == (0, f"newswire {version('newswire')}\n")


def test_options_may_also_stand_before_the_command(newswire: Newswire) -> None:
    url = f"http://127.0.0.1:{a_free_port()}"
    ended = newswire("--feed-url", url, "--token", "of-a-test", "partners", "list")
    assert url in only_line(ended.err)


def test_a_missing_token_says_where_it_was_looked_for(newswire: Newswire, tmp_path: Path) -> None:
    ended = newswire("partners", "list", "--data-dir", tmp_path / "nowhere")
    assert ended.code == 1
    assert str(tmp_path / "nowhere" / "admin-token") in only_line(ended.err)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("publish",),
        ("endpoints", "add", "A partner"),
        ("deliveries", "list", "--status", "lost"),
        ("deliveries", "replay", "ep_1", "--since", "yesterday", "--token", "of-a-test"),
        ("token", "--ingest", "--read"),
        ("dead-letters", "replay", "--token", "of-a-test"),
        ("dead-letters", "replay", "--all", "--group", "feeds", "--token", "of-a-test"),
        ("dead-letters", "discard", "--all", "--token", "of-a-test"),
        ("partners", "--colour"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_plain_line_and_exit_code_2(newswire: Newswire, words: tuple[str, ...]) -> None:
    ended = newswire(*words)
    assert ended.code == 2
    assert "--help`" in only_line(ended.err)


def test_an_unknown_setting_is_named(newswire: Newswire) -> None:
    ended = newswire("token", NEWSWIRE_ADMINTOKEN="x")
    assert ended.code == 1
    assert "NEWSWIRE_ADMINTOKEN" in only_line(ended.err)


def test_a_bad_setting_is_named(newswire: Newswire) -> None:
    ended = newswire("up", NEWSWIRE_FEED_PORT="eighty")
    assert ended.code == 1
    assert "NEWSWIRE_FEED_PORT" in only_line(ended.err)


@pytest.mark.parametrize(
    ("option", "file"),
    [((), "admin-token"), (("--ingest",), "ingest-token"), (("--read",), "read-token")],
)
def test_the_token_is_made_once_and_only_its_owner_can_read_it(
    newswire: Newswire, tmp_path: Path, option: tuple[str, ...], file: str
) -> None:
    folder = tmp_path / "kept"
    first = newswire("token", *option, "--data-dir", folder)
    second = newswire("token", *option, "--data-dir", folder)
    assert first.code == 0
    assert len(only_line(first.out)) > 30
    assert first.out == second.out
    assert stat.S_IMODE((folder / file).stat().st_mode) == 0o600


def test_a_token_that_is_set_wins(newswire: Newswire) -> None:
    assert newswire("token", NEWSWIRE_ADMIN_TOKEN="set-by-the-operator").out == "set-by-the-operator\n"


def test_a_data_folder_that_cannot_be_made_is_one_plain_line(newswire: Newswire, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = newswire("token", "--data-dir", tmp_path / "file" / "kept")
    assert ended.code == 1
    assert "file/kept" in only_line(ended.err)
