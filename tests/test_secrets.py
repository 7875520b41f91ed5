"""No password gets where others can read it: a scan of all that orlop writes, says and starts."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.credentials.helpers import Helper
from tests.engines.guarded import SECRET, USER
from tests.registry.fakes import FakeRegistry
from tests.test_cli import NOWHERE, ROOT, orlop
from tests.ui.tmux import Tmux
from tui.actions.action import Action
from tui.actions.dispatcher import Dispatcher, Ending, JobContext
from tui.actions.values.accounts import LogIn
from tui.config.logs import LogFile
from tui.credentials.login import IN_SESSION, Login
from tui.engine.client import EngineClient
from tui.engine.errors import NotFound
from tui.store.store import Store


def leaks(text: str, secret: str = SECRET) -> list[str]:
    """Return the forms of a password that are in a text: bare, encoded, reversed, in pieces."""
    forms = {
        secret,
        secret[::-1],
        secret.upper(),
        quote(secret, safe=""),
        quote_plus(f"{USER}:{secret}"),
        json.dumps(secret)[1:-1],
        secret.encode().hex(),
        secret[: len(secret) // 2 + 4],
    }
    for start in ("", f"{USER}:"):
        forms.add(base64.b64encode(f"{start}{secret}".encode()).decode().rstrip("="))
    return sorted(form for form in forms if form in text)


def test_the_scan_finds_what_it_looks_for() -> None:
    hidden = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
    for text in (f"x{SECRET}y", f'{{"auth": "{hidden}"}}', SECRET.encode().hex()):
        assert leaks(text)
    assert not leaks("me:***")


class Machine:
    """A home and a PATH of one user, and all that is written into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        self.helper = Helper(folder / "bin", "secretservice")
        self.environ = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PATH": str(folder / "bin"),
            "DOCKER_HOST": NOWHERE,
        }
        self.said: list[str] = []

    def login(self, host: str, *arguments: str) -> int:
        """Run `orlop login` and note what it says."""
        words = ["login", "-u", USER, "--password-stdin", *arguments, host]
        ran = subprocess.run(
            [sys.executable, "-m", "tui.cli", *words],
            cwd=ROOT,
            env=self.environ,
            input=f"{SECRET}\n",
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=50,
        )
        self.said.append(ran.stdout + ran.stderr)
        return ran.returncode

    def written(self) -> str:
        """Return names and contents of all files, but the helper's own keyring."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        own = self.helper.kept
        return "\n".join(f"{p}: {p.read_text(errors='replace')}" for p in files if p != own)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.auth = "basic"
        yield made


def test_a_login_that_fails_in_every_way(fake: FakeRegistry, machine: Machine) -> None:
    for auth, more in (("basic", ()), ("bearer", ("--json",))):
        fake.auth, fake.needs_login = auth, True
        assert machine.login(fake.host, *more) == 1
    fake.special["/v2/"] = lambda handler: handler.refuse(
        401, "DENIED", f"{SECRET} is wrong", WWW_Authenticate="Basic realm=x"
    )
    assert machine.login(fake.host) == 1
    assert machine.login("127.0.0.1:1") == 1
    assert machine.login(fake.host, "--keep", "nowhere") == 2
    assert leaks("\n".join(machine.said)) == []
    assert leaks(machine.written()) == []


def test_a_login_that_is_kept_by_a_helper(fake: FakeRegistry, machine: Machine) -> None:
    fake.special["/v2/"] = lambda handler: (
        handler.answer(200, b"{}", Content_Type="application/json")
        if handler.headers.get("Authorization")
        else handler.refuse(401, "UNAUTHORIZED", WWW_Authenticate="Basic realm=x")
    )
    assert machine.login(fake.host) == 0, machine.said
    assert machine.login(fake.host, "--json") == 0
    assert machine.helper.logins[fake.host]["Secret"] == SECRET
    machine.said += [orlop(verb, **machine.environ).stdout for verb in ("accounts", "images")]
    machine.helper.breaks("locked:")
    assert machine.login(fake.host) == 1
    assert "locked" in machine.said[-1]
    assert leaks("\n".join(machine.said)) == []
    assert leaks(machine.written()) == [], "arguments and environment of the helper among them"
    assert "docker-credential-secretservice" in machine.helper.seen
    asked = " ".join(f"{one.path} {one.body!r}" for one in fake.asked)
    assert leaks(asked) == [], "it goes in the header that is for it, and in no address"


async def test_a_fault_in_the_middle_of_a_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = LogFile(tmp_path / "orlop.log")
    monkeypatch.setattr(logging.getLogger(), "handlers", [log])

    def broken(action: Action, context: JobContext) -> Ending:
        assert isinstance(action, LogIn)
        secret = action.login.secret
        raise RuntimeError(f"{action!r} {len(secret)}")

    def nobody() -> EngineClient:
        raise NotFound

    store = Store()
    dispatcher = Dispatcher({"log_in": broken}, nobody, store.apply)
    action = LogIn("r:5000", Login(USER, SECRET, "made-up-Token"), IN_SESSION)
    await dispatcher.wait(dispatcher.submit(action))
    text = log.path.read_text()
    assert "RuntimeError" in text
    assert "made-up" not in text
    assert leaks(f"{text} {store.state!r}") == []


@pytest.mark.terminal
def test_a_login_in_a_real_terminal(fake: FakeRegistry, tmp_path: Path) -> None:
    """Typed at once, with the log of Textual's developers asked for: it would hold every key."""
    fake.special["/v2/"] = lambda handler: handler.refuse(
        401, "UNAUTHORIZED", WWW_Authenticate="Basic realm=x"
    )
    environ = {"DOCKER_HOST": NOWHERE, "TEXTUAL_LOG": str(tmp_path / "log"), "TEXTUAL": "debug"}
    with Tmux(size=(120, 40), home=tmp_path, **environ) as terminal:
        terminal.wait("There is no Engine")
        terminal.press("Escape")
        terminal.wait_gone("There is no Engine")
        terminal.press("@")
        terminal.wait("You are logged in nowhere")
        terminal.press("n")
        terminal.wait("Log in to a registry")
        terminal.press(*fake.host, "Tab", *USER, "Tab", *SECRET)
        terminal.wait("*" * len(SECRET))
        seen = terminal.styled()
        terminal.press("Enter")
        terminal.wait("does not take this user name and password")
        seen += terminal.styled()
    written = "\n".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    )
    assert leaks(seen + written) == []
    given = [one.headers.get("Authorization") for one in fake.asked]
    assert given[-1] == Login(USER, SECRET).basic, "it went to the registry, whole"
