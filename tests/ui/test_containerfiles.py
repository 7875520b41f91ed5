"""The files of a container on the screen: folders, what is cut, copies, read-only sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.ui.stage import CONNECTED, CONTAINERS, PLAIN_TERMINAL, Stage, stage
from tui.actions.values.containerfiles import CopyIn, CopyOut, OpenPath
from tui.actions.values.containers import ContainerTarget
from tui.model.filetext import FileText
from tui.model.folder import Folder, FolderItem
from tui.model.listing import Kind, LayerEntry
from tui.model.replacing import Replacing
from tui.store import events, insides
from tui.store.state import Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.containerfiles import ContainerFilesScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import FieldsScreen, TextScreen

WEB = ContainerTarget(CONTAINERS[0].container_id, CONTAINERS[0].name)
TIME = 1_780_000_000


def entry(name: bytes, kind: Kind = Kind.FILE, size: int = 0, **more: object) -> LayerEntry:
    made = LayerEntry(name, kind, size, 0o755, 0, 0, TIME)
    return made._replace(**more)  # type: ignore[arg-type]


ROOT = Folder(
    WEB.container_id,
    b"/",
    (
        FolderItem(entry(b"a.so"), 100),
        FolderItem(entry(b"data", Kind.DIRECTORY), 5000, 3, is_mount=True),
        FolderItem(entry(b"etc", Kind.DIRECTORY), 900, 12),
        FolderItem(entry(b"link", Kind.SYMLINK, link=b"/etc/\x1b[2Jhosts")),
        FolderItem(entry(b"null", Kind.CHARACTER, device=(1, 3))),
    ),
    read=10_000,
    mounts=frozenset({b"/data"}),
)
ETC = Folder(
    WEB.container_id, b"/etc", (FolderItem(entry(b"hosts"), 174),), read=3000, mounts=ROOT.mounts
)


async def opened(here: Stage) -> ContainerFilesScreen:
    await here.press("2", "f")
    return here.screen(ContainerFilesScreen)


async def answered(here: Stage, *told: events.Event) -> OpenPath:
    """Let the last reading come to its end."""
    action = here.recorder.of_kind("open_path")[-1]
    assert isinstance(action, OpenPath)
    await here.tell(*told)
    here.recorder.end(action)
    await here.settle()
    return action


async def at_root(here: Stage) -> ContainerFilesScreen:
    screen = await opened(here)
    await answered(here, insides.FolderRead(ROOT))
    return screen


def names(here: Stage) -> list[str]:
    rows = here.screen(ContainerFilesScreen).rows._view.rows
    return [rows[index].key for index in range(len(rows))]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_a_folder_as_it_is(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await opened(here)
        assert "Reading..." in here.text()
        assert (await answered(here, insides.FolderRead(ROOT))) == OpenPath(WEB, b"/")
        assert names(here) == ["data", "etc", "a.so", "link", "null"]
        text = here.text()
        for part in ("Files of web  /", "data/  (mounted)", "5 kB", "link -> /etc/\\x1b[2J"):
            assert part in text, text
        assert "\x1b[2J" not in text


async def test_down_and_up_again_without_asking_twice() -> None:
    async with stage(*CONNECTED) as here:
        screen = await at_root(here)
        await here.press("j", "enter")
        action = OpenPath(WEB, b"/etc", mounts=frozenset({b"/data"}))
        assert await answered(here, insides.FolderRead(ETC)) == action, "no more is asked for"
        assert names(here) == ["hosts"]
        asked = len(here.recorder.of_kind("open_path"))
        await here.press("u")
        assert screen.rows.cursor_key == "etc", "the cursor is on what was left"
        await here.press("enter")
        assert "Files of web  /etc" in here.text()
        await here.press("backspace", "u", "u")
        assert screen.path == b"/"
        assert len(here.recorder.of_kind("open_path")) == asked
        await here.press("r")
        assert len(here.recorder.of_kind("open_path")) == asked + 1


async def test_a_files_text_and_a_link_that_leads_to_a_folder() -> None:
    async with stage(*CONNECTED) as here:
        await at_root(here)
        here.screen(ContainerFilesScreen).rows.move_to_key("a.so")
        await here.press("v")
        text = FileText(WEB.container_id, 0, b"/a.so", b"one\x1b[2J\ntwo", has_more=True)
        await answered(here, events.FileRead(text))
        here.screen(TextScreen)
        assert "web:/a.so" in here.text()
        assert "one\\x1b[2J" in here.text()
        assert "the file goes on" in here.text()
        await here.press("escape")
        here.screen(ContainerFilesScreen).rows.move_to_key("link")
        await here.press("enter")
        assert await answered(here, insides.FolderRead(ETC)) == OpenPath(WEB, b"/link")
        assert "Files of web  /etc" in here.text()
        await here.press("u")
        here.screen(ContainerFilesScreen).rows.move_to_key("null")
        await here.press("enter")
        here.screen(FieldsScreen)
        assert "character" in here.text()


async def test_what_was_cut_says_so_and_is_read_further() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        items = (*ROOT.items[:2], ROOT.items[2]._replace(is_whole=False))
        cut = ROOT._replace(items=items, is_cut=True, note="Cut in etc; and so on.")
        await answered(here, insides.FolderRead(cut))
        assert "Cut in etc; and so on. m reads on." in here.text()
        assert ">900 B" in here.text()
        await here.press("m")
        assert await answered(here, insides.FolderRead(ROOT)) == OpenPath(
            WEB, b"/", reach=1, mounts=ROOT.mounts
        )
        assert "m reads on" not in here.text()
        await here.press("m")
        assert "all of the folder is here" in here.text()


async def test_a_failure_is_said_and_what_was_there_stays() -> None:
    async with stage(*CONNECTED) as here:
        await at_root(here)
        await here.press("p")
        here.screen(PromptScreen)
        await here.type("#answer", "no/such")
        await here.press("enter")
        action = here.recorder.of_kind("open_path")[-1]
        assert action == OpenPath(WEB, b"/no/such")
        here.recorder.fail(action, Trouble("There is no such thing.", "Check the name."))
        await here.settle()
        assert "There is no such thing. Check the name." in here.text()
        assert names(here)[0] == "data"


async def test_filter_and_order() -> None:
    async with stage(*CONNECTED) as here:
        await at_root(here)
        for text, left in (("*.so", ["a.so"]), (">1kB", ["data"]), ("A", ["data", "a.so"])):
            await here.press("slash")
            await here.type("#answer", text)
            await here.press("enter")
            assert names(here) == left
        assert "filter: A" in here.text()
        await here.press("slash")
        await here.type("#answer", "nothing")
        await here.press("enter")
        assert "Nothing is here as the filter wants it." in here.text()
        await here.press("slash")
        await here.type("#answer", "")
        await here.press("enter", "o")
        assert names(here)[:2] == ["data", "etc"]
        assert "SIZE" in here.text()


async def test_a_reading_that_nobody_waits_for_is_stopped() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        number = here.recorder.number(here.recorder.of_kind("open_path")[0])
        await here.press("X")
        assert here.recorder.cancelled.count(number) == 1
        await here.press("r")
        last = here.recorder.number(here.recorder.of_kind("open_path")[-1])
        await here.press("escape")
        here.screen(MainScreen)
        assert last in here.recorder.cancelled


async def test_copied_out(tmp_path: Path) -> None:
    async with stage(*CONNECTED) as here:
        screen = await at_root(here)
        screen.rows.move_to_key("link")
        await here.press("x")
        here.screen(FormScreen)
        assert "what the link leads to" in here.text()
        here.app.screen.query_one("#field-path").query_one(Input).value = str(tmp_path / "out")
        await here.settle()
        await here.press("enter")
        action = here.loud[-1]
        assert action == CopyOut(WEB, b"/link", str(tmp_path / "out"))
        here.recorder.end(action, "1 file written")
        await here.settle()
        assert "1 file written" in here.text()


async def test_copied_in_after_a_question(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_bytes(b"mine")
    async with stage(*CONNECTED) as here:
        await at_root(here)
        await here.press("j", "enter")
        await answered(here, insides.FolderRead(ETC))
        await here.press("I")
        here.app.screen.query_one("#field-source").query_one(Input).value = str(tmp_path / "hosts")
        await here.settle()
        await here.press("enter")
        action = here.loud[-1]
        assert action == CopyIn(WEB, str(tmp_path / "hosts"), b"/etc")
        await here.tell(insides.ReplacingAsked(Replacing(WEB.container_id, (b"/etc/hosts",))))
        here.recorder.end(action, "Nothing is copied yet")
        await here.settle()
        here.screen(ConfirmScreen)
        assert "/etc/hosts" in here.text()
        await here.press("escape")
        assert here.loud[-1] is action, "no is no"
        await here.press("I")
        here.app.screen.query_one("#field-source").query_one(Input).value = str(tmp_path / "hosts")
        await here.settle()
        await here.press("enter")
        again = here.loud[-1]
        await here.tell(
            insides.ReplacingAsked(Replacing(WEB.container_id, (b"/etc/hosts",), False))
        )
        here.recorder.end(again)
        await here.settle()
        assert "there may be others" in here.text()
        await here.press("y")
        assert here.loud[-1] == CopyIn(WEB, str(tmp_path / "hosts"), b"/etc", overwrite=True)


async def test_copied_in_from_the_list_of_containers(tmp_path: Path) -> None:
    source = tmp_path / "file"
    source.write_bytes(b"x")
    async with stage(*CONNECTED) as here:
        await here.press("2", "I")
        here.screen(FormScreen)
        here.app.screen.query_one("#field-source").query_one(Input).value = str(source)
        await here.settle()
        await here.press("enter")
        action = here.loud[-1]
        assert action == CopyIn(WEB, str(source), b"/")
        await here.tell(insides.ReplacingAsked(Replacing(WEB.container_id, (b"/x",))))
        here.recorder.end(action)
        await here.settle()
        here.screen(ConfirmScreen)


async def test_a_read_only_session_only_looks() -> None:
    async with stage(*CONNECTED, read_only=True) as here:
        await here.press("2", "I")
        here.screen(MainScreen)
        await at_root(here)
        assert "copy in" not in here.text()
        await here.press("I")
        here.screen(ContainerFilesScreen)
        assert "--read-only" in here.text()
        await here.press("?")
        assert "Copy something of this machine in here" not in here.text()


async def test_a_plain_terminal() -> None:
    async with stage(*CONNECTED, terminal=PLAIN_TERMINAL) as here:
        await at_root(here)
        assert here.text().isascii()
