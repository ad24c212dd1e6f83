"""Private feeds over HTTP: each under its path token alone, for one reader, and kept by no cache.

They are made anew for every request. A kept rendition would hold the token, which stands in the feed's links
to itself, and would have to be found again when the token ends. The entries come from memory.
"""

import asyncio

from fastapi import APIRouter, Request, Response

from services.feed.feeds.channel import Form
from services.feed.feeds.content_coding import GZIP, gzipped
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.path_token import is_token_of, private_path
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.representation import FOR_ONE_READER, Representation, answer, etag_of
from services.feed.feeds.store_outage import unless_out_of_reach
from shared.problems import Problem

_KEEP_QUIET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def private_feed_routes(registry: OwnFeedRegistry, renditions: Renditions) -> APIRouter:
    """Return the route; it must stand before that of the public feeds, whose paths may be of any length."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/feeds/private/{token}/{name}.{form}", methods=["GET", "HEAD"])
    async def private_feed(request: Request, token: str, name: str, form: str) -> Response:
        with unless_out_of_reach():
            feed, digest = await registry.find_private(name)
            admitted = is_token_of(token, digest)
            if feed is None or not feed.private or not admitted or form not in set(Form):
                raise _no_such_feed()
            path = private_path(token, name)
            body = await renditions.write_once(feed.selection, Form(form), path=path)
        if body is None:
            raise _no_such_feed()
        found = Representation(
            body,
            Form(form).media_type,
            etag_of(body),
            headers={**_KEEP_QUIET, "Vary": "Accept-Encoding"},
            cache_control=FOR_ONE_READER,
            encoded={GZIP: await asyncio.to_thread(gzipped, body)},
        )
        return answer(request, found)

    return router


def _no_such_feed() -> Problem:
    """Return one and the same answer for an unknown feed, a public one, and a token that is not its own."""
    return Problem(404, "There is no such feed.", headers={"Cache-Control": FOR_ONE_READER, **_KEEP_QUIET})
