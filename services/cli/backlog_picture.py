"""The backlog as `--watch` draws it on a terminal: the state first, in colour; old numbers marked as old."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.cli.printing import one_line

_STYLES = {
    "ok": "green",
    "behind": "yellow",
    "failing": "yellow",
    "paused": "yellow",
    "stalled": "bold white on red",
    "disabled": "bold white on red",
    "unknown": "bold magenta",
}
_ENDPOINTS = 15
_TWO_DIGITS = 10

Numbers = Mapping[str, Any]


def picture(numbers: Numbers, *, error: str | None = None) -> RenderableType:
    """Return what is shown of the numbers; `error` says why there are no newer ones."""
    warning = [Text(f"{error} What follows is old.", style="bold white on red"), Text()] if error else []
    return Group(
        *warning,
        _headline(numbers),
        Text(),
        _streams(numbers["streams"]),
        Text(),
        *_endpoints(numbers["endpoints"]),
        Text("Ctrl-C ends this.", style="dim"),
    )


def _headline(numbers: Numbers) -> Text:
    told = Text(one_line(numbers["state"]).upper(), style=_STYLES.get(numbers["state"], "bold"))
    since = numbers.get("since")
    if since:
        seconds = (_moment(numbers["at"]) - _moment(since)).total_seconds()
        told.append(f" for {duration(seconds)}", style="default on default")
    if numbers.get("reason"):
        told.append(f"  {one_line(numbers['reason'])}", style="default on default")
    told.append(f"  as of {_moment(numbers['at']):%H:%M:%S} UTC", style="dim default on default")
    return told


def _streams(rows: Sequence[Numbers]) -> Table:
    table = _table(
        "group",
        "state",
        "lag",
        "pending",
        "oldest",
        "arrival",
        "drain",
        "gone in",
        "consumers",
        "dead letters",
    )
    for row in rows:
        gone = row.get("seconds_to_drain")
        table.add_row(
            Text(f"{one_line(row['group'])} ", style="bold").append(one_line(row["stream"]), style="dim"),
            _state(row["state"]),
            *(_count(row.get(name)) for name in ("lag", "pending")),
            Text(duration(row.get("oldest_age_seconds"))),
            *(Text(_rate(row.get(name))) for name in ("arrival_per_second", "drain_per_second")),
            Text(one_line(row["outlook"]) if gone is None else duration(gone)),
            _count(row.get("consumers"), alarming=row.get("consumers") == 0),
            _count(row.get("dead_letters"), alarming=bool(row.get("dead_letters"))),
        )
    return table


def _endpoints(rows: Sequence[Numbers]) -> list[RenderableType]:
    if not rows:
        return []
    table = _table(
        "endpoint", "state", "due", "past due", "retrying", "dead", "success", "p95", "last success"
    )
    worst = sorted(
        rows, key=lambda row: (row["state"] == "ok", -(row.get("past_due") or 0), -(row.get("dead") or 0))
    )
    for row in worst[:_ENDPOINTS]:
        share, p95 = row.get("success_rate"), row.get("p95_ms")
        last = row.get("last_success_at")
        table.add_row(
            Text(f"{one_line(row.get('partner_name'))} ", style="bold").append(
                one_line(row["endpoint"]), style="dim"
            ),
            _state(row["state"]),
            *(_count(row.get(name)) for name in ("due", "past_due", "retrying")),
            _count(row.get("dead"), alarming=bool(row.get("dead"))),
            Text("-" if share is None else f"{share:.1%}"),
            Text("-" if p95 is None else f"{p95:,.0f} ms"),
            Text(f"{_moment(last):%Y-%m-%d %H:%M:%S}" if last else "-"),
        )
    left = len(rows) - _ENDPOINTS
    return [table, *([Text(f"and {left:,} more", style="dim")] if left > 0 else []), Text()]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 2 else "right", no_wrap=number > 0)  # noqa: PLR2004 - names
    return table


def _state(state: object) -> Text:
    return Text(one_line(state), style=_STYLES.get(str(state), ""))


def _count(number: float | None, *, alarming: bool = False) -> Text:
    if number is None:
        return Text("unknown", style="magenta")
    return Text(f"{number:,.0f}", style="bold red" if alarming else "")


def _rate(number: float | None) -> str:
    if number is None:
        return "unknown"
    return f"{number:,.0f}/s" if number >= _TWO_DIGITS or number == 0 else f"{number:.1f}/s"


def duration(seconds: float | None) -> str:
    """Return the two largest units, such as `45 s`, `3 min 20 s`, `19 d 4 h`."""
    if seconds is None:
        return "unknown"
    whole = int(seconds)
    for size, unit, smaller, below in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {below}"
    return f"{whole} s"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
