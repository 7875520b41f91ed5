"""The line for a path: keys, names, what is said, and a disk that does not answer."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tui.config.filenames import Completion
from tui.ui.widgets import pathinput
from tui.ui.widgets.pathinput import PathInput
from tui.ui.widgets.textline import TextLine


class Line(App[None]):
    """A path, and a field after it."""

    def __init__(self, writing: bool, value: str) -> None:
        super().__init__()
        self.path = PathInput(value, writing=writing, id="path")

    def compose(self) -> ComposeResult:
        yield self.path
        yield Input(id="next")

    def on_mount(self) -> None:
        self.path.focus()

    @property
    def sentence(self) -> str:
        return self.path.query_one(TextLine).text

    @property
    def names(self) -> str:
        return str(self.path.query_one("#path-names", Static).render())


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    for _ in range(400):
        await pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


@asynccontextmanager
async def line(
    value: str = "", *, writing: bool = False
) -> AsyncIterator[tuple[Line, Pilot[None]]]:
    app = Line(writing, value)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "looking" not in app.sentence)
        yield app, pilot


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("centos.tar", "centos7.tar"):
        (folder / name).write_bytes(b"x" * 10)
    return tmp_path


async def test_tab_goes_as_far_as_it_is_clear(home: Path) -> None:
    async with line("~/im") as (app, pilot):
        await until(pilot, lambda: app.path._completion.text == "~/im")
        await pilot.press("tab")
        assert app.path.value == f"{home}/images/"
        await until(pilot, lambda: "centos7.tar" in app.names)
        await pilot.press("tab")
        await until(pilot, lambda: app.path.value == f"{home}/images/centos")


async def test_tab_before_the_names_have_come_waits_for_them(home: Path) -> None:
    async with line() as (app, pilot):
        await pilot.press(*"imag", "tab")
        await until(pilot, lambda: app.path.value == "images/")


async def test_tab_leaves_where_nothing_is_to_be_added() -> None:
    async with line("images/centos7.tar") as (app, pilot):
        await until(pilot, lambda: bool(app.path._completion.found))
        await pilot.press("tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "next")


async def test_right_at_the_end_completes_and_stays() -> None:
    async with line("images/centos7") as (app, pilot):
        await until(pilot, lambda: bool(app.path._completion.found))
        await pilot.press("right", "right")
        await until(pilot, lambda: app.path.value == "images/centos7.tar")
        assert app.focused is app.path._line


async def test_down_and_enter_choose_a_name() -> None:
    async with line("images/") as (app, pilot):
        await until(pilot, lambda: "centos.tar" in app.names)
        await pilot.press("down", "down")
        assert "> centos7.tar" in app.names
        await pilot.press("enter")
        await until(pilot, lambda: app.path.value == "images/centos7.tar")


async def test_what_is_there_is_said(home: Path) -> None:
    async with line("images/centos.tar", writing=True) as (app, pilot):
        assert "exists: 10 B; asks before" in app.sentence
        assert f"in {home}/images" in app.sentence
        app.path.value = "images/new.tar"
        await until(pilot, lambda: "a new file" in app.sentence)
        app.path.value = "images/no/new.tar"
        await until(pilot, lambda: "no such folder" in app.sentence)
        app.path.value = "images"
        await until(pilot, lambda: "a folder: 2 entries, 20 B in files" in app.sentence)


async def test_a_name_that_is_no_text_is_read_and_completed(home: Path) -> None:
    os.close(os.open(os.fsencode(home) + b"/caf\xe9\x1b", os.O_CREAT | os.O_WRONLY))
    async with line("ca") as (app, pilot):
        await until(pilot, lambda: bool(app.path._completion.found))
        await pilot.press("tab")
        await until(pilot, lambda: os.fsencode(app.path.value) == b"caf\xe9\x1b")
        assert app.path._line.value == "caf\\xe9\\x1b"
        await until(pilot, lambda: "no known form" in app.sentence)


async def test_a_disk_that_does_not_answer_keeps_nobody_from_typing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_go = threading.Event()

    def hanging(text: str, *, folders_only: bool = False) -> Completion:
        let_go.wait(30)
        return Completion(text, (f"{text}-done",))

    monkeypatch.setattr(pathinput, "complete", hanging)
    async with line() as (app, pilot):
        await pilot.press(*"/nfs/abcdef", "tab")
        assert app.path.value == "/nfs/abcdef"
        assert app.focused is app.path._line
        await pilot.press("tab")  # asked again: go on without
        await until(pilot, lambda: app.focused is not None and app.focused.id == "next")
        let_go.set()
        await until(pilot, lambda: app.path._completion.found == ("/nfs/abcdef-done",))
