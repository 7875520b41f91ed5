"""Many containers on a private Engine, some of which write a thousand lines a second."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, NamedTuple, Self

from docker import APIClient
from docker.errors import APIError
from docker.types import LogConfig

from tests.bench.world import engine_script, engine_socket
from tests.engines.images import runnable
from tests.engines.maker import ImageMaker

CONTAINERS: Final = 200
WRITERS: Final = 20
BATCH: Final = 100
"""Lines that a writer writes at a time, ten times a second."""

PREFIX: Final = "orlop-soak"
IMAGE: Final = f"{PREFIX}/crowd:latest"
OUT_OF_SIGHT: Final = range(80, 120)
"""Numbers of idle containers that are neither on the first nor the last page of a list."""

TURN: Final = 0.5
"""Seconds between two changes that `Changing` makes."""

_BODY: Final = "GET /things/$i 200 12ms words that make a line about as long as they are"
WRITER: Final = f"""
n="$(busybox seq -w 0 {BATCH - 1})"
i=1
while :; do
  printf "$i-%s {_BODY}\\n" $n
  i=$((i + 1))
  busybox usleep 97000
done
"""
"""One write of many lines: what the shell costs is next to nothing beside what dockerd does."""


class Crowd(NamedTuple):
    """An Engine with its containers."""

    socket: str
    """Its path."""
    api: APIClient


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Start an Engine with its containers, the writers paused; yields it.

    Where ORLOP_ENGINE_DIR names a folder it stays up in `soak` below it for the next run,
    its writers paused; otherwise it is gone afterwards.
    """
    kept = os.environ.get("ORLOP_ENGINE_DIR")
    folder = kept or tempfile.mkdtemp(prefix="orlop-", dir="/tmp")
    try:
        socket = engine_socket(f"{folder}/soak")
        api = APIClient(f"unix://{socket}", version="auto", timeout=300)
        try:
            _fill(api)
            yield Crowd(socket, api)
        finally:
            if kept:
                pause_writers(api)
            else:
                _empty(api)  # dockerd is not quick enough with so many to be stopped with them
            api.close()
    finally:
        if not kept:
            engine_script(f"{folder}/soak", "stop")
            shutil.rmtree(folder, ignore_errors=True)


def writer_names() -> list[str]:
    """Return what the writers are called."""
    return [f"writer-{number:02}" for number in range(WRITERS)]


def pause_writers(api: APIClient) -> None:
    """Let the writers stand still."""
    for name in writer_names():
        with contextlib.suppress(APIError):  # it is paused
            api.pause(name)


def resume_writers(api: APIClient) -> None:
    """Let the writers write."""
    for name in writer_names():
        with contextlib.suppress(APIError):  # it runs
            api.unpause(name)


def _fill(api: APIClient) -> None:
    """Have exactly our containers run."""
    names = dict.fromkeys(writer_names(), WRITER)
    names |= {f"idle-{number:03}": "" for number in range(CONTAINERS - WRITERS)}
    listed = {one["Names"][0].lstrip("/"): one["State"] for one in api.containers(all=True)}
    for name in listed.keys() - names.keys():
        api.remove_container(name, force=True, v=True)
    if not api.images(IMAGE):
        ImageMaker(api, PREFIX).load(runnable(IMAGE))  # never cleaned: the whole Engine is ours
    for name, script in names.items():
        if listed.get(name) in ("running", "paused"):
            continue
        if name not in listed:
            _create(api, name, ["sh", "-c", script] if script else ["sleep", "1000000"])
        api.start(name)
        if script:
            api.pause(name)  # the others come first
    pause_writers(api)


def _empty(api: APIClient) -> None:
    for container in api.containers(all=True):
        api.remove_container(container["Id"], force=True, v=True)


def _create(api: APIClient, name: str, command: Sequence[str]) -> None:
    limited = LogConfig(type="json-file", config={"max-size": "4m", "max-file": "2"})
    host = api.create_host_config(network_mode="none", log_config=limited, init=False)
    api.create_container(IMAGE, list(command), name=name, host_config=host, stop_signal="SIGKILL")


class Changing:
    """Makes events: one idle container after the other gets another name and its old one again."""

    def __init__(self, socket: str) -> None:
        self._api = APIClient(f"unix://{socket}", version="auto", timeout=60)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.count = 0
        """Changes so far; each is one event."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join(60)
        self._api.close()

    def _run(self) -> None:
        for number in itertools.cycle(OUT_OF_SIGHT):
            if self._end.wait(TURN):
                return
            name = f"idle-{number:03}"
            self._api.rename(name, f"{name}-renamed")
            self._api.rename(f"{name}-renamed", name)
            self.count += 2
