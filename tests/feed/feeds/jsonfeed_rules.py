"""What JSON Feed 1.1 demands (https://www.jsonfeed.org/version/1.1/), read strictly."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_URL = re.compile(r"https?://[\x21-\x7e]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

Rules = Mapping[str, Callable[[Any], bool]]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _list_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(check(part) for part in value)


_url = _matching(_URL)

_AUTHOR: Rules = {"name": _text, "url": _url, "avatar": _url}
_ATTACHMENT: Rules = {
    "url": _url,
    "mime_type": _matching(re.compile(r"[^/\s]+/[^/\s]+")),
    "title": _text,
    "size_in_bytes": _number,
    "duration_in_seconds": _number,
}
_ITEM: Rules = {
    **dict.fromkeys(("id", "title", "content_html", "content_text", "summary"), _text),
    **dict.fromkeys(("url", "external_url", "image", "banner_image"), _url),
    **{name: _matching(_DATE) for name in ("date_published", "date_modified")},
    "authors": _list_of(lambda author: not list(_members(author, _AUTHOR)) and bool(author)),
    "tags": _list_of(_text),
    "language": _matching(_LANGUAGE),
    "attachments": _list_of(lambda file: not list(_members(file, _ATTACHMENT, "url", "mime_type"))),
}
_FEED: Rules = {
    "version": lambda value: value == "https://jsonfeed.org/version/1.1",
    **dict.fromkeys(("title", "description", "user_comment"), _text),
    **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), _url),
    "authors": _ITEM["authors"],
    "language": _matching(_LANGUAGE),
    "expired": lambda value: isinstance(value, bool),
    "hubs": lambda value: isinstance(value, list),
    "items": lambda value: isinstance(value, list),
}


def jsonfeed_complaints(document: bytes) -> list[str]:
    """Return what is wrong with the feed; nothing for a good one."""
    feed = json.loads(document)
    return [*_members(feed, _FEED, "version", "title", "items"), *_items(feed.get("items", []))]


def _items(items: list[Any]) -> Iterator[str]:
    for item in items:
        yield from _members(item, _ITEM, "id")
        if not item.keys() & {"content_html", "content_text"}:
            yield "an item needs content_html or content_text"
    ids = [item.get("id") for item in items]
    if len(set(ids)) != len(ids):
        yield "two items with one id"


def _members(value: Any, rules: Rules, *required: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{value!r:.80} is no object"
        return
    yield from (f"{name} is missing" for name in required if name not in value)
    for name, member in value.items():
        if name.startswith("_"):
            if not isinstance(member, dict) or "." in name:
                yield f"the extension {name} is no object"
        elif name not in rules:
            yield f"there is no member {name}"
        elif not rules[name](member):
            yield f"{name} is wrong: {member!r:.80}"
