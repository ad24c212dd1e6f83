"""Speak HTTP to one of the services, and turn whatever goes wrong into one plain sentence."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from services.cli.command_error import CommandError

_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_TRANSPORT_FAILURES = (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol)
_UNAUTHORISED = 401


class Service:
    """One service at its address, with the token for it."""

    def __init__(self, name: str, url: str, token: str | None = None) -> None:
        self.name = name
        self.url = url.rstrip("/")
        self.token = token
        # A proxy from the environment could not reach this machine's own loopback.
        local = urlsplit(self.url).hostname in {"127.0.0.1", "localhost", "::1"}
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(timeout=_TIMEOUT, headers=headers, trust_env=not local)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Return the answer, whatever its status; raises httpx's transport errors."""
        return self._http.request(method, f"{self.url}{path}", **request)

    def call(self, method: str, path: str, **request: Any) -> Any:
        """Return the JSON of a successful answer, None when it has no body; raises `CommandError`."""
        try:
            answer = self.send(method, path, **request)
        except _TRANSPORT_FAILURES as error:
            raise self.unreachable(error) from error
        if not answer.is_success:
            raise self.refused(answer)
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError as error:
            raise CommandError(f"What answers at {self.url} is not the {self.name} service.") from error

    def get(self, path: str, parameters: Mapping[str, str | int | None] | None = None) -> Any:
        """Return the JSON at a path; parameters that are None are left out."""
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        return self.call("GET", path, params=given)

    def post(self, path: str, body: object = None) -> Any:
        """Return the JSON answer to a JSON body, or to none."""
        return self.call("POST", path) if body is None else self.call("POST", path, json=body)

    def delete(self, path: str) -> None:
        """Remove what stands at a path."""
        self.call("DELETE", path)

    def unreachable(self, error: Exception) -> CommandError:
        """Return the sentence for a service that does not answer."""
        if isinstance(error, httpx.TimeoutException):
            return CommandError(f"The {self.name} service at {self.url} did not answer in time.")
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return CommandError(
                f"{self.url} is no address of a service: it must start with http:// or https://."
            )
        return CommandError(
            f"The {self.name} service does not answer at {self.url}: is `newswire up` running?"
        )

    def refused(self, answer: httpx.Response) -> CommandError:
        """Return the sentence for an answer that is no success."""
        if answer.status_code == _UNAUTHORISED:
            return CommandError(f"The {self.name} service refuses the token: check --token.")
        return CommandError(problem_detail(answer))


def problem_detail(answer: httpx.Response) -> str:
    """Return what an error answer says to mend (RFC 9457), in one line."""
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    detail = problem.get("detail") if isinstance(problem, dict) else None
    if not isinstance(detail, str) or detail in {"", answer.reason_phrase}:
        detail = f"{answer.request.url} answered {answer.status_code} {answer.reason_phrase}".rstrip()
    return " ".join(detail.split())
