"""The built-in registry beside Debian's docker-registry: MB/s of pushes and pulls, and memory."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Line, Series, line

SIZE: Final = 100_000_000
"""Bytes of a blob."""

AT_ONCE: Final = 4
PIECE: Final = 32 * 1024
"""Bytes of a chunk of a push, as Engines send it."""

BACKENDS: Final = ("builtin", "docker-registry")

_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


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
    blobs = [os.urandom(SIZE) for _each in range(AT_ONCE)]
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


def _measured(one: dict[str, Any], blobs: list[bytes]) -> dict[str, float]:
    names = list(UNITS)
    address = one["address"]
    results = [
        _speed(lambda data: _push(address, "one", data), blobs[:1]),
        _speed(lambda data: _push(address, "many", data), blobs),
        _speed(lambda data: _pull(address, "one", data), blobs[:1]),
        _speed(lambda data: _pull(address, "many", data), blobs),
    ]
    status = Path(f"/proc/{one['pid']}/status").read_text(encoding="ascii")
    peak = _PEAK.search(status)
    return dict(zip(names, [*results, int(peak[1]) / 1024 if peak else 0.0], strict=True))


def _speed(do: Callable[[bytes], None], blobs: list[bytes]) -> float:
    """Return the MB/s of doing something with blobs at once."""
    with ThreadPoolExecutor(len(blobs)) as pool:
        began = time.monotonic()
        list(pool.map(do, blobs))
        return sum(map(len, blobs)) / 1e6 / (time.monotonic() - began)


def _push(address: str, name: str, data: bytes) -> None:
    connection = http.client.HTTPConnection(address, timeout=120)
    connection.request("POST", f"/v2/{name}/blobs/uploads/")
    place = _answered(connection, 202)
    pieces = (data[start : start + PIECE] for start in range(0, len(data), PIECE))
    connection.request("PATCH", place, pieces, encode_chunked=True)
    place = _answered(connection, 202)
    digest = hashlib.sha256(data).hexdigest()
    connection.request("PUT", f"{place}{'&' if '?' in place else '?'}digest=sha256:{digest}")
    _answered(connection, 201)
    connection.close()


def _answered(connection: http.client.HTTPConnection, status: int) -> str:
    answer = connection.getresponse()
    answer.read()
    if answer.status != status:
        raise RuntimeError(f"{answer.status} instead of {status}")
    return answer.headers["Location"]


def _pull(address: str, name: str, data: bytes) -> None:
    connection = http.client.HTTPConnection(address, timeout=120)
    connection.request("GET", f"/v2/{name}/blobs/sha256:{hashlib.sha256(data).hexdigest()}")
    answer = connection.getresponse()
    left = len(data)
    while block := answer.read(1 << 20):
        left -= len(block)
    if left:
        raise RuntimeError(f"{left} bytes are missing")
    connection.close()
