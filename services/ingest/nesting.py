"""How deep HTML is nested, told in one pass before it is parsed. Pure.

Parsing as browsers do takes time with the number of elements times the depth: 2 MiB of `<div>` keep a core
busy for minutes (measured with nh3 0.3), while the pass here takes milliseconds.
"""

import re

DEEPEST = 1000
"""Browsers themselves stop at 512."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_WITHOUT_CONTENT = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"),
        *("track", "wbr"),
    }
)
# End tags that HTML lets authors leave out.
_ENDS_BY_ITSELF = frozenset(
    {
        *("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"),
        *("option", "optgroup", "rt", "rp"),
    }
)


def is_too_deep(markup: str) -> bool:
    """Return whether the markup may nest deeper than `DEEPEST`.

    An end tag that does not match counts for nothing, so that markup made to look flat is not let through.
    """
    if markup.count("<") <= DEEPEST:
        return False
    opened: list[str] = []
    for tag in _TAG.finditer(markup):
        is_end, name = tag[1], tag[2].lower()
        if name in _WITHOUT_CONTENT:
            continue
        if is_end:
            _close(opened, name)
            continue
        if opened and opened[-1] == name and name in _ENDS_BY_ITSELF:
            opened.pop()
        opened.append(name)
        if len(opened) > DEEPEST:
            return True
    return False


def _close(opened: list[str], name: str) -> None:
    depth = len(opened)
    while depth and opened[depth - 1] != name and opened[depth - 1] in _ENDS_BY_ITSELF:
        depth -= 1
    if depth and opened[depth - 1] == name:
        del opened[depth - 1 :]
