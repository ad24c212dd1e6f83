from datetime import timedelta
from typing import Any

from services.feed.ops.headline import Headline, headline
from services.feed.ops.numbers import (
    Backlog,
    EndpointNumbers,
    EndpointState,
    GroupNumbers,
    Outlook,
    State,
)
from services.feed.ops.summary import overall_state
from tests.builders import NOON


def a_row(**fields: Any) -> GroupNumbers:
    given: dict[str, Any] = {
        "stream": "newswire:{p0}:events",
        "group": "feeds",
        "length": 1000,
        "lag": 0,
        "pending": 0,
        "oldest_age_seconds": 0,
        "seconds_to_drain": 0,
        "outlook": Outlook.EMPTY,
        "consumers": 2,
        "dead_letters": 0,
        "state": State.OK,
    }
    return GroupNumbers(**(given | fields))


def an_endpoint(**fields: Any) -> EndpointNumbers:
    given: dict[str, Any] = {
        "endpoint": "ep_1",
        "partner": "ptr_1",
        "partner_name": "The Gazette",
        "url": "https://gazette.example/hook",
        "state": EndpointState.OK,
    }
    return EndpointNumbers(**(given | fields))


def said(*rows: GroupNumbers, endpoints: tuple[EndpointNumbers, ...] = ()) -> Headline:
    state = overall_state(rows, endpoints)
    return headline(
        Backlog(
            at=NOON + timedelta(minutes=7),
            state=state,
            since=NOON,
            redis_reachable=True,
            streams=rows,
            endpoints=endpoints,
        )
    )


def test_idle_and_well() -> None:
    assert said(a_row()) == Headline("ok", "All is well", None, ("Nothing waits.",))


def test_the_worst_group_gives_the_title_and_says_since_when() -> None:
    stalled = a_row(state=State.STALLED, consumers=0, lag=50_000, oldest_age_seconds=19 * 86400 + 4 * 3600)
    found = said(a_row(), stalled)
    assert (found.tone, found.title) == ("alarm", "Stalled")
    assert found.since == "since 2026-03-02 12:00:00 UTC, for 7 min 0 s"
    (sentence,) = found.sentences
    assert sentence.startswith("feeds on newswire:{p0}:events: nothing moves and no consumer is alive.")
    assert sentence.endswith("50,000 waiting, the oldest for 19 d 4 h.")


def test_catching_up_says_how_long() -> None:
    row = a_row(lag=50_000, oldest_age_seconds=76, seconds_to_drain=200, outlook=Outlook.DRAINING)
    found = said(row)
    assert (found.tone, found.title) == ("ok", "Catching up")
    assert found.sentences[0].endswith("50,000 waiting, the oldest for 1 min 16 s, gone in about 3 min 20 s.")


def test_what_is_old_is_no_green_light_even_while_it_drains() -> None:
    row = a_row(lag=9, oldest_age_seconds=19 * 86400, seconds_to_drain=3600, outlook=Outlook.DRAINING)
    found = said(row)
    assert (found.tone, found.title) == ("attention", "Catching up")


def test_dead_letters_are_never_all_well() -> None:
    found = said(a_row(dead_letters=1))
    assert (found.tone, found.title) == ("attention", "Needs a look")
    assert "gave up 1 event: dead letters" in found.sentences[0]


def test_an_idle_system_without_consumers_is_never_all_well() -> None:
    found = said(a_row(consumers=0, state=State.UNKNOWN))
    assert found.tone == "unknown"
    assert "nobody is there to read" in found.sentences[0]


def test_a_store_that_lost_data_is_said_to_have() -> None:
    lost = said(a_row(state=State.UNKNOWN, reset_at=NOON))
    assert (lost.tone, len(lost.sentences)) == ("unknown", 1)
    assert lost.sentences[0].endswith("what it held is gone. Seen 2026-03-02 12:00:00 UTC.")
    assert said(a_row(reset_at=NOON)).title == "Needs a look"


def test_a_failing_endpoint_is_named() -> None:
    found = said(a_row(), endpoints=(an_endpoint(state=EndpointState.FAILING),))
    assert found.sentences == ("The Gazette, https://gazette.example/hook is failing; last success never.",)


def test_deliveries_long_past_due_are_behind_and_scheduled_retries_are_not() -> None:
    assert said(a_row(), endpoints=(an_endpoint(retrying=900, oldest_past_due_seconds=0),)).tone == "ok"
    late = said(a_row(), endpoints=(an_endpoint(past_due=7, oldest_past_due_seconds=90),))
    assert late.title == "Behind"
    assert "7 deliveries past due, the oldest by 1 min 30 s" in late.sentences[0]


def test_what_a_paused_endpoint_keeps_is_not_late() -> None:
    paused = an_endpoint(state=EndpointState.PAUSED, past_due=7, oldest_past_due_seconds=9000)
    assert said(a_row(), endpoints=(paused,)).tone == "ok"


def test_a_redis_that_is_away_is_unknown_and_the_reason_is_said() -> None:
    found = headline(Backlog(at=NOON, state=State.UNKNOWN, redis_reachable=False, reason="Redis is away."))
    assert found == Headline("unknown", "Not known", None, ("Redis is away.",))
