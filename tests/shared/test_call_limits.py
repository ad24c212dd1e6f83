"""Each client and each token has a pace of its own."""

import pytest
from starlette.requests import Request

from shared.call_limits import CallLimits
from shared.problems import Problem


def test_a_token_that_calls_too_often_is_told_when_to_come_again() -> None:
    limits = CallLimits(per_second=1)
    for _ in range(10):
        limits.known(_request("192.0.2.1"), "one")
    with pytest.raises(Problem) as refusal:
        limits.known(_request("192.0.2.1"), "one")
    assert (refusal.value.status, refusal.value.headers["Retry-After"]) == (429, "1")
    limits.known(_request("192.0.2.1"), "another")


def test_wrong_tokens_are_401_and_then_429_and_lock_nobody_out() -> None:
    limits = CallLimits(per_second=1)
    told = [limits.unknown(_request("192.0.2.1")).status for _ in range(120)]
    assert told[:100] == [401] * 100
    assert told[110:] == [429] * 10
    assert limits.unknown(_request("192.0.2.2")).status == 401
    limits.known(_request("192.0.2.1"), "one")


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
        ("no:address", "another:one", False),
    ],
)
def test_one_network_of_ipv6_is_one_client(first: str, second: str, alike: bool) -> None:
    limits = CallLimits(per_second=1)
    for _ in range(10):
        limits.known(_request(first), "one")
    if alike:
        with pytest.raises(Problem):
            limits.known(_request(second), "one")
    else:
        limits.known(_request(second), "one")


def _request(host: str) -> Request:
    return Request({"type": "http", "headers": [], "client": (host, 1)})
