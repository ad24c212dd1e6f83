"""Where a browser may be sent: places of the desk, whatever an address or a form asks for. Pure."""

import re

_OWN_PLACE = re.compile(r"/ops([/?][\w/?&=%.:+~{}@-]*)?", re.ASCII)


def own_place(wanted: str | None) -> str:
    """Return the place that is wanted when it is one of the desk, else its first page."""
    return wanted if wanted and _OWN_PLACE.fullmatch(wanted) else "/ops"
