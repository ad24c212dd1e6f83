"""What the API answers, as models, so that its documentation says it too."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Response
from pydantic import AwareDatetime, BeforeValidator, Field, SerializeAsAny, TypeAdapter

from services.ingest.acceptance import Outcome
from services.ingest.decide import Refused
from services.ingest.plain_text import clean_line
from services.ingest.read.reading import Found, Omission
from services.ingest.record import Record, Status
from shared.article import Article, Frozen
from shared.openapi import FieldError
from shared.problems import Problem


class ArticleAnswer(Frozen):
    """What became of one article: `published`, `updated`, `unchanged` (then without event) or `withdrawn`."""

    id: str
    event_id: str | None
    version: int
    outcome: str


class Row(Frozen):
    """What became of one article among several; a rejected one has `detail` and no version."""

    status: int
    outcome: str
    id: str | None = None
    event_id: str | None = None
    version: int | None = None
    detail: str | None = None
    errors: tuple[FieldError, ...] | None = None


class BatchRow(Row):
    """The outcome of the article at `index` of the array that was sent."""

    index: int


class DocumentRow(Row):
    """The outcome of the article whose part of the document begins at `line` (from 1)."""

    index: int
    line: int
    title: str | None = None


def _one_line(stated: object) -> object:
    return clean_line(stated) if isinstance(stated, str) else stated


class WithdrawalRequest(Frozen):
    """Why an article is taken back."""

    reason: Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=500)] | None = None


class StoredArticle(Article):
    """The article as it was accepted last."""

    version: int
    status: Status
    first_seen_at: AwareDatetime
    changed_at: AwareDatetime
    withdrawn_at: AwareDatetime | None = None
    reason: str | None = None


def article_answer(outcome: Outcome) -> ArticleAnswer:
    """Return the answer to a request about one article, or raise the problem."""
    if isinstance(outcome, Refused):
        raise Problem(outcome.status, outcome.detail)
    return ArticleAnswer(
        id=outcome.id, event_id=outcome.event_id, version=outcome.version, outcome=outcome.result
    )


def row(outcome: Outcome) -> dict[str, Any]:
    """Return the fields of a row for an article that reached acceptance."""
    if isinstance(outcome, Refused):
        return {"status": outcome.status, "outcome": "rejected", "detail": outcome.detail}
    return {
        "status": 202,
        "outcome": outcome.result,
        "id": outcome.id,
        "event_id": outcome.event_id,
        "version": outcome.version,
    }


def problem_row(problem: Problem) -> dict[str, Any]:
    """Return the fields of a row for an article that could not be read."""
    fields = {"status": problem.status, "outcome": "rejected", "detail": problem.detail}
    return fields | ({"errors": problem.errors} if problem.errors else {})


_ROWS = TypeAdapter(Sequence[SerializeAsAny[Row]])


def rows_answer(rows: Sequence[Row], status: int) -> Response:
    """Return the rows as an HTTP answer, each with what there is to say of it."""
    return Response(_ROWS.dump_json(rows, exclude_unset=True), status, media_type="application/json")


def document_rows(
    found: Sequence[Found], outcomes: Sequence[Outcome], omitted: Sequence[Omission]
) -> list[DocumentRow]:
    """Return a row for each article and each part left out, in the order of the document's lines."""
    rows: list[dict[str, Any]] = [
        {"line": one.line, "title": one.draft.title, **row(outcome)}
        for one, outcome in zip(found, outcomes, strict=True)
    ]
    rows += [
        {"line": part.line, "status": 422, "outcome": "rejected", "detail": part.reason} for part in omitted
    ]
    rows.sort(key=lambda fields: fields["line"])
    return [DocumentRow(index=index, **fields) for index, fields in enumerate(rows)]


def stored_article(record: Record) -> StoredArticle:
    """Return the flat form of a record."""
    history = record.model_dump(include=set(StoredArticle.model_fields) - set(Article.model_fields))
    return StoredArticle(**record.article.model_dump(), **history)
