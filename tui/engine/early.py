"""The first two lists, asked for before anything heavy is imported.

Importing docker and its requests costs about 0.12 s, and an Engine with 1,000
images needs 0.05 s to list them. So a start sends both questions at once over the
bare socket, from a thread, and draws while the Engine thinks: the lists are often
there before the client is. Only for unix sockets; whatever is unusual (an Engine
that refuses this version of the API, a chunked answer) gives no result, and the
ordinary way follows.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from tui.engine import wire
from tui.engine.errors import BadAnswer, EngineError, EngineGone, NotAnEngine, TimedOut
from tui.engine.translate import translate
from tui.model.container import ContainerSummary
from tui.model.engine import Endpoint
from tui.model.image import ImageSummary

_PATHS: Final = ("/v1.41/images/json", "/v1.41/containers/json?all=1")
"""The oldest version we speak: no other is known before the Engine was asked."""

_SILENCE: Final = 60.0
"""Seconds without a byte before it is given up."""

_BLOCK: Final = 1 << 18
_OK: Final = 200


class Lists(NamedTuple):
    """What the Engine has."""

    images: tuple[ImageSummary, ...]
    containers: tuple[ContainerSummary, ...]


class EarlyLists:
    """Asks for images and containers in a daemon thread, from the moment it is made."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Start asking `endpoint`; only unix sockets are asked."""
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Lists], None]] = []
        self._ready = threading.Event()
        self._lists: Lists | None = None
        self._error: EngineError | None = None
        threading.Thread(target=self._run, name="early-lists", daemon=True).start()

    def result(self, timeout: float | None = None) -> Lists | None:
        """Return the lists; None where the ordinary way has to be taken.

        Args:
            timeout: Seconds to wait for them.

        Raises:
            EngineError: the Engine cannot be reached, or its answer makes no sense;
                TimedOut also when `timeout` is over.
        """
        if not self._ready.wait(timeout):
            raise TimedOut(url=self._endpoint.url)
        if self._error is not None:
            raise self._error
        return self._lists

    @property
    def lists(self) -> Lists | None:
        """The lists if they are there by now; None as well where they will never be."""
        return self._lists if self._ready.is_set() else None

    def tell(self, listener: Callable[[Lists], None]) -> None:
        """Have a function called with the lists: at once, or in the thread when they come.

        Never where they do not come: what went wrong is told by `result`.
        """
        with self._lock:
            if not self._ready.is_set():
                self._listeners.append(listener)
                return
        if self._lists is not None:
            listener(self._lists)

    def _run(self) -> None:
        try:
            if self._endpoint.url.startswith("unix://"):
                self._lists = self._ask()
        except EngineError as error:
            self._error = error
        except (OSError, ValueError) as error:
            self._error = translate(error, self._endpoint)
        with self._lock:
            self._ready.set()
            listeners = self._listeners
        if self._lists is not None:
            for listener in listeners:
                listener(self._lists)

    def _ask(self) -> Lists | None:
        """Send both questions, then read both answers: the Engine works on them together."""
        sockets: list[socket.socket] = []
        try:
            for path in _PATHS:
                sockets.append(self._connected())
                # HTTP/1.0: the body comes as it is, up to the end of the connection.
                sockets[-1].sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            images, containers = (self._answer(sock) for sock in sockets)
        finally:
            for sock in sockets:
                sock.close()
        if images is None or containers is None:
            return None
        return Lists(wire.images(images), wire.containers(containers))

    def _connected(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(_SILENCE)
        try:
            sock.connect(self._endpoint.url.removeprefix("unix://"))
        except OSError:
            sock.close()
            raise
        return sock

    def _answer(self, sock: socket.socket) -> list[object] | None:
        """Read one answer to its end; None where the ordinary way may know better.

        Raises:
            EngineError: NotAnEngine, EngineGone or BadAnswer.
        """
        blocks = []
        while block := sock.recv(_BLOCK):
            blocks.append(block)
        head, separator, body = b"".join(blocks).partition(b"\r\n\r\n")
        if not separator:
            raise EngineGone(url=self._endpoint.url)
        status = head.split(b" ", 2)[1:2]
        if not head.startswith(b"HTTP/") or not status or not status[0].isdigit():
            raise NotAnEngine(url=self._endpoint.url)
        if int(status[0]) != _OK or b"\r\ntransfer-encoding:" in head.lower():
            return None
        value = wire.loads(body)
        if not isinstance(value, list):
            raise BadAnswer(wire.raw_json(value)[:200])
        return value
