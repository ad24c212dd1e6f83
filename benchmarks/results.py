"""`results.md`: a section for each benchmark, which only that benchmark's next run replaces.

So each section names the machine and the hour of its own figures, and one may be run without the rest.
"""

import re
from collections.abc import Iterable, Mapping

from benchmarks.measuring import ROUNDS

_TITLE = "# Benchmarks"
_ABOUT = f"""\
Written by `make bench`. Figures depend on the machine and on what else it does; the ratios are what counts,
since the rows of a section took turns: medians of {ROUNDS} rounds or more. `docs/performance.md` says what
lies behind them."""


def merged(earlier: str, sections: Mapping[str, str], order: Iterable[str]) -> str:
    """Return the file's new text: these sections (by benchmark, without heading), the others as they were.

    What is not in `order` was the section of a benchmark that is no more.
    """
    parts = re.split(r"^## (\S+)\n", earlier, flags=re.MULTILINE)
    kept = {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    kept |= {name: text.strip() for name, text in sections.items()}
    written = (f"## {name}\n\n{kept[name]}" for name in order if name in kept)
    return "\n\n".join((_TITLE, _ABOUT, *written)) + "\n"
