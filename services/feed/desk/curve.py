"""Curves as the pages draw them: lines through numbers that are evenly spaced in time, as SVG. Pure.

What is not known is a gap: no line goes through it, and none is drawn at 0 instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 600, 120
"""The drawing's own units; the page stretches it to whatever room there is."""

_MOST_POINTS = 300
"""More than a screen can show apart."""

Line = Sequence[float | None]


@dataclass(frozen=True)
class Drawn:
    """One line: `paths` as the `d` of SVG paths, one for each stretch in which it is known."""

    name: str
    paths: tuple[str, ...]
    last: float | None
    highest: float | None


@dataclass(frozen=True)
class Strip:
    """A stretch of time in one state: where it begins and how long it is, in the drawing's units."""

    state: str
    x: float
    width: float


@dataclass(frozen=True)
class Drawing:
    """Lines in one frame whose lower edge is 0 and whose upper edge is `top`."""

    lines: tuple[Drawn, ...]
    top: float

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return all(not line.paths for line in self.lines)


def draw(**lines: Line) -> Drawing:
    """Return lines of one length in one frame. Of each stretch too narrow to see its highest value counts."""
    thinned = {name: _thinned(line) for name, line in lines.items()}
    known = [value for line in thinned.values() for value in line if value is not None]
    top = _round_up(max(known, default=0.0))
    return Drawing(
        tuple(
            Drawn(
                name=name.replace("_", " "),
                paths=tuple(_paths(thin, top)),
                last=next(iter(lines[name][-1:]), None),
                highest=max((value for value in thin if value is not None), default=None),
            )
            for name, thin in thinned.items()
        ),
        top,
    )


def strips(states: Sequence[str | None]) -> tuple[Strip, ...]:
    """Return stretches of one state each; what is not known is `unknown`."""
    step = WIDTH / max(1, len(states))
    found, start = [], 0
    for state, members in groupby(state or "unknown" for state in states):
        length = len(list(members))
        found.append(Strip(state, round(start * step, 2), round(length * step, 2)))
        start += length
    return tuple(found)


def _thinned(line: Line) -> list[float | None]:
    stride = -(-len(line) // _MOST_POINTS) or 1
    parts = (line[i : i + stride] for i in range(0, len(line), stride))
    return [max((value for value in part if value is not None), default=None) for part in parts]


def _paths(line: Sequence[float | None], top: float) -> list[str]:
    step = WIDTH / max(1, len(line) - 1)
    paths, points = [], []
    for number, value in enumerate([*line, None]):
        if value is not None:
            points.append(f"{number * step:.1f} {HEIGHT - value / top * HEIGHT:.1f}")
        elif points:
            # A lone point is a dash, so that it can be seen.
            paths.append(f"M{'L'.join(points)}" if len(points) > 1 else f"M{points[0]}h2")
            points = []
    return paths


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 with zeros behind it, at least 1: an edge that people can read."""
    edge = 1.0
    while True:
        for step in (1, 2, 5):
            if edge * step >= value:
                return edge * step
        edge *= 10
