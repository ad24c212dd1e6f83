"""Text as XML 1.0 (§2.2) can hold it. Ingest sees to that; one wrong character would break a whole feed."""

import re
from typing import Any, TypeVar

from services.feed.feeds.ascii_address import ascii_address

_NO_XML_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Text = TypeVar("Text", str, str | None)


def printable(text: Text) -> Text:
    """Return the text with U+FFFD for each character that XML cannot hold."""
    return _NO_XML_CHARACTER.sub("\ufffd", text) if text is not None else text


def printable_fields(value: Any) -> Any:
    """Return fields in which every text is printable and every `url` an address that RSS can hold too."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        fields = {name: printable_fields(part) for name, part in value.items()}
        return fields | ({"url": ascii_address(fields["url"])} if fields.get("url") else {})
    if isinstance(value, tuple):
        return tuple(printable_fields(part) for part in value)
    return value
