# SPDX-License-Identifier: Apache-2.0
"""Prometheus itself reads the alerts, and fires each when it should and not before.

The histories are in tests/alerts.yaml, in the form of `promtool test rules`.
"""

import json
import shutil
import subprocess

import pytest
import yaml
from fabric import TOP


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module")
def rules():
    with open(f"{TOP}/manifests/monitoring/rules.yaml") as text:
        return yaml.safe_load(text)["spec"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, rules):
    """The rules as the operator gives them to Prometheus, and the histories."""
    path = tmp_path_factory.mktemp("rules")
    (path / "rules.yaml").write_text(yaml.safe_dump(rules))
    shutil.copy(f"{TOP}/tests/alerts.yaml", path)
    return path


def promtool(folder, *words):
    done = subprocess.run(["promtool", *words], cwd=folder, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_prometheus_takes_the_rules(folder, rules):
    count = sum(len(group["rules"]) for group in rules["groups"])
    assert f"{count} rules found" in promtool(
        folder, "check", "rules", "--lint-fatal", "rules.yaml")


def test_alerts_fire_in_their_time(folder):
    promtool(folder, "test", "rules", "alerts.yaml")


def test_each_alert_has_a_history_in_which_it_fires(rules):
    with open(f"{TOP}/tests/alerts.yaml") as text:
        tests = yaml.safe_load(text)["tests"]
    fired = {look["alertname"] for test in tests for look in test["alert_rule_test"]
             if look["exp_alerts"]}
    assert fired == {rule["alert"] for group in rules["groups"]
                     for rule in group["rules"]}


def test_a_restart_hides_no_notification(folder):
    """It begins to count anew; one that is the first of its kind is a new series."""
    with open(f"{TOP}/manifests/monitoring/lbbgp.json") as text:
        expr, = (target["expr"].replace("$instance", ".*")
                 for panel in json.load(text)["panels"] if "NOTIF" in panel["title"]
                 for target in panel["targets"])
    history = {"before": "5x30 0 0 2x20", "first": "_x32 1x20", "old": "7x60"}
    (folder / "panel.yaml").write_text(yaml.safe_dump({
        "rule_files": ["rules.yaml"], "tests": [{
            "interval": "1m",
            "input_series": [
                {"series": f'lbbgp_peer_notifications_total{{code="{code}"}}',
                 "values": values} for code, values in history.items()],
            "promql_expr_test": [{"expr": expr, "eval_time": "38m", "exp_samples": [
                {"labels": f'{{code="{code}"}}', "value": value}
                for code, value in (("before", 2), ("first", 1), ("old", 0))]}]}]}))
    promtool(folder, "test", "rules", "panel.yaml")
