"""The calls about articles as JSON: one, many, read back, withdraw, restore."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.ingest.acceptance import Acceptance
from services.ingest.answers import (
    ArticleAnswer,
    BatchRow,
    StoredArticle,
    WithdrawalRequest,
    article_answer,
    problem_row,
    row,
    rows_answer,
    stored_article,
)
from services.ingest.body import read_json
from services.ingest.draft import ArticleDraft, read_article
from services.ingest.guard import Guard
from services.ingest.openapi import json_body
from services.ingest.swift import Answer
from shared.openapi import problems
from shared.problems import Problem, not_valid

MOST_IN_A_BATCH = 1000
_MOST_ERRORS = 100
"""Bad fields named for one article: nobody mends more of them at a time."""


def article_routes(acceptance: Acceptance) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/articles", tags=["articles"])

    @router.post(
        "",
        status_code=202,
        summary="Accept one article",
        response_description="What became of it",
        openapi_extra=json_body("ArticleInput"),
        responses=problems(409),
    )
    async def accept(request: Request) -> ArticleAnswer:
        """Answer 202 when it is stored and on the stream, in one transaction."""
        # Described here, and answered by `accept_one` before the framework looks for a route.
        return await _accept(acceptance, request)

    @router.post(
        "/batch",
        status_code=207,
        summary="Accept up to 1,000 articles",
        response_description="What became of each",
        openapi_extra=json_body("ArticleInput", array=True),
        response_model=list[BatchRow],
    )
    async def accept_batch(request: Request) -> Response:
        """Answer with one outcome for each, in the order sent; a bad one never spoils the others."""
        stated = _batch(await read_json(request))
        rows: dict[int, dict[str, Any]] = {}
        drafts: dict[int, ArticleDraft] = {}
        for index, one in enumerate(stated):
            try:
                drafts[index] = _draft(one)
            except Problem as problem:
                rows[index] = problem_row(problem)
        outcomes = await acceptance.accept(list(drafts.values()))
        rows |= {index: row(outcome) for index, outcome in zip(drafts, outcomes, strict=True)}
        return rows_answer([BatchRow(index=index, **rows[index]) for index in range(len(stated))], 207)

    @router.head("/{article_id}", include_in_schema=False)
    @router.get("/{article_id}", summary="An article as accepted")
    async def read_back(article_id: str) -> StoredArticle:
        """Return its fields together with its version, its status and its history."""
        record = await acceptance.record(article_id)
        if record is None:
            raise Problem(404, "There is no article with this id.")
        return stored_article(record)

    @router.post(
        "/{article_id}/withdraw",
        status_code=202,
        summary="Take an article back",
        response_description="Taken back",
        openapi_extra=json_body("WithdrawalRequest", required=False),
        responses=problems(409),
    )
    async def withdraw(article_id: str, request: Request) -> ArticleAnswer:
        """Remove it from every feed and tell every partner. The body may be left out."""
        reason = _reason(await read_json(request, optional=True))
        return article_answer(await acceptance.withdraw(article_id, reason))

    @router.post(
        "/{article_id}/restore",
        status_code=202,
        summary="Show a withdrawn article again",
        response_description="Shown again",
        responses=problems(409),
    )
    async def restore(article_id: str) -> ArticleAnswer:
        """Bring it back under the same id and with a higher version."""
        return article_answer(await acceptance.restore(article_id))

    return router


def accept_one(acceptance: Acceptance, guard: Guard) -> Answer:
    """Return what answers `POST /articles` without what the framework does for a route."""

    async def accept(request: Request) -> Response:
        await guard(request)
        answer = await _accept(acceptance, request)
        return Response(answer.model_dump_json(), 202, media_type="application/json")

    return accept


async def _accept(acceptance: Acceptance, request: Request) -> ArticleAnswer:
    draft = _draft(await read_json(request))
    (outcome,) = await acceptance.accept([draft])
    return article_answer(outcome)


def _draft(stated: object) -> ArticleDraft:
    try:
        return read_article(stated)
    except ValidationError as error:
        raise not_valid(error.errors()[:_MOST_ERRORS]) from error


def _batch(stated: object) -> list[object]:
    if not isinstance(stated, list):
        raise Problem(422, "Send a JSON array of articles.")
    if len(stated) > MOST_IN_A_BATCH:
        raise Problem(413, f"Send at most {MOST_IN_A_BATCH} articles at a time.")
    return stated


def _reason(stated: object) -> str | None:
    if stated is None:
        return None
    try:
        return WithdrawalRequest.model_validate(stated).reason
    except ValidationError as error:
        raise not_valid(error.errors()[:_MOST_ERRORS]) from error
