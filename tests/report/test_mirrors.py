"""`orlop mirrors` on a practice engine, which reads its settings again as dockerd does."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.registry.fakes import FakeRegistry, gzipped
from tests.test_cli import Ran, orlop
from tests.waiting import until
from tui.actions.values.mirrors import ChangeMirrors, Consent, MirrorEdit, RollBackMirrors
from tui.mirrors.errors import NotAgreed
from tui.model.mirrors import Mirrors
from tui.report import consent
from tui.report.consent import agreed_change, ask
from tui.store.state import EMPTY, State

A, B = "https://a.example", "http://10.0.0.5:5000"
ROOT = Path(__file__).parents[2]


class Practice:
    """A practice engine that keeps its settings in a folder."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s"
        self.file = folder / "root" / "daemon.json"
        self.is_changed = False
        options = ("--socket", str(self.socket), "--data-root", str(folder / "root"))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tui.cli", "practice", "serve", *options],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self.socket.exists, "the practice engine listens")

    def run(self, *arguments: str) -> Ran:
        self.is_changed = self.is_changed or bool({"-y", "--yes"} & {*arguments})
        return orlop("--host", f"unix://{self.socket}", "mirrors", *arguments)

    def told(self, *arguments: str) -> dict[str, object]:
        ran = self.run(*arguments, "--json")
        assert (ran.returncode, ran.stderr) == (0, "")
        found = json.loads(ran.stdout)
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        self._child.terminate()
        self._child.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    made = Practice(tmp_path_factory.mktemp("p"))
    yield made
    made.close()


@pytest.fixture
def practice(served: Practice) -> Practice:
    """The engine without mirrors, without a file, without backups."""
    if served.is_changed and served.told()["in_force"]:
        served.told("set", "--yes")
    served.is_changed = False
    for path in served.file.parent.glob("daemon.json*"):
        path.unlink()
    return served


def test_nothing_there_yet(practice: Practice) -> None:
    ran = practice.run()
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "There are no mirrors" in ran.stdout
    assert "not there yet" in ran.stdout
    assert "no search, login, push" in ran.stdout


def test_the_whole_way(practice: Practice) -> None:
    told = practice.told("set", A, "--yes")
    assert told["in_force"] == [f"{A}/"]
    assert practice.told("add", B, "--first", "-y")["in_file"] == [B, A]
    listed = practice.told("list")
    assert (listed["kind"], listed["editable"], listed["notes"]) == ("file", True, [])
    assert practice.told("remove", f"{A}/", "-y")["in_force"] == [f"{B}/"]
    table = practice.run().stdout.splitlines()
    assert table[1].split() == [f"{B}/", "yes", "yes"]
    for in_force in ([f"{B}/", f"{A}/"], [f"{A}/"], []):
        assert practice.told("rollback", "--yes")["in_force"] == in_force
    assert not practice.file.exists(), "there was none before"
    ran = practice.run("rollback", "--yes")
    assert ran.returncode == 1
    assert "nothing to roll back" in ran.stderr


def test_nothing_is_written_without_a_yes(practice: Practice) -> None:
    ran = practice.run("set", A)
    assert ran.returncode == 1
    assert f'+  "registry-mirrors": ["{A}"]' in ran.stdout.splitlines()
    assert "--yes" in ran.stderr
    ran = practice.run("set", A, "--dry-run")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert practice.told("set", A, "--dry-run")["difference"]
    assert not practice.file.exists()
    assert practice.run("set", A, "--dry-run", "--yes").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "a.example", "-y"), "must begin with"),
        (("add", "https://a.example/hub", "-y"), "24.0.9"),
        (("remove", A, "-y"), "is not among the mirrors"),
    ],
)
def test_what_will_not_do(practice: Practice, arguments: tuple[str, ...], words: str) -> None:
    ran = practice.run(*arguments)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert words in ran.stderr
    assert not practice.file.exists()


def test_bad_json_is_told_and_left_alone(practice: Practice) -> None:
    practice.file.write_text("{ // ours\n}")
    assert "is a comment" in practice.run().stdout
    ran = practice.run("set", A, "-y")
    assert ran.returncode == 1
    assert "is a comment" in ran.stderr
    assert practice.file.read_text() == "{ // ours\n}"
    assert A in practice.run("set", A, "--dry-run").stdout, "the text to paste"


def test_mirrors_are_tested(practice: Practice) -> None:
    with FakeRegistry("library/hello-world") as mirror:
        mirror.add([gzipped(b"")], tag="latest")
        url = f"http://{mirror.host}"
        ran = practice.run("test", url)
        assert ran.returncode == 0
        assert "works" in ran.stdout
        ran = practice.run("test", "http://127.0.0.1:9", url, "--json")
        assert ran.returncode == 1, "one of them does not work"
        best, worst = json.loads(ran.stdout)["probes"]
        assert (best["mirror"], best["verdict"]) == (f"{url}/", "fine")
        assert (worst["verdict"], worst["image"]) == ("refused", "hello-world")
        assert practice.run("test", url, "--image", "ghcr.io/a/b").returncode == 2
        assert practice.run("test", url, "--image", "nginx:1").returncode == 1


def test_read_only_lists_and_changes_nothing(practice: Practice) -> None:
    assert practice.run("--read-only").returncode == 0
    assert practice.run("set", A, "--yes", "--read-only").returncode == 2
    assert not practice.file.exists()


# The question on a terminal


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """What the user will have typed on a terminal."""
    made = _Terminal()
    monkeypatch.setattr(consent, "sys", SimpleNamespace(stdin=made, stderr=_Terminal()))
    return made


def _state(**more: object) -> State:
    state = State(mirrors=Mirrors(data=b"{}", **more))  # type: ignore[arg-type]
    assert state != EMPTY
    return state


ASKING = ChangeMirrors(MirrorEdit.SET, (A,), Consent.ASK)


@pytest.mark.parametrize("answer", ["y", "YES ", "yes"])
def test_a_yes_is_taken(typed: _Terminal, answer: str) -> None:
    typed.write(f"{answer}\n")
    typed.seek(0)
    assert agreed_change(ASKING, _state()) == ASKING._replace(consent=Consent.GIVEN, expected=b"{}")


@pytest.mark.parametrize("answer", ["", "n", "yesterday", "\x1b"])
def test_anything_else_is_a_no(typed: _Terminal, answer: str) -> None:
    typed.write(f"{answer}\n")
    typed.seek(0)
    with pytest.raises(NotAgreed):
        agreed_change(ASKING, _state())


def test_sudo_is_asked_for_by_itself(typed: _Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    typed.write("y\ny\ny\nn\n")
    typed.seek(0)
    monkeypatch.setattr(consent, "_sudo_knows_us", lambda: True)
    rolling = RollBackMirrors(Consent.ASK)
    action = agreed_change(rolling, _state(needs_sudo=True))
    assert isinstance(action, RollBackMirrors)
    assert action.sudo
    with pytest.raises(NotAgreed):
        agreed_change(rolling, _state(needs_sudo=True))


def test_what_was_agreed_to_is_not_asked_again() -> None:
    for given in (Consent.GIVEN, Consent.TRIAL):
        assert agreed_change(RollBackMirrors(given), _state()) is None
    assert not ask("Without a terminal?")
