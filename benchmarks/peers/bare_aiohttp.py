"""The bare loop: `python -m benchmarks.peers.bare_aiohttp URL [uvloop]` posts 100 at a time until ended.

Nothing is signed, decided, queued or recorded: what aiohttp itself can do on this core.
"""

import asyncio
import sys

import aiohttp
import uvloop

from benchmarks.peers.webhook import BODY

_AT_ONCE = 100


async def _post_for_ever(url: str) -> None:
    body = BODY.encode()
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post() -> None:
            while True:
                async with session.post(
                    url, data=body, headers={"content-type": "application/json"}
                ) as answer:
                    await answer.read()

        await asyncio.gather(*(post() for _ in range(_AT_ONCE)))


def main() -> None:
    """Post until ended."""
    url, *loop = sys.argv[1:]
    (uvloop.run if loop else asyncio.run)(_post_for_ever(url))


if __name__ == "__main__":
    main()
