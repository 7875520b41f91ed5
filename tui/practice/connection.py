"""One client's connection: reads its requests, finds their handlers, sends their answers."""

from __future__ import annotations

import io
import logging
import re
import socket
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote

from tui.practice import httpwire
from tui.practice.httpwire import BadHead, Body, Head
from tui.practice.wire import JSON, ROUTES, ApiError, Request, Response, answer, line

if TYPE_CHECKING:
    from tui.practice.hold import Hold

LOG: Final = logging.getLogger(__name__)

PRODUCT: Final = "20.10.24"
"""The Docker Engine that is played."""

NEWEST: Final = (1, 41)
OLDEST: Final = (1, 12)

DRAINED: Final = 1 << 18
"""Bytes of a body that nobody read, which are still read for the sake of the next request."""

PLAIN: Final = "text/plain; charset=utf-8"

_VERSIONED: Final = re.compile(r"/v([0-9.]+)(/.*)")


class Gone(Exception):
    """The client has hung up."""


class Connection:
    """Serves one client until it hangs up."""

    def __init__(self, sock: socket.socket, hold: Hold) -> None:
        self._socket = sock
        self._hold = hold
        self._source = sock.makefile("rb")
        self.thread: threading.Thread | None = None
        """Serves it."""
        self.is_last = False
        """Whether the request that is being answered is the last one."""

    def hang_up(self) -> None:
        """End it from another thread; whatever waits on it fails at once."""
        with suppress(OSError):  # it has ended by itself
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back to the system."""
        with suppress(OSError):
            self._source.close()
        self._socket.close()

    def serve(self) -> None:
        """Answer requests until the client has no more."""
        try:
            while self._serve_one():
                pass
        except (Gone, EOFError, OSError) as error:
            LOG.debug("a client hung up: %r", error)

    def _serve_one(self) -> bool:
        """Answer a request; returns whether another may follow."""
        try:
            head = httpwire.read_head(self._source)
            if head is None:
                return False
            body = Body(self._source, head, self._send)
        except BadHead as error:
            self._refuse_head(str(error))
            return False
        request = self._request(head, body)
        response = self._handled(request)
        if response.takes_over is not None:
            self._hand_over(head, response)
            return False
        try:
            self._answer(head, request, response)
        finally:
            if isinstance(response.body, Generator):  # one that never began has ends too
                response.body.close()
        return head.keeps_alive and not self.is_last and self._has_drained(body)

    def _request(self, head: Head, body: Body) -> Request:
        """Return the request; one without a version asks for the newest."""
        path, _mark, query = head.target.partition("?")
        path = unquote(path, errors="surrogateescape")
        found = _VERSIONED.fullmatch(path)
        version = _version(found[1]) if found else spoken_versions(self._hold)[1]
        return Request(
            head.method,
            found[2] if found else path,
            {name: tuple(given) for name, given in parse_qs(query, keep_blank_values=True).items()},
            head.headers,
            io.BufferedReader(body),
            version,
        )

    def _handled(self, request: Request) -> Response:
        """Return the answer to a request.

        Raises:
            Gone: the client did not wait for it.
        """
        oldest, newest = spoken_versions(self._hold)
        wanted = written(request.version)
        if request.version > newest:
            most = f"Maximum supported API version is {written(newest)}"
            return _refusal(400, f"client version {wanted} is too new. {most}")
        if request.version < oldest:
            least = f"Minimum supported API version is {written(oldest)}"
            hint = "please upgrade your client to a newer version"
            text = f"client version {wanted} is too old. {least}, {hint}"
            return Response(400, text.encode() + b"\n", content_type=PLAIN)
        return self._strange(request) or self._ordinary(request)

    def _ordinary(self, request: Request) -> Response:
        route = ROUTES.find(request.method, request.path)
        if route is None:
            return _refusal(404, "page not found")
        handler, names = route
        try:
            return handler(self._hold, replace(request, names=names))
        except ApiError as error:
            return _refusal(error.status, error.message)
        except (Gone, EOFError):
            raise
        except Exception as error:
            LOG.exception("%s %s broke", request.method, request.path)
            return _refusal(500, f"the practice engine broke: {error!r}")

    def _strange(self, request: Request) -> Response | None:
        """Return what a fault makes of a request; None without a fault.

        Raises:
            Gone: the client had to wait until it left.
        """
        faults = self._hold.faults
        if request.path.startswith("/practice/"):
            return None  # or no fault could be switched off again
        fault = faults.strike("status", request.path)
        if fault is not None:
            return _refusal(fault.number("status"), fault.text("message"))
        fault = faults.strike("hang", request.path)
        while fault is not None and not fault.is_over.wait(0.1):
            self._check_client()
        if faults.strike("malformed", request.path) is not None:
            return Response(200, b'{"message": "this is no JSON\n[}')
        return None

    # Sending

    def _send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def _refuse_head(self, reason: str) -> None:
        """Answer what is no request; nothing can follow it."""
        headers = (("Content-Type", PLAIN), ("Connection", "close"))
        head = httpwire.head_bytes(None, 400, headers, reason=reason.removeprefix("400 "))
        with suppress(OSError):
            self._send(head + reason.encode())

    def _hand_over(self, head: Head, response: Response) -> None:
        """Give the bare connection to a handler."""
        headers = [("Content-Type", response.content_type)]
        if head.upgrades:
            headers += [("Connection", "Upgrade"), ("Upgrade", head.headers["upgrade"])]
            self._send(httpwire.head_bytes(None, 101, headers, reason="UPGRADED"))
        else:
            self._send(httpwire.head_bytes(head, 200, headers))
        assert response.takes_over is not None
        try:
            response.takes_over(TakenOver(self._socket, self._source))
        except OSError as error:
            LOG.debug("a client hung up: %r", error)
        finally:
            self.hang_up()  # a thread of the handler may still be reading, and could not be closed

    def _answer(self, head: Head, request: Request, response: Response) -> None:
        """Send an answer, framed as the client understands it."""
        headers = self._headers(head, response)
        dropped = self._hold.faults.strike("drop", request.path)
        send = Dropping(self._send, dropped.number("bytes")) if dropped else self._send
        if not httpwire.has_body(head.method, response.status):
            send(httpwire.head_bytes(head, response.status, headers))
        elif isinstance(response.body, bytes):
            headers.append(("Content-Length", str(len(response.body))))
            send(httpwire.head_bytes(head, response.status, headers) + response.body)
        elif head.is_http_1_0:
            send(httpwire.head_bytes(head, response.status, headers))
            self._stream(response, send, bytes)
        else:
            headers.append(("Transfer-Encoding", "chunked"))
            send(httpwire.head_bytes(head, response.status, headers))
            self._stream(response, send, httpwire.chunk)
            send(httpwire.LAST_CHUNK)

    def _stream(
        self, response: Response, send: httpwire.Sender, frame: Callable[[bytes], bytes]
    ) -> None:
        """Send a body part by part; an empty part is the time to look for the client."""
        assert not isinstance(response.body, bytes)
        parts = _parts(response.body, response.content_type)
        try:
            for part in parts:
                if part:
                    send(frame(part))
                else:
                    self._check_client()
        finally:
            parts.close()

    def _headers(self, head: Head, response: Response) -> list[tuple[str, str]]:
        headers = {
            "Api-Version": written(spoken_versions(self._hold)[1]),
            "Content-Type": response.content_type,
            "Docker-Experimental": "false",
            "Ostype": "linux",
            "Server": f"Docker/{PRODUCT} (linux)",
            **response.headers,
        }
        is_empty = response.body == b"" and response.content_type == JSON
        if is_empty or not response.content_type:  # logs have none
            del headers["Content-Type"]
        if head.headers.get("connection", "").lower() == "close":
            headers["Connection"] = "close"
        return [*sorted(headers.items()), ("Date", httpwire.date(self._hold.clock()))]

    def _check_client(self) -> None:
        """Look whether the client is still there.

        Raises:
            Gone: it is not.
        """
        try:
            seen = self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not seen:
            raise Gone

    def _has_drained(self, body: Body) -> bool:
        """Read what is left of a body; False if that is too much, and nothing can follow."""
        if body.was_refused:
            return False
        left = DRAINED
        while left > 0:
            block = body.read(min(left, 1 << 16))
            if not block:
                return True
            left -= len(block)
        return False


class Dropping:
    """Sends the first bytes of an answer, and then hangs up."""

    def __init__(self, send: httpwire.Sender, count: int) -> None:
        self._send = send
        self._left = count

    def __call__(self, data: bytes) -> None:
        """Send what may still be sent.

        Raises:
            Gone: that was the last of it.
        """
        self._send(data[: self._left])
        self._left -= len(data)
        if self._left < 0:
            raise Gone


class TakenOver:
    """The bare connection, for attach and exec."""

    def __init__(self, sock: socket.socket, source: io.BufferedReader) -> None:
        self._socket = sock
        self._source = source

    def read(self, size: int) -> bytes:
        """Wait for bytes from the client; b"" when it has closed its side, or has gone."""
        try:
            return self._source.read1(size)
        except (OSError, ValueError):  # reset, or closed by our own end
            return b""

    def write(self, data: bytes) -> None:
        """Send bytes to the client.

        Raises:
            OSError: it has gone.
        """
        self._socket.sendall(data)


def _parts(body: Iterable[bytes], content_type: str) -> Generator[bytes, None, None]:
    """Yield the parts of a body; a refusal in the middle becomes a line, as dockerd does it."""
    try:
        yield from body
    except ApiError as error:
        if content_type != JSON:
            raise
        yield line({"errorDetail": {"message": error.message}, "error": error.message})


def spoken_versions(hold: Hold) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the oldest and the newest API version that are spoken, as faults have it."""
    old, new = hold.faults.peek("too-old"), hold.faults.peek("too-new")
    if new is not None:
        oldest = _version(new.text("version"))
        return oldest, max(oldest, NEWEST)
    newest = _version(old.text("version")) if old is not None else NEWEST
    return min(OLDEST, newest), newest


def _refusal(status: int, message: str) -> Response:
    return answer({"message": message}, status)


def _version(text: str) -> tuple[int, int]:
    """Return an API version; a text that is none counts as too old."""
    numbers = [int(part) for part in text.split(".")[:2] if part.isdecimal()]
    major, minor = [*numbers, 0, 0][:2]
    return major, minor


def written(version: tuple[int, int]) -> str:
    """Return an API version as people write it."""
    return f"{version[0]}.{version[1]}"
