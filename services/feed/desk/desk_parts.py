"""What the desk's routes are made from, and how each of them finds out who asks and what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.feed.desk.forms import TOKEN_FIELD, read_form, require_own_origin
from services.feed.desk.pages import page
from services.feed.desk.visitor import Doorkeeper, Visitor
from services.feed.ops.sampler import Sampler
from shared.clock import Clock
from shared.problems import Problem


@dataclass(frozen=True)
class DeskParts:
    """Everything that the routes use."""

    doorkeeper: Doorkeeper
    sampler: Sampler
    clock: Clock
    public_url: str

    async def visitor(self, request: Request) -> Visitor:
        """Return who may look."""
        return await self.doorkeeper.visitor(request, self.clock.now())

    async def form_of(self, request: Request, visitor: Visitor) -> Mapping[str, str]:
        """Return the form that a person sent from a page of this very session; otherwise raise the 403.

        A program has no form: what it may do it does through the API.
        """
        if visitor.session is None:
            raise Problem(403, "Forms are for people with a session; programs use the API.")
        require_own_origin(request, self.public_url)
        form = await read_form(request)
        if not self.doorkeeper.seal.is_form_token(visitor.session, form.get(TOKEN_FIELD, "")):
            raise Problem(403, "This form belongs to another session: load its page again, and repeat.")
        return form

    def page(self, request: Request, template: str, visitor: Visitor, **shown: Any) -> HTMLResponse:
        """Return a page for a visitor."""
        token = self.doorkeeper.seal.form_token(visitor.session) if visitor.session else ""
        return page(request, template, visitor=visitor, form_token=token, **shown)
