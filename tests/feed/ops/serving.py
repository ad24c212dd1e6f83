"""The routes of the backlog on a real HTTP server on loopback, with a client."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from services.feed.ops.metrics import backlog_registry
from services.feed.ops.routes import ops_routes
from services.feed.ops.sampler import Sampler
from shared import problems

TOKEN = "nw_a-token-of-this-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def serving(sampler: Sampler) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a sampler's backlog; the client bears no token of its own."""
    app = FastAPI()
    problems.install(app)
    app.include_router(ops_routes(sampler, admin_token=TOKEN, registry=backlog_registry(sampler.latest)))
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
