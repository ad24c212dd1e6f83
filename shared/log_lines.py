"""A line of the log for people: time, level and event in columns, then everything else by name.

In the form of structlog's own for consoles, in half the time. That one passes control characters on to
the terminal, and shows with an error what every variable held at that moment, tokens and secrets too.
"""

import re
from collections.abc import Callable

from structlog.typing import EventDict

_FEW = 3
"""So many parts of a list stand in a line."""

_AWKWARD = re.compile(r"""[\s="']""")
_RESET, _BOLD, _DIM = "\033[0m", "\033[1m", "\033[2m"
_COLOURS = {"warning": "\033[33m", "error": "\033[31m", "critical": "\033[31;1m"}
_GREEN = "\033[32m"

Renderer = Callable[[object, str, EventDict], str]


def renderer(*, colours: bool) -> Renderer:
    """Return what makes a line; `colours` are for a terminal."""
    return _coloured if colours else _plain


def _plain(_logger: object, _method: str, line: EventDict) -> str:
    return f"{line.pop('timestamp', '')} [{line.pop('level', ''):<9}] {_event(line):<30}{_rest(line)}"


def _coloured(_logger: object, _method: str, line: EventDict) -> str:
    level = line.pop("level", "")
    time = f"{_DIM}{line.pop('timestamp', '')}{_RESET}"
    event = f"{_BOLD}{_event(line):<30}{_RESET}"
    return f"{time} [{_COLOURS.get(level, _GREEN)}{level:<9}{_RESET}] {event}{_rest(line)}"


def _event(line: EventDict) -> str:
    return _printable(str(line.pop("event"))).replace("\n", "\\n")


def _rest(line: EventDict) -> str:
    traces = [line.pop(name) for name in ("stack", "exception") if name in line]
    named = "".join([f" {name}={_shown(line[name])}" for name in sorted(line)])
    return named + "".join(f"\n{_printable(str(trace))}" for trace in traces)


def _shown(value: object) -> str:
    """Return a value so that one sees where it ends; of a long list its length, all of it is for machines."""
    if isinstance(value, list):
        value = f"{len(value)} of them" if len(value) > _FEW else " ".join(map(str, value)) or "-"
    if isinstance(value, str) and value.isprintable() and not _AWKWARD.search(value):
        return value
    return repr(value)


def _printable(text: str) -> str:
    """Return a text of several lines with what a terminal would act on written out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)
