"""Comparing with another revision: the table, and what becomes of the repository."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.comparing import table
from benchmarks.measuring import Row
from benchmarks.revisions import commit_of, tree_at

AUTHOR = ["-c", "user.name=Ana", "-c", "user.email=ana@news.example"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "speed.py").write_text("SLOW")
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "all.py").write_text("OLD")
    git(tmp_path, "add", ".")
    git(tmp_path, *AUTHOR, "commit", "--quiet", "--message", "Slow")
    (tmp_path / "services" / "speed.py").write_text("FAST")
    (tmp_path / "benchmarks" / "all.py").write_text("NEW")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_the_other_revision_is_run_by_the_benchmarks_of_the_working_tree(repository: Path) -> None:
    before = (
        git(repository, "status", "--short"),
        git(repository, "worktree", "list"),
        git(repository, "branch"),
    )
    with tree_at(commit_of("HEAD", repository), repository) as tree:
        assert (tree / "services" / "speed.py").read_text() == "SLOW"
        assert (tree / "benchmarks" / "all.py").read_text() == "NEW"
        assert not list(tree.glob(".git"))
    assert not tree.exists()
    assert (repository / "benchmarks" / "all.py").read_text() == "NEW"
    after = (
        git(repository, "status", "--short"),
        git(repository, "worktree", "list"),
        git(repository, "branch"),
    )
    assert after == before


@pytest.mark.parametrize("revision", ["no-such-branch", "--all", "", "HEAD:services"])
def test_what_is_no_revision_is_refused_in_one_sentence(repository: Path, revision: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        commit_of(revision, repository)
    assert refusal.value.code == f"BASE={revision} is no revision of this repository."


def test_the_table_has_medians_their_ratio_and_the_spread_of_the_pairs() -> None:
    here = [[Row("read", figure, "/s", "nginx", 900)] for figure in (100, 300, 200)]
    there = [[Row("read", figure, "/s", "nginx", 900)] for figure in (100, 100, 400)]
    assert table("main", here, there).splitlines() == [
        "| what | working tree | main | ratio | in each pair |",
        "| --- | --- | --- | --- | --- |",
        "| read | 200 /s | 100 /s | 2.00 | 0.50 to 3.00 |",
    ]


def test_a_figure_that_stands_beside_several_peers_is_compared_once() -> None:
    run = [Row("sent", 5, "/s", "Celery", 1), Row("the same", 5, "/s", "dramatiq", 2), Row("left", 5, "KB")]
    assert [line.split(" | ")[0] for line in table("main", [run], [run]).splitlines()[2:]] == [
        "| sent",
        "| left",
    ]


def test_nothing_is_divided_by_nothing() -> None:
    assert table("main", [[Row("left", 5, "KB")]], [[Row("left", 0, "KB")]]).endswith(
        "| 5 KB | 0 KB |  |  |\n"
    )
