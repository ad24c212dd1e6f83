"""Register the demo partner with the feed service, once."""

import socket
from typing import Any

from services.cli.client import Service
from services.cli.running.demo_state import (
    HOST,
    DemoPartner,
    demo_file,
    read_demo_partner,
    webhooks_url,
    write_demo_partner,
)
from services.cli.settings import CommandSettings

_NAME = "Demo outlet"


def register_demo_partner(settings: CommandSettings) -> DemoPartner:
    """Make sure that the demo partner has an endpoint, and write its port and secret down.

    An endpoint of an earlier start is used again, at the same port if that is free. If only its secret was
    lost, it gets a new one.
    """
    path = demo_file(settings.data_dir)
    known = read_demo_partner(path)
    port = known.port if known is not None and _is_free(known.port) else _free_port()
    with Service("feed", settings.feed_url, settings.known_admin_token()) as service:
        found = _find_endpoint(service)
        demo = _register(service, port) if found is None else _use_again(service, found, known, port)
    write_demo_partner(path, demo)
    return demo


def _find_endpoint(service: Service) -> dict[str, Any] | None:
    partners = {p["id"] for p in service.get("/api/partners")["partners"] if p["name"] == _NAME}
    endpoints: list[dict[str, Any]] = service.get("/api/endpoints")["endpoints"]
    return next((e for e in endpoints if e["partner_id"] in partners), None)


def _register(service: Service, port: int) -> DemoPartner:
    partners = service.get("/api/partners")["partners"]
    partner = next((p for p in partners if p["name"] == _NAME), None)
    partner = partner or service.post("/api/partners", {"name": _NAME})
    endpoint = service.post(f"/api/partners/{partner['id']}/endpoints", {"url": webhooks_url(port)})
    return DemoPartner(port=port, endpoint_id=endpoint["id"], secret=endpoint["secret"])


def _use_again(
    service: Service, endpoint: dict[str, Any], known: DemoPartner | None, port: int
) -> DemoPartner:
    path = f"/api/endpoints/{endpoint['id']}"
    if known is not None and known.endpoint_id == endpoint["id"]:
        secret = known.secret
    else:
        secret = service.post(f"{path}/rotate-secret")["secret"]
    demo = DemoPartner(port=port, endpoint_id=endpoint["id"], secret=secret)
    if endpoint["url"] != demo.url:
        service.call("PATCH", path, json={"url": demo.url})
    return demo


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
