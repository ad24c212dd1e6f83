"""Private feeds over HTTP: each under its path token alone, for one reader, and kept by no cache.

They are made anew for every request. What is kept would hold the token, which stands in the feed's links to
itself, and would have to be found again when the token ends. The entries come from memory.
"""

import asyncio
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from services.feed.feeds.archive_position import Position
from services.feed.feeds.archives import Archives
from services.feed.feeds.channel import Form
from services.feed.feeds.content_coding import GZIP, gzipped
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.path_token import is_token_of, private_path
from services.feed.feeds.rendition import Edition
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.representation import (
    FOR_EVERYONE,
    FOR_ONE_READER,
    Representation,
    answer,
)
from services.feed.feeds.selection import Selection
from shared.problems import Problem

_READ = ["GET", "HEAD"]
_KEEP_QUIET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def private_feed_routes(registry: OwnFeedRegistry, renditions: Renditions, archives: Archives) -> APIRouter:
    """Return the routes; they must stand before those of the public feeds, which may be of any length."""
    router = APIRouter(prefix="/feeds/private/{token}", include_in_schema=False)

    async def admitted(token: str, name: str, form: str) -> Selection:
        feed, digest = await registry.find_private(name)
        is_token = is_token_of(token, digest)
        if feed is None or not feed.private or not is_token or form not in set(Form):
            raise _no_such_feed()
        return feed.selection

    @router.api_route("/{name}/archive/{key}.{form}", methods=_READ)
    async def archive(request: Request, token: str, name: str, key: str, form: str) -> Response:
        selection, position = await admitted(token, name, form), Position.of(key)
        if position is None:
            raise _no_such_feed()
        edition = Edition(selection, Form(form))
        found = await archives.get(edition, position, path=private_path(token, name))
        if found is None:
            raise _no_such_feed()
        return answer(request, replace(found, headers={**found.headers, **_KEEP_QUIET}))

    @router.api_route("/{name}.{form}", methods=_READ)
    async def private_feed(request: Request, token: str, name: str, form: str) -> Response:
        selection = await admitted(token, name, form)
        made = await renditions.write_once(selection, Form(form), path=private_path(token, name))
        if made is None:
            raise _no_such_feed()
        found = Representation(
            made.body,
            Form(form).media_type,
            made.etag,
            headers={**FOR_EVERYONE, **_KEEP_QUIET, "Vary": "Accept-Encoding"},
            cache_control=FOR_ONE_READER,
            encoded={GZIP: await asyncio.to_thread(gzipped, made.body)},
        )
        return answer(request, found)

    return router


def _no_such_feed() -> Problem:
    """Return one and the same answer for an unknown feed, a public one, and a token that is not its own."""
    return Problem(404, "There is no such feed.", headers={"Cache-Control": FOR_ONE_READER, **_KEEP_QUIET})
