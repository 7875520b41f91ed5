"""`orlop login`, `logout`, `accounts` and `push` in processes of their own."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import APIClient

from tests.credentials.helpers import Helper
from tests.engines.guarded import SECRET, USER, GuardedRegistry
from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.registry.fakes import FakeRegistry
from tests.test_cli import NOWHERE, ROOT, answer, orlop

GOOD = "secret"
"""The password that the fake registry takes."""


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.auth, made.needs_login = "basic", True
        yield made


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A home of its own, and an Engine that is not there: no login needs one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return {
        "DOCKER_CONFIG": str(tmp_path / "docker"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PATH": str(folder),
        "DOCKER_HOST": NOWHERE,
    }


def _piped(
    password: str, *arguments: str, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `orlop login --password-stdin`."""
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", "login", "-u", USER, "--password-stdin", *arguments],
        cwd=ROOT,
        env={"HOME": "/nonexistent", "LANG": "C.UTF-8", **environ},
        input=f"{password}\n",
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=50,
    )


def test_a_login_into_the_file_and_out_again(fake: FakeRegistry, environ: dict[str, str]) -> None:
    ran = _piped(GOOD, "--keep", "file", fake.host, environ=environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"Logged in to {fake.host} as me. Kept by: config.json, not encrypted.\n"
    told = answer("accounts", **environ)
    account = {"registry": fake.host, "user": "me", "token": False, "kept": "file", "helper": ""}
    assert told == {"accounts": [account], "troubles": []}
    assert answer("login", "--list", **environ) == told
    table = orlop("accounts", **environ).stdout.splitlines()
    assert table[1].split()[:3] == [fake.host, "me", "password"]
    assert answer("logout", fake.host, **environ)["dropped"] == ["file"]
    assert answer("logout", fake.host, **environ)["dropped"] == []
    assert "nowhere" in orlop("accounts", **environ).stdout


def test_without_a_helper_nothing_is_written_unasked(
    fake: FakeRegistry, environ: dict[str, str]
) -> None:
    ran = _piped(GOOD, fake.host, environ=environ)
    assert ran.returncode == 2
    assert "--keep file" in ran.stderr
    assert not Path(environ["DOCKER_CONFIG"]).exists()
    assert not fake.asked
    ran = _piped(GOOD, "--keep", "no", fake.host, environ=environ)
    assert (ran.returncode, "was not kept" in ran.stdout) == (0, True)
    assert not Path(environ["DOCKER_CONFIG"]).exists()


def test_a_helper_on_the_machine_is_used(fake: FakeRegistry, environ: dict[str, str]) -> None:
    helper = Helper(Path(environ["PATH"]), "secretservice")
    ran = _piped(GOOD, fake.host, environ=environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert helper.logins[fake.host]["Secret"] == GOOD
    assert answer("accounts", **environ)["accounts"][0]["helper"] == "secretservice"
    assert "helper" in _piped("x", "--keep", "file", fake.host, environ=environ).stderr


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("nowhere.invalid", "There is no host of this name."),
        ("127.0.0.1:1", "Nothing answers at this address"),
        ("", "The registry does not take this user name and password."),
    ],
)
def test_a_login_that_does_not_go_says_why(
    fake: FakeRegistry, environ: dict[str, str], server: str, sentence: str
) -> None:
    ran = _piped("wrong", "--keep", "file", server or fake.host, environ=environ)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert sentence in ran.stderr
    assert len(ran.stderr.splitlines()) == 3, "what, where, and what to do"
    assert not Path(environ["DOCKER_CONFIG"]).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["login", "--password", "x"],
        ["login", "-p", "x"],
        ["login", "-u", "me"],
        ["login", "--password-stdin"],
        ["login", "-u", "me", "--password-stdin", "not a host"],
        ["login", "-u", "me", "--password-stdin", "--keep", "session", "r:5000"],
        ["logout", "not a host"],
        ["push", "UPPER"],
        ["push", "-a", "r:5000/a:1"],
        ["push", "r:5000/a@sha256:1"],
        ["--read-only", "push", "r:5000/a:1"],
        ["--read-only", "logout"],
    ],
)
def test_wrong_usage(arguments: list[str], environ: dict[str, str]) -> None:
    ran = orlop(*arguments, **environ)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr


def test_read_only_asks_for_no_password(environ: dict[str, str]) -> None:
    ran = orlop("--read-only", "login", "r:5000", **environ)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "not with --read-only" in ran.stderr
    assert orlop("--read-only", "login", "--list", **environ).returncode == 0


def test_a_push_needs_an_engine(environ: dict[str, str]) -> None:
    assert orlop("push", "r:5000/a:1", **environ).returncode == 3


def _typed(
    lines: list[tuple[str, str]], *arguments: str, environ: dict[str, str]
) -> tuple[int, str]:
    """Run orlop on a terminal and answer its questions; returns exit code and the screen."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        bare = {"HOME": "/nonexistent", "LANG": "C.UTF-8", "TERM": "xterm", **environ}
        os.execve(sys.executable, [sys.executable, "-m", "tui.cli", *arguments], bare)
    screen, waiting, end = "", list(lines), time.monotonic() + 50
    while time.monotonic() < end:
        if waiting and screen.endswith(waiting[0][0]):
            os.write(terminal, f"{waiting.pop(0)[1]}\n".encode())
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                screen += os.read(terminal, 4096).decode()
            except OSError:  # how a terminal ends
                break
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), screen


def test_what_is_typed_on_the_terminal_is_not_seen(
    fake: FakeRegistry, environ: dict[str, str]
) -> None:
    answers = [("User name: ", "me"), ("token: ", GOOD), ("[y/N] ", "y")]
    code, screen = _typed(answers, "login", fake.host, environ=environ)
    assert code == 0, screen
    assert "Logged in" in screen
    assert GOOD not in screen
    assert "not encrypted" in screen
    assert answer("accounts", **environ)["accounts"]


def test_a_no_keeps_nothing(fake: FakeRegistry, environ: dict[str, str]) -> None:
    answers = [("token: ", GOOD), ("[y/N] ", "")]
    code, screen = _typed(answers, "login", "-u", "me", fake.host, environ=environ)
    assert code == 0, screen
    assert "was not kept" in screen
    assert not Path(environ["DOCKER_CONFIG"]).exists()


@pytest.mark.stores("classic", "containerd")
def test_a_push_on_an_engine(
    api: APIClient, engine_host: str, environ: dict[str, str], tmp_path: Path, image_prefix: str
) -> None:
    environ |= {"DOCKER_HOST": engine_host}
    with GuardedRegistry(tmp_path / "registry") as guarded, ImageMaker(api, image_prefix) as maker:
        name = f"{guarded.host}/{maker.name('cli:1')}"
        maker.load(ImageSpec((maker.layer("cli", 5000),), tags=(name,)))
        ran = orlop("push", name, **environ)
        assert ran.returncode == 1
        assert "Log in: orlop login HOST" in ran.stderr
        assert _piped(SECRET, "--keep", "file", guarded.host, environ=environ).returncode == 0
        told = answer("push", name, **environ)
        digest = told["digests"]["1"]
        assert told["pull"] == [f"docker pull {name.rpartition(':')[0]}@{digest}"]
        ran = orlop("push", "-a", name.rpartition(":")[0], **environ)
        assert ran.returncode == 0
        assert digest in ran.stdout
        pulled = answer("pull", f"{name.rpartition(':')[0]}@{digest}", **environ)
        assert pulled["digest"] == digest
