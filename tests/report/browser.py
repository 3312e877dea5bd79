"""Debian's chromium without a window, driven over a pipe, with nothing but Python's own library."""
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile


def find_chromium():
    """Its path, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page of a fresh profile. `events` holds what the page reported, as (method, parameters)."""

    def __init__(self, seconds=120):
        self.seconds, self.events, self.number, self.buffer = seconds, [], 0, b""
        self.profile = tempfile.TemporaryDirectory(prefix="doppel_chromium_", ignore_cleanup_errors=True)
        read_by_chromium, self.out = os.pipe()
        self.into, written_by_chromium = os.pipe()

        def wire():  # where chromium looks for its pipe; first out of the way of each other
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (read_by_chromium, written_by_chromium)]
            for number, end in enumerate(ends, start=3):
                os.dup2(end, number)

        self.process = subprocess.Popen(
            [find_chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--hide-scrollbars", "--remote-debugging-pipe",
             "--user-data-dir=" + self.profile.name, "about:blank"],
            preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_by_chromium)
        os.close(written_by_chromium)
        self.session = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.send(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        os.close(self.out)
        os.close(self.into)
        self.profile.cleanup()

    def _message(self):
        while b"\0" not in self.buffer:
            if not select.select([self.into], [], [], self.seconds)[0]:
                raise TimeoutError("chromium does not answer")
            more = os.read(self.into, 1 << 20)
            if not more:
                raise EOFError("chromium has ended")
            self.buffer += more
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def send(self, method, **parameters):
        """A command of the DevTools protocol, and its result."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.out, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            if "method" in message:
                self.events.append((message["method"], message.get("params", {})))

    def screen(self, width, height, dark=False):
        """A telephone below 600 pixels."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, path):
        """Loads the file and waits until it is there."""
        self.events.clear()
        self.send("Page.navigate", url=pathlib.Path(path).absolute().as_uri())
        while not any(method == "Page.loadEventFired" for method, _ in self.events):
            message = self._message()
            if "method" in message:
                self.events.append((message["method"], message.get("params", {})))

    def evaluate(self, expression):
        """The value of a JavaScript expression; the page itself has no script."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"]["value"]

    def picture(self):
        """The bytes of a PNG of what the screen shows."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
