"""What Prometheus is told about accepting: how many articles with which outcome, how long requests took."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from shared.process_metrics import describe_process

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The service's own metrics, in a registry of their own; labels have few values."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        describe_process(registry)
        self._articles = Counter(
            "newswire_ingest_articles",
            "Articles taken in, by outcome.",
            ["outcome"],
            registry=registry,
        )
        self._requests = Histogram(
            "newswire_ingest_request_seconds",
            "Duration of requests, by route and status.",
            ["route", "status"],
            registry=registry,
        )
        # To find a metric by its labels takes longer than to count; there are few of them.
        self._outcomes = cache(self._articles.labels)
        self._durations = cache(self._requests.labels)

    def accepted(self, outcome: str) -> None:
        """Count one article."""
        self._outcomes(outcome).inc()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Note one request; `route` is the pattern of its path, never the path."""
        self._durations(route, str(status)).observe(seconds)

    def exposition(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        return generate_latest(self._registry)
