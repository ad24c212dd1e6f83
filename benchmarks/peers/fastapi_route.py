"""The same feed out of a FastAPI route: `python -m benchmarks.peers.fastapi_route PORT FILE [REDIS_URL]`.

From memory, or with a read of the feed's version in Redis for every request: what one would write first.
"""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from redis.asyncio import Redis

ETAG = '"0123456789abcdef0123456789abcdef"'
HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
    "ETag": ETAG,
    "Last-Modified": "Mon, 02 Mar 2026 12:00:00 GMT",
    "Access-Control-Allow-Origin": "*",
}


def make_app(body: bytes, redis: "Redis | None") -> FastAPI:
    """Return an app with the one route."""
    app = FastAPI()

    @app.get("/feed.xml")
    async def feed(request: Request) -> Response:
        if redis is not None:
            await redis.hmget("newswire:{feed:all}:state", ["version", "updated", "modified"])
        if request.headers.get("if-none-match") == ETAG:
            return Response(status_code=304, headers=HEADERS)
        return Response(body, media_type="application/rss+xml", headers=HEADERS)

    return app


def main() -> None:
    """Serve until ended."""
    port, file, *url = sys.argv[1:]
    app = make_app(Path(file).read_bytes(), Redis.from_url(url[0]) if url else None)
    uvicorn.run(app, port=int(port), access_log=False, log_config=None, server_header=False)


if __name__ == "__main__":
    main()
