# SPDX-License-Identifier: Apache-2.0
"""checks - what the demos look at: one line each, and a count in the end."""

from fabric import Failed


class Checks:
    """Prints each result as it comes and remembers whether all were good."""

    def __init__(self):
        self.failures = []
        self.passed = 0

    @property
    def failed(self):
        return len(self.failures)

    def check(self, what, good, seen=""):
        if good:
            self.passed += 1
            print(f"ok      {what}", flush=True)
        else:
            self.failures.append(what + (f": {seen}" if seen else ""))
            print(f"FAILED  {self.failures[-1]}", flush=True)
        return good

    def within(self, what, wait, *args, **kwargs):
        """`wait` gives the seconds something took, or raises Failed."""
        try:
            took = wait(*args, **kwargs)
        except Failed as err:
            return self.check(what, False, err)
        return self.check(f"{what} ({took:.2f} s)", True)

    def show(self, title, text):
        print(f"\n--- {title}\n{text.rstrip()}\n", flush=True)
