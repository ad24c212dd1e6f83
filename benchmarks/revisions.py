"""Another revision of this repository as a folder of its own, of which nothing is left afterwards.

It is unpacked from `git archive`, so that no index, branch or registered worktree is touched.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The working tree."""


def commit_of(revision: str, repository: Path = ROOT) -> str:
    """Return the commit that a revision names; exits with one sentence if it names none."""
    question = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    answer = subprocess.run(question, cwd=repository, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"BASE={revision} is no revision of this repository.")
    return answer.stdout.strip()


@contextmanager
def tree_at(commit: str, repository: Path = ROOT) -> Iterator[Path]:
    """Give a folder with the files of a commit, but with the benchmarks of the working tree."""
    with tempfile.TemporaryDirectory(prefix="nw-base-") as name:
        archive = ["git", "archive", commit, "--", ".", ":(exclude)benchmarks"]
        packed = subprocess.run(archive, cwd=repository, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", name], input=packed, check=True)
        (Path(name) / "benchmarks").symlink_to(repository / "benchmarks", target_is_directory=True)
        yield Path(name)
