"""What is in force, what is in the file, and what is odd about them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tui.engine import system
from tui.mirrors import overview
from tui.mirrors.change import plan_change, plan_roll_back, why_not_editable
from tui.mirrors.errors import (
    BadDaemonFile,
    ChangedMeanwhile,
    FlagInTheWay,
    MirrorsError,
    NotEditable,
    NothingToUndo,
)
from tui.mirrors.overview import read_mirrors, rows_of
from tui.mirrors.paste import paste_lines, paste_text
from tui.model.engine import Capabilities, Endpoint, EngineInfo, StoreKind
from tui.model.mirrors import EngineMirrors, MirrorPlace, Mirrors, PlaceKind

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

A, B = "https://a.example", "http://10.0.0.5:5000"
CLASSIC = StoreKind.CLASSIC


class World:
    """An Engine that tells of mirrors, and a place for its file."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "daemon.json"
        self.place = MirrorPlace(
            PlaceKind.FILE,
            str(self.file),
            str(self.file),
            pid=os.getpid(),
            certificates=str(folder / "certs.d"),
        )
        self.told = EngineMirrors()
        monkeypatch.setattr(system, "engine_mirrors", lambda _client: self.told)
        monkeypatch.setattr(overview, "find_place", lambda *_args, **_options: self.place)

    def read(self, store: StoreKind = CLASSIC) -> Mirrors:
        can = Capabilities(store=store)
        info = EngineInfo(name="host", version="28.5.2", capabilities=can)
        client = SimpleNamespace(endpoint=Endpoint("unix:///s", ""), info=info, capabilities=can)
        return read_mirrors(cast("EngineClient", client), environ={}, home=self.file.parent)

    def move(self, **changes: object) -> None:
        fields = {name: getattr(self.place, name) for name in self.place.__slots__}
        self.place = MirrorPlace(**(fields | changes))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Be a user who owns nothing, for a moment; needs root."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_side_by_side(world: World) -> None:
    world.file.write_text(f'{{"registry-mirrors": ["{A}", "{B}"]}}')
    world.told = EngineMirrors((f"{B}/", "https://old/"))
    found = world.read()
    assert rows_of(found) == (
        (f"{A}/", False, True),
        (f"{B}/", True, True),
        ("https://old/", True, False),
    )
    assert found.is_stale
    assert any("not read the file again" in note for note in found.notes)
    world.told = EngineMirrors((f"{A}/", f"{B}/"))
    assert not world.read().notes
    assert not world.read().is_stale


def test_no_file_and_no_key(world: World) -> None:
    found = world.read()
    assert (found.has_file, found.is_editable, found.notes) == (False, True, ())
    world.file.write_text("{}")
    world.told = EngineMirrors((f"{A}/",))
    (note,) = world.read().notes
    assert "names no mirrors" in note


def test_a_key_that_is_there_twice_is_told(world: World) -> None:
    world.file.write_text('{"registry-mirrors": [], "registry-mirrors": []}')
    assert "more than once" in world.read().notes[0]


@pytest.mark.parametrize("text", ["{bad", "[]", '{"a": 1} // ours'])
def test_a_file_that_cannot_be_understood_is_never_changed(world: World, text: str) -> None:
    world.file.write_text(text)
    found = world.read()
    assert not found.is_editable
    assert str(world.file) in found.trouble
    with pytest.raises(BadDaemonFile):
        plan_change(found, [A])
    with pytest.raises(BadDaemonFile):
        plan_roll_back(found)
    assert world.file.read_text() == text


@pytest.mark.skipif(os.geteuid() != 0, reason="root reads everything, others cannot become root")
def test_a_file_that_is_not_for_this_user(world: World) -> None:
    world.file.write_text('{"registry-mirrors": []}')
    world.file.chmod(0o600)
    folder = world.file.parent
    modes = [(one, one.stat().st_mode) for one in (folder, *folder.parents)]
    try:
        for one, mode in modes:
            one.chmod(mode | 0o055)
        with _as_nobody():
            found = world.read()
            assert "Permission denied" in found.trouble
            assert not found.is_editable
            assert found.needs_sudo
            with pytest.raises(MirrorsError):
                plan_change(found, [A])
    finally:
        for one, mode in modes:
            one.chmod(mode & 0o7777)


def test_flags_of_dockerd_stand_in_the_way(world: World) -> None:
    world.move(flags=(A,), flags_from="/etc/default/docker")
    found = world.read()
    assert "/etc/default/docker" in found.notes[0]
    assert not found.is_editable
    assert not found.is_to_paste, "pasted, it would keep the Engine from starting"
    with pytest.raises(FlagInTheWay):
        plan_change(found, [B])


def test_hosts_toml_counts_with_the_containerd_store_alone(world: World) -> None:
    hosts = world.file.parent / "certs.d/docker.io/hosts.toml"
    hosts.parent.mkdir(parents=True)
    hosts.write_text(f'[host."{A}"]\n')
    assert world.read().hosts == ()
    found = world.read(StoreKind.CONTAINERD)
    assert found.hosts == (A,)
    assert any("counts for nothing" in note for note in found.notes)
    hosts.write_text("broken [")
    assert "hosts.toml" in world.read(StoreKind.CONTAINERD).notes[0]


def test_other_kinds_are_shown_and_not_edited(world: World) -> None:
    for kind in set(PlaceKind) - {PlaceKind.FILE}:
        world.move(kind=kind)
        found = world.read()
        assert why_not_editable(found)
        with pytest.raises(NotEditable):
            plan_change(found, [A])
        assert "a.example" in paste_text(found, [A])
        assert paste_lines(found)
    assert why_not_editable(Mirrors(MirrorPlace(PlaceKind.FILE))) == ""


def test_podman_elsewhere_has_not_the_settings_of_this_machine(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "podman_mirrors", lambda _folders: (A,))
    world.move(kind=PlaceKind.PODMAN)
    assert world.read().in_file == ()
    monkeypatch.setattr(overview, "is_here", lambda _info: True)
    assert world.read().in_file == (A,)


def test_what_to_paste(world: World) -> None:
    world.file.write_text('{"debug": true}')
    assert paste_text(world.read(), [A]) == f'{{"debug": true, "registry-mirrors": ["{A}"]}}'
    world.move(kind=PlaceKind.REMOTE)
    assert paste_text(world.read(), [A]) == f'{{\n  "registry-mirrors": [\n    "{A}"\n  ]\n}}\n'
    assert paste_lines(world.read())[-1] == "$ sudo systemctl reload docker"
    world.move(kind=PlaceKind.PODMAN)
    text = paste_text(world.read(), [A, f"{B}/hub/"])
    assert 'location = "a.example"\n' in text
    assert 'location = "10.0.0.5:5000/hub"\ninsecure = true' in text


def test_there_is_nothing_to_roll_back(world: World) -> None:
    with pytest.raises(NothingToUndo):
        plan_roll_back(world.read())


def test_a_roll_back_takes_nothing_of_others_along(world: World) -> None:
    world.file.write_text('{"debug": true}')
    backup = world.file.with_name("daemon.json.orlop-20260101-000000.000000")
    backup.write_text('{"debug": false}')
    with pytest.raises(ChangedMeanwhile, match=backup.name):
        plan_roll_back(world.read())
    backup.write_text('{"debug": true}')
    world.file.write_text(f'{{"debug": true, "registry-mirrors": ["{A}"]}}')
    assert plan_roll_back(world.read()).after == b'{"debug": true}'


def test_each_mirror_once(world: World) -> None:
    change = plan_change(world.read(), [A, f"{A}/", B])
    assert change.mirrors == (A, B)
    assert not change.is_empty
