"""What becomes of an article, version after version."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.ingest.decide import (
    Changed,
    Moment,
    Refused,
    Unchanged,
    decide_draft,
    decide_restoral,
    decide_withdrawal,
)
from services.ingest.draft import read_article
from services.ingest.record import Record
from shared.events import EventType
from shared.identifiers import new_event_id
from tests.builders import NOON

HOUR = timedelta(hours=1)


def at(now: datetime) -> Moment:
    return Moment(now, new_event_id(now), ZoneInfo("UTC"))


def changed(known: Record | None, now: datetime = NOON, **fields: Any) -> Record:
    decision = decide_draft(known, "one", read_article({"title": "Ice roads", **fields}), at(now))
    assert isinstance(decision, Changed)
    assert decision.event.id == decision.record.event_id
    assert decision.event.version == decision.record.version
    assert decision.event.changed_at == decision.record.changed_at
    return decision.record


@pytest.mark.parametrize(
    ("fields", "changed_at"),
    [
        ({}, NOON),
        ({"published_at": (NOON - HOUR).isoformat()}, NOON - HOUR),
        ({"published_at": (NOON - HOUR).isoformat(), "updated_at": (NOON + HOUR).isoformat()}, NOON + HOUR),
    ],
)
def test_a_new_article_changed_when_its_source_says(fields: dict[str, Any], changed_at: datetime) -> None:
    record = changed(None, **fields)

    assert (record.version, record.first_seen_at, record.changed_at) == (1, NOON, changed_at)


@pytest.mark.parametrize(
    ("stated", "changed_at"),
    [(HOUR, NOON + HOUR), (-HOUR, NOON + 2 * HOUR), (3 * HOUR, NOON + 2 * HOUR)],
)
def test_a_later_version_changed_when_its_source_says_if_that_can_be(
    stated: timedelta, changed_at: datetime
) -> None:
    later = changed(changed(None), NOON + 2 * HOUR, updated_at=(NOON + stated).isoformat())

    assert (later.version, later.first_seen_at, later.changed_at) == (2, NOON, changed_at)


def test_the_time_of_the_last_change_never_goes_back() -> None:
    ahead = changed(None, published_at=(NOON + 5 * HOUR).isoformat())
    assert changed(ahead, NOON + HOUR, subtitle="A deck").changed_at == NOON + 5 * HOUR


def test_withdrawing_keeps_the_content_and_restoring_counts_as_a_change() -> None:
    first = changed(None)
    withdrawal = decide_withdrawal(first, "Wrong figures", at(NOON + HOUR))
    assert isinstance(withdrawal, Changed)
    assert (withdrawal.event.type, withdrawal.event.reason) == (EventType.WITHDRAWN, "Wrong figures")
    assert withdrawal.record.changed_at == first.changed_at
    assert withdrawal.event.article == first.article

    restoral = decide_restoral(withdrawal.record, at(NOON + 2 * HOUR))
    assert isinstance(restoral, Changed)
    assert (restoral.event.type, restoral.event.version, restoral.event.reason) == (
        EventType.UPDATED,
        3,
        None,
    )
    assert restoral.record.changed_at == NOON + 2 * HOUR


def test_what_the_state_does_not_allow_is_refused() -> None:
    first = changed(None)
    withdrawal = decide_withdrawal(first, None, at(NOON))
    assert isinstance(withdrawal, Changed)

    refusals = [
        (decide_withdrawal(None, None, at(NOON)), 404),
        (decide_withdrawal(withdrawal.record, None, at(NOON)), 409),
        (decide_restoral(None, at(NOON)), 404),
        (decide_restoral(first, at(NOON)), 409),
        (decide_draft(withdrawal.record, "one", read_article({"title": "Ice roads"}), at(NOON)), 409),
    ]
    for decision, status in refusals:
        assert isinstance(decision, Refused)
        assert decision.status == status


def test_a_correction_is_a_change_and_the_same_one_again_is_none() -> None:
    corrected = {"corrections": [{"at": "2026-03-02", "note": "Yukon."}]}
    record = changed(changed(None), NOON + HOUR, **corrected)
    assert (record.version, record.changed_at) == (2, NOON + HOUR)
    assert [correction.note for correction in record.article.corrections] == ["Yukon."]

    for again in (corrected, {}):
        draft = read_article({"title": "Ice roads", **again})
        assert decide_draft(record, "one", draft, at(NOON + 2 * HOUR)) == Unchanged(record)
