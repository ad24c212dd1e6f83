"""In which order endpoints are shown: those that need somebody come first. Pure."""

from collections.abc import Iterable

from services.feed.ops.numbers import EndpointNumbers, EndpointState
from services.feed.ops.summary import is_late

_STATES = (
    *(EndpointState.DISABLED, EndpointState.FAILING, EndpointState.UNKNOWN),
    *(EndpointState.PAUSED, EndpointState.OK),
)


def worst_first(endpoints: Iterable[EndpointNumbers]) -> list[EndpointNumbers]:
    """Return the late ones, then by state, and within it those with most that is dead or due."""
    return sorted(
        endpoints,
        key=lambda endpoint: (
            not is_late(endpoint),
            _STATES.index(endpoint.state),
            -(endpoint.dead or 0),
            -(endpoint.due or 0),
            endpoint.partner_name or "",
            endpoint.url,
            endpoint.endpoint,
        ),
    )
