"""The client: one negotiation with an Engine, then one docker client a job.

Loads docker (0.1 s), so import it in a worker thread, after the first paint.
docker-py's low-level `APIClient` makes the requests; its high-level collections
inspect every item and are not used, nor are its choice of an endpoint, its version
(the newest the Engine knows, whose shapes we were not written for) and its connections.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final, Self
from urllib.parse import urlencode

import docker
import requests
import urllib3
from docker.errors import DockerException

from tui.engine import wire, wire_stream
from tui.engine.errors import (
    BadConfig,
    Cancelled,
    EngineError,
    EngineTooNew,
    EngineTooOld,
    EngineUnreachable,
    NotAnEngine,
)
from tui.engine.translate import from_answer, translate
from tui.engine.transport import Dialer, EngineAdapter
from tui.model.engine import Capabilities, Endpoint, EngineInfo

MIN_API: Final = (1, 41)
"""Docker Engine 20.10: the oldest API whose answers `wire` was written for."""

MAX_API: Final = (1, 51)
"""Docker Engine 28.5: the newest API whose answers `wire` was written for."""

CONNECT_TIMEOUT: Final = 8.0
"""Seconds to open a connection, and to wait for the first answer."""

READ_TIMEOUT: Final = 60.0
"""Seconds without a byte; a list of 1,000 images takes 4 s on the containerd store."""

REFUSAL: Final = 65536
"""Bytes of a refusal that are read."""

Params = Mapping[str, str | tuple[str, ...]]
"""A query; several values are one parameter each."""

_UPLOAD_HEAD: Final = (
    "Host: engine\r\nContent-Type: application/x-tar\r\n"
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)

_FAILURES: Final = (
    DockerException,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    RecursionError,
    # docker-py's own stumbling over answers of another shape
    KeyError,
    TypeError,
    AttributeError,
)


class _Api(docker.APIClient):
    """docker's low-level client with our connections and a limit for connecting."""

    def __init__(self, dialer: Dialer, *, version: str) -> None:
        # The address only makes docker-py use the scheme that our adapter then serves.
        super().__init__("unix:///engine", version=version, timeout=int(READ_TIMEOUT))
        self.trust_env = False  # no proxy and no .netrc stand between us and an Engine
        self.mount("http+docker://", EngineAdapter(dialer))

    def request(  # type: ignore[override]
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Make a request; docker-py's timeout is for reading only."""
        options["timeout"] = (CONNECT_TIMEOUT, options.get("timeout"))
        return super().request(method, url, **options)


class EngineClient:
    """A way to one Engine, for one thread at a time; `for_job` gives another thread its own.

    `cut` may be called from any thread: what runs then fails with `Cancelled`.
    """

    def __init__(
        self, endpoint: Endpoint, *, api_version: str, info: EngineInfo | None = None
    ) -> None:
        self.endpoint = endpoint
        self.api_version = api_version
        """The version in every request's path: `1.41`."""
        self.info = info or EngineInfo(api_version=api_version)
        """What the Engine said of itself at connecting."""
        self.connected_at = 0.0
        """The Engine's own clock at connecting, seconds of the epoch; 0 when it did not tell."""
        self._dialer = Dialer(endpoint)
        try:
            self._api = _Api(self._dialer, version=api_version)
        except _FAILURES as error:  # it reads the docker configuration for its proxies
            raise BadConfig(str(error), path="config.json") from error

    @property
    def capabilities(self) -> Capabilities:
        """What this Engine can do."""
        return self.info.capabilities

    def for_job(self) -> EngineClient:
        """Return a client of its own for another thread (0.1 ms, no request)."""
        return EngineClient(self.endpoint, api_version=self.api_version, info=self.info)

    @contextmanager
    def asking(self, timeout: float | None = READ_TIMEOUT) -> Iterator[docker.APIClient]:
        """Lend docker's client for a request and translate whatever it raises.

        Args:
            timeout: Seconds without a byte; None for requests that may take their time.

        Raises:
            EngineError: whatever went wrong.
        """
        self._api.timeout = timeout  # type: ignore[assignment]
        try:
            yield self._api
        except _FAILURES as error:
            raise self._explained(error) from error

    def lines(
        self,
        method: str,
        path: str,
        *,
        params: Params,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[object]:
        """Yield the JSON lines of a streamed answer, without a limit of time.

        docker-py decodes each chunk for itself, which breaks a character that two share.

        Raises:
            EngineError: it was refused, cut, the connection broke, a line is no JSON.
        """
        with self.asking(None) as api:
            url = f"{api.base_url}/v{self.api_version}{path}"
            sent = dict(headers or {})
            with api.request(method, url, params=params, headers=sent, stream=True) as response:
                if response.status_code >= http.client.BAD_REQUEST:
                    raise from_answer(response.status_code, refusal(response.content))
                yield from wire_stream.json_lines(_chunks(response))
        self._check()  # a body without a marked end seems whole when it is cut

    def post(self, path: str, body: bytes, *, timeout: float | None = READ_TIMEOUT) -> object:
        """Return the JSON that answers `POST path` with a JSON body.

        Raises:
            EngineError: it was refused, or makes no sense.
        """
        with self.asking(timeout) as api:
            url = f"{api.base_url}/v{self.api_version}{path}"
            sent = {"Content-Type": "application/json"}
            response = api.request("POST", url, data=body, headers=sent, timeout=timeout)
            if response.status_code >= http.client.BAD_REQUEST:
                raise from_answer(response.status_code, refusal(response.content))
            return wire.loads(response.content)

    @contextmanager
    def body(self, path: str) -> Iterator[Body]:
        """Lend the raw body of `GET path`, without a limit of time between its bytes.

        Asked as HTTP/1.0: then no chunks have to be taken apart, which a body of gigabytes feels.

        Raises:
            EngineError: it was refused, cut, or the connection broke.
        """
        with self.connection() as sock:
            sock.sendall(f"GET /v{self.api_version}{path} HTTP/1.0\r\n\r\n".encode("ascii"))
            with http.client.HTTPResponse(sock, method="GET") as response:
                response.begin()
                if response.status >= http.client.BAD_REQUEST:
                    raise from_answer(response.status, refusal(response.read(REFUSAL)))
                yield Body(response, self._explained, self._check)

    @contextmanager
    def upload(self, path: str, *, params: Params, method: str = "POST") -> Iterator[Upload]:
        """Lend a `POST path` whose body, a tar, is given piece by piece; no limit of time.

        Or another `method` than POST.

        Raises:
            EngineError: it was refused, cut, or the connection broke.
        """
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        with self.connection() as sock:
            head = f"{method} /v{self.api_version}{path}{query} HTTP/1.1\r\n{_UPLOAD_HEAD}"
            sock.sendall(head.encode("ascii"))
            yield Upload(sock, self._explained, self._check)

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """Lend a bare connection, without a limit of time between its bytes.

        Raises:
            EngineError: whatever went wrong with it, or it was cut.
        """
        try:
            with self._dialer.dial(CONNECT_TIMEOUT) as sock:
                sock.settimeout(None)
                yield sock
        except (OSError, http.client.HTTPException) as error:
            raise self._explained(error) from error

    def cut(self) -> None:
        """End whatever runs on this client, from any thread; it cannot be used again."""
        self._dialer.cut()

    def close(self) -> None:
        """Close the idle connections."""
        self._api.close()
        self._dialer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self) -> None:
        if self._dialer.is_cut:
            raise Cancelled

    def _explained(self, error: BaseException) -> EngineError:
        if self._dialer.is_cut:
            return Cancelled()
        explained = translate(error, self.endpoint)
        if isinstance(explained, EngineUnreachable):
            return self._dialer.ssh_trouble() or explained
        return explained


def connect(endpoint: Endpoint) -> EngineClient:
    """Ask an Engine what it is and return a client that speaks its language.

    Three requests at most: `GET /version` without a version, `GET /info`.

    Raises:
        EngineUnreachable: with the kind that says why.
    """
    # docker-py needs some version; the first request carries none.
    with EngineClient(endpoint, api_version=_dotted(MIN_API)) as first:
        with first.asking(CONNECT_TIMEOUT) as api:
            try:
                version: object = api.version(api_version=False)
            except (DockerException, ValueError, RecursionError) as error:
                raise NotAnEngine(str(error), url=endpoint.url) from error
        api_version = negotiate(version, endpoint)
    client = EngineClient(endpoint, api_version=api_version)
    with client.asking() as api:
        info: object = api.info()
    client.info = wire.engine_info(version, info, api_version=api_version)
    client.connected_at = wire.engine_time(info)
    return client


def negotiate(version: object, endpoint: Endpoint) -> str:
    """Return the newest API version that both sides speak, from `GET /version`.

    Raises:
        NotAnEngine: the answer names no version.
        EngineTooOld: all its versions are before ours.
        EngineTooNew: all its versions are after ours.
    """
    about = wire.table(version)
    newest = _parsed(about.get("ApiVersion"))
    oldest = _parsed(about.get("MinAPIVersion"))
    if not newest:
        raise NotAnEngine(wire.raw_json(version)[:200], url=endpoint.url)
    if newest < MIN_API:
        raise EngineTooOld(url=endpoint.url, theirs=_dotted(newest), ours=_dotted(MIN_API))
    if oldest > MAX_API:
        raise EngineTooNew(url=endpoint.url, theirs=_dotted(oldest), ours=_dotted(MAX_API))
    return _dotted(min(newest, MAX_API))


def _parsed(value: object) -> tuple[int, ...]:
    parts = wire.text(value).split(".")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        return ()
    return tuple(int(part[:9]) for part in parts)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


class Body:
    """The body of an answer, to be read once."""

    def __init__(
        self,
        response: http.client.HTTPResponse,
        explain: Callable[[BaseException], EngineError],
        check: Callable[[], None],
    ) -> None:
        self._response = response
        self._explain = explain
        self._check = check

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, as soon as there are any; none at the end.

        Raises:
            EngineError: it was cut, or the connection broke.
        """
        try:
            data = self._response.read1(size)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._explain(error) from error
        if not data:
            self._check()  # a body without a marked end seems whole when it is cut
        return data


class Upload:
    """A request whose body is sent piece by piece, and its answer."""

    def __init__(
        self,
        sock: socket.socket,
        explain: Callable[[BaseException], EngineError],
        check: Callable[[], None],
    ) -> None:
        self._sock = sock
        self._explain = explain
        self._check = check

    def send(self, data: bytes, /) -> bool:
        """Send some more; False when the Engine takes no more: its answer tells why.

        Raises:
            EngineError: it was cut, or the connection broke.
        """
        if not data:
            return True  # an empty chunk would end the body
        try:
            self._sock.sendall(b"%x\r\n%b\r\n" % (len(data), data))
        except (BrokenPipeError, ConnectionResetError):
            self._check()
            return False
        except (OSError, ValueError) as error:
            raise self._explain(error) from error
        return True

    def lines(self) -> Iterator[object]:
        """End the body and yield the JSON lines of the answer.

        Raises:
            EngineError: it was refused, cut, the connection broke, a line is no JSON.
        """
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                self._sock.sendall(b"0\r\n\r\n")
            with http.client.HTTPResponse(self._sock, method="POST") as response:
                response.begin()
                if response.status >= http.client.BAD_REQUEST:
                    raise from_answer(response.status, refusal(response.read(REFUSAL)))
                yield from wire_stream.json_lines(iter(partial(response.read1, REFUSAL), b""))
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._explain(error) from error
        self._check()


def refusal(content: bytes) -> str:
    """Return the Engine's words of an answer that is no success; Podman's may be of a stream."""
    try:
        told = wire.loads(content)
        message = wire.text(wire.table(told).get("message")) or wire_stream.stream_error(told)
    except ValueError:
        message = ""
    return message or content.decode("utf-8", "replace")


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it comes: by its chunks, else by bytes (a larger read would wait)."""
    size = 16384 if getattr(response.raw, "chunked", False) else 1
    yield from response.iter_content(size)
