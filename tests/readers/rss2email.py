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
from tests.readers.subscription import Shown, listed

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


class Mailbox:
    """An rss2email with settings and state of its own, subscribed to some feeds, and what it delivered."""

    def __init__(self, folder: Path, *urls: str) -> None:
        self._new, self._seen = folder / "inbox" / "new", folder / "inbox" / "cur"
        for part in (self._new, self._seen, folder / "inbox" / "tmp"):
            part.mkdir(parents=True)
        settings, subscriptions = folder / "rss2email.cfg", folder / "subscriptions.opml"
        settings.write_text(_SETTINGS.format(folder=folder))
        self._command = ["r2e", "-c", str(settings), "-d", str(folder / "rss2email.json")]
        feeds = "".join(f'<outline type="rss" text="{n}" xmlUrl={quoteattr(u)}/>' for n, u in enumerate(urls))
        subscriptions.write_text(f'<opml version="1.0"><body>{feeds}</body></opml>')
        self._do("opmlimport", str(subscriptions))

    def _do(self, *action: str) -> None:
        subprocess.run([*self._command, *action], check=True, capture_output=True, timeout=60)

    def poll(self) -> None:
        """Fetch every feed and deliver what is new."""
        self._do("run")

    def messages(self) -> Iterator[tuple[EmailMessage, bool]]:
        """Yield each message, and whether it is unread."""
        for folder in (self._new, self._seen):
            for file in folder.iterdir():
                message = BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
                yield message, folder == self._new

    def shown(self) -> dict[str, Shown]:
        """Return subject and unread mark of each message by its item's id."""
        return listed(
            [(message["X-RSS-ID"], Shown(message["Subject"], new)) for message, new in self.messages()]
        )

    def read_all(self) -> None:
        """Move each message to where a Maildir has those that were seen."""
        for file in self._new.iterdir():
            file.rename(self._seen / f"{file.name}:2,S")


def read_with_rss2email(urls: Sequence[str], folder: Path) -> Iterator[Item]:
    """Subscribe to every address, run once, and open the messages."""
    mailbox = Mailbox(folder, *urls)
    mailbox.poll()
    for message, _ in mailbox.messages():
        yield _item(message)


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
