"""Who asks for a page of the desk: a person with a session, or a program with a token."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response

from services.feed.desk.ended_sessions import EndedSessions
from services.feed.desk.session import Session, SessionSeal
from services.feed.operators import OperatorRole, OperatorTokens
from shared.tokens import bearer

_COOKIE = "newswire-session"
_NOTICE = "newswire-notice"
_LONGEST_NOTICE = 500


class NotSignedInError(Exception):
    """A person is to sign in first."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who may look; `session` is None for a program that bears a token."""

    role: OperatorRole
    name: str
    session: Session | None = None

    @property
    def may_act(self) -> bool:
        """Whether it has the admin token."""
        return self.role is OperatorRole.ADMIN


class Doorkeeper:
    """Lets in who has a session or a token. `secure` when browsers come over https alone."""

    def __init__(self, tokens: OperatorTokens, ended: EndedSessions, *, secure: bool) -> None:
        self.tokens = tokens
        self.seal = SessionSeal(tokens)
        self._ended = ended
        self._secure = secure
        # With this prefix a browser takes the cookie over https alone, and from no other host.
        prefix = "__Host-" if secure else ""
        self._cookie, self._notice = f"{prefix}{_COOKIE}", f"{prefix}{_NOTICE}"

    async def visitor(self, request: Request, now: datetime) -> Visitor:
        """Return who asks. Raises `NotSignedInError` for a person, the 401 for a program with a bad token."""
        if "authorization" in request.headers:
            role = self.tokens.role_of(bearer(request))
            if role is None:
                raise self.tokens.limits.unknown(request)
            self.tokens.limits.known(request, role)
            return Visitor(role, f"{role.value} token")
        session = self.seal.open(request.cookies.get(self._cookie, ""), now)
        if session is None or await self._ended.has_ended(session):
            raise NotSignedInError
        return Visitor(session.role, session.name, session)

    def let_in(self, response: Response, session: Session, now: datetime) -> None:
        """Give the browser the session; it forgets it when that is over."""
        response.set_cookie(
            self._cookie,
            self.seal.seal(session),
            max_age=round((session.ends_at - now).total_seconds()),
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )

    def tell_next(self, response: Response, notice: str) -> None:
        """Have the browser's next page tell something, once."""
        response.set_cookie(
            self._notice,
            self.seal.seal_notice(notice[:_LONGEST_NOTICE]),
            max_age=60,
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )

    def told(self, request: Request) -> str | None:
        """Return what this page is to tell; a page that merely renews itself has told it already."""
        if request.headers.get("sec-fetch-dest") == "empty":
            return None
        return self.seal.open_notice(request.cookies.get(self._notice, ""))

    def forget_notice(self, response: Response) -> None:
        """Have the browser forget what it was told."""
        response.delete_cookie(self._notice, httponly=True, samesite="strict", secure=self._secure)

    async def see_out(self, response: Response, session: Session, now: datetime) -> None:
        """End the session here and in the browser."""
        await self._ended.end(session, now)
        response.delete_cookie(self._cookie, httponly=True, samesite="strict", secure=self._secure)
