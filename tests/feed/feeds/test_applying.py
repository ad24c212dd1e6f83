"""Events of an article end in the same state, whatever their order and however often they come."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.applying import KnownArticle, decide, fold, operations
from shared.events import ArticleEvent, EventType
from shared.timestamps import epoch_ms
from tests.builders import NOON, an_article, an_event


def event(version: int, **fields: Any) -> ArticleEvent:
    given = {"version": version, "timestamp": NOON + timedelta(seconds=version)}
    return an_event(**(given | fields))


def about(*topics: str) -> Any:
    return an_article(topics=topics)


def known(*events: ArticleEvent) -> KnownArticle:
    found = fold(events, None)
    assert found is not None
    return found


histories = st.lists(
    st.tuples(st.sets(st.sampled_from(["Energy", "Trade", "Law"])), st.booleans()), min_size=1, max_size=5
).map(
    lambda steps: [
        event(
            version,
            article=about(*sorted(topics)),
            type=EventType.WITHDRAWN if withdrawn else EventType.UPDATED,
        )
        for version, (topics, withdrawn) in enumerate(steps, 1)
    ]
)


@given(histories, st.data())
def test_repeated_and_shuffled_events_change_nothing(
    history: list[ArticleEvent], data: st.DataObject
) -> None:
    end = fold(history, None)
    again = data.draw(st.lists(st.sampled_from(history)))
    assert fold(data.draw(st.permutations(history)), None) == end
    assert fold(again, end) is end


@given(histories, st.data())
def test_versions_that_come_one_by_one_in_any_order_end_in_the_same_state(
    history: list[ArticleEvent], data: st.DataObject
) -> None:
    end = known(*history)
    found: KnownArticle | None = None
    for seen, one in enumerate(data.draw(st.permutations(history)), 1):
        before = dict(found.memberships) if found else {}
        found = decide(one, found)
        assert found.accounted == seen
        # What is said to feeds before all is known stays true: they only move on, and not beyond the end.
        assert all(found.memberships[selection] >= at for selection, at in before.items())
        assert all(at <= end.memberships[selection] for selection, at in found.memberships.items())
    assert found == end


@given(histories)
def test_every_feed_that_ever_held_it_is_told_and_only_those_of_now_keep_it(
    history: list[ArticleEvent],
) -> None:
    end = known(*history)
    told = operations(end)
    holding = {selection for selection, operation in told.items() if operation.score is not None}
    assert holding == set(end.feeds())
    assert set(told) >= holding


def test_a_topic_that_it_left_is_told_when_it_left() -> None:
    end = known(
        event(1, article=about("Energy")), event(2, article=about("Trade")), event(3, article=about("Trade"))
    )
    left, stayed = operations(end)["topic/energy"], operations(end)["topic/trade"]  # type: ignore[index] # a literal
    assert (left.score, left.touched_at) == (None, epoch_ms(NOON + timedelta(seconds=2)))
    assert (stayed.score, stayed.touched_at) == (epoch_ms(NOON), epoch_ms(NOON + timedelta(seconds=3)))


def test_an_article_that_was_never_shown_touches_no_feed_when_it_is_withdrawn() -> None:
    assert operations(known(event(2, type=EventType.WITHDRAWN))) == {}


def test_a_withdrawal_that_comes_before_its_article_is_told_where_the_article_was() -> None:
    withdrawn = known(event(3, type=EventType.WITHDRAWN))
    late = decide(event(1, article=about("Energy")), withdrawn)
    told = operations(late)["topic/energy"]  # type: ignore[index] # a literal
    assert (told.score, told.withdrawn_at) == (None, epoch_ms(NOON + timedelta(seconds=3)))


def test_what_is_kept_for_a_version_that_never_comes_is_bounded() -> None:
    found, most = None, 0
    for version in range(2, 500):
        found = decide(event(version), found)
        most = max(most, len(found.turns))
    assert most == 100
    assert found is not None
    assert decide(event(1), found) is found


def test_a_clock_that_went_back_takes_no_time_back() -> None:
    end = known(event(1), event(2, timestamp=NOON - timedelta(hours=1)))
    assert set(end.memberships.values()) == {epoch_ms(NOON + timedelta(seconds=1))}


def test_an_article_without_a_date_is_placed_by_when_it_was_first_seen() -> None:
    seen = NOON + timedelta(hours=5)
    end = known(event(1, article=an_article(published_at=None), first_seen_at=seen))
    assert {operation.score for operation in operations(end).values()} == {epoch_ms(seen)}
