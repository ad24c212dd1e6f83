"""A Chromium without a window, spoken to over the DevTools protocol (https://chromedevtools.github.io)."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.conftest import wait_until

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0"),
    "--autoplay-policy=no-user-gesture-required",
)
_ANSWER_WITHIN = 60.0
_PHONE = 600

Message = dict[str, Any]


def chromium_binary() -> str:
    """Return where Chromium is on this machine, or nothing."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def chromium_missing() -> str:
    """Say how to come by Chromium when it is not there."""
    return "" if chromium_binary() else "there is no command chromium (Debian: apt-get install chromium)"


class WentAwayError(AssertionError):
    """The page that was asked is being replaced by the next one: to be asked again."""


_GOING_AWAY = ("Inspected target navigated or closed", "Execution context was destroyed")


class Connection:
    """One connection to the browser; calls wait for their answer, and events are kept until asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._events: list[Message] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> Message:
        """Call a method of the protocol and return its result; raise an AssertionError with its complaint."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            received = self._receive(_ANSWER_WITHIN)
            if received.get("id") == number:
                if str(received.get("error", {}).get("message", "")).startswith(_GOING_AWAY):
                    raise WentAwayError(f"{method}: {received['error']}")
                assert "error" not in received, f"{method}: {received['error']}"
                result: Message = received["result"]
                return result
            self._events.append(received)

    def events(self, session: str) -> list[Message]:
        """Return all events of a page so far."""
        return [event for event in self._events if event.get("sessionId") == session]

    def forget(self, session: str) -> None:
        """Forget the events of a page so far."""
        self._events = [event for event in self._events if event.get("sessionId") != session]

    def wait_for(self, session: str, wanted: Callable[[Message], bool], what: str) -> Message:
        """Return the first event of a page that is wanted, now or soon."""
        end = time.monotonic() + _ANSWER_WITHIN
        seen = 0
        while True:
            for event in self._events[seen:]:
                if event.get("sessionId") == session and wanted(event):
                    return event
            seen = len(self._events)
            left = end - time.monotonic()
            assert left > 0, f"waited in vain until: {what}"
            self._events.append(self._receive(left))

    def _receive(self, seconds: float) -> Message:
        message: Message = json.loads(self._socket.recv(timeout=seconds))
        return message


class Browser:
    """A running Chromium with an empty profile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def page(
        self, width: int = 1280, *, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> Iterator["Page"]:
        """Open an empty page of a width in CSS pixels; narrow ones are a phone's."""
        # A context of its own, so that nothing is cached or remembered from one page to the next.
        context = self._connection.call("Target.createBrowserContext")["browserContextId"]
        target = self._connection.call(
            "Target.createTarget", url="about:blank", browserContextId=context, width=width, height=height
        )["targetId"]
        session = self._connection.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self._connection, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.call(f"{domain}.enable")
        page.look(width, height=height, dark=dark)
        page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        try:
            yield page
        finally:
            self._connection.call("Target.disposeBrowserContext", browserContextId=context)


class Page:
    """One page, with everything that it has asked for and complained about."""

    def __init__(self, connection: Connection, session: str) -> None:
        self._connection = connection
        self._session = session

    def call(self, method: str, **parameters: Any) -> Message:
        """Call a method of the protocol for this page."""
        return self._connection.call(method, self._session, **parameters)

    def look(self, width: int, *, height: int = 900, dark: bool = False) -> None:
        """Make the screen as wide as this, and its owner one who likes it light or dark."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < _PHONE}
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, url: str, **headers: str) -> int:
        """Go to an address, wait until everything is loaded, and return the status of the answer.

        What the page before asked for and complained about is forgotten.
        """
        self._connection.forget(self._session)
        self.call("Network.setExtraHTTPHeaders", headers=headers)
        loader = self.call("Page.navigate", url=url)["loaderId"]
        self._connection.wait_for(
            self._session, lambda e: e["method"] == "Page.loadEventFired", f"{url} is loaded"
        )
        answer = self._connection.wait_for(
            self._session,
            lambda e: e["method"] == "Network.responseReceived" and e["params"]["requestId"] == loader,
            f"{url} has answered",
        )
        return int(answer["params"]["response"]["status"])

    def evaluate(self, expression: str) -> Any:
        """Return what an expression of JavaScript comes to, as if a person had just clicked.

        Promises are waited for.
        """
        manner = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        answer = self.call("Runtime.evaluate", expression=expression, **manner)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key that has a name, such as `Tab`."""
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            keyed = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
            self.call("Input.dispatchKeyEvent", **keyed, **(text if kind == "keyDown" else {}))

    def type(self, text: str) -> None:
        """Type a text where the cursor is."""
        self.call("Input.insertText", text=text)

    def wait_for_address(self, wanted: str) -> None:
        """Wait until the page has gone to an address that has this text, and has loaded it."""
        self.until(
            f"location.href.includes({json.dumps(wanted)}) && document.readyState == 'complete'",
            f"the page is at {wanted}",
        )

    def until(self, expression: str, what: str) -> None:
        """Wait until an expression of JavaScript is true, on whatever page is there by then."""

        def is_true() -> bool:
            try:
                return bool(self.evaluate(expression))
            except WentAwayError:
                return False

        wait_until(is_true, what)

    def requested(self) -> list[str]:
        """Return the addresses of everything that was asked for over the network."""
        urls = [
            event["params"]["request"]["url"]
            for event in self._connection.events(self._session)
            if event["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith("data:")]

    def complaints(self) -> list[str]:
        """Return what stands in the console: errors, warnings and exceptions of any sort."""
        texts = []
        for event in self._connection.events(self._session):
            told = event["params"]
            if event["method"] == "Log.entryAdded":
                texts.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
            elif event["method"] in {"Runtime.exceptionThrown", "Runtime.consoleAPICalled"}:
                texts.append(json.dumps(told))
        return texts


@contextmanager
def chromium(binary: str) -> Iterator[Browser]:
    """Run a Chromium with an empty profile; it is ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="nw-chromium-", ignore_cleanup_errors=True) as folder:
        announced = Path(folder) / "DevToolsActivePort"
        with subprocess.Popen(
            [binary, *_FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                wait_until(
                    lambda: announced.exists() and announced.read_text().count("\n") > 0,
                    "Chromium answers",
                    60,
                )
                port, path = announced.read_text().split()
                address = f"ws://127.0.0.1:{port}{path}"
                # No pings: they would come from a thread that draws from `random`; Hypothesis, in the same
                # process, takes any change of that for a test's own.
                with connect(address, max_size=None, proxy=None, ping_interval=None) as socket:
                    connection = Connection(socket)
                    yield Browser(connection)
                    connection.call("Browser.close")
                    process.wait(30)
            finally:
                process.kill()
