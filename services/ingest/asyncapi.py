"""The events on the stream as an AsyncAPI 3.0 document, made by FastStream from what is published."""

import json
from typing import Any

from faststream.redis import RedisBroker
from faststream.specification.asyncapi import AsyncAPI

from shared import keys
from shared.events import ArticleEvent

_DESCRIPTION = (
    "Every change of an article, once for each version. Entries hold FastStream's binary message format, "
    "version 1, in the field __data__. Consumer groups read independently of each other; an event may come "
    "twice and out of order, and version tells which is newer."
)
_SERVER = {
    "host": "{address}",
    "protocol": "redis",
    "description": "The Redis or Valkey of NEWSWIRE_REDIS_URL, or the embedded one.",
    "variables": {"address": {"description": "host:port, or the path of a unix socket"}},
}


def asyncapi_document(version: str, partitions: int) -> dict[str, Any]:
    """Return the document: one channel for each physical stream, always in the same order."""
    broker = RedisBroker()
    for partition in range(partitions):
        broker.publisher(
            stream=keys.events(partition),
            title=_channel(partition),
            description=f"Articles of partition {partition} (of {partitions}).",
            schema=ArticleEvent,
        )
    described = AsyncAPI(broker, title="Newswire events", version=version, description=_DESCRIPTION)
    # A component's name takes no colon (AsyncAPI 3.0, Components Object), which FastStream puts there.
    text = described.to_specification().to_json().replace(":Message", "-message")
    document: dict[str, Any] = json.loads(text)
    # Where Redis listens is nobody's business on a page that is open to all.
    document["servers"] = {"redis": _SERVER}
    for channel in document["channels"].values():
        channel["servers"] = [{"$ref": "#/servers/redis"}]
    # FastStream holds its publishers in a set, so their order is another one each time.
    document["channels"] = _sorted(document["channels"])
    document["operations"] = _sorted(document["operations"])
    document["components"] = {name: _sorted(part) for name, part in document["components"].items()}
    return document


def _sorted(named: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(named.items()))


def _channel(partition: int) -> str:
    return f"events-p{partition:02}"
