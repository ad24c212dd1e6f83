"""A day as people write it."""

from datetime import datetime, tzinfo

# Not from `strftime`, whose names follow the locale, which feedgen changes while it writes.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_in_words(moment: datetime, zone: tzinfo) -> str:
    """Return `3 March 2026`, the day that it was in `zone`."""
    day = moment.astimezone(zone)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
