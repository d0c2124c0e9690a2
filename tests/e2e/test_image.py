# SPDX-License-Identifier: Apache-2.0
"""The image is the same whenever and wherever it is made, and says what is in it."""

import hashlib
import json
import re
import subprocess
import tarfile
import time

import pytest

from fabric import TOP
from oci import EPOCH, NATIVE, Oci, image, sysroot


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module", params=["amd64", "arm64"])
def arch(request):
    return request.param


@pytest.fixture(scope="module")
def archive(arch, tmp_path_factory):
    return image(tmp_path_factory.mktemp("one"), arch)


def test_made_again_it_is_the_same_to_the_byte(arch, archive, tmp_path_factory):
    time.sleep(1.1)     # files and tar know whole seconds
    with open(archive, "rb") as one, \
            open(image(tmp_path_factory.mktemp("a-longer-name"), arch), "rb") as two:
        assert hashlib.sha256(one.read()).digest() == \
            hashlib.sha256(two.read()).digest()


def test_nothing_in_it_has_another_time(archive):
    oci = Oci(archive)
    assert oci.config["created"] == "2026-09-21T14:13:20Z"
    with oci.layer() as layer:
        assert {m.mtime for m in layer} == {EPOCH}
    with tarfile.open(archive) as tar:
        assert {m.mtime for m in tar} == {EPOCH}


def test_labels_say_what_it_is(arch, archive):
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
    assert ref == f"localhost/lbbgp:{version}{'' if arch == NATIVE else '-' + arch}"
    assert (oci.config["os"], oci.config["architecture"]) == ("linux", arch)


def check_fields(spdx):
    """SPDX 2.3: what has to be there, clauses 6, 7 and 11, and in which form."""
    assert spdx["spdxVersion"] == "SPDX-2.3"
    assert spdx["dataLicense"] == "CC0-1.0"
    assert spdx["SPDXID"] == "SPDXRef-DOCUMENT"
    assert spdx["name"]
    assert re.fullmatch(r"https://[^#]+", spdx["documentNamespace"])
    assert spdx["creationInfo"]["creators"]
    for who in spdx["creationInfo"]["creators"]:
        assert re.match(r"(Tool|Organization|Person): .", who)
    for package in spdx["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"])
        assert package["name"] and package["downloadLocation"] == "NOASSERTION"
        assert package["filesAnalyzed"] is False, "or packageVerificationCode, 7.9"
        assert re.match(r"Organization: .", package.get("supplier", "Organization: us"))
        for ref in package.get("externalRefs", []):
            assert (ref["referenceCategory"], ref["referenceType"]) == (
                "PACKAGE-MANAGER", "purl")
            assert re.fullmatch(r"pkg:deb/debian/[a-z0-9.+-]+@[^@?:+]+\?arch=\w+",
                                ref["referenceLocator"])
    for one in spdx["relationships"]:
        assert one.keys() == {"spdxElementId", "relationshipType", "relatedSpdxElement"}


def test_list_has_the_package_of_each_library(arch, archive):
    with open(f"{archive}.spdx.json") as text:
        listed = text.read()
    with Oci(archive).layer() as layer:
        inside = layer.extractfile("usr/share/lbbgp/image.spdx.json").read().decode()
        libraries = [m.name for m in layer if m.isfile() and ".so" in m.name]
    assert inside == listed
    spdx = json.loads(listed)
    check_fields(spdx)
    assert f"-{arch}-" in spdx["documentNamespace"], "no other document has it"
    assert spdx["creationInfo"]["created"] == "2026-09-21T14:13:20Z"

    packages = {p["SPDXID"]: p for p in spdx["packages"]}
    assert len(packages) == len(spdx["packages"])
    assert all(package["versionInfo"] for package in packages.values())
    related = {(r["spdxElementId"], r["relationshipType"], r["relatedSpdxElement"])
               for r in spdx["relationships"]}
    assert related == {("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-lbbgp")} | {
        ("SPDXRef-lbbgp", "DEPENDS_ON", p) for p in packages if p != "SPDXRef-lbbgp"}

    assert len(libraries) > 10
    paths = {f"/{prefix}{library}" for library in libraries
             for prefix in ("", "usr/")}
    there = [] if arch == NATIVE else [f"--admindir={sysroot(arch)}/var/lib/dpkg"]
    found = subprocess.run(["dpkg-query", *there, "-S", *paths], text=True,
                           capture_output=True).stdout     # those that there are
    owner = dict(reversed(line.split(": ")) for line in found.splitlines())
    listed = {p["name"] for p in packages.values()}
    of = {p["externalRefs"][0]["referenceLocator"].rpartition("?arch=")[2]
          for p in packages.values() if "externalRefs" in p}
    assert of == {arch}
    for library in libraries:
        package = owner.get(f"/{library}") or owner[f"/usr/{library}"]
        assert package.split(":")[0] in listed, library
