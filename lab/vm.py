# SPDX-License-Identifier: Apache-2.0
"""vm - a node of the fabric as a virtual machine with a kernel of Debian's.

For what the kernel of the machine at hand lacks. It is a port of the switch as
the namespace was whose place it takes, runs the same programs from the same
paths (guest.py) and ends with the fabric, as it lives in the switch's namespace.
There is no KVM here: expect 15 s until it answers, and a tenth of the speed.
"""

import json
import signal
import socket
import subprocess

from fabric import HERE, NODES, PATIENCE, Failed, until

BOOT_MOST = 120         # s, on a machine that has much else to do
MEMORY = "1200M"


def kernel_dir(kernel):
    """Where the kernel is; the first time, fetches it."""
    done = subprocess.run([f"{HERE}/kernel", *kernel],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed("lab/kernel failed")
    return done.stdout.strip()


class Machine:
    """Stands for its namespace in Fabric.run() and Fabric.start().

    kernel: what lab/kernel is told.
    """

    def __init__(self, fabric, node, *kernel):
        self.fabric = fabric
        self.node = node
        self.kernel = kernel
        self.qemu = None
        self.port = None        # to guest.py
        self.left = b""         # read from it, and not a whole line

    def boot(self):
        """Takes the place of the namespace of that name."""
        self.fabric.tool("cut", self.node)
        self.fabric.run("switch", "ip", "-batch", "-", text_in=(
            f"tuntap add name {self.node} mode tap\n"
            f"link set dev {self.node} master br0 up\n"))
        self.qemu = self.fabric.start(
            "switch", self.command(kernel_dir(self.kernel)), f"vm-{self.node}")
        self.fabric.machines[self.node] = self

    def command(self, kernel):
        fabric, node = self.fabric, self.node
        return [
            "qemu-system-x86_64", "-machine", "q35,accel=tcg", "-cpu", "max",
            "-smp", "2", "-m", MEMORY, "-nodefaults", "-no-reboot",
            "-display", "none", "-serial", "stdio",
            "-kernel", f"{kernel}/vmlinuz", "-initrd", f"{kernel}/initrd",
            "-append", "console=ttyS0 quiet panic=-1 "
            f"guest={HERE}/guest.py state={fabric.state} "
            f"-- {kernel}/lib/modules",
            "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,"
            "multidevs=remap", "-device", "virtio-9p-pci,fsdev=root,"
            "mount_tag=root",
            "-fsdev", f"local,id=log,path={fabric.state}/log,"
            "security_model=none", "-device", "virtio-9p-pci,fsdev=log,"
            "mount_tag=log",
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=lab,path={fabric.state}/{node}.vm,"
            "server=on,wait=off", "-device", "virtserialport,chardev=lab,"
            "name=lab",
            "-netdev", f"tap,id=net,ifname={node},script=no,downscript=no",
            "-device", "virtio-net-pci,netdev=net,mac=52:54:00:0a:1f:0"
            f"{node[-1]}"]

    def await_boot(self):
        """Until it answers; then it gets what lab/fabric gives a node."""
        def look():
            if not self.qemu.alive():
                raise Failed(f"{self.node} ended:\n{self.qemu.tail()}")
            try:
                self.port = socket.socket(socket.AF_UNIX)
                self.port.settimeout(BOOT_MOST)
                self.port.connect(f"{self.fabric.state}/{self.node}.vm")
                return True, ""
            except OSError as err:
                return False, err
        until(PATIENCE, f"qemu of {self.node}", look)
        last = NODES[self.node].rpartition(".")[2]
        self.run("sysctl", "-q", "-w", *self.fabric.sysctls())
        self.run("ip", "-batch", "-", text_in=(
            "link set dev lo up\nlink set dev eth0 up\n"
            f"address add {NODES[self.node]}/16 dev eth0\n"
            f"address add fd10:31::90:{last}/64 dev eth0 nodad\n"
            f"route add default via {self.fabric.frr.address}\n"))

    def ask(self, request, timeout=BOOT_MOST):
        """A request that guest.py knows; its answer."""
        self.port.settimeout(timeout)
        self.port.sendall(json.dumps(request).encode() + b"\n")
        while b"\n" not in self.left:
            got = self.port.recv(65536)
            if not got:
                raise Failed(f"{self.node} ended:\n{self.qemu.tail()}")
            self.left += got
        line, self.left = self.left.split(b"\n", 1)
        return json.loads(line)

    def run(self, *args, check=True, text_in=None, timeout=BOOT_MOST):
        done = self.ask({"run": args, "input": text_in or ""}, timeout)
        if check and done["code"] != 0:
            raise Failed(f"{self.node}: {' '.join(args)}: {done['code']}: "
                         f"{done['err'].strip()}")
        return done["out"]

    def start(self, args, log, env=None):
        return Program(self, args, log, env)


class Inside:
    """A namespace in a virtual machine, joined to it by a link: a neighbor of its own.

    Stands for a namespace of the fabric, as the machine does.
    """

    def __init__(self, machine, name):
        self.machine = machine
        self.name = name

    def join(self, outside, inside):
        """The link's ends, each with its addresses and their lengths."""
        def added(addresses, device):
            return "".join(f"address add {one} dev {device}"
                           f"{' nodad' if ':' in one else ''}\n"
                           for one in addresses)
        self.machine.run("ip", "netns", "add", self.name)
        self.machine.run("ip", "-batch", "-", text_in=(
            f"link add name {self.name} type veth "
            f"peer name eth0 netns {self.name}\n"
            f"{added(outside, self.name)}link set dev {self.name} up\n"))
        self.run("ip", "-batch", "-", text_in=(
            f"link set dev lo up\n{added(inside, 'eth0')}"
            "link set dev eth0 up\n"))
        self.machine.fabric.machines[self.name] = self

    def enter(self, args):
        return ["ip", "netns", "exec", self.name, *args]

    def run(self, *args, **more):
        return self.machine.run(*self.enter(args), **more)

    def start(self, args, log, env=None):
        return self.machine.start(self.enter(args), log, env)


class Program:
    """A Process of fabric.py, in a virtual machine."""

    def __init__(self, machine, args, log, env):
        self.machine = machine
        self.args = args
        self.log = log
        self.pid = machine.ask({"start": args, "log": log,
                                "env": env or {}})["pid"]

    def code(self):
        return self.machine.ask({"poll": self.pid})["code"]

    def alive(self):
        return self.code() is None

    def send(self, number):
        self.machine.ask({"kill": self.pid, "signal": int(number)})

    def stop(self, number=signal.SIGTERM, limit=60):
        if self.alive():
            self.send(number)
        until(limit, f"the end of {self.args[0]} on {self.machine.node}",
              lambda: (not self.alive(), "it lives"))
        return self.code()

    def tail(self, lines=20):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-lines:])
