# SPDX-License-Identifier: Apache-2.0
"""A real API server's verdict on each manifest of tests/corpus.

make check asks the decoders for theirs. The first lines of a bad manifest say
what these answer ("# refused: FIELD: ...") and, where the API server's answer
is another, what it names ("# api: ...", or "# api: accepted").
"""

import glob
import os

import pytest
import yaml
from fabric import PATIENCE, TOP, temporary_fabric, until
from kube import ApiError, KubeCluster

CORPUS = os.path.join(TOP, "tests", "corpus")
CONVERTED = os.path.join(TOP, "tests", "convert")


def manifests(pattern):
    paths = sorted(glob.glob(pattern))
    assert paths, f"no manifests are {pattern}"
    return [pytest.param(path, id=os.path.basename(path).split(".")[0])
            for path in paths]


def corpus(verdict):
    return manifests(f"{CORPUS}/{verdict}/*.yaml")


def expected(text):
    """What the API server has to name, or None: it accepts."""
    notes = dict(line[2:].split(": ", 1) for line in text.splitlines()
                 if line.startswith("# "))
    name = notes.get("api") or notes["refused"].split(": ")[0]
    return None if name == "accepted" else name


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module")
def api():
    """An API server with our kinds, and nothing else."""
    with temporary_fabric() as fabric:
        cluster = KubeCluster(fabric)
        cluster.start_api()
        cluster.install(f"{TOP}/crd")
        until(PATIENCE, "our kinds", lambda: served(cluster.api))
        yield cluster.api


def served(api):
    try:
        return bool(api.list("ServiceGroup") == []), "not listed"
    except ApiError as err:
        return False, err


def create(api, text):
    create_object(api, yaml.safe_load(text))


def create_object(api, obj):
    path = api.path(obj["kind"], None)
    api.call("POST", f"{path}?dryRun=All&fieldValidation=Strict", obj)


@pytest.mark.parametrize("path", corpus("good"))
def test_good_one_is_accepted(api, path):
    with open(path) as manifest:
        create(api, manifest.read())


@pytest.mark.parametrize("path", corpus("bad"))
def test_bad_one_is_refused_by_its_name(api, path):
    with open(path) as manifest:
        text = manifest.read()
    name = expected(text)
    if name is None:
        create(api, text)
        return
    with pytest.raises(ApiError) as refusal:
        create(api, text)
    assert refusal.value.status in (400, 422)
    assert name in str(refusal.value)


@pytest.mark.parametrize("path", manifests(f"{CONVERTED}/*.ours"))
def test_what_lbbgp_convert_writes_is_accepted(api, path):
    with open(path) as converted:
        for obj in yaml.safe_load_all(converted):
            if obj["kind"] != "Secret":     # its namespace is not here
                create_object(api, obj)
