"""rss2email: subscribes to feeds and delivers each new item as a message into a Maildir."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.readers.item import Enclosure, Item

_SETTINGS = """[DEFAULT]
from = newswire@localhost.localdomain
to = reader@localhost.localdomain
email-protocol = maildir
maildir-path = {folder}
maildir-mailbox = inbox
date-header = True
date-header-order = published
html-mail = True
name-format = {{author}}
"""


def read_with_rss2email(urls: Sequence[str], folder: Path) -> Iterator[Item]:
    """Subscribe to every address, run once, and open the messages."""
    settings, subscriptions = folder / "rss2email.cfg", folder / "subscriptions.opml"
    settings.write_text(_SETTINGS.format(folder=folder))
    outlines = "".join(f'<outline type="rss" text="{n}" xmlUrl={quoteattr(u)}/>' for n, u in enumerate(urls))
    subscriptions.write_text(f'<opml version="1.0"><body>{outlines}</body></opml>')
    for mailbox in ("cur", "new", "tmp"):
        (folder / "inbox" / mailbox).mkdir(parents=True)
    command = ["r2e", "-c", str(settings), "-d", str(folder / "rss2email.json")]
    for step in (["opmlimport", str(subscriptions)], ["run"]):
        subprocess.run([*command, *step], check=True, capture_output=True, timeout=60)
    for file in (folder / "inbox" / "new").iterdir():
        yield _item(BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes()))


_BODY = re.compile(r'<div id="body">\n(.*)\n</div>\n<div class="footer">\n(.*)', re.DOTALL)
_ENCLOSURE = re.compile(r'<p>Enclosure: <a href="(.*?)">')


def _item(message: EmailMessage) -> Item:
    parts = _BODY.search(str(message.get_content()))
    assert parts is not None, message
    return Item(
        id=str(message["X-RSS-ID"]),
        title=str(message["Subject"]),
        link=str(message["X-RSS-URL"]),
        published=parsedate_to_datetime(str(message["Date"])).astimezone(UTC),
        authors=tuple(address.display_name for address in message["From"].addresses),
        tags=tuple(str(message["X-RSS-TAGS"]).split(",")),
        content=parts[1],
        enclosures=tuple(Enclosure(unescape(url), None, None) for url in _ENCLOSURE.findall(parts[2])),
    )
