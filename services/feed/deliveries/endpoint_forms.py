"""How an endpoint is stated by its operator and shown: the bodies of the endpoint routes."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from services.feed.deliveries.custom_headers import CustomHeaders
from services.feed.deliveries.endpoint import (
    CONCURRENCY,
    UNREADABLE,
    Concurrency,
    Endpoint,
    EndpointFilter,
    EndpointStatus,
    PayloadSort,
    RateLimit,
)
from services.feed.deliveries.endpoint_url import without_query
from shared.article import Frozen
from shared.events import EventType

_DAY = 24 * 3600

Events = Annotated[tuple[EventType, ...], Field(min_length=1, max_length=20)]


class EndpointDraft(Frozen):
    """What a new endpoint is made from; it gets all events of all articles unless told otherwise."""

    url: str
    events: Events = tuple(EventType)
    filter: EndpointFilter = EndpointFilter()
    payload: PayloadSort = PayloadSort.FULL
    concurrency: Concurrency = CONCURRENCY
    rate_limit: RateLimit | None = None
    headers: CustomHeaders = Field(default_factory=dict)

    @field_validator("events")
    @classmethod
    def _each_once(cls, value: tuple[EventType, ...]) -> tuple[EventType, ...]:
        return tuple(dict.fromkeys(value))


class EndpointPatch(EndpointDraft):
    """What is to be changed of an endpoint; what is not named stays."""

    url: str = ""
    status: Literal["active", "paused"] = "active"


class Rotation(Frozen):
    """How long the secret before goes on signing, 7 days at most; by default as the settings say."""

    overlap_seconds: Annotated[int, Field(ge=0, le=7 * _DAY)] | None = None


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
    """An endpoint as it is shown: without its secrets, and without the values of its headers."""

    id: str
    partner_id: str
    url: str
    events: tuple[EventType, ...]
    filter: EndpointFilter
    payload: PayloadSort
    status: EndpointStatus
    status_reason: str | None
    concurrency: int
    rate_limit: float | None
    header_names: tuple[str, ...]
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


def shown(endpoint: Endpoint, *, whole_url: bool = True) -> ShownEndpoint:
    """Return the endpoint as it is shown. Who only looks gets no `whole_url`: its query may be a key."""
    told = _told(endpoint)
    return ShownEndpoint.model_validate(told if whole_url else told | {"url": without_query(endpoint.url)})


def with_secret(endpoint: Endpoint) -> EndpointWithSecret:
    """Return the endpoint with its current secret, for the one answer that tells it."""
    return EndpointWithSecret.model_validate(_told(endpoint) | {"secret": endpoint.secrets[0].key})


def _told(endpoint: Endpoint) -> dict[str, Any]:
    told = endpoint.model_dump(exclude={"secrets", "headers"}) | {"header_names": tuple(endpoint.headers)}
    return told if endpoint.readable else told | {"status_reason": endpoint.status_reason or UNREADABLE}
