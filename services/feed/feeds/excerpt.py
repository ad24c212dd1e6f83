"""The beginning of an HTML text as plain words, for an article that comes without a summary."""

import re
from html import unescape

import nh3

_LONGEST = 300
_ENOUGH_HTML = 20_000
_BLOCK_ENDS = re.compile(
    r"</(?:p|div|h[1-6]|li|blockquote|figcaption|td|th|tr|pre|dd|dt)\s*>|<(?:br|hr)\b", re.IGNORECASE
)


def excerpt_of(html: str) -> str:
    """Return up to 300 characters of the text, cut at a word and then ended with `…`; empty for no text."""
    beginning = _BLOCK_ENDS.sub(lambda match: f" {match[0]}", html[:_ENOUGH_HTML])
    text = " ".join(unescape(nh3.clean(beginning, tags=set())).split())
    return text if len(text) <= _LONGEST else f"{_cut(text)}…"


def _cut(text: str) -> str:
    """Return at most 299 characters, up to the end of a word where there is one."""
    head, space, _ = text[:_LONGEST].rpartition(" ")
    return (head if space else text[: _LONGEST - 1]).rstrip(" ,;:\u2013\u2014-")
