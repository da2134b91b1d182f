"""Headless Chromium by its DevTools protocol over two pipes; nothing but Python's own library."""
import json
import os
import subprocess

PATIENCE_MS = 60_000  # for one condition of a page

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--disable-background-timer-throttling",
         "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
         "--remote-debugging-pipe")


class Chromium:
    """One browser, ended with the `with`. Its messages go to FOLDER/chromium.log."""

    def __init__(self, folder):
        to_browser, self.requests = os.pipe()
        self.answers, from_browser = os.pipe()
        command = ["chromium", *FLAGS, f"--user-data-dir={folder}/profile", "about:blank"]
        with open(f"{folder}/chromium.log", "wb") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "-", *command],
                pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        os.close(to_browser)
        os.close(from_browser)
        self.received, self.last_id, self.loaded = b"", 0, set()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.call("Browser.close")
        self.process.wait()

    def call(self, method, session=None, **parameters):
        """The result of one call."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.requests, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == self.last_id:
                assert "error" not in answer, answer
                return answer["result"]

    def next_message(self):
        while b"\0" not in self.received:
            piece = os.read(self.answers, 1 << 16)
            assert piece, "Chromium has ended"
            self.received += piece
        text, self.received = self.received.split(b"\0", 1)
        message = json.loads(text)
        if message.get("method") == "Page.loadEventFired":
            self.loaded.add(message["sessionId"])
        return message

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.loaded.discard(session)
        self.call("Page.navigate", session, url=url)
        while session not in self.loaded:
            self.next_message()
        return Page(self, session)


class Page:
    def __init__(self, chromium, session):
        self.chromium, self.session = chromium, session

    def run(self, script):
        """The value of a script, as JSON can carry it."""
        result = self.chromium.call("Runtime.evaluate", self.session, expression=script,
                                    awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, (script, result)
        return result["result"].get("value")

    def wait(self, condition):
        """Until it is true, or throws with the page's text."""
        came = self.run(f"""new Promise((resolve) => {{
            const end = Date.now() + {PATIENCE_MS};
            const look = () => {{
              if ({condition}) return resolve(true);
              Date.now() < end ? setTimeout(look, 20) : resolve(false);
            }};
            look();
          }})""")
        assert came, (condition, self.run("document.body.innerText"))
