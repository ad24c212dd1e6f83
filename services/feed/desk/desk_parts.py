"""What the desk's routes are made from, and how each of them finds out who asks and what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from redis.asyncio import Redis

from services.feed.consume.dead_letter_acts import DeadLetterActs
from services.feed.consume.dead_letter_search import DeadLetterSearch
from services.feed.deliveries.api_parts import ApiParts
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.errands import Errands
from services.feed.desk.forms import TOKEN_FIELD, read_form, require_own_origin
from services.feed.desk.pages import page
from services.feed.desk.remembered import Remembered
from services.feed.desk.visitor import Doorkeeper, Visitor
from services.feed.feeds.catalogue import Catalogue
from services.feed.ops.curve_store import CurveStore
from services.feed.ops.sampler import Sampler
from shared.clock import Clock
from shared.problems import Problem

_MOMENT = 1.0
"""Seconds for which what was read for one viewer is good for the others."""


@dataclass(frozen=True)
class DeskParts:
    """Everything that the routes use."""

    redis: "Redis"
    partitions: int
    doorkeeper: Doorkeeper
    sampler: Sampler
    curves: CurveStore
    letters: DeadLetterSearch
    letter_acts: DeadLetterActs
    deliveries: ApiParts
    feeds: Catalogue
    audit: AuditLog
    errands: Errands
    clock: Clock
    public_url: str
    seen: Remembered[Any] = field(default_factory=lambda: Remembered(_MOMENT))

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
        """Return a page for a visitor, which tells what was just done."""
        token = self.doorkeeper.seal.form_token(visitor.session) if visitor.session else ""
        notice = self.doorkeeper.told(request)
        answer = page(request, template, visitor=visitor, form_token=token, notice=notice, **shown)
        if notice is not None:
            self.doorkeeper.forget_notice(answer)
        return answer
