"""Paths of the described API with a name of the right shape, of nothing that is there, for each parameter."""

NAMES = {
    "partner_id": "ptr_1",
    "endpoint_id": "ep_1",
    "delivery_id": "dlv_1_2",
    "name": "digest",
    "letter_id": "feeds.0.1-0",
}


def named(path: str) -> str:
    """Return a path of the document with all its parameters filled in."""
    return path.format_map(NAMES)
