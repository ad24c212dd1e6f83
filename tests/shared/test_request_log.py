import pytest

from shared.request_log import failed_or_under, refused_or_failed


@pytest.mark.parametrize(
    ("method", "route", "status", "told"),
    [
        ("GET", "/feeds/{path:path}", 200, False),
        ("GET", "/feeds/{path:path}", 404, False),
        ("GET", "/feeds/{path:path}", 500, True),
        ("GET", "/api/partners", 200, False),
        ("GET", "/api/partners", 401, True),
        ("POST", "/api/partners", 201, True),
        ("DELETE", "/api/partners/{partner_id}", 204, True),
        ("POST", "/ops/login", 303, True),
        ("POST", "none", 404, False),
    ],
)
def test_of_a_service_that_readers_ask_only_what_is_of_note_is_told(
    method: str, route: str, status: int, told: bool
) -> None:
    assert failed_or_under("/api/", "/ops")(method, route, status) is told


@pytest.mark.parametrize(
    ("status", "told"), [(202, False), (304, False), (401, True), (422, True), (503, True)]
)
def test_of_a_service_that_tells_itself_what_it_did_only_failures_are_told(status: int, told: bool) -> None:
    assert refused_or_failed("POST", "/articles", status) is told
