"""The Grafana dashboard shows what there is, and nothing that there is not."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.exposed import exposed_metrics
from tests.installed import command, require

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PANELS: list[dict[str, Any]] = json.loads((ROOT / "deploy/grafana/dashboards/newswire.json").read_text())[
    "panels"
]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]


def test_grafana_finds_its_source_and_its_dashboards_where_they_are_mounted() -> None:
    folder = ROOT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards/newswire.yml").read_text())["providers"]
    assert source["url"] == "http://prometheus:9090"
    volumes = COMPOSE["services"]["grafana"]["volumes"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in volumes
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_every_metric_on_the_dashboard_exists() -> None:
    shown = set(re.findall(r"(?:newswire|process)_\w+", " ".join(QUERIES)))
    assert shown <= exposed_metrics()


def test_every_query_is_one_that_prometheus_takes(tmp_path: Path) -> None:
    require("promtool", command("promtool", "prometheus"))
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(QUERIES)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    checked = ["promtool", "check", "rules", str(tmp_path / "rules.yml")]
    ended = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_no_panel_covers_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
