# SPDX-License-Identifier: Apache-2.0
"""A Chromium without a window, by its DevTools protocol over a pipe."""

import base64
import json
import os
import select
import subprocess
import time

from fabric import Failed

LIMIT = 60


class Browser:
    """In a network namespace; options are Chromium's."""

    def __init__(self, namespace, profile, *options):
        to_read, self.writer = os.pipe()
        self.reader, to_write = os.pipe()
        command = ["ip", "netns", "exec", namespace, "chromium", "--headless",
                   "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--disable-background-networking", "--no-first-run",
                   "--hide-scrollbars", f"--user-data-dir={profile}",
                   "--remote-debugging-pipe", *options]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.number = 0
        self.unread = b""
        self.events = []

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.reader)
        os.close(self.writer)

    def message(self, deadline):
        while b"\0" not in self.unread:
            left = max(0, deadline - time.monotonic())
            if not select.select([self.reader], [], [], left)[0]:
                return None
            got = os.read(self.reader, 1 << 16)
            if not got:
                raise Failed("Chromium has ended")
            self.unread += got
        text, self.unread = self.unread.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **params):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params}
        if session:
            request["sessionId"] = session
        os.write(self.writer, json.dumps(request).encode() + b"\0")
        deadline = time.monotonic() + LIMIT
        while (answer := self.message(deadline)) is not None:
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise Failed(f"{method}: {answer['error']}")
            else:
                return answer["result"]
        raise Failed(f"{method}: no answer within {LIMIT} s")


class Page:
    """A tab; what it asked for and what it complained about are noted."""

    def __init__(self, browser, scripts=True, dark=False):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target,
                                    flatten=True)["sessionId"]
        for domain in "Page", "Network", "Log", "Runtime":
            self.call(f"{domain}.enable")
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def go(self, url):
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + LIMIT
        while self.value("document.readyState") != "complete":
            if time.monotonic() > deadline:
                raise Failed(f"{url}: not loaded within {LIMIT} s")
            time.sleep(.02)

    def value(self, expression):
        """Of JavaScript: that of DevTools runs, whether those of pages may or not."""
        return self.call("Runtime.evaluate", expression=expression,
                         returnByValue=True)["result"].get("value")

    def text(self, selector="body"):
        return self.value(f"document.querySelector({json.dumps(selector)}).innerText")

    def noted(self, method):
        return [event["params"] for event in self.browser.events
                if event.get("sessionId") == self.session
                and event.get("method") == method]

    def screenshot(self, path, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        shot = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(shot))
