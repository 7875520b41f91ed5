"""HTTP for the registry: a thread a connection, answers with the specification's headers."""

from __future__ import annotations

import logging
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl, unquote

from tui.distribution import routes
from tui.distribution.accounts import REALM
from tui.distribution.exchange import Answer, Body, BodyEnded, Part, Request
from tui.distribution.refusals import Refused, disk_refused
from tui.model.text import visible

if TYPE_CHECKING:
    import ssl

    from tui.distribution.accounts import Accounts
    from tui.distribution.registry import Registry

LOG: Final = logging.getLogger(__name__)

SILENT_SECONDS: Final = 120.0
"""Time without a byte after which a connection is given up."""

CONNECTIONS_MAX: Final = 512

LINGER_SECONDS: Final = 10.0
"""Time for a client to see an answer that came before the end of what it sends."""

_PARAMETERS_MAX: Final = 20


class RegistryServer(socketserver.ThreadingTCPServer):
    """Serves a registry at a TCP port until it is stopped; a context manager."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        registry: Registry,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        accounts: Accounts | None = None,
        tls: ssl.SSLContext | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """Listen; nothing is answered before `start`.

        Args:
            registry: What is served; it is open.
            host: An address or a name of this machine.
            port: 0 for any that is free.
            accounts: Who may use it; None for everybody.
            tls: Speaks TLS; None for plain HTTP.
            tell: Called with a line for each request.

        Raises:
            OSError: nobody may listen there, or somebody does.
        """
        self.registry = registry
        self.accounts = accounts
        self.tell = tell
        self._tls = tls
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Connection)

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self.socket.getsockname()[1])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Answer from now on."""
        serve = {"poll_interval": 0.05}
        threading.Thread(target=self.serve_forever, kwargs=serve, daemon=True).start()

    def stop(self) -> None:
        """Listen no more, and hang up on everybody."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for each in self._open:
                with suppress(OSError):  # it has ended by itself
                    each.shutdown(socket.SHUT_RDWR)

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; the handshake is its own thread's, with the first byte."""
        accepted, client = super().get_request()
        if self._tls is not None:
            # Before that, or a client that says nothing would keep the thread for ever.
            accepted.settimeout(SILENT_SECONDS)
            accepted = self._tls.wrap_socket(
                accepted, server_side=True, do_handshake_on_connect=False
            )
        return accepted, client

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Refuse connections above the limit; the client sees that it is hung up on."""
        with self._lock:
            if len(self._open) >= CONNECTIONS_MAX:
                return False
            self._open.add(request)
        return True

    def shutdown_request(self, request: Any) -> None:
        """Hang up."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Log what broke in a connection; nothing reaches the terminal."""
        error = sys.exception()
        if isinstance(error, OSError):  # the client has gone, or speaks no TLS
            LOG.debug("a client hung up: %r", error)
        else:
            LOG.error("a connection broke", exc_info=error)


class _Connection(BaseHTTPRequestHandler):
    """One client's connection: its requests, one after the other."""

    server: RegistryServer
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # or what is no HTTP gets an answer without a status line
    timeout = SILENT_SECONDS
    disable_nagle_algorithm = True
    rbufsize = 1 << 16

    _body: Body | None = None
    _may_wait: bool = False
    """Whether the client sends no body before it is told to go on."""

    def _serve(self) -> None:
        """Answer a request."""
        self._body = None
        try:
            answer = self._answer()
        except Refused as refused:
            answer = _envelope(refused)
        except BodyEnded:
            self.close_connection = True
            return
        except OSError as error:
            LOG.warning("the disk of the registry fails: %s", error)
            answer = _envelope(disk_refused(error))
        except Exception:
            LOG.exception("%s broke", self.command)
            answer = _envelope(Refused(500, "UNKNOWN", "the registry broke"))
        try:
            self._send(answer)
        except OSError as error:
            LOG.debug("a client hung up: %r", error)
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _answer(self) -> Answer:
        """Find who answers, and ask.

        Raises:
            Refused: there is an answer, and it is no.
            BodyEnded: the client has gone.
            OSError: the disk fails.
        """
        self._body = Body(self.rfile, self.headers, self._go_on)
        accounts = self.server.accounts
        if accounts is not None and not accounts.allow(self.headers.get("Authorization", "")):
            challenge = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
            raise Refused(401, "UNAUTHORIZED", "authentication required", challenge)
        path, _mark, query = self.path.partition("?")
        route = routes.find(unquote(path, errors="surrogateescape"))
        handler = routes.handler_of(route, self.command)
        method = "GET" if self.command == "HEAD" else self.command
        request = Request(
            method, route.name, route.reference, _parameters(query), self.headers, self._body
        )
        return handler(self.server.registry, request)

    def _send(self, answer: Answer) -> None:
        """Send an answer.

        Raises:
            OSError: the client has gone, or the disk fails.
        """
        is_left = self._body is None or not self._body.has_ended
        with _file_of(answer.body):
            self.send_response(answer.status)
            self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
            self.send_header("X-Content-Type-Options", "nosniff")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(_length(answer.body)))
            if is_left:
                self.send_header("Connection", "close")  # and http.server heeds that itself
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(answer.body)
        if is_left:
            self._linger()

    def _send_body(self, body: bytes | Part) -> None:
        if isinstance(body, bytes):
            self.wfile.write(body)
        elif body.count:
            sent = self.connection.sendfile(body.file, body.start, body.count)
            if sent < body.count:  # the file is shorter than it was: the client must notice
                self.close_connection = True

    def _linger(self) -> None:
        """Read for a moment what nobody wants, so that the client reads the answer.

        A connection that is closed while bytes come in is reset, and takes the answer with it.
        """
        self.close_connection = True
        if self._may_wait:
            return
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            end = time.monotonic() + LINGER_SECONDS
            while (left := end - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.rfile.read1(1 << 16):
                    return

    def _go_on(self) -> None:
        if self._may_wait:
            self._may_wait = False
            with suppress(OSError):  # the read that follows will tell
                self.send_response_only(100)
                self.end_headers()

    def handle_expect_100(self) -> bool:
        """Say nothing yet: a request that is refused needs no body."""
        self._may_wait = True
        return True

    def parse_request(self) -> bool:
        """Understand a head; answers itself if it cannot."""
        self._may_wait = False
        return super().parse_request()

    def send_error(self, code: int, *_told: str | None, **_more: str | None) -> None:
        """Answer what is no request; nothing can follow it."""
        self.close_connection = True
        with suppress(OSError):
            self._send(_envelope(Refused(code, "UNSUPPORTED", "this is no request for a registry")))

    def log_request(self, code: int | str = "-", _size: int | str = "-") -> None:
        """Tell of a request."""
        if self.server.tell is not None:
            asked = self.requestline if self.command else "no HTTP; an Engine tries TLS first"
            self.server.tell(visible(f"{self.client_address[0]} {asked} {int(code)}"))

    def version_string(self) -> str:
        """Name the program, without versions."""
        return "orlop"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing on the terminal."""
        LOG.debug(format, *args)


def _file_of(body: bytes | Part) -> AbstractContextManager[object]:
    """Return what has to be closed when a body was sent."""
    return body.file if isinstance(body, Part) else nullcontext()


def _length(body: bytes | Part) -> int:
    return len(body) if isinstance(body, bytes) else body.count


def _envelope(refused: Refused) -> Answer:
    headers: Mapping[str, str] = {"Content-Type": "application/json", **refused.headers}
    return Answer(refused.status, headers, refused.envelope())


def _parameters(query: str) -> dict[str, str]:
    """Return what stands behind the question mark; of a name given twice, the first.

    Raises:
        Refused: it is too much.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError:
        raise Refused(400, "UNSUPPORTED", "too many parameters") from None
    return dict(reversed(pairs))
