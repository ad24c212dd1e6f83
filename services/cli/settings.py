"""Settings of the `newswire` command: where the services are and with which tokens it speaks to them."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from services.cli.command_error import CommandError
from shared.kept_tokens import kept_token
from shared.settings import SharedSettings, read_settings

ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 - the name of a file
READ_TOKEN_FILE = "read-token"  # noqa: S105 - the name of a file
INGEST_TOKEN_FILE = "ingest-token"  # noqa: S105 - the name of a file

Port = Annotated[int, Field(ge=1, le=65535)]

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised here, nothing is bound
"""A service that listens on every address is reached on loopback from the same machine."""


class CommandSettings(SharedSettings):
    """What the command needs to know beside what every process does."""

    feed_host: str = "127.0.0.1"
    feed_port: Port = 8000
    ingest_host: str = "127.0.0.1"
    ingest_port: Port = 8001
    admin_token: str | None = None
    read_token: str | None = None
    ingest_token: str | None = None
    public_url: str | None = None
    allow_private_endpoints: str = ""

    @property
    def feed_url(self) -> str:
        """Where the feed service answers on this machine."""
        return _local_url(self.feed_host, self.feed_port)

    @property
    def ingest_url(self) -> str:
        """Where the ingest service answers on this machine."""
        return _local_url(self.ingest_host, self.ingest_port)

    def known_admin_token(self) -> str:
        """Return the admin token that is set, else the one in the data folder."""
        return self.admin_token or _kept(self.data_dir / ADMIN_TOKEN_FILE, "admin", "NEWSWIRE_ADMIN_TOKEN")

    def known_ingest_token(self) -> str:
        """Return the ingest token that is set, else the one in the data folder."""
        return self.ingest_token or _kept(
            self.data_dir / INGEST_TOKEN_FILE, "ingest", "NEWSWIRE_INGEST_TOKEN"
        )


def read_command_settings(data_dir: Path | None = None) -> CommandSettings:
    """Return the settings; a data folder from the command line wins over the one that is set."""
    return read_settings(CommandSettings, None if data_dir is None else {"data_dir": data_dir})


def _local_url(host: str, port: int) -> str:
    name = _EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _kept(path: Path, name: str, setting: str) -> str:
    if not path.exists():
        raise CommandError(
            f"No {name} token: give --token, set {setting}, or name the data folder that holds it "
            f"({path} does not exist)."
        )
    return kept_token(path)
