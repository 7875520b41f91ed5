"""A registry's contents, and a slow line to it, so that a pull can be stopped half-way."""

from __future__ import annotations

import hashlib
import http.client
import json
import select
import socket
import threading
import time
import urllib.request
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from tests.engines.images import ImageSpec
from tests.engines.maker import EngineRefused, ImageMaker

CHUNK: Final = 16 * 1024
"""Bytes that a `SlowProxy` hands on at once."""

DRIP_SECONDS: Final = 0.05
"""Time from one byte to the next of a connection that is held."""

PORTS: Final = 16
"""How many ports after the registry's a `SlowProxy` tries.

Podman wants each plain-HTTP registry written down, so these few ports can be."""

_MANIFEST_TYPES: Final = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    )
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """An image that only the registry has."""

    registry: str
    """`127.0.0.1:PORT`."""
    repository: str
    """Its path in the registry."""
    tag: str
    digest: str
    """Of the manifest."""
    spec: ImageSpec

    @property
    def reference(self) -> str:
        """What to pull."""
        return self.via(self.registry)

    def via(self, address: str) -> str:
        """Return what to pull to reach the same image through another address."""
        return f"{address}/{self.repository}:{self.tag}"


def push_seeded(
    maker: ImageMaker,
    registry: str,
    rest: str = "seeded:1",
    *,
    sizes: tuple[int, ...] = (70_000, 8_000_000, 5_000),
) -> Seeded:
    """Push an image with layers of these sizes (bytes, not compressible), and drop it locally.

    Raises EngineRefused with the Engine's words when the push fails.
    """
    layers = tuple(maker.layer(f"{rest}-{index}", size) for index, size in enumerate(sizes))
    repository, _, tag = maker.name(rest).rpartition(":")
    local = f"{registry}/{repository}:{tag}"
    spec = ImageSpec(layers, tags=(local,), config={"Cmd": ["none"]})
    maker.load(spec)
    for line in maker.api.push(f"{registry}/{repository}", tag, stream=True, decode=True):
        if "error" in line:
            raise EngineRefused(line["error"])
    maker.api.remove_image(local)
    return Seeded(registry, repository, tag, manifest_digest(registry, repository, tag), spec)


def push_image(name: str, layers: Sequence[bytes], diff_ids: Iterable[str]) -> None:
    """Put an image of these blobs, as they are, into a registry that speaks plain HTTP."""
    registry, _slash, rest = name.partition("/")
    repository, _colon, tag = rest.rpartition(":")
    base = f"http://{registry}/v2/{repository}"

    def push(data: bytes) -> dict[str, object]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        begin = urllib.request.Request(f"{base}/blobs/uploads/", method="POST")
        with urllib.request.urlopen(begin, timeout=10) as answer:
            place = answer.headers["Location"]
        sign = "&" if "?" in place else "?"
        end = urllib.request.Request(f"{place}{sign}digest={digest}", data, method="PUT")
        end.add_header("Content-Type", "application/octet-stream")
        urllib.request.urlopen(end, timeout=10).close()
        return {"digest": digest, "size": len(data)}

    about = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [*diff_ids]},
        "history": [
            {"created_by": f"COPY {index}", "created": "2026-01-01T00:00:00Z"}  # Podman needs it
            for index in range(len(layers))
        ],
    }
    config = push(json.dumps(about).encode())
    kind = "application/vnd.oci.image"
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": config | {"mediaType": f"{kind}.config.v1+json"},
        "layers": [push(one) | {"mediaType": f"{kind}.layer.v1.tar+gzip"} for one in layers],
    }
    told = json.dumps(manifest).encode()
    put = urllib.request.Request(f"{base}/manifests/{tag}", told, method="PUT")
    put.add_header("Content-Type", f"{kind}.manifest.v1+json")
    urllib.request.urlopen(put, timeout=10).close()


def manifest_digest(registry: str, repository: str, tag: str) -> str:
    """Ask the registry for the digest behind a tag; LookupError when it has none."""
    connection = http.client.HTTPConnection(registry, timeout=10)
    try:
        path = f"/v2/{repository}/manifests/{tag}"
        connection.request("HEAD", path, headers={"Accept": _MANIFEST_TYPES})
        answer = connection.getresponse()
        digest = answer.getheader("Docker-Content-Digest")
    finally:
        connection.close()
    if answer.status != 200 or not digest:
        raise LookupError(f"{registry} answers {answer.status} to HEAD {path}")
    return digest


class SlowProxy:
    """A TCP relay on loopback to a registry, for pulls that last as long as a test needs.

    Bytes towards the Engine pass at `bytes_per_second` (0: as they come); on a connection that has
    had `stop_after` of them they only drip until `let_go`. Wait for `blocked` to be 1: then a layer
    is half-way. When it is 0 again without `let_go`, the Engine has hung up.

    Both are the ways of Docker's classic store. Bytes are counted by connection because it heeds
    no cancel while it waits for the image's config, a few kilobytes on a connection of their own;
    they drip because it notices a cancel only when the next byte comes.
    With `upwards` it is the bytes from the Engine that are counted and held: pushes.
    """

    def __init__(
        self,
        upstream: str,
        *,
        bytes_per_second: float = 0,
        stop_after: float = float("inf"),
        upwards: bool = False,
    ) -> None:
        host, _, port = upstream.rpartition(":")
        self._upstream = (host, int(port))
        self._listener = _listen(int(port))
        self._pace = bytes_per_second
        self._stop_after = stop_after
        self._upwards = upwards
        self._changed = threading.Condition()
        self._sockets: set[socket.socket] = set()
        self._held: set[socket.socket] = set()
        self._ever_held: set[socket.socket] = set()
        self.ended = 0
        """Connections that were held, and have ended since."""
        self.sent = 0
        """Bytes handed on so far, of those that are counted."""
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        """What stands before the first `/` of a reference to pull through here."""
        threading.Thread(target=self._accept, name="slow-proxy", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def blocked(self) -> int:
        """Connections whose bytes wait for `let_go`."""
        return len(self._held)

    def let_go(self) -> None:
        """Let everything pass from now on, at full speed."""
        with self._changed:
            self._stop_after, self._pace = float("inf"), 0
            self._held.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """End every connection and stop listening."""
        with self._changed:
            for each in self._sockets:
                _hang_up(each)
            self._sockets.clear()
        _hang_up(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # `close` wakes accept() with one
            while True:
                engine, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(engine,), daemon=True).start()

    def _serve(self, engine: socket.socket) -> None:
        """Relay one connection until either end hangs up."""
        with engine, suppress(ConnectionRefusedError), self._to_upstream() as registry:
            with self._changed:
                self._sockets |= {engine, registry}
            ends = (engine, registry)
            upwards = threading.Thread(target=self._pump, args=ends, kwargs={"slow": self._upwards})
            upwards.start()
            self._pump(registry, engine, slow=not self._upwards)
            upwards.join()

    def _to_upstream(self) -> socket.socket:
        """Connect to the registry; a dead one refuses, and so do we then."""
        return socket.create_connection(self._upstream)

    def _pump(self, source: socket.socket, sink: socket.socket, *, slow: bool) -> None:
        """Copy one direction; its end is the end of both."""
        passed = 0
        with suppress(OSError):
            while data := source.recv(CHUNK):
                passed += len(data)
                if slow:
                    self._pass_on(data, source, sink, passed=passed)
                else:
                    sink.sendall(data)
        with self._changed:
            self._held.discard(sink)
            self.ended += sink in self._ever_held
            self._ever_held.discard(sink)
            for each in (source, sink):
                _hang_up(each)
                self._sockets.discard(each)

    def _pass_on(
        self, data: bytes, source: socket.socket, sink: socket.socket, *, passed: int
    ) -> None:
        """Hand bytes on, drop by drop when they go past what may pass now.

        Raises:
            OSError: where they come from has hung up.
        """
        while data:
            if passed > self._stop_after and _has_hung_up(source):
                raise ConnectionAbortedError
            with self._changed:
                if passed > self._stop_after:
                    self._held.add(sink)
                    self._ever_held.add(sink)
                    self._changed.wait_for(self._is_let_go, timeout=DRIP_SECONDS)
                count = 1 if passed > self._stop_after else len(data)
                self.sent += count
                pause = count / self._pace if self._pace else 0
            sink.sendall(data[:count])
            data = data[count:]
            time.sleep(pause)

    def _is_let_go(self) -> bool:
        return self._stop_after == float("inf")


def _listen(registry_port: int) -> socket.socket:
    for port in range(registry_port + 1, registry_port + 1 + PORTS):
        with suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise OSError(f"no free port among the {PORTS} after {registry_port}")


def _has_hung_up(each: socket.socket) -> bool:
    """Tell whether the other end is gone, although bytes of it may still wait."""
    poll = select.poll()
    poll.register(each, select.POLLRDHUP)
    return bool(poll.poll(0))


def _hang_up(each: socket.socket) -> None:
    with suppress(OSError):  # the other end may have been first
        each.shutdown(socket.SHUT_RDWR)
