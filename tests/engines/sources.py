"""Where the tests' Engine and registry come from: the environment, or `engine.sh`."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PRACTICE: Final = "practice"
"""As ORLOP_TEST_HOST: a practice engine."""

SCRIPT: Final = Path(__file__).with_name("engine.sh")


class NotHere(Exception):
    """This machine has no Engine or registry and cannot start one; the text says why."""


class Sources:
    """One Engine and one registry for a test session; `close` stops only what it started."""

    def __init__(self) -> None:
        self._folder = ""
        self._more: dict[str, str] = {}
        self._started: dict[str, str] = {}
        self._stack = ExitStack()

    def engine(self) -> str:
        """Return a DOCKER_HOST that answers: ORLOP_TEST_HOST, DOCKER_HOST, or a private Engine.

        ORLOP_TEST_HOST=practice starts a practice engine in this process.

        Raises NotHere. An ORLOP_TEST_HOST that does not answer is an error, not a reason to test
        another Engine than was asked for.
        """
        if (wanted := os.environ.get("ORLOP_TEST_HOST")) == PRACTICE:
            return self._practice()
        if wanted:
            if not _engine_answers(wanted):
                raise NotHere(f"ORLOP_TEST_HOST {wanted} does not answer")
            return wanted
        found = os.environ.get("DOCKER_HOST", "")
        if found and _engine_answers(found):
            return found
        return self._start("DOCKER_HOST", "start")

    def registry(self) -> str:
        """Return the `127.0.0.1:PORT` of a registry: ORLOP_REGISTRY, or a private one.

        Raises NotHere, also when an ORLOP_REGISTRY does not answer.
        """
        if os.environ.get("ORLOP_TEST_HOST") == PRACTICE:
            raise NotHere("not on this Engine: a practice engine has registries of its own")
        if wanted := os.environ.get("ORLOP_REGISTRY"):
            if not _registry_answers(wanted):
                raise NotHere(f"ORLOP_REGISTRY {wanted} does not answer")
            return wanted
        return self._start("ORLOP_REGISTRY", "start", "registry")

    def close(self) -> None:
        """Stop what was started."""
        self._stack.close()
        if self._folder:
            self._run("stop")
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""
            self._started.clear()

    def _practice(self) -> str:
        if PRACTICE not in self._started:
            from tui.practice.hold import Settings  # here: most sessions need none
            from tui.practice.serve import build_hold
            from tui.practice.server import PracticeServer

            folder = self._stack.enter_context(TemporaryDirectory(prefix="orlop-", dir="/tmp"))
            hold = build_hold(Settings(speed=0), seeds=False)
            server = self._stack.enter_context(PracticeServer(f"{folder}/s", hold))
            self._started[PRACTICE] = server.url
        return self._started[PRACTICE]

    def _start(self, name: str, *arguments: str) -> str:
        if name not in self._started:
            # a folder of our own: sessions side by side must not stop each other's Engine
            self._folder = self._folder or tempfile.mkdtemp(prefix="orlop-", dir="/tmp")
            lines = self._run(*arguments)
            self._started |= dict(re.findall(r"^export (\w+)=(\S+)$", lines, re.MULTILINE))
        return self._started[name]

    def remapped(self) -> str:
        """Start an Engine whose containers' users are others outside; returns its DOCKER_HOST.

        Raises:
            NotHere: this machine cannot.
        """
        self._more = {"ORLOP_ENGINE_REMAP": "1"}
        self._folder = tempfile.mkdtemp(prefix="orlop-", dir="/tmp")
        os.chmod(self._folder, 0o711)  # those others have to reach their files
        return self._start("DOCKER_HOST", "start")

    def _run(self, *arguments: str) -> str:
        environment = os.environ | {"ORLOP_ENGINE_DIR": f"{self._folder}/e"} | self._more
        ran = subprocess.run(
            [SCRIPT, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise NotHere(ran.stderr.strip() or f"engine.sh ended with {ran.returncode}")
        return ran.stdout


def _engine_answers(host: str) -> bool:
    if host.startswith("unix://") and not _listens(host.removeprefix("unix://")):
        return False
    from docker import APIClient  # here: most tests need no Docker client
    from docker.errors import DockerException

    try:
        client = APIClient(host, version="auto", timeout=10)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    finally:
        client.close()


def _listens(path: str) -> bool:
    """Return whether a socket answers; the client leaks its own socket when none does."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(10)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _registry_answers(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
