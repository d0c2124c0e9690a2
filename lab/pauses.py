# SPDX-License-Identifier: Apache-2.0
"""pauses - for how long this machine let a program wait that had something to do.

What has to happen within a time on a machine of its own may take as much longer
where others run, too.
"""

import threading
import time

STEP = .005             # s


class Pauses:
    """A context manager: it wakes up all the time, and adds up by how much too late
    it did."""

    def __init__(self):
        self.seconds = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        due = time.monotonic()
        while not self.over.is_set():
            due = max(due + STEP, time.monotonic())
            time.sleep(max(0, due - time.monotonic()))
            self.seconds += time.monotonic() - due
