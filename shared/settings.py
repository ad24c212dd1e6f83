"""Settings plumbing: `NEWSWIRE_*` from the environment or `.env`, read once at the start of a process.

Each service has a small class of its own beside its code; this module holds what they share, and refuses
what no part of Newswire knows, so that a typing error never becomes a silent default.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_PREFIX = "NEWSWIRE_"
ENV_FILE = ".env"

KNOWN_NAMES = frozenset(
    ENV_PREFIX + name
    for name in (
        "REDIS_URL",
        "DATA_DIR",
        "PARTITIONS",
        "TIMEZONE",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "OTLP_ENDPOINT",
        "INGEST_HOST",
        "INGEST_PORT",
        "INGEST_TOKEN",
        "API_RATE_LIMIT",
        "INGEST_RATE_LIMIT",
        "FEED_HOST",
        "FEED_PORT",
        "ADMIN_TOKEN",
        "READ_TOKEN",
        "PUBLIC_URL",
        "PUBLISHER_NAME",
        "PUBLISHER_URL",
        "PUBLISHER_DESCRIPTION",
        "ALLOW_PRIVATE_ENDPOINTS",
        "RETRY_SCHEDULE",
        "KEEP_DELIVERED_DAYS",
        "KEEP_DEAD_DAYS",
        "KEEP_EVENTS_DAYS",
        "SECRETS_KEY",
        "SECRET_OVERLAP_HOURS",
    )
)
"""Every setting of every process; a test holds it equal to the settings classes and to the README."""


class SettingsError(Exception):
    """The settings cannot be used; the message names each bad one and what it should be."""


class SharedSettings(BaseSettings):
    """What every process needs to know."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    redis_url: str | None = None
    data_dir: Path = Path(".newswire")
    partitions: Annotated[int, Field(ge=1, le=64)] = 1
    timezone: str = "UTC"
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = None
    """Where traces go: the base of a collector's OTLP/HTTP address."""

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _http_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError(
                "must be the http or https address of a collector, such as http://127.0.0.1:4318"
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                "must be a name of the IANA time zone database, such as Europe/Berlin"
            ) from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which a date without a time means midnight."""
        return ZoneInfo(self.timezone)


S = TypeVar("S", bound=BaseSettings)


def read_settings(settings_class: type[S], overrides: Mapping[str, object] | None = None) -> S:
    """Return the settings of one process.

    `overrides` (from a command line) win over the environment, and that over `.env`. Raises `SettingsError`
    with one sentence for everything that is unknown or bad.
    """
    unknown = _unknown_names([*os.environ, *dotenv_values(ENV_FILE)])
    if unknown:
        raise SettingsError(f"Unknown setting {', '.join(unknown)}: see the table of settings in the README.")
    try:
        return settings_class(**(overrides or {}))  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("; ".join(_complaint(e["loc"], e["msg"]) for e in error.errors())) from None


def _unknown_names(names: Iterable[str]) -> list[str]:
    return sorted({n for n in names if n.upper().startswith(ENV_PREFIX)} - KNOWN_NAMES)


def _complaint(location: tuple[int | str, ...], message: str) -> str:
    name = ENV_PREFIX + str(location[0]).upper() if location else "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"
