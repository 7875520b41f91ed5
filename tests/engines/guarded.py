"""Registries on loopback that ask for a login, with and without TLS; each ends with its test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

USER: Final = "me"
SECRET: Final = "made-up-Secret-1"
"""The password of all tests about secrets; it must turn up nowhere."""

_HTPASSWD: Final = "me:$2y$05$Qal/7DDMFkVWpmTSY56jR.CVZNoaOZsgEh3HmofH8uz7/QvILfiX6"
"""Made by `htpasswd -nbB -C 5`: the user and the password above."""

CERTS: Final = Path(__file__).parents[1] / "engine" / "certs"
"""A server's certificate for 127.0.0.1, and the authority that signed it."""

_PATIENCE: Final = 30.0
"""Seconds for a registry to start."""


class GuardedRegistry:
    """Debian's docker-registry with a folder of its own, on loopback unless told otherwise."""

    def __init__(
        self, folder: Path, *, login: bool = True, tls: bool = False, address: str = "127.0.0.1"
    ) -> None:
        if not shutil.which("docker-registry"):
            pytest.skip("no registry: no docker-registry")
        self.host = f"{address}:{_free_port()}"
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "htpasswd").write_text(f"{_HTPASSWD}\n")
        auth = f"auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}" if login else ""
        secure = f", tls: {{certificate: {CERTS}/server.pem, key: {CERTS}/server-key.pem}}"
        (folder / "registry.yml").write_text(
            "version: 0.1\n"
            "log: {level: error, accesslog: {disabled: true}}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
            f'http: {{addr: "{self.host}"{secure if tls else ""}}}\n{auth}\n'
        )
        self._start()

    def _start(self) -> None:
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(self._folder / "registry.yml")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ["PATH"]},
            )
        end = time.monotonic() + _PATIENCE
        while not _answers(self.host):
            assert self._process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.05)

    @property
    def log(self) -> str:
        """What it wrote."""
        return (self._folder / "log").read_text(errors="replace")

    def kill(self) -> None:
        """End it at once, as a machine that fails."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(host: str) -> bool:
    address, _colon, port = host.rpartition(":")
    with suppress(OSError), socket.create_connection((address, int(port)), timeout=1):
        return True
    return False
