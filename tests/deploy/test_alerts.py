"""The alert rules: each fires when it must and not when it must not, and says where to read on."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.exposed import exposed_metrics
from tests.installed import command, require

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy/prometheus/alerts.yml"
CASES_FILE = ROOT / "tests/deploy/alerts_test.yml"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in RULES]


def promtool(*words: object) -> None:
    """Run it, and fail with what it says."""
    require("promtool", command("promtool", "prometheus"))
    ended = subprocess.run(
        ["promtool", *map(str, words)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_prometheus_takes_its_configuration_and_the_rules() -> None:
    promtool("check", "config", "deploy/prometheus/prometheus.yml")
    assert (
        "alerts.yml" in yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["rule_files"]
    )


def test_every_alert_fires_when_it_must_and_not_when_it_must_not() -> None:
    promtool("test", "rules", CASES_FILE)


def test_every_alert_has_a_case_of_each_sort() -> None:
    cases = [
        case for test in yaml.safe_load(CASES_FILE.read_text())["tests"] for case in test["alert_rule_test"]
    ]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == set(NAMES)
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == set(NAMES)


def test_a_rule_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").write_text(FILE.read_text().replace("> 300", "> 2000000"))
    cases = CASES_FILE.read_text().replace("../../deploy/prometheus/alerts.yml", "alerts.yml")
    (tmp_path / "cases.yml").write_text(cases)
    with pytest.raises(AssertionError, match="NewswireOld"):
        promtool("test", "rules", tmp_path / "cases.yml")


def test_rules_ask_only_for_metrics_that_exist() -> None:
    asked = set(re.findall(r"newswire_\w+", " ".join(rule["expr"] for rule in RULES)))
    assert asked <= exposed_metrics()


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_every_alert_says_how_bad_it_is_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert anchor == rule["alert"].lower()
    assert f"\n## {rule['alert']}\n" in (ROOT / page).read_text()


def test_the_page_tells_of_no_other_alerts() -> None:
    assert re.findall(r"^## (\w+)", (ROOT / "docs/alerts.md").read_text(), re.MULTILINE) == NAMES
