"""What an event makes of what is known of its article, and what each feed must then do about it.

Only decisions: the same events, in whatever order and however often they come, end in the same entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import AwareDatetime

from services.feed.feeds.own_feed import NO_OWN_FEEDS, OwnFeeds
from services.feed.feeds.selection import Selection, is_own, selections_of
from services.feed.feeds.turns import BEFORE_ALL, Turn, beyond_gap, touched
from shared.article import Article, Frozen
from shared.events import ArticleEvent, EventType
from shared.timestamps import epoch_ms


class KnownArticle(Frozen):
    """The read model of an article: its newest version, and every feed that ever held it.

    `memberships` says for each of those feeds when (milliseconds since 1970) the article was last changed in
    it, or left it. So whatever must be done to the feeds can be worked out again at any time.

    `own_feeds` are the operators' feeds that hold it, as they were defined at version `judged_by` of their
    definitions. Stored, and not worked out anew, because processes may know those in different versions.

    `reason` is why it was withdrawn, when that was said; `timestamp` is then when.

    `turns` is empty while every version up to this one is accounted for.
    """

    version: int
    withdrawn: bool
    first_seen_at: AwareDatetime
    changed_at: AwareDatetime
    timestamp: AwareDatetime
    article: Article
    memberships: dict[Selection, int]
    own_feeds: tuple[Selection, ...] = ()
    judged_by: int = 0
    reason: str | None = None
    turns: tuple[Turn, ...] = ()

    @property
    def accounted(self) -> int:
        """How many of the article's versions are accounted for."""
        return self.turns[0].version + len(self.turns) - 1 if self.turns else self.version

    def has_seen(self, version: int) -> bool:
        """Tell whether a version is accounted for."""
        if not self.turns:
            return version <= self.version
        return version <= self.turns[0].version or any(turn.version == version for turn in self.turns)

    def feeds(self) -> dict[Selection, str]:
        """Return the feeds that follow from the article and hold it now, with their titles."""
        return {} if self.withdrawn else selections_of(self.article)

    def held_by(self) -> set[Selection]:
        """Return all feeds that hold the article now, the operators' own ones among them."""
        return {*self.feeds(), *self.own_feeds}


@dataclass(frozen=True)
class FeedOperation:
    """Put an article into a feed at its place (`score`, milliseconds since 1970), or take it out (None).

    Of two operations on one article in one feed, the one with the higher `version` counts. `touched_at`
    (milliseconds since 1970) is when that change of the feed was accepted. What is taken out because it was
    withdrawn leaves a tombstone of the time `withdrawn_at` (milliseconds since 1970); an article that only
    belongs elsewhere now leaves none.
    """

    article_id: str
    version: int
    score: int | None
    touched_at: int
    withdrawn_at: int | None = None


_DEFINITIONS = 1 << 20
"""More than there will ever be changes of the operators' feeds; with it, Lua's numbers stay exact."""


def decide(event: ArticleEvent, known: KnownArticle | None, own: OwnFeeds = NO_OWN_FEEDS) -> KnownArticle:
    """Return what is known after the event: `known` itself when the event was seen before.

    One that comes after newer ones changes nothing of the article, but may tell of feeds that held it.
    """
    if known is not None and known.has_seen(event.version):
        return known
    withdrawn = event.type is EventType.WITHDRAWN
    own_feeds = () if withdrawn else own.holding(event.article)
    held = {*(() if withdrawn else selections_of(event.article)), *own_feeds}
    turn = Turn(
        version=event.version, at=epoch_ms(event.timestamp), held=tuple(sorted(held)), withdrawn=withdrawn
    )
    before = (known.turns or (_latest_turn(known),)) if known else (BEFORE_ALL,)
    turns = sorted([*before, turn], key=lambda one: one.version)
    memberships = touched(turns, known.memberships if known else {})
    unsettled = beyond_gap(turns)
    if known is not None and event.version < known.version:
        return known.model_copy(update={"memberships": memberships, "turns": unsettled})
    return KnownArticle(
        version=event.version,
        withdrawn=withdrawn,
        first_seen_at=event.first_seen_at,
        changed_at=event.changed_at,
        timestamp=event.timestamp,
        article=event.article,
        memberships=memberships,
        own_feeds=own_feeds,
        judged_by=own.version,
        reason=event.reason if withdrawn else None,
        turns=unsettled,
    )


def _latest_turn(known: KnownArticle) -> Turn:
    return Turn(
        version=known.version,
        at=epoch_ms(known.timestamp),
        held=tuple(sorted(known.held_by())),
        withdrawn=known.withdrawn,
    )


def fold(
    events: Iterable[ArticleEvent], known: KnownArticle | None, own: OwnFeeds = NO_OWN_FEEDS
) -> KnownArticle | None:
    """Return what is known after all events of one article, taken in the order of their versions."""
    for event in sorted(events, key=lambda event: event.version):
        known = decide(event, known, own)
    return known


def judge_anew(known: KnownArticle, own: OwnFeeds) -> KnownArticle:
    """Return what is known after the operators' feeds were changed: `known` itself when that is the same.

    Feeds that are no longer defined are forgotten; whoever removed them clears them away.
    """
    own_feeds = () if known.withdrawn else own.holding(known.article)

    def is_there(selection: Selection) -> bool:
        return not is_own(selection) or selection in own.selections

    memberships = {s: at for s, at in known.memberships.items() if is_there(s)}
    for selection in {*known.own_feeds} ^ {*own_feeds}:
        if selection in own.selections:
            memberships[selection] = max(epoch_ms(known.timestamp), memberships.get(selection, 0))
    if own_feeds == known.own_feeds and memberships == known.memberships:
        return known
    changes = {
        "own_feeds": own_feeds,
        "judged_by": own.version,
        "memberships": dict(sorted(memberships.items())),
        "turns": tuple(
            turn.model_copy(update={"held": tuple(filter(is_there, turn.held))}) for turn in known.turns
        ),
    }
    return known.model_copy(update=changes)


def operations(known: KnownArticle) -> dict[Selection, FeedOperation]:
    """Return what every feed that holds or ever held the article must do; doing it twice changes nothing."""
    held = known.held_by()
    score = epoch_ms(known.article.ordered_at(known.first_seen_at))
    return {
        selection: FeedOperation(
            article_id=known.article.id,
            version=_version_in(selection, known),
            score=score if selection in held else None,
            touched_at=touched_at,
            withdrawn_at=epoch_ms(known.timestamp) if known.withdrawn else None,
        )
        for selection, touched_at in known.memberships.items()
    }


def _version_in(selection: Selection, known: KnownArticle) -> int:
    """Return what orders the states of an article in a feed.

    In an operator's feed a new definition changes the verdict on the very same version of the article.
    """
    return known.version * _DEFINITIONS + known.judged_by if is_own(selection) else known.version
