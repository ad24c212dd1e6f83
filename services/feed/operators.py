"""Who operates this installation: whoever has the admin token, and who only looks, with the read token."""

from dataclasses import dataclass, field
from enum import StrEnum

from fastapi import Request

from shared.call_limits import CallLimits
from shared.problems import Problem
from shared.tokens import bearer, same_token

_LOOKING = frozenset({"GET", "HEAD"})


class OperatorRole(StrEnum):
    """What an operator may do."""

    ADMIN = "admin"
    """Everything."""
    READER = "reader"
    """See everything and change nothing."""


@dataclass(frozen=True)
class OperatorTokens:
    """The tokens of one installation. Without `read` nobody has the right to look alone."""

    admin: str
    read: str | None = None
    limits: CallLimits = field(default_factory=lambda: CallLimits(0))
    """How often who bears them, a partner's token, or none of ours may call."""

    def role_of(self, token: str) -> OperatorRole | None:
        """Return what the bearer of a token may do, None when it is no token of ours."""
        if same_token(token, self.admin):
            return OperatorRole.ADMIN
        if self.read is not None and same_token(token, self.read):
            return OperatorRole.READER
        return None

    def require(self, request: Request) -> OperatorRole:
        """Return the role of who asks, once it may do this; otherwise raise the 401 or 403 that says why."""
        role = self.role_of(bearer(request))
        if role is None:
            raise self.limits.unknown(request)
        return self.require_right(request, role)

    def require_right(self, request: Request, role: OperatorRole) -> OperatorRole:
        """Return the role when it may make this request now; otherwise raise the 403 or 429."""
        self.limits.known(request, role)
        if role is OperatorRole.READER and request.method not in _LOOKING:
            raise Problem(403, "This takes the admin token: the read token only looks.")
        return role
