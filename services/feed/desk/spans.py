"""The spans of time that curves are drawn over. Pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Span:
    """A span that ends now; `kept_seconds` is for how long its curves need not be read again."""

    name: str
    words: str
    length: timedelta
    kept_seconds: float


HOUR = Span("1h", "the last hour", timedelta(hours=1), 10)

SPANS = (
    Span("15m", "the last 15 minutes", timedelta(minutes=15), 10),
    HOUR,
    Span("6h", "the last 6 hours", timedelta(hours=6), 10),
    Span("24h", "the last 24 hours", timedelta(hours=24), 60),
    Span("7d", "the last 7 days", timedelta(days=7), 60),
)


def span_named(name: str | None) -> Span:
    """Return the span of this name, else the last hour."""
    return next((span for span in SPANS if span.name == name), HOUR)
