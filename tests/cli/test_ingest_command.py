"""`newswire ingest` against a service that is slow, full, away or says no."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from tests.cli.conftest import Ended, Newswire, only_line
from tests.conftest import a_free_port
from tests.receiver import Received, a_receiver

Answer = Callable[[Received], Awaitable[web.StreamResponse]]


async def ingest(newswire: Newswire, answer: Answer, *words: object) -> tuple[Ended, list[Received]]:
    """Call the command on a service that gives these answers; return how it ended and what it sent."""

    async def answer_once_alive(request: Received) -> web.StreamResponse:
        alive = web.json_response({"status": "alive"})
        return alive if request.path == "/healthz" else await answer(request)

    async with a_receiver() as receiver:
        receiver.answer = answer_once_alive
        call = ("ingest", *words, "--ingest-url", receiver.url, "--token", "of-a-test")
        ended = await asyncio.to_thread(newswire, *call)
        return ended, [request for request in receiver.received if request.path != "/healthz"]


def accepted(*outcomes: dict[str, Any], status: int = 202) -> Answer:
    async def answer(request: Received) -> web.StreamResponse:
        body = outcomes[0] if request.path == "/articles" else list(outcomes)
        return web.json_response(body, status=status)

    return answer


async def test_a_page_goes_as_it_is_and_its_outcomes_are_counted(newswire: Newswire, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(b"\xefMarch 2, 2026\r\n\r\nTitle\r\n")
    answer = accepted(
        {"index": 0, "line": 1, "outcome": "published"},
        {"index": 1, "line": 9, "outcome": "unchanged"},
        {"index": 2, "line": 14, "outcome": "rejected", "detail": "The item has\nno title."},
        status=207,
    )
    ended, (request,) = await ingest(newswire, answer, page)
    assert (request.path, request.body) == ("/documents", page.read_bytes())
    assert request.headers["content-type"] == "text/plain"
    assert request.headers["authorization"] == "Bearer of-a-test"
    assert only_line(ended.out) == (
        f"{page}: 1 published, 1 unchanged, 1 rejected (line 14: The item has no title.)"
    )
    assert ended.code == 1


async def test_an_article_and_an_array_of_articles_go_to_their_own_calls(
    newswire: Newswire, tmp_path: Path
) -> None:
    (tmp_path / "1.json").write_text('{"title": "One"}')
    (tmp_path / "2.json").write_text(json.dumps([{"title": str(n)} for n in range(1001)]))

    async def answer(request: Received) -> web.StreamResponse:
        if request.path == "/articles":
            return web.json_response({"outcome": "updated"}, status=202)
        batch = json.loads(request.body)
        results = [{"index": n, "status": 202, "outcome": "published"} for n in range(len(batch))]
        if len(batch) == 1:
            results = [{"index": 0, "status": 422, "outcome": "rejected", "detail": "title: too long"}]
        return web.json_response(results, status=207)

    ended, sent = await ingest(newswire, answer, tmp_path)
    assert [request.path for request in sent] == ["/articles", "/articles/batch", "/articles/batch"]
    assert ended.out.splitlines() == [
        f"{tmp_path}/1.json: updated",
        f"{tmp_path}/2.json: 1000 published, 1 rejected (article 1001: title: too long)",
    ]
    assert ended.code == 1


async def test_a_bad_document_never_spoils_the_others(newswire: Newswire, tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("no page")
    (tmp_path / "2.json").write_text('{"title": NaN}')
    (tmp_path / "3.json").write_text("[" * 100_000)
    (tmp_path / "4.json").write_text('"a title"')
    (tmp_path / "5.txt").write_text("March 2, 2026\n\nTitle\n")

    async def answer(request: Received) -> web.StreamResponse:
        if request.body == b"no page":
            problem = {"status": 422, "detail": "line 1: this is no page"}
            return web.json_response(problem, status=422, content_type="application/problem+json")
        return web.json_response([{"index": 0, "line": 1, "outcome": "published"}], status=202)

    ended, _ = await ingest(newswire, answer, tmp_path, tmp_path / "6.txt")
    lines = [line.removeprefix(f"{tmp_path}/") for line in ended.out.splitlines()]
    assert lines[0] == "1.txt: rejected (line 1: this is no page)"
    assert lines[1].startswith("2.json: rejected (this is not JSON: NaN")
    assert lines[2].startswith("3.json: rejected (this is not JSON: ")
    assert lines[3].startswith("4.json: rejected (the JSON must be ")
    assert lines[4] == "5.txt: published"
    assert lines[5] == "6.txt: rejected (it cannot be read: No such file or directory)"
    assert (ended.code, ended.err) == (1, "")


class BreakingOff(web.Response):
    """An answer that never comes: the connection is closed in its place."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        assert request.transport is not None
        request.transport.close()
        return await super().prepare(request)


async def test_a_service_that_is_full_or_breaks_off_is_asked_again(
    newswire: Newswire, tmp_path: Path
) -> None:
    (tmp_path / "page.txt").write_text("March 2, 2026\n\nTitle\n")
    answers = iter([503, None])

    async def answer(request: Received) -> web.StreamResponse:
        status = next(answers, 202)
        if status is None:
            return BreakingOff()
        if status == 202:
            return await accepted({"index": 0, "line": 1, "outcome": "published"})(request)
        return web.json_response({"detail": "later"}, status=status, headers={"Retry-After": "0"})

    ended, sent = await ingest(newswire, answer, tmp_path)
    assert len(sent) == 3
    assert only_line(ended.out).endswith("page.txt: published")
    assert ended.code == 0


async def test_a_refused_token_ends_it_at_once(newswire: Newswire, tmp_path: Path) -> None:
    for name in ("1.txt", "2.txt"):
        (tmp_path / name).write_text("March 2, 2026\n\nTitle\n")

    async def answer(_: Received) -> web.StreamResponse:
        return web.json_response({"detail": "Send a valid token."}, status=401)

    ended, sent = await ingest(newswire, answer, tmp_path)
    assert len(sent) == 1
    assert only_line(ended.err) == (
        "newswire: The ingest service refuses the token: check --token. 2 documents were not published."
    )
    assert (ended.code, ended.out) == (1, "")


def test_a_service_that_is_not_there_is_one_plain_line(newswire: Newswire, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("March 2, 2026\n\nTitle\n")
    url = f"http://127.0.0.1:{a_free_port()}"
    ended = newswire("ingest", tmp_path, "--ingest-url", url, "--token", "of-a-test")
    assert ended.code == 1
    assert only_line(ended.err).endswith("is `newswire up` running?")


def test_a_folder_without_documents_is_an_error(newswire: Newswire, tmp_path: Path) -> None:
    ended = newswire("ingest", tmp_path, "--token", "of-a-test")
    assert (ended.code, only_line(ended.err)) == (1, f"newswire: There is no document in {tmp_path}.")
