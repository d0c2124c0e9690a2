# SPDX-License-Identifier: Apache-2.0
"""The programs of the image for arm64 do what they do elsewhere: run by qemu-user.

The allocator and the daemons of two nodes of the scenario are of it. There is no
seccomp in qemu-user: in its place what a daemon loads is written to a file, and each
call that it makes from then on has to be in there.
"""

import contextlib
import os
import re
import struct
import subprocess

import pytest

from cluster import SplitDirCluster
from fabric import NODES, PATIENCE, temporary_fabric
from oci import Oci, image, sysroot
from scenario import SERVICES, await_addresses, await_all_sessions

ARCH = "arm64"
EMULATED = ["node1", "node4"]       # the second has endpoints
AARCH64 = 183                       # e_machine of ELF

# In the place of libseccomp's own: nothing is loaded, and the filter is kept.
LOAD = """
#include <fcntl.h>
#include <stdlib.h>

int seccomp_api_set(unsigned level);
int seccomp_export_pfc(const void *filter, int fd);
int seccomp_load(const void *filter);

__attribute__((constructor)) static void
threads_can_be_filtered(void)
{
	seccomp_api_set(3);
}

int
seccomp_load(const void *filter)
{
	return seccomp_export_pfc(filter,
	    open(getenv("FILTER"), O_WRONLY | O_CREAT | O_EXCL, 0600));
}
"""


class Emulated:
    """The programs of an image, each as a script that runs it."""

    def __init__(self, archive, folder):
        self.folder = folder
        self.root = f"{folder}/root"
        with Oci(archive).layer() as layer:
            layer.extractall(self.root, [
                member for member in layer if not member.name.startswith("run")])
        with open(f"{folder}/load.c", "w") as out:
            out.write(LOAD)
        subprocess.run(
            ["aarch64-linux-gnu-gcc", f"--sysroot={sysroot(ARCH)}", "-shared", "-fPIC",
             "-o", f"{folder}/load.so", f"{folder}/load.c", "-l:libseccomp.so.2"],
            check=True)
        os.makedirs(f"{folder}/filters")
        os.chmod(f"{folder}/filters", 0o777)

    def program(self, name):
        path = f"{self.folder}/{name}"
        with open(path, "w") as out:
            out.write(f"""#!/bin/sh
exec qemu-aarch64 -L {self.root} {self.watched(name)} \\
	{self.root}/usr/{"bin" if name == "lbbgp" else "sbin"}/{name} "$@"
""")
        os.chmod(path, 0o755)
        return path

    def watched(self, name):
        """Options: each call to standard error, and the filter to a file."""
        return "" if name == "lbbgp" else (
            f"-strace -E LD_PRELOAD={self.folder}/load.so "
            f"-E FILTER={self.folder}/filters/$$")


class MixedCluster(SplitDirCluster):
    """Nodes of both kinds, as clusters have while they move from one to the other."""

    def __init__(self, fabric, archive):
        super().__init__(fabric)
        self.emulated = Emulated(archive, f"{fabric.state}/arm64")
        self.runs_emulated = False

    def program(self, name):
        return self.emulated.program(name) if self.runs_emulated \
            else super().program(name)

    def start_allocator(self):
        with self.emulation():
            super().start_allocator()

    def start_bgpd(self, node):
        with self.emulation(node in EMULATED):
            super().start_bgpd(node)

    @contextlib.contextmanager
    def emulation(self, wanted=True):
        self.runs_emulated = wanted
        yield
        self.runs_emulated = False


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return image(tmp_path_factory.mktemp("image"), ARCH)


@pytest.fixture(scope="module")
def cluster(archive):
    with temporary_fabric() as fabric:
        running = MixedCluster(fabric, archive)
        running.start()
        yield running


def machine(elf):
    return struct.unpack_from("<H", elf, 18)[0]


def test_all_in_it_is_for_that_machine(archive):
    with Oci(archive).layer() as layer:
        kinds = {m.name: machine(head) for m in layer if m.isfile()
                 for head in [layer.extractfile(m).read(20)]
                 if head.startswith(b"\x7fELF")}
    assert {os.path.basename(name) for name in kinds} >= {
        "lbbgp", "lbbgp-allocator", "lbbgp-bgpd", "libc.so.6", "ld-linux-aarch64.so.1"}
    assert set(kinds.values()) == {AARCH64}


def test_nodes_of_both_kinds_announce_and_tell_the_same(cluster):
    """That all sessions and routes are there has been waited for; that all nodes have
    told so, too, is to be the same for both who are asked."""
    await_addresses(cluster)
    await_all_sessions(cluster, 2 * len(NODES), PATIENCE)
    for node in EMULATED:
        with cluster.emulation():
            there = cluster.lbbgp(node, "show", "neighbors")
        assert there.count("Established") == 2, there
    for service in SERVICES:
        words = "explain", "service", service
        with cluster.emulation():
            there = cluster.lbbgp_cluster(*words)
        assert there == cluster.lbbgp_cluster(*words)


def test_filter_has_all_that_they_call(cluster):
    """A session has been opened, routes have gone out, somebody has asked; and the end,
    which is in the kernel and in files, is part of it."""
    for process in [cluster.allocator, *(cluster.bgpd[node] for node in EMULATED)]:
        assert process.stop() == 0
        with open(process.log, errors="replace") as log:
            begun, loaded, rest = log.read().partition(
                f"{cluster.emulated.folder}/filters/")
        assert loaded, begun
        with open(loaded + re.match(r"\d+", rest)[0]) as file:
            allowed = set(re.findall(r'filter for syscall "(\w+)"', file.read()))
        called = set(re.findall(r"^\d+ (\w+)\(", rest, re.M))
        assert len(called) > 15 and called <= allowed, called - allowed
        assert "Unknown syscall" not in rest
