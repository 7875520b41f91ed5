"""A unix socket in front of an Engine that notes every request."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from types import TracebackType
from typing import Final, Self

REQUEST: Final = re.compile(rb"(?:GET|POST|HEAD|DELETE|PUT) (/\S*) HTTP/1\.[01]\r\n")


class Relay:
    """Hands bytes on between its own socket `path` and the Engine's."""

    def __init__(self, engine: str, path: str) -> None:
        self.path = path
        self.paths: list[str] = []
        """The path and query of each request, in the order they came, without the version."""
        self._engine = engine
        self._server = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._server.bind(self.path)
        self._server.listen(32)
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                client = self._server.accept()[0]
            except OSError:  # closed
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._engine)
            for source, sink, noted in ((client, engine, True), (engine, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, noted), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, noted: bool) -> None:
        # Requests of lists and facts have no body, so each one starts a block.
        with contextlib.suppress(OSError):
            while block := source.recv(1 << 16):
                if noted:
                    self.paths += [
                        re.sub(r"^/v[\d.]+", "", path.decode()) for path in REQUEST.findall(block)
                    ]
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)
