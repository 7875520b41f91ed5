"""A mirror with a log: it hands on to a registry, and notes what it was asked."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class LoggingMirror:
    """Serves what a registry has, at an address of its own."""

    def __init__(self, registry: str) -> None:
        self.asked: list[str] = []
        """Method and path of each request, without its query."""
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                asked.append(f"{self.command} {self.path.partition('?')[0]}")

            def do_GET(self) -> None:
                connection = http.client.HTTPConnection(registry, timeout=20)
                kinds = ", ".join(self.headers.get_all("Accept", []))  # newer Engines: a line each
                headers = {"Accept": kinds} if kinds else {}
                connection.request(self.command, self.path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "date"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                connection.close()

            do_HEAD = do_GET

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
