"""Settings of the feed service."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from services.feed.deliveries.retention import Retention
from services.feed.deliveries.retry_schedule import RetrySchedule
from services.feed.deliveries.secret_box import is_key
from shared.settings import SharedSettings

Network = IPv4Network | IPv6Network


class FeedSettings(SharedSettings):
    """What the feed service needs to know beside what every process does."""

    feed_host: str = "127.0.0.1"
    feed_port: Annotated[int, Field(ge=1, le=65535)] = 8000
    admin_token: Annotated[str, Field(min_length=1)] | None = None
    read_token: Annotated[str, Field(min_length=1)] | None = None
    api_rate_limit: Annotated[int, Field(ge=0, le=1_000_000)] = 1000
    public_url: str | None = None
    publisher_name: Annotated[str, Field(min_length=1)] = "Newswire"
    publisher_url: str | None = None
    publisher_description: Annotated[str, Field(max_length=500)] | None = None
    allow_private_endpoints: Annotated[tuple[Network, ...], NoDecode] = ()
    retry_schedule: Annotated[tuple[float, ...], NoDecode] = (
        *(5, 5 * 60, 30 * 60),
        *(2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600),
    )
    """Seconds from each failed attempt to the next; after the last one the delivery is dead."""
    keep_delivered_days: Annotated[float, Field(gt=0, le=3650)] = 30
    keep_dead_days: Annotated[float, Field(gt=0, le=3650)] = 90
    """How long a delivery's record stays after its last attempt, when that ended it so; and a dead letter."""
    keep_events_days: Annotated[float, Field(gt=0, le=3650)] = 7
    """How long an event stays on its stream at least; one that a group needs stays, whatever its age."""
    secrets_key: Annotated[tuple[str, ...], NoDecode] = ()
    """The keys that secrets are sealed with at rest: the first one seals, each of them opens."""
    secret_overlap_hours: Annotated[float, Field(ge=0, le=7 * 24)] = 24
    """How long the secret before a rotation goes on signing, unless the rotation says otherwise."""

    @field_validator("public_url", "publisher_url")
    @classmethod
    def _absolute_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an absolute http or https URL, such as https://news.example.org")
        return value.rstrip("/")

    @field_validator("secrets_key", mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = tuple(part.strip() for part in value.split(","))
        if not all(map(is_key, keys)):
            raise ValueError(
                "must be the base64 of 32 random bytes, as `openssl rand -base64 32` prints it "
                "(several, comma-separated: the first one seals)"
            )
        return keys

    @field_validator("allow_private_endpoints", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError as error:
            raise ValueError(f"must be networks in CIDR notation, comma-separated ({error})") from error

    @field_validator("retry_schedule", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            seconds = tuple(float(part) for part in value.split(","))
        except ValueError as error:
            raise ValueError("must be seconds, comma-separated, such as 5,300,1800") from error
        if not all(0 < step <= 30 * 24 * 3600 for step in seconds):
            raise ValueError("must be positive seconds, none above 30 days")
        return seconds

    @property
    def retention(self) -> Retention:
        """How long what was sent is kept."""
        return Retention(
            delivered=timedelta(days=self.keep_delivered_days),
            dead=timedelta(days=self.keep_dead_days),
            schedule=RetrySchedule(self.retry_schedule),
        )

    @property
    def base_url(self) -> str:
        """The base of every link in feeds and pages, without a slash at its end."""
        host = f"[{self.feed_host}]" if ":" in self.feed_host else self.feed_host
        return self.public_url or f"http://{host}:{self.feed_port}"
