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


def body_of_test(endpoint_id: str, now: datetime) -> bytes:
    """Return the body of the event by which an operator tries out an endpoint."""
    return _body(TEST_EVENT, now, {"endpoint_id": endpoint_id, "message": "This is a test."})


def _body(event_type: str, timestamp: datetime, content: Mapping[str, Any]) -> bytes:
    envelope = {"type": str(event_type), "timestamp": rfc3339(timestamp), "data": content}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
