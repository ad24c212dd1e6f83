"""The routes of the backlog on a real HTTP server on loopback, with a client."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from services.feed.operators import OperatorTokens
from services.feed.ops.metrics import backlog_registry
from services.feed.ops.routes import ops_routes
from services.feed.ops.sampler import Sampler
from shared import problems

TOKEN = "nw_a-token-of-this-test"
READ_TOKEN = "nw_a-token-that-looks"
OPERATORS = OperatorTokens(TOKEN, READ_TOKEN)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def serving(sampler: Sampler) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a sampler's backlog; the client bears no token of its own."""
    app = FastAPI()
    problems.install(app)
    registry = backlog_registry(sampler.latest, lambda: sampler.totals)
    app.include_router(ops_routes(sampler, operators=OPERATORS, registry=registry))
    async with client_of(app) as client:
        yield client


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an application on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=address) as client:
                yield client
        finally:
            server.should_exit = True
            await running
