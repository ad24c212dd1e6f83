"""The page at `/ops`: rendered here, without scripts, from numbers that were taken elsewhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.feed.ops import wording
from services.feed.ops.headline import headline
from services.feed.ops.numbers import Backlog

_TEMPLATES = Path(__file__).parent / "templates"

STYLESHEET = (_TEMPLATES / "ops.css").read_text()
"""The page's own stylesheet, served beside it."""

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    count=wording.count,
    rate=wording.rate,
    duration=wording.duration,
    share=wording.share,
    moment=wording.moment,
    time_to_drain=wording.time_to_drain,
)


def dashboard_page(backlog: Backlog, *, refresh_seconds: int | None) -> str:
    """Return the page as HTML; `refresh_seconds` is None for a page that stays as it is."""
    return _environment.get_template("ops.html").render(
        backlog=backlog, headline=headline(backlog), refresh_seconds=refresh_seconds
    )
