"""What a document or JSON body states, before it is accepted: looser than an article, often without an id."""

import re
import unicodedata
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.ingest import web_address
from services.ingest.nesting import is_too_deep
from services.ingest.plain_text import clean_line, clean_lines, shown_text
from shared.article import ArticleId, Author, Enclosure, Frozen, Image, Kind, Outlet, Rights

MOST_AUTHORS = MOST_ENCLOSURES = 100
MOST_TOPICS = 50
MOST_CORRECTIONS = 100

_DEEPEST = 8
"""An article nests lists and objects twice; what goes deeper is no article."""

_LONGEST_NAME = 100
"""Characters of an unknown field's name that its error shows."""

_EARLIEST_YEAR, _LATEST_YEAR = 1000, 9998
_NEVER_MENDED = frozenset({"id", "url"})
_SEVERAL_LINES = frozenset({"summary", "content_html", "notice"})
_NULL_MEANS_ABSENT = frozenset(
    {"kind", "authors", "is_excerpt", "language", "topics", "enclosures", "corrections"}
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Origin(StrEnum):
    """Where a draft comes from, which decides what it may change of an article that is known."""

    JSON = "json"
    """The publisher's own statement of the whole article."""
    PAGE = "page"
    """The article that a page is about: completes and corrects what the page shows, keeps the rest."""
    LISTING = "listing"
    """An item in a page's list of others: fills what is not known yet, overwrites nothing."""


def _web_url(url: str) -> str:
    complaint = web_address.complaint_about(url)
    if complaint:
        raise PydanticCustomError("web_url", "{complaint}", {"complaint": complaint})
    return url


WebUrl = Annotated[str, AfterValidator(_web_url)]

Part = TypeVar("Part", Author, Outlet, Image, Enclosure)


def _with_web_url(part: Part) -> Part:
    """Refuse a part whose own `url` cannot be published; the error names that field."""
    complaint = web_address.complaint_about(part.url) if part.url is not None else None
    if complaint:
        error = PydanticCustomError("web_url", "{complaint}", {"complaint": complaint})
        details = InitErrorDetails(type=error, loc=("url",), input=part.url)
        raise ValidationError.from_exception_data(type(part).__name__, [details])
    return part


class CorrectionInput(Frozen):
    """A correction as its source states it: a day, or a moment."""

    at: AwareDatetime | date
    note: Annotated[str, StringConstraints(min_length=1, max_length=1000)]

    @field_validator("at", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        return _moment(value)


class ArticleInput(Frozen):
    """An article as its source states it (contract §8). A date stands for midnight in the set time zone.

    Texts are cleaned first, so nothing in a draft is beyond what XML and UTF-8 can hold.
    """

    id: ArticleId | None = None
    url: WebUrl | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    subtitle: str | None = None
    kind: Kind = Kind.ARTICLE
    authors: Annotated[
        tuple[Annotated[Author, AfterValidator(_with_web_url)], ...], Field(max_length=MOST_AUTHORS)
    ] = ()
    published_at: AwareDatetime | date | None = None
    updated_at: AwareDatetime | None = None
    outlet: Annotated[Outlet, AfterValidator(_with_web_url)] | None = None
    summary: str | None = None
    content_html: str | None = None
    is_excerpt: StrictBool = False
    language: Annotated[
        str, StringConstraints(pattern=r"^([A-Za-z]{2,8}|[xXiI])(-[A-Za-z0-9]{1,8})*$", max_length=35)
    ] = "en"
    topics: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...],
        Field(max_length=MOST_TOPICS),
    ] = ()
    image: Annotated[Image, AfterValidator(_with_web_url)] | None = None
    enclosures: Annotated[
        tuple[Annotated[Enclosure, AfterValidator(_with_web_url)], ...],
        Field(max_length=MOST_ENCLOSURES),
    ] = ()
    rights: Rights | None = None
    corrections: Annotated[tuple[CorrectionInput, ...], Field(max_length=MOST_CORRECTIONS)] = ()

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, stated: Any) -> Any:
        if not isinstance(stated, dict):
            raise PydanticCustomError("object", "an article is a JSON object")
        cleaned = _cleaned(stated, "", _DEEPEST)
        return {k: v for k, v in cleaned.items() if v is not None or k not in _NULL_MEANS_ABSENT}

    @field_validator("title")
    @classmethod
    def _visible(cls, title: str) -> str:
        if all(unicodedata.category(character)[0] in "CZ" for character in title):
            raise PydanticCustomError("visible", "must contain something that can be seen")
        return title

    @field_validator("subtitle", "summary", "content_html")
    @classmethod
    def _empty_is_absent(cls, text: str | None) -> str | None:
        return text or None

    @field_validator("content_html")
    @classmethod
    def _shallow(cls, markup: str | None) -> str | None:
        if markup and is_too_deep(markup):
            raise PydanticCustomError("nesting", "is nested too deeply, or its tags are not closed")
        return markup

    @field_validator("published_at", "updated_at", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        return None if value is None else _moment(value)

    @field_validator("topics")
    @classmethod
    def _each_topic_once(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        first: dict[str, str] = {}
        for topic in topics:
            first.setdefault(topic.casefold(), topic)
        return tuple(first.values())


_KNOWN_NAMES = frozenset(ArticleInput.model_fields)


def _from_within(origin: object) -> object:
    """Refuse an origin that a client states, as any field that there is not."""
    if not isinstance(origin, Origin):
        raise PydanticCustomError("extra_forbidden", "Extra inputs are not permitted")
    return origin


class ArticleDraft(ArticleInput):
    """A statement about an article together with where it was made."""

    origin: Annotated[Origin, BeforeValidator(_from_within), Field(exclude=True)] = Origin.JSON


def read_article(stated: object) -> ArticleDraft:
    """Return what one JSON value states; raises pydantic's `ValidationError` with every bad field."""
    return ArticleDraft.model_validate(stated)


def _cleaned(value: Any, name: str, levels: int) -> Any:
    """Return the value with every text in it cleaned; an id or an address is right as it is, or refused."""
    if isinstance(value, str):
        return value if isinstance(value, Origin) else _cleaned_text(value, name)
    if isinstance(value, dict):
        deeper = _one_less(levels)
        return {(key := _shown(str(k))): _cleaned(inner, key, deeper) for k, inner in value.items()}
    if isinstance(value, (list, tuple)):
        deeper = _one_less(levels)
        return [_cleaned(inner, name, deeper) for inner in value]
    if isinstance(value, BaseModel):  # last: pydantic makes this question a slow one
        return _cleaned(value.model_dump(exclude_unset=True), name, levels)
    return value


def _cleaned_text(text: str, name: str) -> str:
    if name in _NEVER_MENDED:
        return text.strip()
    return clean_lines(text) if name in _SEVERAL_LINES else clean_line(text)


def _one_less(levels: int) -> int:
    if not levels:
        raise PydanticCustomError("depth", "must not be nested so deeply")
    return levels - 1


def _shown(name: str) -> str:
    """Return a field's name as an error may show it."""
    return name if name in _KNOWN_NAMES else shown_text(name)[:_LONGEST_NAME]


def _moment(value: object) -> date:
    """Take RFC 3339 only: pydantic alone would read numbers and times without a zone as well."""
    if isinstance(value, str):
        value = _read_moment(value)
    if not isinstance(value, date):
        raise PydanticCustomError("moment", "must be text in the form of RFC 3339")
    if not _EARLIEST_YEAR <= value.year <= _LATEST_YEAR:
        raise PydanticCustomError("year", f"must lie in the years {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    return value


def _read_moment(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _DATE_TIME.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise PydanticCustomError("moment", "names a day or time that does not exist") from error
    raise PydanticCustomError(
        "moment", "must be a date such as 2026-03-02 or a time with its zone such as 2026-03-02T12:00:00Z"
    )
