"""The archive documents of the public feeds over HTTP (RFC 5005 §4), in every format."""

from fastapi import APIRouter, Request, Response

from services.feed.feeds.archive_position import Position
from services.feed.feeds.archives import Archives
from services.feed.feeds.channel import Form
from services.feed.feeds.rendition import Edition
from services.feed.feeds.representation import answer
from services.feed.feeds.selection import parse_selection
from shared.problems import Problem

_UNKNOWN = "There is no such archive document. The feed itself says where its archive begins."


def archive_routes(archives: Archives) -> APIRouter:
    """Return the route; it must stand before that of the feeds, whose paths may be of any length."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/feeds/{selection:path}/archive/{key}.{form}", methods=["GET", "HEAD"])
    async def archive(request: Request, selection: str, key: str, form: str) -> Response:
        known, position = parse_selection(selection), Position.of(key)
        if known is None or position is None or form not in set(Form):
            raise Problem(404, _UNKNOWN)
        found = await archives.get(Edition(known, Form(form)), position)
        if found is None:
            raise Problem(404, _UNKNOWN)
        return answer(request, found)

    return router
