# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus, told what to scrape as the operator does by a ServiceMonitor."""

import json
import os
import re
import urllib.parse

import yaml
from fabric import PATIENCE, Failed, until

SNAKE = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
PORT = 9090


def meta(**labels):
    return {f"__meta_kubernetes_{name}": value for name, value in labels.items()}


def targets(api, namespace):
    """What discovery finds in the namespace, from the slices that the controller makes.
    Debian's Prometheus is built without that of Kubernetes."""
    services = {one["metadata"]["name"]: one["metadata"].get("labels", {})
                for one in api.list("Service", namespace)}
    found = []
    for one in api.list("EndpointSlice", namespace):
        name = one["metadata"]["labels"]["kubernetes.io/service-name"]
        labels = {"service_label_" + re.sub(r"\W", "_", key): value
                  for key, value in services[name].items()}
        found += [{"targets": [f"{end['addresses'][0]}:{port['port']}"], "labels": meta(
            **labels, namespace=namespace, service_name=name,
            endpointslice_port_name=port["name"], pod_name=end["targetRef"]["name"],
            pod_node_name=end["nodeName"])}
                  for port in one["ports"] or [] for end in one["endpoints"] or []]
    return found


def kept(label, value):
    return {"source_labels": list(meta(**{label: ""})), "regex": value,
            "action": "keep"}


def copied(label, target):
    return {"source_labels": list(meta(**{label: ""})), "target_label": target}


def job(monitor, api, token):
    """A scrape_config. The file with the token is where Prometheus runs, no pod's."""
    spec = monitor["spec"]
    endpoint, = spec["endpoints"]
    wanted = [kept("service_label_" + re.sub(r"\W", "_", name), value)
              for name, value in spec["selector"]["matchLabels"].items()]
    named = [copied("namespace", "namespace"), copied("service_name", "job"),
             copied("pod_name", "pod"), copied("service_name", "service")]
    own = [{SNAKE.get(key, key): value for key, value in rule.items()}
           for rule in endpoint["relabelings"]]
    return {
        "job_name": monitor["metadata"]["name"], "scheme": endpoint["scheme"],
        "authorization": {"credentials_file": token},
        "tls_config": {"insecure_skip_verify":
                       endpoint["tlsConfig"]["insecureSkipVerify"]},
        "static_configs": targets(api, monitor["metadata"]["namespace"]),
        "relabel_configs": [
            *wanted, kept("endpointslice_port_name", endpoint["port"]), *named, *own]}


class Prometheus:
    """In the switch's namespace, from where it reaches every node."""

    def __init__(self, cluster, account):
        self.cluster, self.account = cluster, account
        self.dir = f"{cluster.dir}/prometheus"
        self.process = None

    def start(self, monitor, rules):
        os.makedirs(self.dir)
        self.write("token", self.cluster.fresh_token(self.account))
        self.write("rules.yml", yaml.safe_dump(rules["spec"]))
        self.write("prometheus.yml", yaml.safe_dump({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [job(monitor, self.cluster.api, f"{self.dir}/token")]}))
        self.process = self.cluster.fabric.start("switch", [
            "prometheus", f"--config.file={self.dir}/prometheus.yml",
            f"--storage.tsdb.path={self.dir}/data",
            f"--web.listen-address=127.0.0.1:{PORT}"], "prometheus")
        until(PATIENCE, "Prometheus", lambda: (
            "Ready" in self.get("-/ready"), self.process.tail()))

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "w") as out:
            out.write(text)

    def get(self, path):
        return self.cluster.fabric.run(
            "switch", "curl", "-s", f"http://127.0.0.1:{PORT}/{path}", check=False)

    def ask(self, what, **words):
        """The data that its API answers with."""
        answer = json.loads(self.get(f"api/v1/{what}?{urllib.parse.urlencode(words)}"))
        if answer["status"] != "success":
            raise Failed(f"{what} {words}: {answer}")
        return answer["data"]

    def targets(self):
        return self.ask("targets", state="active")["activeTargets"]

    def query(self, expression):
        """[(labels, value), ...] as it is now."""
        return [(one["metric"], float(one["value"][1]))
                for one in self.ask("query", query=expression)["result"]]
