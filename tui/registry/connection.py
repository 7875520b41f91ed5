"""HTTP to registries: proxies, certificates, redirects, and bounds on time and size.

An answer is returned whatever its status. Redirects are followed for reading alone, never from
https to http, and what names the user does not go along to another host.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from tui import __version__
from tui.i18n import _
from tui.registry.errors import (
    BadManifest,
    BadTls,
    CertificateNotNow,
    CertificateOfAnother,
    CertificateUntrusted,
    NobodyListens,
    NotARegistry,
    PlainHttp,
    TooSlow,
    UnknownHost,
    Unreachable,
)

CONNECT_SECONDS: Final = 8.0
"""Time for a connection."""

SILENT_SECONDS: Final = 60.0
"""Time without a byte; and time for a whole document, which is short."""

HOPS: Final = 5
"""Redirects that are followed one after the other."""

AGENT: Final = f"orlop/{__version__}"
CERTIFICATES: Final = Path("/etc/docker/certs.d")
"""Where the Engine keeps authorities of private registries: a folder a host."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BROKEN: Final = (OSError, http.client.HTTPException, ValueError)
"""What Python raises for a connection, an answer or an address that is broken."""

_CHUNK: Final = 1 << 16

_Note = Callable[[socket.socket], None]


class Answer:
    """A server's answer; whoever gets it closes it."""

    def __init__(
        self, url: str, raw: http.client.HTTPResponse, patience: float = SILENT_SECONDS
    ) -> None:
        self.url = url
        """Where it came from, after all redirects."""
        self._patience = patience
        self.status = raw.status
        self._raw = raw

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._raw.close()

    def header(self, name: str) -> str:
        """Return a header; empty where it is missing."""
        return self._raw.headers.get(name, "")

    def headers(self, name: str) -> list[str]:
        """Return a header that may be there several times."""
        return list(self._raw.headers.get_all(name, []))

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises:
            Unreachable: the connection broke, or nothing came for too long.
        """
        try:
            return self._raw.read(size)
        except _BROKEN as error:
            raise unreachable(self.url, error) from error

    def document(self, limit: int) -> bytes:
        """Return the whole body.

        Raises:
            BadManifest: it is longer than `limit` bytes.
            Unreachable: the connection broke, or it took too long.
        """
        pieces: list[bytes] = []
        length = 0
        end = time.monotonic() + self._patience
        while data := self.read(_CHUNK):
            pieces.append(data)
            length += len(data)
            if length > limit:
                raise BadManifest(_("it is too long"))
            if time.monotonic() > end:
                raise Unreachable(_("it sends too slowly"))
        return b"".join(pieces)


class Connections:
    """Asks servers, one request after the other."""

    def __init__(
        self,
        host: str = "",
        *,
        certificates: Path = CERTIFICATES,
        verify: bool = True,
        connect: float = CONNECT_SECONDS,
        silent: float = SILENT_SECONDS,
        inside: str = "",
    ) -> None:
        """Prepare.

        Args:
            host: With its port; of `certificates` its authorities are trusted.
            certificates: A folder a host.
            verify: Whether who answers must prove who he is.
            connect: Seconds for a connection.
            silent: Seconds without a byte, and for a whole document.
            inside: The socket of a practice engine that stands in for all hosts.
        """
        self.requests = 0
        """How many requests were made so far."""
        self._socket: socket.socket | None = None
        self._is_over = False
        self._connect, self._silent = connect, silent
        self._opener = OpenerDirector()
        if not inside:
            self._opener.add_handler(_Proxies())
        self._opener.add_handler(_Http(partial(_Inside, inside) if inside else _Plain, self._note))
        self._https = _Https(_context(certificates / host, verify=verify), self._note)
        self._opener.add_handler(self._https)

    def ask(
        self,
        url: str,
        headers: Mapping[str, str],
        data: bytes | None = None,
        *,
        method: str | None = None,
    ) -> Answer:
        """Ask for a URL; with `data` send that. `method` is what HTTP calls it, by default GET.

        Raises:
            Unreachable: there is no answer.
            NotARegistry: it sends from place to place, or to where nobody may go.
        """
        secret = dict(headers)
        for _hop in range(HOPS + 1):
            answer = self._ask(url, secret, data, method)
            where = answer.header("Location")
            is_reading = data is None and method in (None, "HEAD")
            if answer.status not in _REDIRECTS or not is_reading or not where:
                return answer
            with answer:
                target = _joined(url, where)
            if _origin(target) != _origin(url):
                secret.pop("Authorization", None)
            url = target
        raise NotARegistry(_("too many redirects"))

    def trust_near(self) -> None:
        """From now on take whoever is on this machine without proof, as the Engine does."""
        self._https.near = _context(verify=False)

    def hang_up(self) -> None:
        """End the connection at once, and make no other; may be called from another thread."""
        self._is_over = True
        if self._socket is not None:
            with suppress(OSError):  # it may have ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)

    def _ask(
        self, url: str, headers: Mapping[str, str], data: bytes | None, method: str | None
    ) -> Answer:
        self.requests += 1
        if self._is_over:
            raise Unreachable(_("it was stopped"))
        try:
            request = Request(url, data, {"User-Agent": AGENT, **headers}, method=method)
            raw = self._opener.open(request, timeout=self._connect)
        except _BROKEN as error:
            raise unreachable(url, error) from error
        assert isinstance(raw, http.client.HTTPResponse)
        return Answer(url, raw, self._silent)

    def _note(self, connected: socket.socket) -> None:
        connected.settimeout(self._silent)
        self._socket = connected
        if self._is_over:
            raise ConnectionAbortedError(_("it was stopped"))


def is_loopback(host: str) -> bool:
    """Tell whether a host, without its port, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_near(host: str) -> bool:
    """Tell whether a host, with its port or without, is this machine."""
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


def unreachable(url: str, error: BaseException) -> Unreachable:
    """Return what an error of Python's means; the address is told without what follows its host."""
    reason: Any = error.reason if isinstance(error, URLError) else error
    where = urlsplit(url).netloc.rpartition("@")[2]
    words = getattr(reason, "strerror", "") or reason or type(reason).__name__
    return _kind_of(reason)(f"{where}: {words}")


_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"}
)
"""OpenSSL's words for an answer that is no TLS."""

_CERTIFICATE: Final[Mapping[int, type[BadTls]]] = {
    **dict.fromkeys((9, 10), CertificateNotNow),  # not yet valid, expired
    **dict.fromkeys((62, 64), CertificateOfAnother),  # another name, another address
}
"""OpenSSL's codes of certificates (X509_V_ERR_*); all others mean that nobody known signed it."""


def _kind_of(reason: Any) -> type[Unreachable]:
    """Return the kind of error that a reason of Python's is."""
    if isinstance(reason, ssl.SSLCertVerificationError):
        return _CERTIFICATE.get(reason.verify_code, CertificateUntrusted)
    if isinstance(reason, ssl.SSLError):
        return PlainHttp if reason.reason in _NOT_TLS else BadTls
    if isinstance(reason, socket.gaierror):
        return UnknownHost
    if isinstance(reason, ConnectionRefusedError):
        return NobodyListens
    return TooSlow if isinstance(reason, TimeoutError) else Unreachable


def _joined(url: str, where: str) -> str:
    """Return where a redirect leads.

    Raises:
        NotARegistry: nobody may go there.
    """
    try:
        target = urljoin(url, where)
        parts = urlsplit(target)
        host = parts.hostname
    except ValueError:
        raise NotARegistry(where) from None
    allowed = ("https",) if url.startswith("https:") else ("http", "https")
    if not host or parts.scheme not in allowed:
        raise NotARegistry(where)
    return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        raise NotARegistry(url) from None


def _context(folder: Path | None = None, *, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    for path in sorted(folder.glob("*.crt")) if folder else ():
        with suppress(OSError):  # not for this user, or no certificate: as if it were not there
            context.load_verify_locations(path)
    return context


class _Proxies(ProxyHandler):
    """HTTP_PROXY, HTTPS_PROXY and NO_PROXY; never for this machine, as the Engine does it."""

    def proxy_open(self, req: Request, proxy: str, type: str) -> Any:  # noqa: A002
        return None if is_near(req.host) else super().proxy_open(req, proxy, type)


class _Http(HTTPHandler):
    def __init__(self, kind: Callable[..., http.client.HTTPConnection], note: _Note) -> None:
        super().__init__()
        self._kind = kind
        self._connected = note

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._kind, self._connected), req)


class _Https(HTTPSHandler):
    def __init__(self, context: ssl.SSLContext, note: _Note) -> None:
        super().__init__(context=context)
        self._trusting = context
        self._connected = note
        self.near: ssl.SSLContext | None = None
        """For this machine; None for the same as for all others."""

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        host = urlsplit(req.full_url).netloc  # req.host may be a proxy on this machine
        context = self.near if self.near and is_near(host) else self._trusting
        return self.do_open(partial(_Secure, self._connected), req, context=context)


class _Plain(http.client.HTTPConnection):
    def __init__(self, note: _Note, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._connected = note

    def connect(self) -> None:
        super().connect()
        self._connected(self.sock)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, note: _Note, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._connected = note

    def connect(self) -> None:
        super().connect()
        self._connected(self.sock)


class _Inside(http.client.HTTPConnection):
    """The way to the registries inside a practice engine: `Host` still says which is meant."""

    def __init__(self, path: str, note: _Note, host: str, **more: Any) -> None:
        super().__init__(host, **more)
        self._path = path
        self._connected = note

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
        self._connected(self.sock)

    def putrequest(self, method: str, url: str, *skips: Any, **more: Any) -> None:
        super().putrequest(method, f"/hub{url}", *skips, **more)
