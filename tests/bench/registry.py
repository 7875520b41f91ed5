"""The built-in registry beside Debian's docker-registry: MB/s of pushes and pulls, and memory."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.bench.figures import Line, Series, line

SIZE: Final = 100_000_000
"""Bytes of a blob."""

AT_ONCE: Final = 4
PIECE: Final = 32 * 1024
"""Bytes of a chunk of a push, as Engines send it."""

BACKENDS: Final = ("builtin", "docker-registry")

_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


class Blob(NamedTuple):
    """What is pushed and pulled."""

    data: bytes
    digest: str


@contextmanager
def registry(backend: str) -> Iterator[dict[str, Any]]:
    """Serve an empty folder."""
    command = [sys.executable, "-m", "tui.cli", "registry"]
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "XDG_STATE_HOME": folder, "XDG_DATA_HOME": folder}
        serve = [*command, "serve", "-d", "--port", "0", "--json", "--backend", backend]
        ran = subprocess.run(serve, env=environ, capture_output=True, check=True)
        try:
            yield json.loads(ran.stdout)
        finally:
            subprocess.run([*command, "stop"], env=environ, capture_output=True, check=True)


def lines_of_registries(runs: int) -> list[Line]:
    """Measure both in turn, `runs` times each."""
    datas = [os.urandom(SIZE) for _each in range(AT_ONCE)]
    blobs = [Blob(data, f"sha256:{hashlib.sha256(data).hexdigest()}") for data in datas]
    found: dict[tuple[str, str], Series] = {}
    for _run in range(runs):
        for backend in BACKENDS:
            with registry(backend) as one:
                for what, value in _measured(one, blobs).items():
                    found.setdefault((what, backend), Series()).values.append(value)
    rows = [
        line(f"{what}, {backend}", series, unit)
        for (what, unit) in UNITS.items()
        for backend in BACKENDS
        for series in (found[what, backend],)
    ]
    for what in list(UNITS)[:4]:
        ours, theirs = (found[what, backend].median for backend in BACKENDS)
        rows.append(line(f"{what}: built-in to docker-registry", Series([ours / theirs]), "x"))
    return rows


UNITS: Final = {
    "push of one blob": "MB/s",
    f"push of {AT_ONCE} at once": "MB/s",
    "pull of one blob": "MB/s",
    f"pull of {AT_ONCE} at once": "MB/s",
    "memory at its highest": "MB",
}


def _measured(one: dict[str, Any], blobs: list[Blob]) -> dict[str, float]:
    names = list(UNITS)
    address = one["address"]
    results = [
        _speed(lambda blob: _push(address, "one", blob), blobs[:1]),
        _speed(lambda blob: _push(address, "many", blob), blobs),
        _speed(lambda blob: _pull(address, "one", blob), blobs[:1]),
        _speed(lambda blob: _pull(address, "many", blob), blobs),
    ]
    status = Path(f"/proc/{one['pid']}/status").read_text(encoding="ascii")
    peak = _PEAK.search(status)
    return dict(zip(names, [*results, int(peak[1]) / 1024 if peak else 0.0], strict=True))


def _speed(do: Callable[[Blob], None], blobs: list[Blob]) -> float:
    """Return the MB/s of doing something with blobs at once."""
    with ThreadPoolExecutor(len(blobs)) as pool:
        began = time.monotonic()
        list(pool.map(do, blobs))
        return sum(len(blob.data) for blob in blobs) / 1e6 / (time.monotonic() - began)


def _push(address: str, name: str, blob: Blob) -> None:
    """Push as dockerd does: a stream of chunks. On the bare socket, so that little time is ours."""
    place = _asked(address, "POST", f"/v2/{name}/blobs/uploads/", 202)
    with _connected(address) as connection:
        path = place.removeprefix(f"http://{address}")
        head = f"PATCH {path} HTTP/1.1\r\nHost: {address}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        view = memoryview(blob.data)
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE]
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), bytes(piece)))
        connection.sendall(b"0\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        place = answer.headers["Location"].removeprefix(f"http://{address}")
    mark = "&" if "?" in place else "?"
    _asked(address, "PUT", f"{place}{mark}digest={blob.digest}", 201)


def _pull(address: str, name: str, blob: Blob) -> None:
    """Pull, and drop what comes."""
    with _connected(address) as connection:
        path = f"/v2/{name}/blobs/{blob.digest}"
        head = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        room, came = bytearray(1 << 20), 0
        while count := connection.recv_into(room):
            came += count
    if came < len(blob.data):
        raise RuntimeError(f"{came} bytes of {len(blob.data)}")


def _asked(address: str, method: str, path: str, status: int) -> str:
    """Ask without a body; returns where the answer leads."""
    connection = http.client.HTTPConnection(address, timeout=120)
    connection.request(method, path.removeprefix(f"http://{address}"))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}")
    return answer.headers["Location"]


def _connected(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=120)
