"""How bytes get to an Engine: one adapter under docker's client for every kind of address.

docker-py has an adapter per kind, but none of them lets another thread cut a
request that still waits for its answer, its ssh writes to the terminal, and its TLS
reads certificates of other programs from the environment. Here each connection is
an ordinary socket from a `Dialer`, which keeps it to be able to shut it down: that is
how a pull is cancelled, since the Engine stops when the connection ends.
"""

from __future__ import annotations

import errno
import socket
import ssl
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import IO, Any, Final
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from tui.engine.errors import SshFailed
from tui.model.engine import Endpoint

_POOL: Final = 2
"""Idle connections a client keeps: one for requests, one beside a stream."""

_SSH_SHOWN: Final = 2000
"""Bytes of ssh's own words that are kept for an error."""


class Dialer:
    """Opens the connections of one client, and can cut them all from another thread."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._ssh: list[SshBridge] = []
        self._is_cut = False

    @property
    def is_cut(self) -> bool:
        """Whether `cut` was called."""
        return self._is_cut

    def dial(self, timeout: float | None) -> socket.socket:
        """Return a new connection; `timeout` in seconds is for the connecting alone.

        Raises:
            OSError: as the operating system or TLS tells; ECANCELED after `cut`.
        """
        sock = self._open(timeout)
        with self._lock:
            self._sockets = [known for known in self._sockets if known.fileno() >= 0]
            self._sockets.append(sock)
            if self._is_cut:
                sock.close()
                raise OSError(errno.ECANCELED, "cancelled")
        return sock

    def cut(self) -> None:
        """End all connections, now and for good; what waits on them fails at once."""
        with self._lock:
            self._is_cut = True
            for sock in self._sockets:
                _hang_up(sock)
        self.close()

    def close(self) -> None:
        """End the ssh processes."""
        with self._lock:
            bridges, self._ssh = self._ssh, []
        for bridge in bridges:
            bridge.close()

    def ssh_trouble(self) -> SshFailed | None:
        """Return what ssh said, if one of its processes failed."""
        with self._lock:
            bridges = tuple(self._ssh)
        told = [said for bridge in bridges if (said := bridge.trouble())]
        return SshFailed(told[-1], url=self._endpoint.url) if told else None

    def _open(self, timeout: float | None) -> socket.socket:
        parts = urlsplit(self._endpoint.url)
        if parts.scheme == "unix":
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.settimeout(timeout)
            try:
                sock.connect(self._endpoint.url.removeprefix("unix://"))
            except BaseException:
                sock.close()
                raise
            return sock
        if parts.scheme == "ssh":
            bridge = SshBridge(self._endpoint.url, timeout)
            with self._lock:
                self._ssh.append(bridge)
            return bridge.socket
        host = parts.hostname or ""
        sock = socket.create_connection((host, parts.port or 0), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _secured(sock, self._endpoint, host) if self._endpoint.tls else sock


class SshBridge:
    """One `ssh ... docker system dial-stdio`: its input and output are a socket of ours.

    BatchMode and a session without a terminal keep ssh from asking or writing there;
    what it says on standard error is kept for the error.
    """

    def __init__(self, url: str, timeout: float | None) -> None:
        self.socket, theirs = socket.socketpair()
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                ssh_command(url, timeout),
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._said,
                start_new_session=True,
            )
        except OSError as error:
            self.socket.close()
            self._said.close()
            raise SshFailed(str(error), url=url) from error
        finally:
            theirs.close()
        self.socket.settimeout(timeout)

    def trouble(self) -> str:
        """Return ssh's words if it has ended badly, else an empty string."""
        try:
            # The connection ends a moment before the process does.
            status = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        self._said.seek(0)
        said = self._said.read(_SSH_SHOWN).decode("utf-8", "replace").strip()
        return (said or f"ssh ended with status {status}") if status else ""

    def close(self) -> None:
        """End the process and forget its words."""
        _hang_up(self.socket)
        self.socket.close()
        self._process.terminate()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()


def ssh_command(url: str, timeout: float | None) -> list[str]:
    """Return the command that bridges to the Engine at `ssh://[user@]host[:port][/socket]`."""
    parts = urlsplit(url)
    command = ["ssh", "-T", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={int(timeout or 30)}"]
    if parts.username:
        command += ["-l", unquote(parts.username)]
    if parts.port:
        command += ["-p", str(parts.port)]
    command += ["--", parts.hostname or "", "docker"]
    if parts.path not in {"", "/"}:
        command.append(f"--host=unix://{_for_shell(parts.path)}")
    return [*command, "system", "dial-stdio"]


def _for_shell(path: str) -> str:
    """Quote a path for the shell that sshd starts on the other side."""
    import shlex

    return shlex.quote(path)


def _secured(sock: socket.socket, endpoint: Endpoint, host: str) -> socket.socket:
    """Speak TLS on `sock` as the endpoint wants it.

    Raises:
        ssl.SSLError: a file or a certificate does not fit.
        OSError: a file is missing.
    """
    try:
        context = ssl.create_default_context(cafile=endpoint.tls_ca or None)
        if not endpoint.tls_verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if endpoint.tls_cert:
            context.load_cert_chain(endpoint.tls_cert, endpoint.tls_key or None)
        return context.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _hang_up(sock: socket.socket) -> None:
    """Shut a connection down, so that whoever waits on it is woken.

    Below TLS: an SSLSocket's own shutdown would pull its state away from the reader.
    """
    with suppress(OSError):  # it has ended by itself
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    """An HTTP connection over whatever the dialer opens."""

    def __init__(self, *, dialer: Dialer, **options: Any) -> None:
        super().__init__(**options)
        self._dialer = dialer

    def connect(self) -> None:
        """Open the connection within urllib3's connect timeout."""
        timeout = self.timeout if isinstance(self.timeout, int | float) else None
        self.sock = self._dialer.dial(timeout)


class _Pool(HTTPConnectionPool):
    """The connections of one client."""

    ConnectionCls = _Connection


class EngineAdapter(HTTPAdapter):
    """Carries the requests of docker's client over a dialer's connections."""

    def __init__(self, dialer: Dialer) -> None:
        super().__init__()
        self._dialer = dialer
        self._pool = self._new_pool()

    def _new_pool(self) -> _Pool:
        return _Pool("localhost", maxsize=_POOL, dialer=self._dialer)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return our pool, whatever the address (requests 2.32 and later)."""
        return self._pool

    def get_connection(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return our pool, whatever the address (requests before 2.32)."""
        return self._pool

    def request_url(self, request: PreparedRequest, *_: Any, **__: Any) -> str:
        """Return path and query alone: no proxy stands between."""
        return request.path_url

    def close(self) -> None:
        """Close the idle connections; new ones can be made, as with every adapter of requests."""
        super().close()
        self._pool.close()
        self._pool = self._new_pool()
