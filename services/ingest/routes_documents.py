"""The call that takes a whole document and accepts every article found in it."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.ingest.acceptance import Acceptance
from services.ingest.answers import DocumentRow, document_rows, rows_answer
from services.ingest.body import read_document
from services.ingest.openapi import text_body
from services.ingest.read.page import read_page
from services.ingest.read.reading import UnreadableDocument
from shared.logs import get_logger
from shared.problems import Problem

log = get_logger(__name__)


def document_routes(acceptance: Acceptance) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["documents"])

    @router.post(
        "/documents",
        status_code=202,
        summary="Accept every article of a document",
        response_description="All of it went in",
        openapi_extra=text_body(),
        response_model=list[DocumentRow],
        responses={
            207: {"description": "Some parts were left out or rejected", "model": list[DocumentRow]},
        },
    )
    async def accept_document(request: Request) -> Response:
        """Read a page saved as text; answer with one outcome for each article found in it."""
        raw = await read_document(request)
        try:
            reading = await asyncio.to_thread(read_page, raw)
        except UnreadableDocument as error:
            log.info("document.rejected", bytes=len(raw), reason=str(error))
            raise Problem(422, str(error)) from error
        outcomes = await acceptance.accept([one.draft for one in reading.found])
        rows = document_rows(reading.found, outcomes, reading.omitted)
        rejected = sum(row.outcome == "rejected" for row in rows)
        log.info("document.read", bytes=len(raw), articles=len(reading.found), rejected=rejected)
        return rows_answer(rows, 207 if rejected else 202)

    return router
