"""What the demo partner and who registers it both know, kept in the data folder for its owner alone."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

HOST = "127.0.0.1"


class DemoPartner(BaseModel):
    """Where the demo partner listens, and what its webhooks are signed with."""

    model_config = ConfigDict(frozen=True)

    port: int
    endpoint_id: str
    secret: str

    @property
    def url(self) -> str:
        """Where it takes webhooks."""
        return webhooks_url(self.port)


def webhooks_url(port: int) -> str:
    """Return where a demo partner on this port takes webhooks."""
    return f"http://{HOST}:{port}/webhooks"


def demo_file(data_dir: Path) -> Path:
    """Return where the demo partner's port and secret are kept."""
    return data_dir.absolute() / "demo-partner.json"


def read_demo_partner(path: Path) -> DemoPartner | None:
    """Return what an earlier start wrote down, None when there is nothing usable."""
    try:
        return DemoPartner.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_demo_partner(path: Path, demo: DemoPartner) -> None:
    """Write it down, never by halves (mode 0600)."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(demo.model_dump_json())
    draft.replace(path)
