"""Which documents a path names."""

from pathlib import Path

from services.cli.documents import find_documents


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_gives_all_of_its_documents_sorted_and_no_hidden_ones(tmp_path: Path) -> None:
    wanted = [write(tmp_path / name) for name in ("a.txt", "b/c.json", "b/d.txt", "e/f.txt")]
    for hidden in (".x.txt", "b/.y.txt", ".git/z.txt"):
        write(tmp_path / hidden)
    assert {d.name for d in find_documents([str(tmp_path)])} == {str(path) for path in wanted}
    names = [d.name for d in find_documents([str(tmp_path / "b")])]
    assert names == sorted(names)


def test_the_order_is_that_of_the_command_line_and_then_of_the_names(tmp_path: Path) -> None:
    second, first, third = (write(tmp_path / name) for name in ("2/a.txt", "1/b.txt", "1/c.txt"))
    found = find_documents([str(tmp_path / "2"), str(tmp_path / "1")])
    assert [d.name for d in found] == [str(second), str(first), str(third)]


def test_a_hidden_file_that_is_named_is_meant(tmp_path: Path) -> None:
    hidden = write(tmp_path / ".draft.txt")
    assert [d.name for d in find_documents([str(hidden)])] == [str(hidden)]


def test_json_is_told_by_the_name_and_on_standard_input_by_the_content(tmp_path: Path) -> None:
    (article,) = find_documents([str(write(tmp_path / "article.JSON"))])
    (page,) = find_documents([str(write(tmp_path / "page.txt"))])
    (stdin,) = find_documents(["-"])
    assert article.is_json(b"March 2, 2026")
    assert not page.is_json(b"{}")
    assert stdin.is_json(b"\xef\xbb\xbf\n [")
    assert not stdin.is_json(b"March 2, 2026")
