"""What a container has changed: the tree, sizes that come later, what goes wrong meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.ui.fixedchanges import ENTRIES, changes_of, filled_book, whole_diff
from tests.ui.stage import CONNECTED, CONTAINERS, PLAIN_TERMINAL, Stage, stage
from tui.actions.values.changes import ReadDiff, ViewContainerFile
from tui.contents.changes import Changes
from tui.contents.changesizes import SizesBook, SizeSource
from tui.model.filetext import FileText
from tui.store import events, insides
from tui.store.state import NO_TROUBLE, Phase, Trouble
from tui.ui.screens.changes import ChangesScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.text import FieldsScreen, TextScreen

WEB = CONTAINERS[0].container_id
GONE = Trouble("The container is gone.", "It was removed meanwhile.")


async def opened(here: Stage) -> ReadDiff:
    """Open the sheet of the container `web`."""
    await here.press("2")
    here.app.store.apply(events.CursorMoved(here.main.pane, WEB))
    await here.settle()
    while here.state.view(here.main.pane).cursor != WEB:
        await here.press("down")
    await here.press("D")
    here.screen(ChangesScreen)
    (action,) = here.recorder.of_kind("read_diff")
    assert isinstance(action, ReadDiff)
    assert action.container.container_id == WEB
    return action


async def told(here: Stage, *news: events.Event) -> None:
    """Tell, and wait for the tree that is made of it in a thread."""
    await here.tell(*news)
    screen = here.screen(ChangesScreen)
    for _try in range(500):
        if screen.shown is screen._latest and not screen._is_building and not screen.turns.word:
            break
        await asyncio.sleep(0.01)
    await here.settle()


async def read(here: Stage) -> ReadDiff:
    action = await opened(here)
    await told(here, insides.DiffRead(whole_diff(WEB), filled_book()))
    here.recorder.end(action)
    await here.settle()
    return action


def line(here: Stage, name: str) -> str:
    return next(one for one in here.text().splitlines() if name in one)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_tree_with_its_sums(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await read(here)
        for text in ("A 7 added", "C 7 changed", "D 1 removed"):
            assert text in here.text()
        assert here.line("#changes-bytes").startswith(" 1.29 GB in these files, 1.29 GB in the wr")
        assert line(here, "core.dump").startswith("A ")
        assert "1.24 GB" in line(here, "core.dump")
        assert line(here, "nginx.conf").startswith("C ")
        assert line(here, "mime.types").startswith("D ")
        assert "5.35 kB" in line(here, "mime.types"), "what the image has there"
        assert line(here, "etc/").startswith(". ")
        assert "702 B" in line(here, "etc/"), "what was removed is not in the sum"
        assert "\\x1b[31mred" in here.text()
        assert "\x1b" not in here.text()


async def test_sizes_come_later_and_rows_in_sight_are_wanted_first() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        action = await opened(here)
        assert "Reading..." in here.text()
        changes, book = changes_of(WEB), SizesBook()
        await told(here, insides.DiffRead(changes.diff(source=SizeSource.ARCHIVE), book))
        assert "GB" not in here.text()
        assert b"var/log/core.dump" in book.sight
        await here.press("down", "down", "left")  # close a folder
        book.told[b"var/log/core.dump"] = ENTRIES[b"var/log/core.dump"]
        here.screen(ChangesScreen)._changed(here.state)  # as the job's progress does
        await here.settle()
        assert "1.24 GB" in line(here, "core.dump"), "told at once, though no sum has it yet"
        assert "1.24 GB" not in line(here, "var/")
        opened_before = set(here.screen(ChangesScreen).turns.view.opened)  # type: ignore[union-attr]
        await told(here, insides.DiffRead(changes.diff(ENTRIES, source=SizeSource.ARCHIVE), book))
        assert "1.29 GB" in line(here, "var/")
        assert here.screen(ChangesScreen).turns.view.opened == opened_before  # type: ignore[union-attr]
        here.recorder.end(action)
        await here.settle()
        assert "asked of the Engine" in here.line(".dialog-title")


async def test_order_filter_kinds_and_the_next_change() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await read(here)
        screen = here.screen(ChangesScreen)
        await here.press("o")
        view = screen.turns.view
        assert view is not None
        assert view.rows[:3] == [b"var", b"var/log", b"var/log/core.dump"]
        await here.press("g", "n")
        assert screen.path == b"var/log/core.dump"
        await here.press("a", "m")
        rows = screen.turns.view.rows if screen.turns.view else []
        assert rows == [b"etc", b"etc/nginx", b"etc/nginx/mime.types"]
        assert "shown: d" in here.line("#sheet-keys")
        await here.press("a", "m", "/", *">10MB", "enter")
        rows = screen.turns.view.rows if screen.turns.view else []
        assert b"var/log/core.dump" in rows
        assert b"etc" not in rows
        assert "found" in here.line("#sheet-keys")


async def test_an_entry_and_its_text() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await read(here)
        screen = here.screen(ChangesScreen)
        screen.rows.move_to_key("etc/nginx/nginx.conf")
        await here.press("i")
        here.screen(FieldsScreen)
        for text in ("/etc/nginx/nginx.conf", "C: content changed", "702 B", "648 B"):
            assert text in here.text()
        await here.press("escape", "v")
        (action,) = here.recorder.of_kind("view_container_file")
        assert isinstance(action, ViewContainerFile)
        assert action.path == b"etc/nginx/nginx.conf"
        await here.tell(events.FileRead(FileText(WEB, 0, action.path, b"hello \x1b[31m\n")))
        here.recorder.end(action)
        await here.settle()
        here.screen(TextScreen)
        assert "hello \\x1b[31m" in here.text()
        await here.press("escape")
        screen.rows.move_to_key("etc/nginx/mime.types")
        await here.press("v")
        assert "has removed it" in here.line("#sheet-keys")
        screen.rows.move_to_key("etc")
        await here.press("v")
        assert "only files" in here.line("#sheet-keys")
        assert len(here.recorder.of_kind("view_container_file")) == 1
        await here.press("?")
        assert "as docker diff" in here.text()


async def test_nothing_was_changed() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        action = await opened(here)
        diff = Changes(WEB, "web", ()).diff(source=SizeSource.DISK, size_rw=0)
        await told(here, insides.DiffRead(diff, SizesBook()))
        here.recorder.end(action)
        await here.settle()
        assert "has changed nothing" in here.text()


async def test_what_went_wrong_is_said_and_what_came_stays() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        action = await opened(here)
        here.recorder.fail(action, GONE)
        await here.settle()
        assert "The container is gone." in here.line(".dialog-title")
        assert "It was removed meanwhile." in here.text()
    async with stage(*CONNECTED, size=(80, 24)) as here:
        action = await opened(here)
        await told(here, insides.DiffRead(changes_of(WEB).diff(ENTRIES), filled_book()))
        here.recorder.fail(action, GONE)
        await here.settle()
        assert "The container is gone." in here.line(".dialog-title")
        assert "core.dump" in here.text()


async def test_read_again_by_a_key_and_when_the_engine_is_back() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await read(here)
        await here.press("r")
        _first, second = here.recorder.of_kind("read_diff")
        assert "core.dump" in here.text(), "until others come"
        await told(here, insides.DiffRead(Changes(WEB, "web", [("A", "/one")]).diff(), SizesBook()))
        assert "core.dump" not in here.text()
        assert "one" in here.text()
        here.recorder.fail(second, Trouble("The connection broke."))
        await here.tell(events.ConnectionChanged(Phase.LOST, NO_TROUBLE))
        assert len(here.recorder.of_kind("read_diff")) == 2
        await here.tell(events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE))
        await here.settle()
        assert len(here.recorder.of_kind("read_diff")) == 3


async def test_stopped_by_a_key_and_left() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        action = await opened(here)
        await told(here, insides.DiffRead(changes_of(WEB).diff(), SizesBook()))
        await here.press("x")
        number = here.recorder.number(action)
        assert number in here.recorder.cancelled
        assert "stopped" in here.line(".dialog-title")
        await here.press("escape")
        here.screen(MainScreen)
        await here.settle()
        assert here.state.inside.diff is None, "nobody looks any more"


async def test_another_containers_changes_are_not_shown() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        await here.tell(insides.DiffRead(replace(whole_diff("other")), filled_book()))
        assert "core.dump" not in here.text()


async def test_on_a_plain_terminal() -> None:
    async with stage(*CONNECTED, size=(80, 24), terminal=PLAIN_TERMINAL) as here:
        await read(here)
        assert here.text().isascii()
        assert "core.dump" in here.text()
