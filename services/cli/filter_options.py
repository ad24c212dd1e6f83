"""The options that say which articles are wanted, and a filter as text; the same for endpoints and feeds."""

from typing import Annotated, Any

import typer

_Several = list[str] | None

Kinds = Annotated[_Several, typer.Option("--kind", help="Only articles of these kinds.")]
Topics = Annotated[_Several, typer.Option("--topic", help="Only articles on these topics.")]
Authors = Annotated[_Several, typer.Option("--author", help="Only articles of these authors.")]
Outlets = Annotated[_Several, typer.Option("--outlet", help="Only articles from these outlets.")]
Languages = Annotated[_Several, typer.Option("--language", help="Only articles in these languages.")]


def filter_of(**wanted: list[str] | None) -> dict[str, list[str]]:
    """Return the filter as the service takes it: only what was asked for."""
    return {name: values for name, values in wanted.items() if values}


def filter_text(wanted: dict[str, Any]) -> str:
    """Return a filter in one line, nothing for one that lets everything through."""
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in wanted.items() if values)
