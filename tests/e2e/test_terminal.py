# SPDX-License-Identifier: Apache-2.0
"""What lbbgp prints on a terminal, and what it prints elsewhere."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest
from cluster import build_dir

COLOR = re.compile(r"\x1b\[[0-9]*m")
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: shop, namespace: web}
spec: {type: LoadBalancer, ports: [{port: 80}]}
"""


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture
def command(tmp_path):
    (tmp_path / "service.yaml").write_text(SERVICE)
    return [f"{build_dir()}/lbbgp", "--source", f"dir:{tmp_path}", "explain",
            "service", "web/shop"]


def environment(**more):
    bare = {key: value for key, value in os.environ.items()
            if key != "NO_COLOR"}
    return {**bare, "TERM": "xterm", **more}


def on_terminal(command, width, **env):
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its,
                          env=environment(**env)) as process:
        os.close(its)
        text = b""
        try:
            while more := os.read(ours, 4096):
                text += more
        except OSError:  # the other end is closed
            pass
        assert process.wait(timeout=30) == 0
    os.close(ours)
    return text.decode()


def piped(command, **env):
    return subprocess.run(command, env=environment(**env), check=True,
                          text=True, timeout=30, stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_lines_fit(command, width):
    lines = COLOR.sub("", on_terminal(command, width)).splitlines()
    assert len(lines) > 4
    assert max(map(len, lines)) <= width


def test_lines_are_whole_in_a_pipe(command):
    assert max(map(len, piped(command).splitlines())) > 80


def test_color_is_for_terminals(command):
    assert "\x1b[31mno" in on_terminal(command, 80)
    assert "\x1b" not in on_terminal(command, 80, NO_COLOR="1")
    assert "\x1b" not in on_terminal(command, 80, TERM="dumb")
    assert "\x1b" not in on_terminal(command + ["--color", "never"], 80)
    assert "\x1b" not in piped(command)
    assert "\x1b[31mno" in piped(command + ["--color", "always"],
                                 NO_COLOR="1")


def test_no_color_is_in_json(command):
    text = piped(command + ["-o", "json", "--color", "always"])
    assert "\x1b" not in text and "u001b" not in text


@pytest.mark.parametrize("words,code,part", [
    ([], 0, "show services"),
    (["help"], 0, "--as-group GROUP"),
    (["help", "show", "pools"], 0, "ServiceGroups"),
    (["show", "pools", "--help"], 0, "ServiceGroups"),
    (["convert", "--help"], 0, "lbbgp [OPTION]... convert"),
    (["help", "version"], 0, "version:"),
    (["help", "nothing"], 2, "nothing: no such command"),
], ids=str)
def test_help_is_about_the_command(words, code, part):
    done = subprocess.run([f"{build_dir()}/lbbgp", *words], text=True,
                          timeout=30, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == code
    assert part in done.stdout
    assert not done.stdout.endswith("Options:\n")
    if "pools" in words:
        assert "neighbors" not in done.stdout
        assert "--socket" not in done.stdout
