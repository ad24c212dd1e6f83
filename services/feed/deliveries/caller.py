"""Who calls the partner API, found once for each request, and what that one may see and do.

Nothing of another partner is told, not even that it exists: it is 404. What only operators may do is 403.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.feed.deliveries.partner_tokens import PartnerTokens
from services.feed.operators import OperatorRole, OperatorTokens
from shared.problems import Problem
from shared.tokens import bearer


@dataclass(frozen=True)
class Caller:
    """An operator, when `partner_id` is None, or that partner. Who `only_looks` only gets here to look."""

    partner_id: str | None
    only_looks: bool = False

    def may_see(self, partner_id: str) -> bool:
        """Tell whether what belongs to this partner exists for the caller."""
        return self.partner_id in {None, partner_id}

    def require_admin(self) -> None:
        """Return when the caller is an operator; otherwise raise the 403."""
        if self.partner_id is not None:
            raise Problem(403, "This takes the admin token: a partner's own token does not reach that far.")


OPERATOR = Caller(None)
ONLOOKER = Caller(None, only_looks=True)


def identify(operators: OperatorTokens, tokens: PartnerTokens) -> Callable[[Request], Awaitable[None]]:
    """Return the guard of all routes: it finds out who calls, and answers 401 to whom it does not know."""

    async def guard(request: Request) -> None:
        token = bearer(request)
        role = operators.role_of(token)
        if role is not None:
            operators.require_right(request, role)
            request.state.caller = ONLOOKER if role is OperatorRole.READER else OPERATOR
            return
        partner_id = await tokens.partner_of(token)
        if partner_id is None:
            raise operators.limits.unknown(request)
        operators.limits.known(request, partner_id)
        request.state.caller = Caller(partner_id)

    return guard


def _caller_of(request: Request) -> Caller:
    # A route outside the guard has no caller: it fails, and tells nothing.
    caller: Caller = request.state.caller
    return caller


Calling = Annotated[Caller, Depends(_caller_of)]
"""The caller, as a parameter of a route."""
