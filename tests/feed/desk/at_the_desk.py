"""The desk on a real HTTP server, and a person in front of it: signs in, reads pages, sends their forms."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx
from fastapi import FastAPI
from lxml import etree
from redis.asyncio import Redis

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.api_parts import api_parts
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.desk.errands import Errands
from services.feed.desk.making import make_desk
from services.feed.feeds.catalogue import Catalogue
from services.feed.feeds.directory import Directory
from services.feed.ops.curve_store import CurveStore
from services.feed.ops.sampler import Sampler
from shared import problems
from tests.builders import HandClock
from tests.feed.deliveries.delivery_builders import A_BOX
from tests.feed.ops.serving import OPERATORS, READ_TOKEN, TOKEN, client_of

__all__ = ["READ_TOKEN", "TOKEN", "Page", "Person", "a_desk"]

Fields = dict[str, str]


@dataclass
class Page:
    """A page as a person sees it."""

    answer: httpx.Response
    html: Any = field(init=False)

    def __post_init__(self) -> None:
        """Read it, strictly."""
        self.html = etree.HTML(self.answer.text, etree.HTMLParser(recover=False))

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def title(self) -> str:
        return str(self.html.xpath("string(//h1)")).strip()

    @property
    def text(self) -> str:
        return " ".join(str(self.html.xpath("string(//main)")).split())

    def links(self) -> dict[str, str]:
        return {a.xpath("string()").strip(): a.get("href") for a in self.html.xpath("//a")}

    def rows(self, table: int = 0) -> list[dict[str, str]]:
        """Return a table's rows by the names of their columns; the head of a row is under ``."""
        found = self.html.xpath("//table")[table].xpath(".//tbody/tr")
        return [
            {
                cell.get("data-name", ""): " ".join(cell.xpath("string()").split())
                for cell in row.xpath("th | td")
            }
            for row in found
        ]

    def form(self, button: str) -> tuple[str, Fields]:
        """Return where the form with this button goes, and what it holds."""
        (form,) = self.html.xpath(f"//form[.//button[normalize-space()='{button}']]")
        fields = {
            one.get("name"): one.get("value", "") for one in form.xpath(".//input[@name] | .//button[@name]")
        }
        return str(form.get("action", "")), fields


@dataclass
class Person:
    """Somebody with a browser."""

    client: httpx.AsyncClient
    clock: HandClock
    errands: Errands

    @property
    def origin(self) -> str:
        return str(self.client.base_url).rstrip("/")

    async def get(self, path: str, **headers: str) -> Page:
        return Page(await self.client.get(path, headers={"Accept": "text/html", **headers}))

    async def post(self, path: str, fields: Fields, **headers: str) -> httpx.Response:
        told = {"Accept": "text/html", "Origin": self.origin, **headers}
        return await self.client.post(path, data=fields, headers=told)

    async def send(self, page: Page, button: str, **changed: str) -> httpx.Response:
        """Press a button of a page."""
        action, fields = page.form(button)
        return await self.post(urljoin(str(page.answer.url), action), fields | changed)

    async def follow(self, answer: httpx.Response) -> Page:
        """Go where an answer sends the browser."""
        assert answer.status_code == 303, answer.text
        return await self.get(urljoin(str(answer.url), answer.headers["location"]))

    async def sign_in(self, token: str = TOKEN, name: str = "Ana") -> httpx.Response:
        return await self.post("/ops/login", {"token": token, "name": name})


@asynccontextmanager
async def a_desk(
    redis: Redis, sampler: Sampler, *, public_url: str = "http://desk.example", partitions: int = 1
) -> AsyncIterator[Person]:
    """Serve the desk; whoever stands in front of it is not signed in yet."""
    clock = HandClock()
    desk = make_desk(
        redis,
        partitions,
        OPERATORS,
        sampler=sampler,
        curves=CurveStore(redis, clock),
        deliveries=api_parts(
            redis, Registry(redis, A_BOX), DeliveryQueue(redis), clock, rules=AddressRules(())
        ),
        feeds=Catalogue(Directory(redis, partitions)),
        clock=clock,
        public_url=public_url,
    )
    app = FastAPI()
    problems.install(app)
    for routes in desk.routes:
        app.include_router(routes)
    async with client_of(app) as client:
        yield Person(client, clock, desk.errands)
