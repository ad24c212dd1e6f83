"""Find the documents that were named: files, folders with all that is in them, or standard input."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

STDIN = "-"


@dataclass(frozen=True)
class Document:
    """A document by its name; `read` may raise `OSError`."""

    name: str
    read: Callable[[], bytes]

    def is_json(self, content: bytes) -> bool:
        """Say whether the content is JSON: by its name, or on standard input by its first character."""
        if self.name == STDIN:
            return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}
        return self.name.lower().endswith(".json")


def find_documents(paths: Sequence[str]) -> list[Document]:
    """Return the documents in the order given, a folder's sorted and without hidden ones.

    A path that is not there is a document too, whose reading fails and says so.
    """
    return [document for path in paths for document in _documents_of(path)]


def _documents_of(path: str) -> Iterator[Document]:
    if path == STDIN:
        yield Document(STDIN, sys.stdin.buffer.read)
    elif Path(path).is_dir():
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for file in sorted(Path(folder, name) for name in files if not name.startswith(".")):
                if file.is_file():
                    yield Document(str(file), file.read_bytes)
    else:
        yield Document(path, Path(path).read_bytes)
