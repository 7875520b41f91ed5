"""The files screen: layers as they come, folders, kinds, filters, details, waste, sources."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.layers.tars import member, tar
from tests.layers.test_filetree import ABOVE, BELOW
from tests.layers.test_union import listing
from tests.ui.stage import CONNECTED, FACTS_TOLD, PLAIN_TERMINAL, TERMINAL, Stage, image_id, stage
from tui.actions.values.files import DiffFile, ExtractFiles
from tui.actions.values.reading import ReadListings, ViewFile
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import Offer
from tui.layers.errors import BadTar
from tui.layers.filetree import FileTree
from tui.layers.treeview import TreeView
from tui.model.filediff import FileDiff, FileVersion
from tui.model.filetext import FileText
from tui.model.listing import Kind, LayerEntry, LayerListing, SourceName
from tui.model.progress import Progress
from tui.store import events
from tui.store.state import Contents, Pane, Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.filediff import FileDiffScreen
from tui.ui.screens.files import FilesScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.sources import SourcesScreen
from tui.ui.screens.text import FieldsScreen, TextScreen
from tui.ui.screens.waste import WasteScreen
from tui.ui.widgets.rowlist import RowList

REDIS = image_id("e")
COMMANDS = ("COPY below /", "/bin/sh -c make \x1b[31mclean")


def layers(*listings: LayerListing) -> tuple[ListedLayer, ...]:
    """Return read layers, bottom first."""
    return tuple(
        ListedLayer(
            number,
            f"sha256:{number:064}",
            f"sha256:{number:064}",
            COMMANDS[min(number, len(COMMANDS)) - 1],
            one,
        )
        for number, one in enumerate(listings, 1)
    )


def unread(read: tuple[ListedLayer, ...]) -> ListedImage:
    """Return an image whose layers nobody has read."""
    bare = tuple(replace(layer, listing=LayerListing(layer.diff_id, "")) for layer in read)
    return ListedImage("redis:7", REDIS, "metadata", bare)


READ = layers(BELOW, ABOVE)
FREE = (Offer(SourceName.METADATA),)


async def opened(here: Stage, read: tuple[ListedLayer, ...] = READ) -> FilesScreen:
    """Open the files of redis:7 and let all layers come."""
    await here.go_to("redis:7")
    await here.press("f")
    screen = here.screen(FilesScreen)
    (action,) = here.recorder.of_kind("read_listings")
    await here.tell(events.ContentsOpened(Contents(unread(read), FREE)))
    await here.tell(events.LayersListed(REDIS, read))
    here.recorder.end(action)
    await until_rows(here)
    return screen


async def until_rows(here: Stage) -> None:
    """Return when a tree is there."""
    await here.app.workers.wait_for_complete()
    await here.settle()


def names(here: Stage) -> list[str]:
    """Change and name of each row."""
    rows = here.app.screen.query_one(RowList)._view.rows
    found = []
    for index in range(len(rows)):
        cells = [c if isinstance(c, str) else c.text for c in rows[index].cells]
        found.append(f"{cells[0] or ' '} {cells[-1]}")
    return found


async def test_folders_open_and_close_and_say_what_changed() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        assert names(here) == [". ▸ bin/", ". ▸ etc/", ". ▸ var/"]
        await here.press("enter", "j", "j")
        assert names(here)[:3] == [". ▾ bin/", "      other = bin/tool", "M     tool"]
        await here.press("left")
        assert names(here) == [". ▸ bin/", ". ▸ etc/", ". ▸ var/"]
        await here.press("E")
        assert "R     ▸ log/" not in names(here)
        assert "R       old" in names(here)
        assert "layer 2 of 2" in here.line(".dialog-title")
        assert "RUN make \\x1b[31mclean" in here.text()
        assert "A  1 added 40 B" in here.line("#files-changes")


async def test_opened_before_the_engine_answers_it_reads_when_it_does() -> None:
    async with stage(*CONNECTED[:-1], FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("f")
        (action,) = here.recorder.of_kind("read_listings")
        here.recorder.fail(action, Trouble("There is no Engine.", "Start it."))
        await here.settle()
        assert "There is no Engine." in here.text()
        assert len(here.recorder.of_kind("read_listings")) == 1
        await here.tell(CONNECTED[-1])
        assert len(here.recorder.of_kind("read_listings")) == 2
        assert "Reading..." in here.text()


async def test_the_first_layer_is_there_before_the_last() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("f")
        assert "Reading" in here.text()
        await here.tell(events.ContentsOpened(Contents(unread(READ), FREE)))
        await here.tell(events.LayersListed(REDIS, READ[:1]))
        await until_rows(here)
        assert "layer 1 of 2" in here.line(".dialog-title")
        assert names(here) == ["A ▸ bin/", ". ▸ etc/", ". ▸ var/"]
        new = replace(READ[1], listing=listing(tar([member("a", b"1")])))
        await here.tell(events.LayersListed(REDIS, (new,)))
        await until_rows(here)
        assert "layer 2 of 2" in here.line(".dialog-title")
        assert here.screen(FilesScreen).rows.cursor_key == "a", "the cursor stays at the top"


async def test_of_a_large_image_the_lowest_layer_is_shown_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []

    def tree(listings: Sequence[LayerListing], layer: int) -> FileTree:
        made.append(layer)
        return FileTree(listings, layer)

    monkeypatch.setattr("tui.ui.screens.filereading.FileTree", tree)
    many = tuple(LayerEntry(b"d/f%d" % n, Kind.FILE, 1, 0o644, 0, 0, 0) for n in range(30_000))
    large = layers(BELOW, LayerListing("", "archive", many))
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("f")
        (action,) = here.recorder.of_kind("read_listings")
        await here.tell(events.ContentsOpened(Contents(unread(large), FREE)))
        await here.tell(events.LayersListed(REDIS, large))
        here.recorder.end(action)
        await until_rows(here)
        await until_rows(here)
        assert made == [1, 2]


async def test_other_layers_and_the_layer_alone() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("[")
        await until_rows(here)
        assert "layer 1 of 2" in here.line(".dialog-title")
        await here.press("[", "]")
        await until_rows(here)
        assert "layer 2 of 2" in here.line(".dialog-title")
        await here.press("S", "E")
        assert "      other = bin/tool" not in names(here)
        assert [name.split()[0] for name in names(here)].count("R") == 2


async def test_kinds_filters_and_order() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("u", "m", "r", "E")
        assert names(here) == [". ▾ etc/", ".   ▾ conf.d/", "A       c"]
        assert "shown: a" in here.line("#sheet-keys")
        await here.press("u", "m", "r", "/")
        here.screen(PromptScreen)
        await here.type("#answer", ">x")
        assert "Write a size" in here.line("#problem")
        await here.type("#answer", "conf.d/* >15")
        await here.press("enter")
        here.screen(FilesScreen)
        assert [name.split()[-1] for name in names(here)] == ["etc/", "conf.d/", "b", "c"]
        assert "2 found" in here.line("#sheet-keys")
        await here.press("o")
        assert [name.split()[-1] for name in names(here)] == ["etc/", "conf.d/", "c", "b"]


async def test_all_files_in_one_list_by_size() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        screen = await opened(here)
        await here.press("n", "F")
        assert names(here)[1] == "M  bin/tool"
        assert screen.rows.cursor_key == "bin/tool"
        assert not any(name[-1] == "/" for name in names(here))
        await here.press("enter")
        here.screen(FieldsScreen)
        await here.press("escape", "F")
        assert names(here)[0] == ". ▾ bin/"
        assert screen.rows.cursor_key == "bin/tool"


async def test_from_change_to_change() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        screen = await opened(here)
        found = []
        for _ in range(5):
            await here.press("n")
            found.append(screen.query_one(RowList).cursor_key)
        assert found == ["bin/tool", "etc/conf.d/a", "etc/conf.d/b", "etc/conf.d/c", "var/log/old"]
        await here.press("n")
        assert "no more changes" in here.line("#sheet-keys")
        await here.press("N")
        assert screen.query_one(RowList).cursor_key == "etc/conf.d/c"


async def test_details_tell_the_history_and_the_path_is_copied() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("n", "i")
        here.screen(FieldsScreen)
        text = here.text()
        assert "Layer 1" in text
        assert "content modified" in text
        assert "-rw-r--r-- (0644)" in text
        await here.press("escape", "c")
        assert here.app.clipboard == "/bin/tool"


async def test_the_text_of_a_file_from_the_layer_that_has_it() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("enter", "j", "v")  # bin/other, a hardlink to a file of layer 1
        (action,) = here.recorder.of_kind("view_file")
        assert isinstance(action, ViewFile)
        assert (action.layer, action.path) == (1, b"bin/tool")
        text = FileText(REDIS, 1, b"bin/tool", b"one\n\x1b[31mtwo\n", has_more=True)
        await here.tell(events.FileRead(text))
        here.recorder.end(action)
        await here.settle()
        here.screen(TextScreen)
        assert "\\x1b[31mtwo" in here.text()
        assert "... the file goes on" in here.text()
        await here.press("escape", "j", "v")
        last = here.recorder.of_kind("view_file")[-1]
        assert isinstance(last, ViewFile)
        assert (last.layer, last.path) == (2, b"bin/tool")
        here.recorder.fail(last, Trouble("The content cannot be read.", "Save it.", ""))
        await here.settle()
        assert "The content cannot be read." in here.line("#sheet-keys")
        await here.press("k", "k", "v")
        assert "only files have a text" in here.line("#sheet-keys")


async def test_what_differs_from_the_version_below() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("enter", "j", "j", "D")  # bin/tool
        (action,) = here.recorder.of_kind("diff_file")
        assert isinstance(action, DiffFile)
        assert (action.path, action.old, action.new) == (
            b"bin/tool",
            (1, b"bin/tool"),
            (2, b"bin/tool"),
        )
        old = FileVersion("layer 1", b"bin/tool", 8, 0o755, digest="sha256:a")
        new = FileVersion("layer 2", b"bin/tool", 9, 0o644, digest="sha256:b")
        lines = ("@@ -1,2 +1,2 @@", " one", "-two", "+\x1b[31mtwo", "@@ -40 +40 @@", "-x", "+y")
        diff = FileDiff(b"bin/tool", old, new, 4, lines=lines, has_more=True)
        await here.tell(events.FileDiffed(diff))
        here.recorder.end(action)
        await here.settle()
        screen = here.screen(FileDiffScreen)
        text = here.text()
        assert "/bin/tool  layer 1 > layer 2" in text
        assert "--- layer 1  -rwxr-xr-x" in text
        assert "+++ layer 2  -rw-r--r--" in text
        assert "+\\x1b[31mtwo" in text
        assert "... there are more differences" in text
        rows = screen.query_one(RowList)
        await here.press("n")
        assert rows.cursor_index == 2
        await here.press("n", "n")
        assert rows.cursor_index == 6
        await here.press("N", "c")
        assert rows.cursor_index == 2
        assert here.app.clipboard.count("\n") == 9


async def test_where_there_is_nothing_to_compare_it_says_so() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("E")
        for name, note in (
            ("etc", "only files can be compared"),
            ("etc/conf.d/c", "no layer below has another version"),
            ("var/log/old", "this layer removed it"),
        ):
            here.app.screen.query_one(RowList).move_to_key(name)
            await here.press("D")
            assert note in here.line("#sheet-keys")
        assert not here.recorder.of_kind("diff_file")


@pytest.mark.parametrize(("at", "told"), [(70_000, "at 70000 (0x11170)"), (-1, "beyond what")])
async def test_of_a_binary_file_where_it_begins_to_differ(at: int, told: str) -> None:
    old, new = FileVersion("layer 1", b"x", 8, digest="sha256:aa"), FileVersion("layer 2", b"x")
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        here.app.push_screen(FileDiffScreen(FileDiff(b"x", old, new, at, is_binary=True)))
        await here.settle()
        assert told in here.text()
        assert "- sha256:aa" in here.text()


async def test_what_is_under_the_cursor_goes_to_the_disk(tmp_path: Path) -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("n", "x")
        here.screen(FormScreen)
        await here.type("PathLine", str(tmp_path / "tool"))
        await here.press("enter")
        (action,) = here.recorder.of_kind("extract_files")
        assert isinstance(action, ExtractFiles)
        assert (action.path, action.layer, action.alone) == (b"bin/tool", 2, False)
        assert action.destination == str(tmp_path / "tool")
        number = here.recorder.number(action)
        progress = Progress("writing", 50, 100, in_bytes=True)
        await here.tell(events.JobProgressed(number, progress))
        assert "50 %" in here.line(".dialog-title")
        here.recorder.end(action, "1 file written, 40 B")
        await here.settle()
        assert "1 file written, 40 B" in here.line("#sheet-keys")
        assert "source: metadata" in here.line(".dialog-title")


async def test_an_extraction_that_costs_something_is_asked_for_and_can_be_stopped(
    tmp_path: Path,
) -> None:
    offers = (Offer(SourceName.STREAM, cost="The Engine writes 3 GB to its disk first."),)
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("x")
        await here.type("PathLine", str(tmp_path / "new"))
        await here.press("enter")
        (action,) = here.recorder.of_kind("extract_files")
        await here.tell(events.SourceAsked(offers))
        here.recorder.end(action, "choose")
        await here.settle()
        here.screen(SourcesScreen)
        await here.press("enter")
        here.screen(ConfirmScreen)
        await here.press("y")
        again = here.recorder.of_kind("extract_files")[-1]
        assert isinstance(again, ExtractFiles)
        assert (again.source, again.destination) == ("stream", str(tmp_path / "new"))
        await here.press("X")
        assert here.recorder.cancelled == [here.recorder.number(again)]
        await here.settle()
        assert "stopped" in here.line("#sheet-keys")


async def test_a_file_that_can_only_be_read_at_a_cost_is_asked_for() -> None:
    offers = (Offer(SourceName.STREAM, cost="The Engine writes 3 GB to its disk first."),)
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("n")
        for key, kind in (("v", "view_file"), ("D", "diff_file")):
            await here.press(key)
            (action,) = here.recorder.of_kind(kind)
            await here.tell(events.SourceAsked((*offers,)))
            here.recorder.end(action)
            await here.settle()
            here.screen(SourcesScreen)
            await here.press("enter", "y")
            again = here.recorder.of_kind(kind)[-1]
            assert isinstance(again, ViewFile | DiffFile)
            assert again.source == "stream"
            here.recorder.end(again)
            await here.settle()
            await here.press("escape")
            here.screen(FilesScreen)


async def test_waste_of_what_was_read_says_so() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("f")
        await here.tell(events.ContentsOpened(Contents(unread(READ), FREE)))
        await here.tell(events.LayersListed(REDIS, READ[:1]))
        await until_rows(here)
        await here.press("W")
        await until_rows(here)
        assert "only the lowest 1 layers were read" in here.line(".dialog-title")
        await here.press("escape", "?")
        assert "Bytes of entries that no longer show in the final file system" in here.text()


async def test_waste_and_advice() -> None:
    below = listing(
        tar([member("var/lib/apt/lists/x", b"1" * 300_000), member("big", b"2" * 500_000)])
    )
    above = listing(tar([member(".wh.big"), member(".git/pack", b"3" * 200_000)]))
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here, layers(below, above))
        await here.press("[")  # waste is of the whole image, whatever layer is in view
        await until_rows(here)
        await here.press("W")
        await until_rows(here)
        here.screen(WasteScreen)
        text = here.text()
        assert "500 kB of 1 MB, efficiency 50.0%" in text
        assert "advice: removed later 2" in text
        assert "advice: package cache apt" in text
        assert "advice: version control" in text
        assert "/big" in text
        await here.press("enter")
        assert "removed by layer 2" in here.text()


async def test_where_nothing_is_free_the_user_chooses_once() -> None:
    offers = (
        Offer(SourceName.METADATA, why_not="/data cannot be read."),
        Offer(SourceName.STREAM, cost="The Engine writes 3 GB to its disk first."),
    )
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("f")
        (action,) = here.recorder.of_kind("read_listings")
        await here.tell(events.ContentsOpened(Contents(unread(READ), offers)))
        here.recorder.end(action)
        await here.settle()
        here.screen(SourcesScreen)
        assert "/data cannot be read." in here.text()
        await here.press("enter")
        here.screen(SourcesScreen)
        await here.press("j", "enter")
        here.screen(ConfirmScreen)
        assert "The Engine writes 3 GB" in here.text()
        await here.press("y")
        here.screen(FilesScreen)
        last = here.recorder.of_kind("read_listings")[-1]
        assert isinstance(last, ReadListings)
        assert (last.source, last.quiet) == ("stream", False)
        here.recorder.fail(last, Trouble("The Engine is gone.", "Start it.", ""))
        await here.settle()
        assert "The Engine is gone." in here.text()


async def test_a_way_that_creates_a_container_is_asked_for() -> None:
    offers = (Offer(SourceName.PROBE, cost="A container is created.", asks=True),)
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("f")
        (action,) = here.recorder.of_kind("read_listings")
        await here.tell(events.ContentsOpened(Contents(unread(READ), offers)))
        here.recorder.end(action)
        await here.settle()
        await here.press("enter")
        here.screen(ConfirmScreen)
        assert "A container is created. This is asked once" in " ".join(here.text().split())
        await here.press("n")
        here.screen(FilesScreen)
        assert len(here.recorder.of_kind("read_listings")) == 1
        await here.press("s", "enter", "y")
        assert here.recorder.of_kind("read_listings")[-1].source == "probe"  # type: ignore[attr-defined]


async def test_a_bad_layer_is_an_error_in_its_place() -> None:
    bad = replace(READ[1], listing=LayerListing("", ""), error=BadTar("a header is damaged"))
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here, (READ[0], bad))
        assert "a header is damaged" in here.line("#files-command")
        assert len(names(here)) == 3


async def test_from_the_layers_pane_the_layer_under_the_cursor_alone() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("l")
        here.rows(Pane.LAYERS).move_to(0)
        await here.press("f")
        screen = here.screen(FilesScreen)
        assert (screen.reading.layer, screen.choice.alone) == (1, True)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
@pytest.mark.parametrize("terminal", [TERMINAL, PLAIN_TERMINAL])
async def test_hostile_names_do_nothing(size: tuple[int, int], terminal) -> None:  # type: ignore[no-untyped-def]
    names_of = [b"\x1b[2J", b"a\nb", "\u202eevil".encode(), b"caf\xe9", b"[bold]x", b"d" * 300]
    entries = tuple(LayerEntry(name, Kind.FILE, 1, 0o644, 0, 0, 0) for name in names_of)
    async with stage(*CONNECTED, size=size, terminal=terminal) as here:
        await opened(here, layers(LayerListing("", "archive", entries)))
        text = here.text()
        assert "\x1b" not in text
        assert "\\x1b[2J" in text
        assert "[bold]x" in text
        assert "\u202e" not in text
        await here.press("j", "i")
        assert "\x1b" not in here.text()


async def test_half_a_million_files_are_rows_only_where_they_are_seen() -> None:
    entries = tuple(
        LayerEntry(b"d/f%06d" % n, Kind.FILE, 1, 0o644, 0, 0, 0) for n in range(500_000)
    )
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        screen = await opened(here, layers(LayerListing("", "archive", entries)))
        await here.press("enter")
        await until_rows(here)
        await here.press("G")
        rows = screen.query_one(RowList)
        assert len(rows._view.rows) == 500_001
        assert len(rows._view._cache) < 500


async def test_while_many_files_are_filtered_the_screen_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.ui.screens.fileturns.QUICK", 0)
    go_on = threading.Event()
    find = TreeView._find

    def slow(view: TreeView, fits: Callable[[bytes], bool]) -> None:
        assert go_on.wait(30)
        find(view, fits)

    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        monkeypatch.setattr(TreeView, "_find", slow)
        await here.press("/")
        await here.type("#answer", "conf.d/[ab]")
        await here.press("enter")
        assert "filtering..." in here.line("#sheet-keys")
        await here.press("j")
        assert here.screen(FilesScreen).rows.cursor_key == "etc"
        assert names(here) == [". ▸ bin/", ". ▸ etc/", ". ▸ var/"]
        go_on.set()
        await until_rows(here)
        assert "2 found" in here.line("#sheet-keys")
        assert [name.split()[-1] for name in names(here)] == ["etc/", "conf.d/", "a", "b"]
