"""Writes down what operators do through the API, the command included, beside what they do at the desk."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.feed.desk.actor import api_actor
from services.feed.desk.audit_log import AuditLog
from services.feed.operators import OperatorTokens
from services.feed.outage import leaving_undone
from shared.logs import get_logger
from shared.tokens import bearer

log = get_logger(__name__)

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_API = "/api/"
_BY_ITSELF = "/api/dead-letters/"
_DONE_BELOW = 400


class AuditedCalls:
    """Stands before an application. Calls of partners are theirs, and refused ones changed nothing."""

    def __init__(self, app: ASGIApp, audit: AuditLog, operators: OperatorTokens) -> None:
        self._app = app
        self._audit = audit
        self._operators = operators

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and write down what was done."""
        if scope["type"] != "http" or not _is_to_be_written_down(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        answered = 0

        async def noting(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
            await send(message)

        await self._app(scope, receive, noting)
        if 0 < answered < _DONE_BELOW:
            await self._write_down(Request(scope))

    async def _write_down(self, request: Request) -> None:
        role = self._operators.role_of(bearer(request))
        if role is None:
            return
        action = f"{request.method} {request.url.path}"
        # It was done and answered; the process's log has it already.
        with leaving_undone("audit.not_kept"):
            await self._audit.record(api_actor(request, role), "call", action, count=None)


def _is_to_be_written_down(method: str, path: str) -> bool:
    return method in _CHANGING and path.startswith(_API) and not path.startswith(_BY_ITSELF)
