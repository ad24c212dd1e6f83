"""What commands show: a table on a terminal, plain aligned columns in a pipe, or JSON."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import echo

_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")


def one_line(value: object) -> str:
    """Return a value as text in one line that cannot steer the terminal; what is absent is `-`."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"  # noqa: PLR2004 - where 4 digits end
    if isinstance(value, list | tuple):
        return ", ".join(one_line(part) for part in value) or "-"
    return str(value).translate(_CONTROL)


def print_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns on stdout."""
    rows = list(rows)
    if sys.stdout.isatty():
        Console().print(as_table(columns, rows))
        return
    table = [list(columns), *([one_line(value) for value in row] for row in rows)]
    widths = [max(len(line[index]) for line in table) for index in range(len(columns))]
    for line in table:
        echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def as_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return rows as a table for a terminal; text is never read as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(_to_the_second(value))) for value in row))
    return table


def _to_the_second(value: object) -> object:
    """Return a time as people read it, anything else as it is."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return value
    return value if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def print_fields(fields: dict[str, Any]) -> None:
    """Print one thing's fields under each other on stdout."""
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        echo(f"{name.ljust(width)}  {one_line(value)}")
