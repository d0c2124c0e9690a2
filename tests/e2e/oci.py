# SPDX-License-Identifier: Apache-2.0
"""oci - images of ours made for a test, and what is in their archives."""

import fcntl
import hashlib
import io
import json
import os
import subprocess
import tarfile

from cluster import build_dir
from fabric import TOP

EPOCH = 1790000000      # 2026-09-21
NATIVE = subprocess.run(["dpkg", "--print-architecture"], text=True, check=True,
                        stdout=subprocess.PIPE).stdout.strip()


def build_for(arch):
    """The build tree of an architecture: ours, or one beside it."""
    return build_dir() if arch == NATIVE else f"{build_dir()}-{arch}"


def sysroot(arch):
    """Where the libraries of another architecture are, once the image is made."""
    return f"{build_for(arch)}/root"


def image(folder, arch=NATIVE):
    """Its archive, made in storage of its own below a folder."""
    conf = f"{folder}/storage.conf"
    with open(conf, "w") as out:
        out.write(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/storage"\n'
                  f'runroot = "{folder}/run"\n')
    cross = {} if arch == NATIVE else {"CROSS_CC": "ccache aarch64-linux-gnu-gcc"}
    with open(f"{build_for(arch)}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)    # tests run in lanes
        done = subprocess.run(
            [f"{TOP}/manifests/image", "--arch", arch, f"{folder}/lbbgp.tar"],
            text=True, stdin=subprocess.DEVNULL, capture_output=True,
            env={**os.environ, "CONTAINERS_STORAGE_CONF": conf, "TMPDIR": str(folder),
                 "LBBGP_BUILD": build_for(arch), "SOURCE_DATE_EPOCH": str(EPOCH),
                 **cross})
    assert done.returncode == 0, done.stderr
    return f"{folder}/lbbgp.tar"


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
