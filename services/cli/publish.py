"""Give documents to the ingest API and tell what became of each."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from services.cli.client import Service, problem_detail
from services.cli.command_error import CommandError

_BATCH_ARTICLES = 1000
_BATCH_BYTES = 1_500_000
"""An array of articles goes in parts, each within what the batch API takes (1,000 articles, 2 MiB)."""

_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each repetition while the service takes nothing; sending twice changes nothing."""
_LONGEST_PAUSE = 30.0

_TOO_MANY, _UNAVAILABLE, _UNAUTHORISED = 429, 503, 401
_REJECTED = "rejected"
_OUTCOMES = ("published", "updated", "unchanged")


@dataclass(frozen=True)
class Report:
    """What became of one document: how many of its articles had each outcome, and why some were rejected."""

    outcomes: Counter[str]
    reasons: tuple[str, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether any part of the document was rejected."""
        return self.outcomes[_REJECTED] > 0

    def __str__(self) -> str:
        """Return `published`, or `4 published, 1 rejected (line 7: no title)` when there are several."""
        why = f" ({'; '.join(self.reasons)})" if self.reasons else ""
        if self.outcomes.total() == 1:
            (outcome,) = +self.outcomes
            return f"{outcome}{why}"
        counts = [f"{self.outcomes[name]} {name}" for name in (*_OUTCOMES, _REJECTED) if self.outcomes[name]]
        return ", ".join(counts) + why


def rejection(reason: str) -> Report:
    """Return the report of a document of which nothing went in."""
    return Report(Counter({_REJECTED: 1}), (reason,))


def publish(service: Service, document: bytes, *, is_json: bool) -> Report:
    """Give one document to the ingest service.

    Raises `CommandError` when no further document could go in either: the token is refused, or the service
    does not take anything after several attempts.
    """
    if not is_json:
        return _posted(service, "/documents", document, "text/plain")
    try:
        content = json.loads(document, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return rejection(f"this is not JSON: {error}")
    if isinstance(content, dict):
        return _posted(service, "/articles", _encoded(content), "application/json")
    if not isinstance(content, list):
        return rejection("the JSON must be an article, or an array of articles")
    if not content:
        return rejection("the array holds no article")
    return _published_batches(service, content)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _encoded(content: object) -> bytes:
    return json.dumps(content).encode()


def _published_batches(service: Service, articles: list[Any]) -> Report:
    outcomes: Counter[str] = Counter()
    reasons: list[str] = []
    for first, batch in _batches(articles):
        report = _posted(
            service, "/articles/batch", b"[" + b",".join(batch) + b"]", "application/json", first
        )
        outcomes += report.outcomes
        reasons += report.reasons
    return Report(outcomes, tuple(reasons))


def _batches(articles: list[Any]) -> Iterator[tuple[int, list[bytes]]]:
    batch: list[bytes] = []
    first = size = 0
    for index, article in enumerate(articles):
        encoded = _encoded(article)
        if batch and (len(batch) == _BATCH_ARTICLES or size + len(encoded) > _BATCH_BYTES):
            yield first, batch
            batch, first, size = [], index, 0
        batch.append(encoded)
        size += len(encoded) + 1
    yield first, batch


def _posted(service: Service, path: str, body: bytes, content_type: str, first: int = 0) -> Report:
    answer = _sent(service, path, body, content_type)
    if answer.status_code == _UNAUTHORISED:
        raise service.refused(answer)
    if not answer.is_success:
        return rejection(problem_detail(answer))
    try:
        results = answer.json()
    except ValueError as error:
        raise CommandError(f"What answers at {service.url} is not the ingest service.") from error
    results = results if isinstance(results, list) else [results]
    bad = [result for result in results if result["outcome"] not in _OUTCOMES]
    outcomes = Counter(result["outcome"] for result in results if result["outcome"] in _OUTCOMES)
    outcomes[_REJECTED] = len(bad)
    return Report(+outcomes, tuple(_reason(result, first) for result in bad))


def _reason(result: dict[str, Any], first: int) -> str:
    detail = " ".join(str(result.get("detail") or "no reason given").split())
    if result.get("line") is not None:
        return f"line {result['line']}: {detail}"
    return f"article {result['index'] + first + 1}: {detail}" if "index" in result else detail


def _sent(service: Service, path: str, body: bytes, content_type: str) -> httpx.Response:
    for pause in (*_PAUSES, None):
        try:
            answer = service.send("POST", path, content=body, headers={"content-type": content_type})
        except httpx.TransportError as error:
            if pause is None or isinstance(error, httpx.UnsupportedProtocol):
                raise service.unreachable(error) from error
            time.sleep(pause)
            continue
        except httpx.InvalidURL as error:
            raise service.unreachable(error) from error
        if answer.status_code not in {_TOO_MANY, _UNAVAILABLE}:
            return answer
        if pause is None:
            raise CommandError(f"The ingest service takes nothing just now: {problem_detail(answer)}")
        time.sleep(max(pause, _asked_pause(answer)))
    raise AssertionError  # the last attempt has returned or raised


def _asked_pause(answer: httpx.Response) -> float:
    """Return the seconds that `Retry-After` asks for (RFC 9110 §10.2.3), at most 30, else 0."""
    asked = answer.headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            moment = parsedate_to_datetime(asked)
            seconds = moment.timestamp() - time.time()
        except (ValueError, TypeError):
            return 0.0
    return min(_LONGEST_PAUSE, max(0.0, seconds))
