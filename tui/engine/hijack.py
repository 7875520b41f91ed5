"""A connection that a request takes over: what is typed goes up, what a program writes comes down.

`POST` with `Upgrade: tcp`; the Engine answers 101 (older ones and Podman 200), and from then on
the connection is no HTTP any more. With a terminal the bytes come as they are; without one in
frames (`tui.logs.lines.HEADER`).
"""

from __future__ import annotations

import http.client
import io
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tui.engine.client import READ_TIMEOUT, REFUSAL, EngineClient, refusal
from tui.engine.errors import BadAnswer
from tui.engine.translate import from_answer

CHUNK: Final = 1 << 14
"""Bytes that are read at a time: keys are looked at between two of them."""

HEAD_MAX: Final = 1 << 16
"""Bytes of an answer's head that are borne."""

LAST_WORDS: Final = 5.0
"""Seconds that a refusal may take whose length is not told."""


class HijackedStream:
    """Both directions of a connection that was taken over. Nothing in it ever waits."""

    def __init__(self, sock: socket.socket, rest: bytes = b"") -> None:
        """Take a connection; `rest` came already, behind the head of the answer."""
        self._sock = sock
        self._rest = rest
        self._is_ending = False
        """Nothing more will be typed, and the other side is to be told."""
        sock.setblocking(False)

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._sock.fileno()

    @property
    def has_more(self) -> bool:
        """Whether there are bytes that no selector tells of: read before, or decrypted."""
        if self._rest:
            return True
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def read(self) -> bytes | None:
        """Return what came; None when nothing did, no bytes at the end, however it came."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        try:
            return self._sock.recv(CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if self._is_ending and isinstance(self._sock, ssl.SSLSocket):
                self._end_tls(self._sock)
            return None
        except OSError:
            return b""  # what became of the program is asked for afterwards

    def write(self, data: bytes) -> int:
        """Send what can be sent now; returns how many bytes that were."""
        try:
            return self._sock.send(data)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        except OSError:
            return len(data)  # nobody is there to read it; the other direction tells so

    def end_input(self) -> None:
        """Tell that nothing more will be typed; what the program writes still comes."""
        if isinstance(self._sock, ssl.SSLSocket):
            self._is_ending = True
            return
        with suppress(OSError):  # it has ended by itself
            self._sock.shutdown(socket.SHUT_WR)

    def _end_tls(self, sock: ssl.SSLSocket) -> None:
        """Send the word for it, close_notify, at a moment when nothing waits to be read.

        OpenSSL looks for the other side's own close_notify then, and would take what a program
        wrote for a fault. That there is none yet is what it raises here.
        """
        self._is_ending = False
        with suppress(OSError):
            sock.unwrap()


@contextmanager
def hijacked(
    client: EngineClient, path: str, body: object | None = None
) -> Iterator[HijackedStream]:
    """Lend the connection that `POST path` took over; `client.cut` ends it.

    Raises:
        EngineError: it was refused, cut, or there is no Engine.
    """
    text = b"" if body is None else json.dumps(body).encode()
    head = (
        f"POST /v{client.api_version}{path} HTTP/1.1\r\nHost: engine\r\n"
        "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\n\r\n"
    )
    with client.connection() as sock:
        sock.settimeout(READ_TIMEOUT)
        sock.sendall(head.encode("ascii") + text)
        rest = _answered(sock)
        stream = HijackedStream(sock, rest)
        yield stream


def _answered(sock: socket.socket) -> bytes:
    """Read the head of the answer; returns what came behind it.

    Raises:
        EngineError: it is a refusal.
        BadAnswer: it is no answer.
        OSError: as the operating system tells, or the connection ended.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        block = sock.recv(CHUNK)
        if not block:
            raise http.client.RemoteDisconnected("the connection ended before an answer came")
        data += block
        if len(data) > HEAD_MAX:
            raise BadAnswer
    head, _end, rest = data.partition(b"\r\n\r\n")
    first, _end, fields = head.partition(b"\r\n")
    words = first.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise BadAnswer(first.decode("ascii", "backslashreplace"))
    status = int(words[1])
    if status >= http.client.BAD_REQUEST:
        headers = http.client.parse_headers(io.BytesIO(fields + b"\r\n\r\n"))
        length = headers.get("Content-Length", "")
        raise from_answer(status, refusal(_words(sock, rest, length)))
    return rest


def _words(sock: socket.socket, begun: bytes, length: str) -> bytes:
    """Read the body of a refusal."""
    wanted = min(int(length), REFUSAL) if length.isdecimal() else REFUSAL
    sock.settimeout(LAST_WORDS)
    with suppress(TimeoutError):
        while len(begun) < wanted and (block := sock.recv(CHUNK)):
            begun += block
    return begun[:wanted]
