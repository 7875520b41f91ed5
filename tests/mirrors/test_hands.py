"""Writing daemon.json, by this user and by sudo."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tui.mirrors.backups import new_backup, newest_backup, stands_for_nothing
from tui.mirrors.errors import CannotWrite, NotPermitted
from tui.mirrors.hands import Hands, OwnHands, SudoHands, hands_of
from tui.mirrors.permission import may_change
from tui.model.mirrors import MirrorPlace, PlaceKind

SUDO = """#!/bin/sh
echo "$@" >>"$(dirname "$0")/log"
[ "$1" = -n ] || exit 9
[ -e "$(dirname "$0")/no" ] && { echo "sudo: a password is required" >&2; exit 1; }
shift
exec "$@"
"""


@pytest.fixture
def sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sudo that does as this user whatever it is told, unless there is a file `no`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sudo").write_text(SUDO)
    (folder / "sudo").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


@pytest.fixture(params=["own", "sudo"])
def either(request: pytest.FixtureRequest, sudo: Path) -> Hands:
    return hands_of(sudo=request.param == "sudo")


def test_a_file_is_replaced_whole_and_keeps_its_mode(either: Hands, tmp_path: Path) -> None:
    path = tmp_path / "daemon.json"
    path.write_text("old")
    path.chmod(0o640)
    before = path.stat().st_ino
    either.replace(path, b"new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_ino != before, "renamed, not written over"
    assert {one.name for one in tmp_path.iterdir()} == {"daemon.json", "bin"}


@pytest.mark.skipif(os.geteuid() != 0, reason="files of others are for root")
def test_a_file_keeps_its_owner(either: Hands, tmp_path: Path) -> None:
    path = tmp_path / "daemon.json"
    path.write_text("old")
    os.chown(path, 12345, 23456)
    either.replace(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_a_new_file_can_be_read_by_all(either: Hands, tmp_path: Path) -> None:
    if isinstance(either, SudoHands) and os.geteuid() != 0:
        pytest.skip("the sudo of the test cannot make files of root")
    path = tmp_path / "docker" / "daemon.json"
    either.replace(path, b"{}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_backups(either: Hands, tmp_path: Path) -> None:
    if isinstance(either, SudoHands) and os.geteuid() != 0:
        pytest.skip("the sudo of the test cannot make files of root")
    path = tmp_path / "daemon.json"
    assert newest_backup(str(path)) == ""
    none = new_backup(path)
    either.keep(path, none)
    assert stands_for_nothing(none)
    assert newest_backup(str(path)) == str(none)
    path.write_text("{}")
    path.chmod(0o600)
    one = new_backup(path)
    either.keep(path, one)
    assert not stands_for_nothing(one)
    assert one.read_text() == "{}"
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    path.with_name("daemon.json.orlop-new").write_text("not a backup")
    assert newest_backup(str(path)) == str(one)
    either.remove(one)
    assert newest_backup(str(path)) == str(none)
    assert newest_backup("/not/there/daemon.json") == ""


def test_a_disk_that_refuses_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "daemon.json"
    path.write_text("old")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        OwnHands().replace(path, b"new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["daemon.json"]


def test_sudo_that_would_ask_is_refused(sudo: Path, tmp_path: Path) -> None:
    (sudo / "no").touch()
    path = tmp_path / "daemon.json"
    path.write_text("old")
    with pytest.raises(NotPermitted, match="a password is required"):
        SudoHands().replace(path, b"new")
    assert path.read_text() == "old"
    with pytest.raises(NotPermitted):
        SudoHands().hang_up(os.getpid())


def test_no_sudo_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotPermitted, match="no sudo"):
        hands_of(sudo=True)
    assert OwnHands().run("nothing-of-that-name").code < 0


def test_a_process_that_has_gone_cannot_be_signalled() -> None:
    with pytest.raises(NotPermitted):
        OwnHands().hang_up(2**22 + 1)


def test_whether_sudo_is_needed(tmp_path: Path) -> None:
    place = MirrorPlace(PlaceKind.FILE, real=str(tmp_path / "a/b/daemon.json"), pid=os.getpid())
    assert may_change(place)
    gone = MirrorPlace(PlaceKind.FILE, real=place.real, pid=2**22 + 1)
    assert not may_change(gone)
