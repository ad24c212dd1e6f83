"""A set of deliveries in words. Pure."""

from services.feed.deliveries.history_routes import Wanted
from shared.timestamps import rfc3339


def delivery_words(wanted: Wanted) -> str:
    """Return such as `dead deliveries to ep_1 since …`."""
    told = {
        "to": wanted.endpoint,
        "of": wanted.partner,
        "of event": wanted.event,
        "about": wanted.article,
        "since": rfc3339(wanted.since) if wanted.since else None,
        "until": rfc3339(wanted.until) if wanted.until else None,
    }
    given = " ".join(f"{word} {value}" for word, value in told.items() if value)
    status = f"{wanted.status.value} deliveries" if wanted.status else "deliveries of any status"
    return f"{status} {given}" if given else status
