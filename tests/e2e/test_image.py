# SPDX-License-Identifier: Apache-2.0
"""The image is the same whenever and wherever it is made, and says what is in it."""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import time

import pytest
from cluster import build_dir
from fabric import TOP

EPOCH = 1790000000      # 2026-09-21


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


def image(folder):
    """Its archive, made in storage of its own below a folder."""
    conf = f"{folder}/storage.conf"
    with open(conf, "w") as out:
        out.write(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/storage"\n'
                  f'runroot = "{folder}/run"\n')
    done = subprocess.run(
        [f"{TOP}/manifests/image", f"{folder}/lbbgp.tar"], text=True,
        env={**os.environ, "CONTAINERS_STORAGE_CONF": conf, "TMPDIR": str(folder),
             "LBBGP_BUILD": build_dir(), "SOURCE_DATE_EPOCH": str(EPOCH)},
        stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, done.stderr
    return f"{folder}/lbbgp.tar"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return image(tmp_path_factory.mktemp("one"))


class Oci:
    """What an archive has in it."""

    def __init__(self, path):
        with tarfile.open(path) as tar:
            self.files = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
        self.index = json.loads(self.files["index.json"])
        manifest = self.blob(self.index["manifests"][0])
        self.manifest = json.loads(manifest)
        self.config = json.loads(self.blob(self.manifest["config"]))

    def blob(self, descriptor):
        digest = descriptor["digest"].removeprefix("sha256:")
        data = self.files[f"blobs/sha256/{digest}"]
        assert hashlib.sha256(data).hexdigest() == digest
        return data

    def layer(self):
        assert len(self.manifest["layers"]) == 1
        return tarfile.open(fileobj=io.BytesIO(self.blob(self.manifest["layers"][0])))


def test_made_again_it_is_the_same_to_the_byte(archive, tmp_path_factory):
    time.sleep(1.1)     # files and tar know whole seconds
    with open(archive, "rb") as one, \
            open(image(tmp_path_factory.mktemp("a-longer-name")), "rb") as two:
        assert hashlib.sha256(one.read()).digest() == \
            hashlib.sha256(two.read()).digest()


def test_nothing_in_it_has_another_time(archive):
    oci = Oci(archive)
    assert oci.config["created"] == "2026-09-21T14:13:20Z"
    with oci.layer() as layer:
        assert {m.mtime for m in layer} == {EPOCH}
    with tarfile.open(archive) as tar:
        assert {m.mtime for m in tar} == {EPOCH}


def test_labels_say_what_it_is(archive):
    with open(f"{TOP}/configure.ac") as source:
        version = re.search(r"AC_INIT\(\[lbbgp\], \[(.*?)\]", source.read())[1]
    oci = Oci(archive)
    labels = oci.config["config"]["Labels"]
    label = "org.opencontainers.image."
    assert labels[f"{label}title"] == "lbbgp"
    assert labels[f"{label}version"] == version
    assert labels[f"{label}licenses"] == "Apache-2.0"
    assert labels[f"{label}created"] == "2026-09-21T14:13:20Z"
    ref = oci.index["manifests"][0]["annotations"][f"{label}ref.name"]
    assert ref == f"localhost/lbbgp:{version}"


def test_list_has_the_package_of_each_library(archive):
    with open(f"{archive}.spdx.json") as text:
        listed = text.read()
    with Oci(archive).layer() as layer:
        inside = layer.extractfile("usr/share/lbbgp/image.spdx.json").read().decode()
        libraries = [m.name for m in layer if m.isfile() and ".so" in m.name]
    assert inside == listed
    spdx = json.loads(listed)
    assert spdx["spdxVersion"] == "SPDX-2.3"
    assert spdx["dataLicense"] == "CC0-1.0"
    assert spdx["SPDXID"] == "SPDXRef-DOCUMENT"
    assert spdx["documentNamespace"].startswith("https://")
    assert spdx["creationInfo"]["created"] == "2026-09-21T14:13:20Z"

    packages = {p["SPDXID"]: p for p in spdx["packages"]}
    assert len(packages) == len(spdx["packages"])
    for name, package in packages.items():
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name)
        assert package["downloadLocation"] == "NOASSERTION"
        assert package["versionInfo"]
    related = {(r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"])
               for r in spdx["relationships"]}
    assert related == {("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-lbbgp")} | {
        ("SPDXRef-lbbgp", "DEPENDS_ON", p) for p in packages if p != "SPDXRef-lbbgp"}

    assert len(libraries) > 10
    paths = {f"/{prefix}{library}" for library in libraries
             for prefix in ("", "usr/")}
    found = subprocess.run(["dpkg-query", "-S", *paths], text=True,
                           capture_output=True).stdout     # those that there are
    owner = dict(reversed(line.split(": ")) for line in found.splitlines())
    listed = {p["name"] for p in packages.values()}
    for library in libraries:
        package = owner.get(f"/{library}") or owner[f"/usr/{library}"]
        assert package.split(":")[0] in listed, library
