# SPDX-License-Identifier: Apache-2.0
"""book - the blocks of README.md and of the pages of doc/, for who runs them.

Commands stand in blocks that are marked sh, bash or console. tests/blocks says who runs
which; tests/check-book holds that none is forgotten.
"""

import re
import shlex
import textwrap

from fabric import TOP

FENCE = re.compile(r"^( *)```(\S+)\n(.*?)^\1```$", re.S | re.M)


def blocks(page, *kinds):
    with open(f"{TOP}/{page}") as text:
        return [textwrap.dedent(block) for _, kind, block in
                FENCE.findall(text.read()) if kind in kinds]


def block(page, *words, kinds=("sh", "bash")):
    """The page's only one of these kinds that has all of the words."""
    found = [text for text in blocks(page, *kinds) if all(w in text for w in words)]
    assert len(found) == 1, (page, words, found)
    return found[0]


def is_whole(command):
    """Not one that the next line continues."""
    if command.endswith("\\\n"):
        return False
    try:
        shlex.split(command, comments=True)
    except ValueError:          # a quotation is open
        return False
    return True


def examples(page, *words):
    """[(command, what it prints), ...] of a block with prompts."""
    found = []
    for line in block(page, *words, kinds=["console"]).splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
            continue
        command, said = found[-1]
        found[-1] = (command, said + line) if said or is_whole(command) else (
            command + line, said)
    return found


def example(page, *words):
    """Its commands alone, as a script."""
    return "".join(command for command, _ in examples(page, *words))
