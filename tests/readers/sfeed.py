"""sfeed, a parser in C: reads RSS or Atom on its standard input, writes a line of fields for each item."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.readers.item import Enclosure, Item

_ESCAPES = {r"\\": "\\", r"\n": "\n", r"\t": "\t"}


def read_with_sfeed(urls: Sequence[str], _: Path) -> Iterator[Item]:
    """Fetch each address as its `sfeed_update` would, by a plain GET, and give the answer to sfeed."""
    for url in urls:
        feed = httpx.get(url).raise_for_status().content
        lines = subprocess.run(["sfeed"], input=feed, check=True, capture_output=True, timeout=60).stdout
        for line in lines.decode().split("\n")[:-1]:
            time, title, link, content, _type, id_, author, enclosure, tags = line.split("\t")
            yield Item(
                id=id_,
                title=title,
                link=link,
                published=datetime.fromtimestamp(int(time), UTC),
                authors=(author,) if author else (),
                tags=tuple(tags.split("|")),
                content=re.sub(r"\\[\\nt]", lambda escape: _ESCAPES[escape[0]], content),
                enclosures=(Enclosure(enclosure, None, None),) if enclosure else (),
            )
