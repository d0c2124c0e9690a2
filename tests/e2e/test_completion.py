# SPDX-License-Identifier: Apache-2.0
"""The shells complete lbbgp with the scripts that it prints."""

import os
import subprocess

import pytest
from cluster import build_dir

# What is typed, and what may follow; ":files" stands for the files a and b.
LINES = {
    ("show", "s"): ["services", "status"],
    ("show", "routes", "rec"): ["received"],
    ("-o", ""): ["json", "table"],
    ("show", "pools", "--kube"): ["--kubeconfig"],
    ("help", "show", "po"): ["pools"],
    ("convert", ""): ["a file", "b"],
    ("dump", "mrt", ""): ["a file", "b", "neighbor", "received"],
    ("--kubeconfig", "b"): ["b"],
}

# Each sources the script, which is $1, and prints what may stand for the last
# of the words that follow.
SHELLS = {
    "bash": ["bash", "--norc", "-c", r"""
        source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _lbbgp 2>&1; printf '%s\n' "${COMPREPLY[@]}" """, "bash"],
    "zsh": ["zsh", "-f", "-c", r"""
        compdef() { [ "$*" = "_lbbgp lbbgp" ] }
        compadd() { shift; print -rl -- "$@" }
        _files() { print -rl -- "${words[CURRENT]}"*(N) }
        source "$1" || exit; shift; words=("$@"); CURRENT=$#
        _lbbgp""", "zsh"],
    "fish": ["fish", "--no-config", "-c", r"""
        source $argv[1]
        complete -C (string join -- ' ' $argv[2..-1]) | string replace -r '\t.*' ''"""],
}


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_shell_completes(shell, line, tmp_path):
    script = tmp_path / "script"
    place = tmp_path / "place"
    place.mkdir()
    for name in "a file", "b":
        (place / name).touch()
    env = {**os.environ, "PATH": f"{build_dir()}:{os.environ['PATH']}",
           "HOME": str(tmp_path)}
    script.write_text(subprocess.run(
        ["lbbgp", "completion", shell], env=env, check=True, text=True,
        stdout=subprocess.PIPE).stdout)
    done = subprocess.run(
        [*SHELLS[shell], str(script), "lbbgp", *line], cwd=place, env=env,
        text=True, timeout=30, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stderr == ""
    assert sorted(set(done.stdout.splitlines())) == LINES[line]
