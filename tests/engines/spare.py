"""A second private Engine: to be sent to, and to be killed, as the one of all tests must not be."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import pytest

from tests.engines.sources import SCRIPT
from tests.waiting import until


class SpareEngine:
    """A dockerd in a folder of its own; gone at the end of the `with`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="orlop-", dir="/tmp"))
        self.host = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run("stop")

    def start(self) -> None:
        """Start it, also again after `kill`."""
        ran = self._run("start")
        found = re.search(r"DOCKER_HOST=(\S+)", ran.stdout)
        if found is None:
            self._run("stop")
            pytest.skip(f"no second Engine: {ran.stderr.strip()}")
        self.host = found[1]

    def kill(self) -> None:
        """End dockerd at once, as when its machine loses power."""
        pid = int((self.folder / "dockerd.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        until(lambda: not _runs(pid), "dockerd is dead")

    @property
    def data_root(self) -> Path:
        """Where it keeps images."""
        return self.folder / "data"

    def _run(self, word: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(SCRIPT), word],
            env={**os.environ, "ORLOP_ENGINE_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def _runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
