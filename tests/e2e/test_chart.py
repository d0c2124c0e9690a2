# SPDX-License-Identifier: Apache-2.0
"""The chart gives a cluster what the kustomization gives it, by Helm itself."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml
from book import block
from fabric import TOP, temporary_fabric
from kube import KubeCluster, kubernetes_dirs

CHART = f"{TOP}/manifests/chart"
NAMESPACE = "lbbgp-system"
IMAGE = "registry.example.com/lbbgp"
BLOCK = re.compile(r"```bash\n(.*?)```\n", re.S)
OF_HELM = {"app.kubernetes.io/managed-by", "helm.sh/chart"}


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module")
def tools():
    """An environment with Helm and kubectl, and no settings of anybody's."""
    return {**os.environ, "PATH": f"{kubernetes_dirs()}:{os.environ['PATH']}",
            "HELM_CACHE_HOME": "/nonexistent", "HELM_CONFIG_HOME": "/nonexistent",
            "HELM_DATA_HOME": "/nonexistent", "KUBECONFIG": "/nonexistent"}


@pytest.fixture
def helm(tools):
    """helm(WORD...): what it prints, with the code it ends with."""
    def run(*words):
        done = subprocess.run(["helm", *words], env=tools, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout, done.stderr
    return run


@pytest.fixture
def template(helm):
    """Objects by kind, namespace and name, with these values."""
    def run(*words, values=None):
        for name, value in (values or {}).items():
            words += ("--set-json", f"{name}={json.dumps(value)}")
        code, out, err = helm("template", "lbbgp", CHART, "--include-crds",
                              "--namespace", NAMESPACE, *words)
        assert code == 0, err
        return by_name(out)
    return run


def by_name(text):
    objects = {}
    for obj in yaml.safe_load_all(text):
        if obj is None:
            continue
        meta = obj["metadata"]
        key = obj["kind"], meta.get("namespace"), meta["name"]
        assert key not in objects, f"{key} is there twice"
        objects[key] = obj
    return objects


def kustomized(tools, path):
    return by_name(subprocess.run(["kubectl", "kustomize", path], env=tools, text=True,
                                  check=True, stdout=subprocess.PIPE).stdout)


def containers(objects, kind, name):
    spec = objects[kind, NAMESPACE, name]["spec"]["template"]["spec"]
    return spec, spec["containers"][0]


def test_lint_has_nothing_to_say(helm):
    code, out, err = helm("lint", "--strict", "--namespace", NAMESPACE, CHART)
    assert code == 0, out + err
    assert not re.search(r"WARNING|ERROR|Fail", out + err), out + err


def test_chart_and_kustomization_give_the_same(template, tools):
    ours = kustomized(tools, f"{TOP}/manifests")
    del ours["Namespace", None, NAMESPACE]      # Helm's, or somebody's before it
    chart = template()
    assert chart.keys() == ours.keys()
    for key, obj in chart.items():
        labels = obj["metadata"].get("labels", {})
        assert key[0] == "CustomResourceDefinition" or OF_HELM <= labels.keys(), key
        for label in OF_HELM & labels.keys():
            del labels[label]
        mine = ours[key]
        if key[0] == "CustomResourceDefinition":  # Helm takes them as they are
            mine["metadata"].pop("labels"), obj["metadata"].pop("labels")
        assert obj == mine, key


def test_version_is_the_one_of_the_source(template, tools):
    with open(f"{TOP}/configure.ac") as source:
        version = re.search(r"AC_INIT\(\[lbbgp\], \[(.*?)\]", source.read())[1]
    with open(f"{CHART}/Chart.yaml") as text:
        chart = yaml.safe_load(text)
    assert (chart["version"], chart["appVersion"]) == (version, version)
    for objects in template(), kustomized(tools, f"{TOP}/manifests"):
        labels = objects["DaemonSet", NAMESPACE, "lbbgp-bgpd"]["metadata"]["labels"]
        assert labels["app.kubernetes.io/version"] == version
        image = containers(objects, "DaemonSet", "lbbgp-bgpd")[1]["image"]
        assert image == f"localhost/lbbgp:{version}"


def test_everything_is_labelled(tools):
    for key, obj in kustomized(tools, f"{TOP}/manifests").items():
        labels = obj["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == "lbbgp", key
        assert labels["app.kubernetes.io/part-of"] == "lbbgp", key


def differences(mine, without):
    """What is added to objects, and which of them are others."""
    assert without.keys() <= mine.keys()
    return ({key: mine[key] for key in mine.keys() - without.keys()},
            {key: mine[key] for key in without if mine[key] != without[key]})


@pytest.fixture
def component(tools, tmp_path):
    """component(NAME): what it adds to the kustomization, and what it changes."""
    def run(name):
        (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({
            "resources": [os.path.relpath(f"{TOP}/manifests", tmp_path)],
            "components": [os.path.relpath(f"{TOP}/manifests/{name}", tmp_path)]}))
        return differences(kustomized(tools, tmp_path),
                           kustomized(tools, f"{TOP}/manifests"))
    return run


def test_component_denies_the_rest_of_the_namespace(component):
    added, changed = component("network-policy")
    assert added.keys() == {("NetworkPolicy", NAMESPACE, "lbbgp-deny")}
    assert not changed
    spec = added["NetworkPolicy", NAMESPACE, "lbbgp-deny"]["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


HTTPS_ADDS = {("ClusterRole", None, "lbbgp-metrics-auth"),
              ("ClusterRole", None, "lbbgp-metrics-reader"),
              ("ClusterRoleBinding", None, "lbbgp-metrics-auth"),
              ("Service", NAMESPACE, "lbbgp-allocator")}
HTTPS_CHANGES = {("DaemonSet", NAMESPACE, "lbbgp-bgpd"),
                 ("Deployment", NAMESPACE, "lbbgp-allocator"),
                 ("NetworkPolicy", NAMESPACE, "lbbgp-allocator"),
                 ("Service", NAMESPACE, "lbbgp-bgpd")}


def listening(container):
    """Ports of --metrics-https, and of those the one that others may name."""
    found = [a.partition("=")[2] for a in container["args"]
             if a.startswith("--metrics-https=")]
    return int(found[0].rpartition(":")[2]), container.get("ports")


def test_component_serves_metrics_by_https(component):
    added, changed = component("metrics-https")
    assert (added.keys(), changed.keys()) == (HTTPS_ADDS, HTTPS_CHANGES)

    _, allocator = containers(changed, "Deployment", "lbbgp-allocator")
    port, named = listening(allocator)
    assert "--metrics=off" in allocator["args"]
    assert named == [{"name": "metrics-https", "containerPort": port}]
    for probe in "readinessProbe", "livenessProbe":
        ask = allocator[probe]["httpGet"]
        assert (ask["scheme"], ask["port"]) == ("HTTPS", "metrics-https")
    ingress = changed["NetworkPolicy", NAMESPACE, "lbbgp-allocator"]["spec"]["ingress"]
    assert ingress == [{"ports": [{"protocol": "TCP", "port": "metrics-https"}]}]
    service = added["Service", NAMESPACE, "lbbgp-allocator"]["spec"]
    assert service["ports"] == [{"name": "metrics-https", "port": port}]

    _, daemon = containers(changed, "DaemonSet", "lbbgp-bgpd")
    port, _ = listening(daemon)
    assert f"--metrics-https=$(HOST_IP):{port}" in daemon["args"]
    assert {"name": "HOST_IP", "valueFrom": {"fieldRef": {
        "fieldPath": "status.hostIP"}}} in daemon["env"]
    service = changed["Service", NAMESPACE, "lbbgp-bgpd"]["spec"]
    assert {"name": "metrics-https", "port": port} in service["ports"]

    accounts = {s["name"] for s in added[
        "ClusterRoleBinding", None, "lbbgp-metrics-auth"]["subjects"]}
    assert accounts == {containers(changed, *key)[0]["serviceAccountName"]
                        for key in (("Deployment", "lbbgp-allocator"),
                                    ("DaemonSet", "lbbgp-bgpd"))}


def test_component_monitors_both_programs(component, tools):
    added, changed = component("monitoring")
    assert added.keys() - HTTPS_ADDS == {
        ("ServiceMonitor", NAMESPACE, "lbbgp"),
        ("PrometheusRule", NAMESPACE, "lbbgp"),
        ("ConfigMap", NAMESPACE, "lbbgp-dashboards")}
    assert changed.keys() == HTTPS_CHANGES
    monitor = added["ServiceMonitor", NAMESPACE, "lbbgp"]["spec"]
    endpoint, = monitor["endpoints"]
    assert endpoint["scheme"] == "https"
    assert {rule["action"] for rule in endpoint["relabelings"]} == {"replace"}, \
        "the CRD's default, which GitOps tools else report as a difference"
    for objects, name in ((added, "lbbgp-allocator"), (changed, "lbbgp-bgpd")):
        service = objects["Service", NAMESPACE, name]
        assert (monitor["selector"]["matchLabels"].items()
                <= service["metadata"]["labels"].items())
        assert endpoint["port"] in [p["name"] for p in service["spec"]["ports"]]
    board = added["ConfigMap", NAMESPACE, "lbbgp-dashboards"]
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(board["data"]["lbbgp.json"])["title"] == "lbbgp"


def test_component_gives_rights_for_node_readiness(component):
    added, changed = component("node-readiness")
    assert added.keys() == {
        *((kind, None, name) for kind in ("ClusterRole", "ClusterRoleBinding")
          for name in ("lbbgp-readiness", "lbbgp-silence")),
        *((f"ValidatingAdmissionPolicy{part}", None, f"lbbgp-{whose}-node-condition")
          for part in ("", "Binding") for whose in ("own", "silent"))}
    assert not changed


@pytest.mark.parametrize("name,value", [("monitoring", "monitoring"),
                                        ("metrics-https", "metricsHTTPS"),
                                        ("node-readiness", "nodeReadiness")])
def test_values_of_the_chart_are_the_component(component, template, name, value):
    values = {f"{value}.enabled": True, "monitoring.labels": {"release": "mine"}}
    ours = component(name)
    theirs = differences(template(values=values), template())
    for mine, objects in zip(ours, theirs):
        assert mine.keys() == objects.keys()
        for key, obj in objects.items():
            labels = obj["metadata"]["labels"]
            assert labels.pop("release", None) == (
                "mine" if key[0] in ("ServiceMonitor", "PrometheusRule") else None)
            assert labels.pop("app.kubernetes.io/version")
            mine[key]["metadata"]["labels"].pop("app.kubernetes.io/version", None)
            for label in OF_HELM:
                del labels[label]
            assert obj == mine[key], key


def test_certificate_and_readers_of_metrics_arrive(template):
    values = {"metricsHTTPS.certificateSecret": "metrics-tls",
              "metricsHTTPS.readers": [{"namespace": "monitoring", "name": "prom"}]}
    assert template(values=values) == template(), "it is off"
    objects = template(values={**values, "metricsHTTPS.enabled": True})
    for key in ("Deployment", "lbbgp-allocator"), ("DaemonSet", "lbbgp-bgpd"):
        pod, container = containers(objects, *key)
        assert "--metrics-certificate=/certificate" in container["args"]
        assert {"name": "certificate", "mountPath": "/certificate",
                "readOnly": True} in container["volumeMounts"]
        assert {"name": "certificate",
                "secret": {"secretName": "metrics-tls"}} in pod["volumes"]
    binding = objects["ClusterRoleBinding", None, "lbbgp-metrics-reader"]
    assert binding["roleRef"]["name"] == "lbbgp-metrics-reader"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "prom",
                                    "namespace": "monitoring"}]


def test_runbooks_are_where_the_docs_are(template):
    at = "https://git.example.com/lbbgp/doc/"
    rules = template(values={"monitoring.enabled": True, "monitoring.docs": at})[
        "PrometheusRule", NAMESPACE, "lbbgp"]["spec"]
    found = [rule["annotations"]["runbook_url"]
             for group in rules["groups"] for rule in group["rules"]]
    assert len(found) > 10
    assert all(url.startswith(f"{at}alerts.md#lbbgp") for url in found)


def leaves(values, schema, path=""):
    """Each value with what the schema says of it."""
    assert values.keys() == schema["properties"].keys() - {"global"}, path
    assert schema["additionalProperties"] is False, path
    for name, value in values.items():
        of = schema["properties"][name]
        if isinstance(value, dict) and "properties" in of and name != "resources":
            yield from leaves(value, of, f"{path}{name}.")
        else:
            yield f"{path}{name}", of


def test_schema_knows_the_values_and_no_others():
    with open(f"{CHART}/values.yaml") as values, \
            open(f"{CHART}/values.schema.json") as schema:
        names = dict(leaves(yaml.safe_load(values), json.load(schema)))
    with open(f"{TOP}/doc/install.md") as page:
        told = set(re.findall(r"^\| `([\w.]+)` \|", page.read(), re.M))
    assert told == names.keys()


def test_no_value_is_a_secret(template):
    assert not [key for key in template() if key[0] == "Secret"]
    with open(f"{CHART}/values.schema.json") as schema:
        names = re.findall(r'"(\w+)": \{', schema.read())
    assert not [n for n in names
                if re.search("password|token|credential|key$", n, re.I)]


@pytest.mark.parametrize("name,value,told", [
    ("allocator.replica", 3, "replica"),
    ("allocator.replicas", 0, "replicas"),
    ("allocator.defaultClass", "no", "defaultClass"),
    ("allocator.extraArgs", ["5"], "extraArgs"),
    ("bgpd.maxUnavailable", "0%", "maxUnavailable"),
    ("bgpd.maxUnavailable", 0, "maxUnavailable"),
    ("bgpd.nodeSelector", {"rack": 1}, "rack"),
    ("image.digest", "sha256:12", "digest"),
    ("image.pullPolicy", "Sometimes", "pullPolicy"),
    ("imagePullSecrets", [{"name": "a", "password": "b"}], "password"),
    ("passwords", {"tor": "secret"}, "passwords"),
    ("metricsHTTPS.certificateSecret", "A b", "certificateSecret"),
    ("metricsHTTPS.readers", [{"name": "prom"}], "namespace"),
    ("monitoring.docs", "https://git.example.com/lbbgp/doc", "docs"),
])
def test_bad_value_is_refused_by_name(helm, name, value, told):
    code, out, err = helm("template", "lbbgp", CHART, "--namespace", NAMESPACE,
                          "--set-json", f"{name}={json.dumps(value)}")
    assert code != 0 and out == ""
    assert "values don't meet the specifications of the schema" in err
    assert told in err


@pytest.mark.parametrize("namespace,words,told", [
    ("other", [], "namespace other: the class lbbgp.io/lbbgp is that of lbbgp-system"),
    (NAMESPACE, ["--set", "class=lbbgp.io/b"],
     "class lbbgp.io/b: lbbgp-system is for the class lbbgp.io/lbbgp"),
    ("other", ["--set", "class=example.com/b"], "at '/class': 'example.com/b'"),
])
def test_class_of_another_namespace_is_refused(helm, namespace, words, told):
    code, _, err = helm("template", "lbbgp", CHART, "--namespace", namespace, *words)
    assert code != 0
    assert told in err


@pytest.fixture
def second_with(tools, tmp_path):
    """second_with(COMPONENT...): the kustomization of doc/install.md for another lbbgp,
    with more components."""
    with open(f"{TOP}/doc/install.md") as page:
        blocks = re.findall(r"```yaml\n(.*?)```\n", page.read(), re.S)
    files = [block for block in blocks if "second" in block]
    assert len(files) == 2, "kustomization.yaml and instance.yaml"
    shutil.copytree(f"{TOP}/manifests", tmp_path / "manifests")
    shutil.copytree(f"{TOP}/crd", tmp_path / "crd")
    (tmp_path / "second").mkdir()
    for name, text in zip(["kustomization.yaml", "instance.yaml"], files):
        (tmp_path / "second" / name).write_text(text)

    def run(*components):
        path = tmp_path / "second" / "kustomization.yaml"
        mine = yaml.safe_load(files[0])
        mine["components"] = [f"../manifests/{name}" for name in components
                              ] + mine["components"]
        path.write_text(yaml.safe_dump(mine))
        return kustomized(tools, path.parent)
    return run


@pytest.fixture
def second(second_with):
    return second_with()


def test_second_instance_fights_over_no_object(second, tools):
    first = kustomized(tools, f"{TOP}/manifests")
    assert not first.keys() & second.keys()
    assert NAMESPACE not in json.dumps(list(second.values()))
    for kind, name in ("Deployment", "lbbgp-allocator"), ("DaemonSet", "lbbgp-bgpd"):
        args = second[kind, "lbbgp-second", name]["spec"]["template"]["spec"][
            "containers"][0]["args"]
        assert args[:2] == ["--namespace=lbbgp-second", "--class=lbbgp.io/second"]
    namespace = second["Namespace", None, "lbbgp-second"]["metadata"]
    assert namespace["annotations"] == {"lbbgp.io/class": "lbbgp.io/second"}


@pytest.mark.parametrize("name", ["metrics-https", "monitoring", "network-policy",
                                  "node-readiness"])
def test_second_instance_has_a_component_of_its_own(second_with, component, name):
    first, _ = component(name)
    second = second_with(name)
    assert not first.keys() & second.keys()
    assert NAMESPACE not in json.dumps(list(second.values()))
    kinds = {kind for kind, _, _ in second}
    assert ("ServiceMonitor" in kinds) == (name == "monitoring")
    assert not kinds & {"PrometheusRule", "ConfigMap"}, "of both, and the first's"


@pytest.mark.parametrize("name,value", [("", "monitoring.enabled=false"),
                                        ("metrics-https", "metricsHTTPS.enabled=true"),
                                        ("node-readiness",
                                         "nodeReadiness.enabled=true"),
                                        ("monitoring", "monitoring.enabled=true")])
def test_chart_and_component_give_the_same_second_instance(
        second_with, helm, name, value):
    code, out, err = helm(
        "template", "lbbgp", CHART, "--namespace", "lbbgp-second", "--set",
        "class=lbbgp.io/second", "--set", value)
    assert code == 0, err
    second = second_with(*filter(None, [name]))
    del second["Namespace", None, "lbbgp-second"]
    chart = by_name(out)
    assert chart.keys() == second.keys()
    for key, obj in chart.items():
        for label in OF_HELM:
            del obj["metadata"]["labels"][label]
        for labels in obj["metadata"]["labels"], second[key]["metadata"]["labels"]:
            labels.pop("app.kubernetes.io/version", None)   # components have none
        assert obj == second[key], key


def test_values_arrive(template):
    digest = "sha256:" + "0a" * 32
    resources = {"limits": {"memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}
    objects = template(values={
        "image.repository": IMAGE, "image.digest": digest,
        "image.pullPolicy": "Always", "imagePullSecrets": [{"name": "registry"}],
        "allocator.replicas": 3, "allocator.defaultClass": False,
        "allocator.extraArgs": ["--cooldown=0"], "allocator.resources": resources,
        "bgpd.extraArgs": ["--log-level=debug"], "bgpd.maxUnavailable": "10%",
        "bgpd.nodeSelector": {"rack": "7"}, "bgpd.tolerations": [],
        "bgpd.seLinuxOptions": {"type": "spc_t"},
        "networkPolicy.enabled": False, "aggregateRoles.enabled": False})
    image = f"{IMAGE}@{digest}"

    deployment = objects["Deployment", NAMESPACE, "lbbgp-allocator"]["spec"]
    pod, container = containers(objects, "Deployment", "lbbgp-allocator")
    assert deployment["replicas"] == 3
    assert container["image"] == image
    assert container["imagePullPolicy"] == "Always"
    assert container["resources"] == resources
    assert container["args"] == ["--source", "kube", "--default-class=false",
                                 "--cooldown=0"]
    assert pod["imagePullSecrets"] == [{"name": "registry"}]

    update = objects["DaemonSet", NAMESPACE, "lbbgp-bgpd"]["spec"]["updateStrategy"]
    pod, container = containers(objects, "DaemonSet", "lbbgp-bgpd")
    assert update["rollingUpdate"] == {"maxUnavailable": "10%", "maxSurge": 0}
    assert container["image"] == image
    assert container["args"][-1] == "--log-level=debug"
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert pod["nodeSelector"] == {"kubernetes.io/os": "linux", "rack": "7"}
    assert pod["tolerations"] == []
    assert container["securityContext"]["seLinuxOptions"] == {"type": "spc_t"}

    gone = template().keys() - objects.keys()
    assert gone == {("NetworkPolicy", NAMESPACE, "lbbgp-allocator"),
                    ("ClusterRole", None, "lbbgp-view"),
                    ("ClusterRole", None, "lbbgp-edit")}


def test_pages_patch_for_selinux_does_what_the_value_does(tools, template, tmp_path):
    with open(f"{TOP}/doc/install.md") as page:
        patch, = re.findall(r"```yaml\n(patches:\n.*?seLinuxOptions.*?)```",
                            page.read(), re.S)
    path = os.path.relpath(f"{TOP}/manifests", tmp_path)
    (tmp_path / "kustomization.yaml").write_text(f"resources: [{path}]\n{patch}")

    def context(objects):
        return containers(objects, "DaemonSet", "lbbgp-bgpd")[1]["securityContext"]

    mine = context(kustomized(tools, tmp_path))
    assert mine == context(template(values={"bgpd.seLinuxOptions": {"type": "spc_t"}}))
    assert mine != context(template())


def older_chart(where):
    """One that has fewer values than this one, as any older version."""
    path = f"{where}/older"
    os.makedirs(path)
    for name, content in [
            ("Chart", {"apiVersion": "v2", "name": "lbbgp", "version": "0.0.1"}),
            ("values", {"image": {"repository": "localhost/lbbgp"}})]:
        with open(f"{path}/{name}.yaml", "w") as file:
            json.dump(content, file)
    return path


def test_pages_commands_install_upgrade_and_uninstall(tools):
    """Those of doc/install.md, on a real API server."""
    with open(f"{TOP}/doc/install.md") as page:
        blocks = [block for block in BLOCK.findall(page.read()) if "helm " in block]
    assert len(blocks) == 4, "one each to install, upgrade, uninstall, for another"
    with temporary_fabric() as fabric:
        cluster = KubeCluster(fabric)
        cluster.start_api()
        env = {**tools, "KUBECONFIG": f"{cluster.dir}/admin.kubeconfig"}
        for name in "CACHE", "CONFIG", "DATA":
            env[f"HELM_{name}_HOME"] = f"{cluster.dir}/helm"

        def bash(script):
            done = subprocess.run(
                ["ip", "netns", "exec", fabric.ns("switch"), "bash", "-euo",
                 "pipefail", "-c", script], env=env, cwd=TOP, text=True, timeout=90,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert done.returncode == 0, f"{script}\n{done.stdout}"
            return done.stdout

        def ours():
            return set(bash(
                "kubectl get --ignore-not-found -o name -A -l "
                "app.kubernetes.io/name=lbbgp deploy,ds,svc,sa,clusterrole,role,"
                "clusterrolebinding,rolebinding,netpol,pdb,"
                "validatingadmissionpolicy,validatingadmissionpolicybinding").split())

        bash(blocks[0])
        installed = ours()
        assert {"daemonset.apps/lbbgp-bgpd", "deployment.apps/lbbgp-allocator",
                "clusterrole.rbac.authorization.k8s.io/lbbgp-view"} <= installed
        bash("kubectl create -f - <<<'{apiVersion: v1, kind: Node, metadata: "
             "{name: node7}}'\n" + block("doc/install.md", "label node"))
        bash(blocks[3])
        assert installed < ours()
        assert "node7" in bash("kubectl get nodes -l lbbgp.io/instance=$(kubectl -n "
                               "lbbgp-second get ds lbbgp-bgpd -o jsonpath='{.spec."
                               "template.spec.nodeSelector.lbbgp\\.io/instance}')")
        bash("helm uninstall lbbgp --namespace lbbgp-second --wait")
        assert ours() == installed
        group = ("kubectl wait --for=condition=Established --timeout=30s crd -l "
                 "app.kubernetes.io/part-of=lbbgp\n"
                 "kubectl create -f - <<'END'\n"
                 "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
                 "metadata: {name: kept}\n"
                 "spec: {pools: [{subnet: 192.0.2.0/24, pool: 192.0.2.0/24}]}\nEND")
        bash(group)
        bash(f"helm upgrade lbbgp {older_chart(cluster.dir)} --reset-values "
             f"--namespace {NAMESPACE} --set image.repository={IMAGE}")
        assert ours() == set()
        told = bash(blocks[1])
        assert told.count(" serverside-applied") == len(os.listdir(f"{CHART}/crds"))
        assert ours() == installed
        assert f"{IMAGE}:" in bash(
            f"kubectl -n {NAMESPACE} get daemonset lbbgp-bgpd -o yaml")
        bash(blocks[2])
        assert ours() == set()
        assert "kept" in bash("kubectl get servicegroups.lbbgp.io")
