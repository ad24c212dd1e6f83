"""Scripts that are run by their digest."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared.scripting import Call, Script, run_calls

COUNT = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
JOIN = Script("return ARGV[1] .. ARGV[2]")
FAIL = Script("return redis.error_reply('BAD it fails')")


async def test_a_server_that_knows_no_script_is_told_each(redis: Redis) -> None:
    calls = [Call(COUNT, ["n"], [2]), Call(JOIN, [], [b"\xff", "b"]), Call(COUNT, ["n"], [3])]
    assert await run_calls(redis, calls) == ([2, b"\xffb", 5], [])
    assert await run_calls(redis, calls) == ([7, b"\xffb", 10], [])


async def test_only_what_was_not_run_is_run_after_scripts_were_forgotten(redis: Redis) -> None:
    await redis.script_flush()
    await redis.script_load(COUNT.text)
    calls = [Call(COUNT, ["n"], [1]), Call(JOIN, [], ["a", "b"])]
    first = [("SET", "once", "mine", "NX"), ("GET", "once")]
    assert await run_calls(redis, calls, first) == ([1, b"ab"], [b"OK", b"mine"])
    assert await redis.get("n") == b"1"


async def test_an_error_is_raised_when_all_others_were_run(redis: Redis) -> None:
    with pytest.raises(ResponseError, match="it fails"):
        await run_calls(redis, [Call(FAIL, [], []), Call(COUNT, ["n"], [1])])
    assert await redis.get("n") == b"1"


async def test_nothing_to_run_asks_nothing(redis: Redis) -> None:
    assert await run_calls(redis, []) == ([], [])
