"""The body of a webhook (contract §6), as the exact bytes that are signed and sent."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.events import ArticleEvent
from shared.timestamps import rfc3339

TEST_EVENT = "newswire.test"


def event_body(event: ArticleEvent) -> bytes:
    """Return the body for an event: the same bytes whenever it is made, for every endpoint."""
    article = event.article.model_dump(mode="json")
    return _body(event.type, event.timestamp, article | {"version": event.version})


def summary_of(body: bytes) -> bytes:
    """Return the body without the article's text, for endpoints that want the summary alone."""
    envelope = json.loads(body)
    envelope["data"].pop("content_html", None)
    return _dumped(envelope)


def with_id(event_id: str, body: bytes) -> bytes:
    """Return the body with the event's id as its first field, as it is polled."""
    return b'{"id":%s,%s' % (json.dumps(event_id).encode(), body[1:])


def body_of_test(endpoint_id: str, now: datetime) -> bytes:
    """Return the body of the event by which an operator tries out an endpoint."""
    return _body(TEST_EVENT, now, {"endpoint_id": endpoint_id, "message": "This is a test."})


def _body(event_type: str, timestamp: datetime, content: Mapping[str, Any]) -> bytes:
    envelope = {"type": str(event_type), "timestamp": rfc3339(timestamp), "data": content}
    return _dumped(envelope)


def _dumped(envelope: Mapping[str, Any]) -> bytes:
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
