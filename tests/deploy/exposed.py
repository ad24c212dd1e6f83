"""Every metric that the services tell, as Prometheus names its series."""

from prometheus_client import CollectorRegistry

from services.feed.measures.names import Totals
from services.feed.ops.metrics import backlog_registry
from services.feed.ops.numbers import Backlog, EndpointNumbers, FeedNumbers, GroupNumbers, State
from services.ingest.metrics import Metrics
from tests.builders import NOON

_BACKLOG = Backlog(
    at=NOON,
    state=State.OK,
    redis_reachable=True,
    streams=(GroupNumbers(stream="events", group="feeds"),),
    endpoints=(EndpointNumbers(endpoint="ep_1", partner="ptr_1", url="https://partner.example"),),
    feeds=(FeedNumbers(feed="all"),),
)


def exposed_metrics() -> set[str]:
    """Return the names of all series of both services, whether they have a value just now or not."""
    ingest = CollectorRegistry()
    Metrics(ingest)
    families = [*backlog_registry(lambda: _BACKLOG, Totals).collect(), *ingest.collect()]
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {family.name + end for family in families for end in endings.get(family.type, ("",))}
