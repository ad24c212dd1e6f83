"""How an operator states a feed of their own, and how it is shown: the bodies of the own feeds' routes."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.feed.feeds.own_feed import MOST_ENTRIES, NEWEST, Content, FeedFilter, Name
from shared.article import Frozen

_NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]*$"
"""XML could not hold them."""

_Title = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=_NO_CONTROLS)
]
_Description = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True, pattern=_NO_CONTROLS)]


class OwnFeedPatch(Frozen):
    """What is to be changed of a feed; what is not named stays. Name and privacy are for ever."""

    title: _Title | None = None
    description: _Description | None = None
    filter: FeedFilter = FeedFilter()
    content: Content = Content.FULL
    entries: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = NEWEST


class OwnFeedDraft(OwnFeedPatch):
    """What a new feed is made from. Its name stands in for the title; without a filter it holds all."""

    name: Name
    private: bool = False


class ShownOwnFeed(Frozen):
    """A feed of an operator's own.

    The `urls` of a private one are told when it is added and when its token is rotated, and never again;
    without a token it is not `reachable`. While it is `filling`, stored articles may be missing in it.
    """

    name: str
    selection: str
    title: str
    description: str | None
    filter: FeedFilter
    content: Content
    entries: int
    private: bool
    reachable: bool
    urls: dict[str, str]
    filling: bool
    articles: int
    updated: datetime | None
    created_at: datetime
    changed_at: datetime
