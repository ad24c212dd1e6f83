"""What is read of one JSON value: a draft that can be published, or every bad field by name."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from services.ingest.draft import ArticleInput, Origin, read_article
from shared.problems import not_valid

TEXT = st.text(st.characters(exclude_categories=[]), max_size=8)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NEARLY_ARTICLES = st.fixed_dictionaries(
    {"title": TEXT | ANYTHING},
    optional={name: ANYTHING for name in ArticleInput.model_fields if name != "title"},
)


@given(NEARLY_ARTICLES | ANYTHING)
def test_any_json_is_a_draft_that_xml_can_hold_or_a_refusal_that_can_be_sent(stated: Any) -> None:
    try:
        draft = read_article(stated)
    except ValidationError as error:
        not_valid(error.errors()).response()
    else:
        element = etree.Element("article")
        element.text = json.dumps(draft.model_dump(mode="json"), ensure_ascii=False)
        assert etree.tostring(element)


@pytest.mark.parametrize(
    "moment",
    [
        *("2026-03-02", "2026-03-02T12:00:00Z", "2026-03-02t12:00:00.123456789+05:30", "1000-01-01"),
        *("9998-12-31T23:59:59-23:59", "2026-03-02 12:00:00-00:00"),
    ],
)
def test_times_are_rfc_3339_or_a_date(moment: str) -> None:
    assert read_article({"title": "x", "published_at": moment}).published_at is not None


@pytest.mark.parametrize(
    "moment",
    [
        *("", "2026-03-02T12:00:00", "2026-02-30", "02.03.2026", "20260302", "0999-12-31", "9999-01-01"),
        *(1700000000, True, 1.5, [], "٢٠٢٦-٠٣-٠٢", "2026-W10-1", "2026-03-02T25:00:00Z"),
    ],
)
def test_nothing_else_is_a_time(moment: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        read_article({"title": "x", "published_at": moment})
    assert [error["loc"] for error in refusal.value.errors()] == [("published_at",)]


@pytest.mark.parametrize("language", ["en", "de-CH-1996", "zh-Hant-TW", "x-klingon"])
def test_languages_are_bcp_47(language: str) -> None:
    assert read_article({"title": "x", "language": language}).language == language
    with pytest.raises(ValidationError):
        read_article({"title": "x", "language": language + "_"})


def test_texts_are_plain_and_kept_as_they_are() -> None:
    draft = read_article({"title": "A <b> & “c”\n d", "summary": "one\r\ntwo ", "subtitle": "  "})

    assert (draft.title, draft.summary, draft.subtitle) == ("A <b> & “c” d", "one\ntwo", None)
    assert draft.origin is Origin.JSON
    assert draft.model_fields_set == {"title", "summary", "subtitle"}


@pytest.mark.parametrize(
    ("correction", "field"),
    [
        ({"at": "yesterday", "note": "x"}, "at"),
        ({"at": None, "note": "x"}, "at"),
        ({"at": "2026-03-03", "note": ""}, "note"),
        ({"at": "2026-03-03", "note": "x" * 1001}, "note"),
        ({"at": "2026-03-03"}, "note"),
    ],
)
def test_a_correction_has_a_time_and_a_note(correction: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        read_article({"title": "x", "corrections": [correction]})
    assert [error["loc"] for error in refusal.value.errors()] == [("corrections", 0, field)]
