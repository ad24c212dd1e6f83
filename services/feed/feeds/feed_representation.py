"""A rendition as HTTP sends it: media type, validators, and the headers that every feed has."""

from services.feed.feeds.channel import feed_address
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.rendition import Edition, Rendition
from services.feed.feeds.representation import FOR_EVERYONE, Representation


def feed_representation(rendition: Rendition, edition: Edition, publisher: Publisher) -> Representation:
    """Return what is sent for a public feed."""
    address = feed_address(publisher, edition.selection, edition.form)
    headers = {**FOR_EVERYONE, "Vary": "Accept-Encoding", "Link": f'<{address}>; rel="self"'}
    if rendition.stale_for is not None:
        headers |= {"Warning": '110 newswire "Response is Stale"', "Age": str(rendition.stale_for)}
    return Representation(
        rendition.body,
        edition.form.media_type,
        rendition.etag,
        rendition.last_modified,
        headers,
        encoded=rendition.encoded,
    )
