"""What podcast players look for in RSS, as far as it is known (https://help.apple.com/itc/podcasts_connect/).

Left out, because no article says it: how long an episode is, whether it is explicit, and a show's category,
picture and owner's address. A show without these plays everywhere, but Apple's directory does not list it.
"""

from itertools import accumulate
from typing import Any

from services.feed.feeds.channel import Channel
from services.feed.feeds.entry import Entry

_LONGEST_AUTHOR = 255
_LONGEST_SUMMARY = 4000
_PICTURES = (".jpg", ".png")
"""The formats that players take, told by the ending, since that is how feedgen and validators check them."""


def describe_show(podcast: Any, channel: Channel) -> None:
    """Fill feedgen's podcast extension of a channel."""
    podcast.itunes_author(channel.author_name[:_LONGEST_AUTHOR])
    podcast.itunes_summary(channel.description[:_LONGEST_SUMMARY])


def describe_episode(podcast: Any, entry: Entry) -> None:
    """Fill feedgen's podcast extension of an item."""
    if entry.authors:
        podcast.itunes_author(_names([author.name for author in entry.authors]))
    podcast.itunes_summary(entry.summary[:_LONGEST_SUMMARY])
    if entry.image and entry.image.url.endswith(_PICTURES):
        podcast.itunes_image(entry.image.url)


def _names(names: list[str]) -> str:
    """Return as many whole names as there is room for."""
    joined = accumulate(names, "{}, {}".format)
    return max((text for text in joined if len(text) <= _LONGEST_AUTHOR), key=len)
