"""Readers in other languages, each run as a script of its own that writes its items as JSON."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path

from tests.readers.item import Item, item_from_json

_HERE = Path(__file__).parent


def _read(command: Sequence[str], urls: Sequence[str], _: Path) -> Iterator[Item]:
    """Run the script with the addresses; a summary in RSS is HTML and becomes text."""
    done = subprocess.run([*command, *urls], check=True, capture_output=True, cwd=_HERE, timeout=60)
    for stated in json.loads(done.stdout):
        item = item_from_json(stated)
        in_html = urls[0].endswith(".rss") and item.summary is not None
        yield replace(item, summary=unescape(item.summary or "")) if in_html else item


read_with_feedsmith = partial(_read, ("node", "read.mjs", "feedsmith"))
read_with_rss_parser = partial(_read, ("node", "read.mjs", "rss-parser"))
read_with_xml_feed = partial(_read, ("perl", "read.pl"))
