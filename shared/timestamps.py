"""Times as text and as numbers, one way for all that we write: RFC 3339 in UTC, milliseconds since 1970."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Return `2019-01-23T05:00:00Z`, with three decimals only when the moment has a fraction of a second."""
    in_utc = moment.astimezone(UTC)
    precision = "milliseconds" if in_utc.microsecond >= 1000 else "seconds"  # noqa: PLR2004 - µs in a ms
    return in_utc.isoformat(timespec=precision).replace("+00:00", "Z")


def epoch_ms(moment: datetime) -> int:
    """Return the moment as milliseconds since 1970, negative before."""
    return round(moment.timestamp() * 1000)


def from_epoch_ms(milliseconds: float) -> datetime:
    """Return the moment that `epoch_ms` named."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
