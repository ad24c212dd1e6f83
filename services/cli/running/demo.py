"""Register the demo partner with the feed service once, and remember its port and secret for later starts."""

import socket
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from services.cli.client import Service
from services.cli.settings import ADMIN_TOKEN_FILE, CommandSettings
from shared.tokens import keep_token

DEMO_FILE = "demo-partner.json"
_NAME = "Demo outlet"
_HOST = "127.0.0.1"


class DemoPartner(BaseModel):
    """What the demo partner must know: where it listens and what its webhooks are signed with."""

    model_config = ConfigDict(frozen=True)

    port: int
    endpoint_id: str
    secret: str

    @property
    def url(self) -> str:
        """Where it takes webhooks."""
        return f"http://{_HOST}:{self.port}/webhooks"


def read_demo_partner(path: Path) -> DemoPartner | None:
    """Return what an earlier start remembered, None when there is nothing usable."""
    try:
        return DemoPartner.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def register_demo_partner(settings: CommandSettings) -> Path:
    """Make sure that the demo partner has an endpoint, and return the file with its port and secret.

    An endpoint of an earlier start is used again, at the same port if that is free. If only its secret was
    lost, it gets a new one.
    """
    path = settings.data_dir.absolute() / DEMO_FILE
    token = settings.admin_token or keep_token(settings.data_dir, ADMIN_TOKEN_FILE)
    known = read_demo_partner(path)
    port = known.port if known is not None and _is_free(known.port) else _free_port()
    with Service("feed", settings.feed_url, token) as service:
        found = _find_endpoint(service)
        if found is None:
            demo = _register(service, port)
        else:
            secret = known.secret if known is not None and known.endpoint_id == found["id"] else None
            if secret is None:
                secret = service.post(f"/api/endpoints/{found['id']}/rotate-secret")["secret"]
            demo = DemoPartner(port=port, endpoint_id=found["id"], secret=secret)
            if found["url"] != demo.url:
                service.call("PATCH", f"/api/endpoints/{demo.endpoint_id}", json={"url": demo.url})
    _remember(path, demo)
    return path


def _find_endpoint(service: Service) -> dict[str, Any] | None:
    partners = {p["id"] for p in service.get("/api/partners")["partners"] if p["name"] == _NAME}
    endpoints: list[dict[str, Any]] = service.get("/api/endpoints")["endpoints"]
    return next((e for e in endpoints if e["partner_id"] in partners), None)


def _register(service: Service, port: int) -> DemoPartner:
    partners = service.get("/api/partners")["partners"]
    partner = next((p for p in partners if p["name"] == _NAME), None)
    partner = partner or service.post("/api/partners", {"name": _NAME})
    url = DemoPartner(port=port, endpoint_id="", secret="").url
    endpoint = service.post(f"/api/partners/{partner['id']}/endpoints", {"url": url})
    return DemoPartner(port=port, endpoint_id=endpoint["id"], secret=endpoint["secret"])


def _remember(path: Path, demo: DemoPartner) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(demo.model_dump_json())
    draft.replace(path)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
