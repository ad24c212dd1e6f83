"""Where archive documents stand, and how the documents of one feed lead to each other (RFC 5005 §4). Pure.

All addresses are made from the feed's own, so that those of a private feed stand under its secret path.
"""

from dataclasses import replace

from services.feed.feeds.archive_position import Position
from services.feed.feeds.channel import Channel, Form, History


def leading_back(channel: Channel, form: Form, behind: Position | None) -> Channel:
    """Return the head of a feed whose archive goes on behind a position; None when there is no more."""
    return replace(channel, history=History(older=_if_any(channel, form, behind)))


def in_archive(
    channel: Channel, form: Form, position: Position, *, older: Position | None, newer: Position | None
) -> Channel:
    """Return the head of an archive document, `channel` being that of its feed."""
    history = History(_if_any(channel, form, older), _if_any(channel, form, newer), channel.self_url)
    return replace(channel, self_url=_address(channel, form, position), history=history)


def link_header(channel: Channel) -> str:
    """Return the value of a `Link` header that says where a document and its neighbours are."""
    history = channel.history
    links = {
        "self": channel.self_url,
        "current": history.current,
        "prev-archive": history.older,
        "next-archive": history.newer,
    }
    return ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)


def _address(channel: Channel, form: Form, position: Position) -> str:
    ending = f".{form.value}"
    return f"{channel.self_url.removesuffix(ending)}/archive/{position.key}{ending}"


def _if_any(channel: Channel, form: Form, position: Position | None) -> str | None:
    return None if position is None else _address(channel, form, position)
