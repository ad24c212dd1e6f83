"""The backlog in numbers, under the same names in JSON, in the metrics and on the page (contract §7).

`None` always means "not known" and is never turned into 0. The one exception is `seconds_to_drain`, whose
`outlook` says which it is: `never` (it does not shrink) or `unknown`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime

from services.feed.measures.names import Reached
from shared.article import Frozen


class State(StrEnum):
    """How a consumer group does, after Burrow's rules (`states.py`)."""

    OK = "ok"
    BEHIND = "behind"
    STALLED = "stalled"
    UNKNOWN = "unknown"


class Outlook(StrEnum):
    """What becomes of what waits now, if arrival and drain go on as they are."""

    EMPTY = "empty"
    """Nothing waits; `seconds_to_drain` is 0."""
    DRAINING = "draining"
    """It is gone after `seconds_to_drain`."""
    NEVER = "never"
    """It does not shrink, or nobody works on it; `seconds_to_drain` is null."""
    UNKNOWN = "unknown"
    """Too little has been seen; `seconds_to_drain` is null."""


class EndpointState(StrEnum):
    """How a partner's endpoint does."""

    OK = "ok"
    FAILING = "failing"
    PAUSED = "paused"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


class GroupNumbers(Frozen):
    """One physical stream as one consumer group sees it."""

    stream: str
    length: int | None = None
    group: str
    lag: int | None = None
    """Entries not read yet."""
    pending: int | None = None
    """Entries read and not acknowledged."""
    oldest_age_seconds: float | None = None
    """Age of the oldest entry that is not read or not acknowledged; 0 when there is none."""
    oldest_unread_age_seconds: float | None = None
    oldest_pending_age_seconds: float | None = None
    arrival_per_second: float | None = None
    drain_per_second: float | None = None
    """Entries acknowledged (or trimmed away unread) a second."""
    seconds_to_drain: float | None = None
    outlook: Outlook = Outlook.UNKNOWN
    consumers: int | None = None
    """Consumers that are alive: they asked for work within 5 s, or within 10 s with work in hand."""
    consumers_dead: int | None = None
    """Consumers that the group still knows and that are not."""
    redeliveries: int | None = None
    """Entries handed out once more because whoever had them did not finish, since the store was begun."""
    dead_letters: int | None = None
    reset_at: AwareDatetime | None = None
    """When this process last saw the stream go back or begin anew: what it held before is gone."""
    state: State = State.UNKNOWN
    since: AwareDatetime | None = None
    """Since when this process has seen it in that state."""


class EndpointNumbers(Frozen):
    """One endpoint's deliveries. Rates and percentiles: of its latest attempts, null without any."""

    endpoint: str
    partner: str
    partner_name: str | None = None
    url: str
    """Without its query, which may hold a secret."""
    due: int | None = None
    """To be sent now, those in hand included."""
    retrying: int | None = None
    """Failed, and scheduled to be tried again."""
    dead: int | None = None
    success_rate: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    last_success_at: AwareDatetime | None = None
    past_due: int | None = None
    """To be sent now, and nobody has them in hand."""
    oldest_past_due_seconds: float | None = None
    state: EndpointState = EndpointState.UNKNOWN


class FeedNumbers(Frozen):
    """One of the main feeds: `all`, or that of a kind."""

    feed: str
    articles: int | None = None
    updated_at: AwareDatetime | None = None
    """When what last changed it was accepted."""


class LatencyNumbers(Frozen):
    """How long articles took in the last five minutes, from being accepted (ms); null when none did.

    `reached` says to where: `feed` (it stands in its feeds) or `partner` (an endpoint took it).
    """

    reached: Reached
    count: int | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


class Backlog(Frozen):
    """All numbers of one moment; `at` is Redis's own time while it can be read."""

    at: AwareDatetime
    state: State
    since: AwareDatetime | None = None
    redis_reachable: bool
    reason: str | None = None
    """Why the numbers are not known, in one sentence."""
    streams: tuple[GroupNumbers, ...] = ()
    endpoints: tuple[EndpointNumbers, ...] = ()
    feeds: tuple[FeedNumbers, ...] = ()
    latencies: tuple[LatencyNumbers, ...] = ()


class FreshFeed(Protocol):
    """A feed as those who keep it tell of it."""

    @property
    def selection(self) -> str:
        """Its name."""
        ...

    @property
    def articles(self) -> int:
        """How many it holds."""
        ...

    @property
    def updated(self) -> datetime:
        """When what last changed it was accepted."""
        ...


ReadFeeds = Callable[[], Awaitable[Sequence[FreshFeed]]]
"""How the main feeds are read; it raises redis-py's errors when they cannot be."""

ReadEndpoints = Callable[[], Awaitable[Sequence[EndpointNumbers]]]
"""How the numbers of all endpoints are read; it raises redis-py's errors when they cannot be."""
