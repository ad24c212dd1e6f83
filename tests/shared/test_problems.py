"""Every error is a problem document, whoever raised it."""

import httpx
import pytest
from fastapi import FastAPI
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ResponseError

from shared import problems
from shared.outage_answers import Outages
from shared.request_log import RequestLog

COME_AGAIN = "Come again."


def failing(error: Exception) -> FastAPI:
    app = FastAPI()

    @app.get("/thing")
    async def read() -> None:
        raise error

    @app.delete("/thing")
    async def remove() -> None:
        raise error

    problems.install(app)
    Outages(COME_AGAIN).install(app)
    return app


async def asked(app: FastAPI, method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        answer = await client.request(method, "/thing")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer


async def test_a_mistake_of_ours_tells_nothing_of_itself() -> None:
    answer = await asked(failing(KeyError("a secret")))
    assert answer.status_code == 500
    assert "secret" not in answer.text


@pytest.mark.parametrize("error", [KeyError("unexpected"), RedisConnectionError("gone")], ids=repr)
async def test_whatever_failed_the_answer_names_the_request(error: Exception) -> None:
    app = failing(error)
    app.add_middleware(RequestLog)
    assert (await asked(app)).headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    "error",
    [RedisConnectionError("gone"), OutOfMemoryError("full"), ResponseError("MISCONF no disk")],
    ids=repr,
)
async def test_an_outage_of_redis_asks_to_come_again(error: Exception) -> None:
    answer = await asked(failing(error))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["detail"] == COME_AGAIN


async def test_what_redis_says_of_a_mistake_of_ours_is_no_outage() -> None:
    assert (await asked(failing(ResponseError("WRONGTYPE of a key")))).status_code == 500


async def test_another_method_is_told_all_that_the_path_takes() -> None:
    answer = await asked(failing(AssertionError()), "POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, DELETE")
