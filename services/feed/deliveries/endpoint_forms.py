"""How an endpoint is stated by its operator and shown: the bodies of the endpoint routes."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from services.feed.deliveries.endpoint import Endpoint, EndpointFilter, EndpointStatus
from shared.article import Frozen
from shared.events import EventType

_DAY = 24 * 3600

Events = Annotated[tuple[EventType, ...], Field(min_length=1, max_length=20)]


class EndpointDraft(Frozen):
    """What a new endpoint is made from; it gets all events of all articles unless told otherwise."""

    url: str
    events: Events = tuple(EventType)
    filter: EndpointFilter = EndpointFilter()

    @field_validator("events")
    @classmethod
    def _each_once(cls, value: tuple[EventType, ...]) -> tuple[EventType, ...]:
        return tuple(dict.fromkeys(value))


class EndpointPatch(EndpointDraft):
    """What is to be changed of an endpoint; what is not named stays."""

    url: str = ""
    status: Literal["active", "paused"] = "active"


class Rotation(Frozen):
    """How long the secret before goes on signing: 24 hours unless told otherwise, 7 days at most."""

    overlap_seconds: Annotated[int, Field(ge=0, le=7 * _DAY)] = _DAY


class ReplaySpan(Frozen):
    """The span of time in which the events to be sent again were accepted; to the present without `until`."""

    since: AwareDatetime
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "ReplaySpan":
        if self.until is not None and self.until < self.since:
            raise ValueError("until must not be before since")
        return self


class ShownEndpoint(Frozen):
    """An endpoint as it is shown: without its secrets."""

    id: str
    partner_id: str
    url: str
    events: tuple[EventType, ...]
    filter: EndpointFilter
    status: EndpointStatus
    status_reason: str | None
    created_at: AwareDatetime


class EndpointWithSecret(ShownEndpoint):
    """An endpoint and its new secret: shown now and never again."""

    secret: str


class EndpointList(Frozen):
    """All endpoints, the oldest first."""

    endpoints: tuple[ShownEndpoint, ...]


class Queued(Frozen):
    """What was put into a queue, and under which id its outcome is found."""

    delivery_id: str
    event_id: str


class Replayed(Frozen):
    """How many deliveries are sent again."""

    queued: int


def shown(endpoint: Endpoint) -> ShownEndpoint:
    """Return the endpoint as it is shown."""
    return ShownEndpoint.model_validate(endpoint.model_dump(exclude={"secrets"}))


def with_secret(endpoint: Endpoint) -> EndpointWithSecret:
    """Return the endpoint with its current secret, for the one answer that tells it."""
    told = endpoint.model_dump(exclude={"secrets"}) | {"secret": endpoint.secrets[0].key}
    return EndpointWithSecret.model_validate(told)
