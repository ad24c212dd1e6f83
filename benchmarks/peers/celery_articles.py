"""A FastAPI route that queues articles for Celery: `uvicorn benchmarks.peers.celery_articles:app`.

FastAPI names Celery for what another process does (https://fastapi.tiangolo.com/tutorial/background-tasks/)
and a plain `def` where a library blocks (https://fastapi.tiangolo.com/async/). `delay` returns when Valkey
has the task on its disk (`appendfsync always`). Nobody reads results, so they are ignored; no worker runs.
"""

import os
from datetime import datetime
from typing import Any

from celery import Celery
from fastapi import FastAPI
from pydantic import BaseModel, HttpUrl

celery = Celery("articles", broker=os.environ["PEER_BROKER"].replace("unix://", "redis+socket://"))
celery.conf.update(task_ignore_result=True)
app = FastAPI()


class Author(BaseModel):
    """Who wrote it."""

    name: str


class Article(BaseModel):
    """What is posted."""

    url: HttpUrl
    title: str
    published_at: datetime
    content_html: str
    summary: str = ""
    authors: list[Author] = []
    topics: list[str] = []


@celery.task(name="store")
def store(article: dict[str, Any]) -> None:
    """Stand for what a worker would do; only its being queued is measured."""


@app.post("/articles", status_code=202)
def accept(article: Article) -> dict[str, str]:
    """Queue one article."""
    return {"id": store.delay(article.model_dump(mode="json")).id}
