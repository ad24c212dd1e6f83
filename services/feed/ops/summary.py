"""What all rows say together: one state, and what a person on call must know first."""

from collections.abc import Iterable

from services.feed.ops.numbers import EndpointNumbers, EndpointState, GroupNumbers, State

LATE_AFTER = 60.0
"""Seconds past due after which a delivery counts as held up. Scheduled retries are never late."""

_WORST_FIRST = (State.STALLED, State.UNKNOWN, State.BEHIND, State.OK)


def overall_state(groups: Iterable[GroupNumbers], endpoints: Iterable[EndpointNumbers]) -> State:
    """Return the worst state of all groups; `behind` at least when deliveries are long past due."""
    late = [State.BEHIND for endpoint in endpoints if is_late(endpoint)]
    states = [group.state for group in groups]
    return worst_state([*states, *late]) if states else State.UNKNOWN


def worst_state(states: Iterable[State]) -> State:
    """Return the worst of several states; of none, nothing is known."""
    found = set(states)
    return next((state for state in _WORST_FIRST if state in found), State.UNKNOWN)


def is_late(endpoint: EndpointNumbers) -> bool:
    """Whether deliveries to an endpoint should long have been tried. One that is paused or disabled waits."""
    if endpoint.state in {EndpointState.PAUSED, EndpointState.DISABLED}:
        return False
    return (endpoint.oldest_past_due_seconds or 0.0) > LATE_AFTER


def without_numbers(endpoint: EndpointNumbers) -> EndpointNumbers:
    """Return the endpoint by its names alone: nothing else of it is known."""
    return EndpointNumbers(
        endpoint=endpoint.endpoint,
        partner=endpoint.partner,
        partner_name=endpoint.partner_name,
        url=endpoint.url,
    )
