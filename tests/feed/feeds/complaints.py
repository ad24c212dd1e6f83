"""For each format, what finds everything that is wrong with a feed."""

from collections.abc import Callable

from services.feed.feeds.channel import Form
from tests.feed.feeds.atom_rules import atom_complaints
from tests.feed.feeds.jsonfeed_rules import jsonfeed_complaints
from tests.feed.feeds.rss_rules import rss_complaints

COMPLAINTS: dict[Form, Callable[[bytes], list[str]]] = {
    Form.RSS: rss_complaints,
    Form.ATOM: atom_complaints,
    Form.JSON: jsonfeed_complaints,
}
