"""Settings of the ingest service."""

from typing import Annotated

from pydantic import Field

from shared.settings import SharedSettings


class IngestSettings(SharedSettings):
    """What the ingest service needs to know beside what every process does."""

    ingest_host: str = "127.0.0.1"
    ingest_port: Annotated[int, Field(ge=1, le=65535)] = 8001
    ingest_token: Annotated[str, Field(min_length=1)] | None = None
    ingest_rate_limit: Annotated[int, Field(ge=0, le=1_000_000)] = 5000
    """Requests a second from one client address; ten seconds' worth at once, 0 for no limit."""
