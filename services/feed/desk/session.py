"""A person's session at the desk: who it is, until when, and the sealed text of it in a cookie.

The seal is made with the tokens themselves, so it needs no store (the desk must open while Redis is away),
holds in every web process, and ends with the tokens: whoever changes one ends every session.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.feed.operators import OperatorRole, OperatorTokens
from shared.timestamps import epoch_ms, from_epoch_ms

LIFETIME = timedelta(hours=12)
"""A shift. A session is not prolonged by being used: a page left open renews itself for ever."""


@dataclass(frozen=True)
class Session:
    """Somebody who signed in; `name` is what they called themselves, for the audit log."""

    id: str
    role: OperatorRole
    name: str
    ends_at: datetime


def new_session(role: OperatorRole, name: str, now: datetime) -> Session:
    """Return a session that begins now."""
    return Session(secrets.token_urlsafe(12), role, name, now + LIFETIME)


class SessionSeal:
    """Makes texts of sessions, and sessions of such texts alone."""

    def __init__(self, tokens: OperatorTokens) -> None:
        texts = [tokens.admin.encode(), (tokens.read or "").encode()]
        # Each token by its hash: no two pairs of tokens come to the same key.
        self._key = b"".join(hashlib.sha256(text).digest() for text in texts)

    def seal(self, session: Session) -> str:
        """Return the text of a session, which fits into a cookie."""
        told = [session.id, session.role, session.name, epoch_ms(session.ends_at)]
        return self._sealed("session", told)

    def open(self, text: str, now: datetime) -> Session | None:
        """Return the session of a text; None when it is over, or the text none of ours."""
        told = self._opened("session", text)
        if told is None:
            return None
        session_id, role, name, ends_at = told
        session = Session(session_id, OperatorRole(role), name, from_epoch_ms(ends_at))
        return session if now < session.ends_at else None

    def form_token(self, session: Session) -> str:
        """Return what a form of this session must bring along: no other site can know it."""
        return self._mac("form", session.id)

    def is_form_token(self, session: Session, given: str) -> bool:
        """Tell whether a form was one of this session's own."""
        return hmac.compare_digest(given.encode(), self.form_token(session).encode())

    def seal_notice(self, notice: str) -> str:
        """Return the text of what the next page is to tell, which fits into a cookie."""
        return self._sealed("notice", notice)

    def open_notice(self, text: str) -> str | None:
        """Return what a page is to tell; None when nobody here said so."""
        notice: str | None = self._opened("notice", text)
        return notice

    def _sealed(self, use: str, told: Any) -> str:
        content = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
        return f"{content}.{self._mac(use, content)}"

    def _opened(self, use: str, text: str) -> Any:
        content, _, mac = text.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(use, content).encode()):
            return None
        return json.loads(base64.urlsafe_b64decode(content))

    def _mac(self, use: str, text: str) -> str:
        return hmac.new(self._key, f"{use}:{text}".encode(), hashlib.sha256).hexdigest()
