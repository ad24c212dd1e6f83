"""What is refused at the door, each time as a problem document that says what to mend."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from tests.ingest.service import Service, events_of, one_article

JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


async def test_every_route_about_articles_wants_the_token(ingest: Service) -> None:
    calls = [
        ("POST", "/articles"),
        ("POST", "/articles/batch"),
        ("POST", "/documents"),
        ("GET", "/articles/x"),
        ("POST", "/articles/x/withdraw"),
        ("POST", "/articles/x/restore"),
    ]
    async with httpx.AsyncClient(base_url=ingest.url) as stranger:
        for method, path in calls:
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
                answer = await stranger.request(method, path, headers=headers)
                assert answer.status_code == 401, path
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.json()["status"] == 401
        for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/asyncapi"):
            assert (await stranger.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"title": NaN}', 400),
        (b'{"title": "x", "enclosures": [{"url": "http://x/", "type": "a/b", "length": 1e999}]}', 422),
        (b'{"title": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"title": "x", "a": ' + b"[" * 500 + b"]" * 500 + b"}", 422),
        (b'{"title": "x", "content_html": "' + b"<div>" * 5000 + b'"}', 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"title": "\\ud800\\u0000\\u200b"}', 422),
        (b'{"title": "x", "\\ud800": 1}', 422),
        (b'{"title": "x", "origin": "listing"}', 422),
        (b'{"title": "x", "ti\\u0000tle": "y"}', 422),
        (b'{"title": "x", "id": "a\\ud800b"}', 422),
        (b'{"title": "x", "url": "https://a.example/\\u0000b"}', 422),
        (b'{"title": "x", "url": "https://a.example/\\ud800b"}', 422),
        (b'{"title": "x", "title": "y"}', 400),
        (b'{"title": "x", "outlet": {"name": "a", "url": null, "name": "b"}}', 400),
        (b'{"title": "x"} {"title": "y"}', 400),
    ],
)
async def test_hostile_json_is_refused_and_nothing_goes_in(
    ingest: Service, redis: Redis, body: bytes, status: int
) -> None:
    answer = await ingest.client.post("/articles", content=body, headers=JSON)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert await events_of(redis) == []


async def test_lone_surrogates_and_control_characters_are_taken_out_of_texts(ingest: Service) -> None:
    body = b'{"title": " Ice\\ud83d \\u0000roads\\r\\n", "content_html": "<p>a\\u000bb&#1;c&#xd800;</p>"}'
    answer = await ingest.client.post("/articles", content=body, headers=JSON)

    stored = await ingest.stored(answer.json()["id"])
    assert stored["title"] == "Ice roads"
    assert stored["content_html"] == "<p>abc\ufffd</p>"


async def test_every_bad_field_is_named(ingest: Service) -> None:
    bad: dict[str, Any] = {
        "id": "a b",
        "url": "javascript:alert(1)",
        "title": "x" * 501,
        "kind": "poem",
        "authors": [{"name": "A", "url": "/relative"}, {"name": " "}],
        "published_at": "yesterday",
        "updated_at": 1700000000,
        "outlet": {"name": "O", "url": "http://user:secret@outlet.example/"},
        "language": "english language",
        "topics": ["x" * 101],
        "image": {"url": "data:image/png;base64,"},
        "enclosures": [{"url": "https://a.example/b.mp3", "type": "audio/mpeg", "length": -1}],
        "is_excerpt": "yes",
        "headline": "?",
    }
    answer = await ingest.client.post("/articles", json=bad)

    assert answer.status_code == 422
    named = {error["field"] for error in answer.json()["errors"]}
    places = {"authors.0.url", "authors.1.name", "outlet.url", "topics.0", "image.url", "enclosures.0.length"}
    assert named == (set(bad) - {"authors", "outlet", "topics", "image", "enclosures"}) | places
    assert all(field in answer.json()["detail"] for field in named)


@pytest.mark.parametrize("length", [-1, "12", 1.5, 2**53, True, None])
async def test_the_length_of_an_enclosure_is_an_exact_number(ingest: Service, length: object) -> None:
    enclosure = {"url": "https://a.example/b.mp3", "type": "audio/mpeg", "length": length}
    answer = await ingest.client.post("/articles", json=one_article(enclosures=[enclosure]))

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["enclosures.0.length"]


async def test_null_is_absent_where_a_field_always_has_a_value(ingest: Service) -> None:
    nulls = dict.fromkeys(
        ("kind", "authors", "is_excerpt", "language", "topics", "enclosures", "url", "rights")
    )
    outcome = await ingest.post(title="Only a title", **nulls)

    stored = await ingest.stored(outcome["id"])
    assert (stored["kind"], stored["language"], stored["authors"]) == ("article", "en", [])


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, JSON | {"Content-Encoding": "gzip"}])
async def test_another_form_than_json_is_415(ingest: Service, headers: dict[str, str]) -> None:
    assert (await ingest.client.post("/articles", content=b"{}", headers=headers)).status_code == 415


@pytest.mark.parametrize("path", ["/articles", "/articles/batch", "/documents"])
@pytest.mark.parametrize("announced", [True, False])
async def test_more_than_two_mebibytes_are_413(ingest: Service, path: str, announced: bool) -> None:
    headers = {"Content-Type": "text/plain" if path == "/documents" else "application/json"}

    async def in_parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * MIB

    content = b" " * 3 * MIB if announced else in_parts()
    answer = await ingest.client.post(path, content=content, headers=headers)
    assert answer.status_code == 413
    assert "2 MiB" in answer.json()["detail"]
    assert (await ingest.client.get("/healthz")).status_code == 200


async def test_an_article_of_almost_two_mebibytes_goes_in(ingest: Service) -> None:
    words = "<p>" + "bread and roads " * 120 + "</p>"
    outcome = await ingest.post(**one_article(content_html=words * (2 * MIB // len(words) - 1)))
    assert len((await ingest.stored(outcome["id"]))["content_html"]) > 1.9 * MIB


async def test_a_client_that_goes_away_in_the_middle_leaves_nothing(ingest: Service, redis: Redis) -> None:
    host, _, port = ingest.url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    token = ingest.client.headers["Authorization"]
    head = (
        f"POST /articles HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
    )
    writer.write(f'{head}Content-Length: 100\r\n\r\n{{"title": "x"}}'.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await ingest.client.get("/healthz")).status_code == 200
    assert await events_of(redis) == []


async def test_what_nobody_expected_is_a_problem_too(ingest: Service, redis: Redis) -> None:
    outcome = await ingest.post(**one_article())
    await redis.set(f"newswire:{{p0}}:article:{outcome['id']}", "spoilt from outside")
    answer = await ingest.client.get(f"/articles/{outcome['id']}")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "spoilt" not in answer.text
    assert 'status="500"' in (await ingest.client.get("/metrics")).text


async def test_an_unknown_path_and_method_say_what_to_do(ingest: Service) -> None:
    for method, path, status, advice in (
        ("GET", "/nothing", 404, "/docs"),
        ("DELETE", "/articles", 405, "POST"),
        ("OPTIONS", "/articles/batch", 405, "POST"),
    ):
        answer = await ingest.client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert advice in answer.json()["detail"]
        assert ("POST" in answer.headers.get("allow", "")) == (status == 405)


async def test_head_answers_where_get_does(ingest: Service) -> None:
    outcome = await ingest.post(**one_article())
    paths = ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/asyncapi", "/asyncapi.json")
    for path in (*paths, f"/articles/{outcome['id']}"):
        answer = await ingest.client.head(path)
        assert (answer.status_code, answer.content) == (200, b""), path


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "x" * 501}, {"why": "x"}, [], "x"])
async def test_a_bad_reason_is_refused(ingest: Service, body: object) -> None:
    outcome = await ingest.post(**one_article())
    answer = await ingest.client.post(f"/articles/{outcome['id']}/withdraw", json=body)

    assert answer.status_code == 422
    assert (await ingest.stored(outcome["id"]))["status"] == "published"
