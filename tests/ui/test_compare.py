"""Two images side by side: how they are chosen, what is shown, what is asked first."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.layers.tars import member, tar
from tests.layers.test_union import listing
from tests.ui.stage import CONNECTED, FACTS_TOLD, PLAIN_TERMINAL, TERMINAL, Stage, image_id, stage
from tui.actions.values.files import CompareImages, DiffImages
from tui.contents.comparing import ComparedImages, Side, compare_images
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import Offer
from tui.layers.filetree import FileTree
from tui.layers.treeview import Choice, Order, TreeView
from tui.model.filediff import FileDiff, FileVersion
from tui.model.image import ImageDetails
from tui.model.listing import LayerListing, SourceName
from tui.store import events
from tui.store.state import Trouble
from tui.ui.screens.compare import CompareScreen
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.filediff import FileDiffScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.sources import SourcesScreen
from tui.ui.screens.text import FieldsScreen
from tui.ui.widgets.rowlist import RowList

BASE = listing(tar([member("etc/"), member("etc/kept", b"k"), member("etc/conf", b"1" * 1000)]))
OLD = listing(tar([member("gone", b"g" * 50)]))
NEW = listing(tar([member("etc/conf", b"2" * 3000, mtime=9), member("etc/\x1b[31mnew", b"n" * 70)]))
REDIS, SHOP = image_id("e"), image_id("c")


def image(name: str, top: LayerListing, details: ImageDetails) -> ListedImage:
    layers = tuple(
        ListedLayer(number, f"sha256:{diff * 64}", f"sha256:{diff * 64}", f"RUN step{diff}", one)
        for number, (diff, one) in enumerate((("0", BASE), (name[0], top)), 1)
    )
    return ListedImage(name, f"sha256:{name}", "metadata", layers, details)


A = image("a:1", OLD, ImageDetails("", env=("A=1", "B=2"), cmd=("sh",)))
B = image("b:1", NEW, ImageDetails("", env=("A=1", "B=3\x1b[2J"), labels=(("k", "v"),)))


def compared(sides: tuple[Side, Side]) -> ComparedImages:
    return compare_images(sides, A, B)


async def opened(here: Stage) -> CompareScreen:
    """Compare redis:7 with shop:1, and let the answer come."""
    await here.go_to("redis:7")
    await here.press("space")
    await here.go_to("shop:1")
    await here.press("=")
    screen = here.screen(CompareScreen)
    await answered(here)
    return screen


async def answered(here: Stage) -> None:
    action = here.recorder.of_kind("compare_images")[-1]
    assert isinstance(action, CompareImages)
    await here.tell(events.ImagesCompared(compared(action.sides)))
    here.recorder.end(action)
    await here.app.workers.wait_for_complete()
    await here.settle()


def rows(here: Stage, selector: str = "#tree") -> list[list[str]]:
    """The cells of every row."""
    shown = here.app.screen.query_one(selector, RowList)._view.rows
    return [
        [cell if isinstance(cell, str) else cell.text for cell in shown[index].cells]
        for index in range(len(shown))
    ]


async def test_files_layers_and_config_of_two_marked_images() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        action = here.recorder.of_kind("compare_images")[0]
        assert isinstance(action, CompareImages)
        names = [(side.source, side.name) for side in action.sides]
        assert names == [(SHOP, "shop:1"), (REDIS, "redis:7")], "the older one first"
        assert rows(here) == [
            [".", "", "3.07 kB", "2", "▾ etc/"],
            ["A", "", "70 B", "", "    \x1b[31mnew"],
            ["M", "1 kB", "3 kB", "", "    conf"],
            ["R", "50 B", "", "", "  gone"],
        ]
        parts = " ".join(here.line("#compare-parts").split())
        assert "Layers = 1 - 1 + 1" in parts
        assert "A 1 70 B M 1 3 kB m 0 R 1 50 B" in parts
        await here.press("1")
        assert [row[:3] for row in rows(here, "#others")] == [
            ["=", "1", "1"],
            ["-", "2", ""],
            ["+", "", "2"],
        ]
        await here.press("j", "enter")
        assert "2 of shop:1" in here.text()
        await here.press("escape", "3")
        assert (
            rows(here, "#others")
            == [
                ["-", "cmd", "sh", ""],
                ["~", "env B", "2", "3\x1b[2J"],
                ["+", "labels k", "", "v"],
            ]
            or rows(here, "#others")[0][0] == "~"
        )
        assert "\x1b" not in here.text()
        assert "3\\x1b[2J" in here.text()
        await here.press("enter")
        here.screen(FieldsScreen)


async def test_files_are_filtered_sorted_and_told_of() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        screen = await opened(here)
        await here.press("F", "o")
        assert [row[0] for row in rows(here)] == ["M", "A", "R"]
        await here.press("r", "a")
        assert [row[-1].strip() for row in rows(here)] == ["etc/conf"]
        await here.press("i")
        here.screen(FieldsScreen)
        assert "layer 1: RUN step0" in here.text()
        assert "3 kB (3,000 bytes)" in here.text()
        await here.press("escape", "r", "a", "/")
        await here.type("#answer", "gone")
        await here.press("enter")
        assert [row[-1].strip() for row in rows(here)] == ["gone"]
        assert "1 found" in here.line("#sheet-keys")
        await here.press("c")
        assert here.app.clipboard == "/gone"
        assert screen.path == b"gone"


async def test_what_differs_in_a_file() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        screen = await opened(here)
        screen.rows.move_to_key("etc/conf")
        await here.press("D")
        (action,) = here.recorder.of_kind("diff_images")
        assert isinstance(action, DiffImages)
        assert (action.old, action.new) == ((1, b"etc/conf"), (2, b"etc/conf"))
        diff = FileDiff(
            b"etc/conf", FileVersion("shop:1", b"x", digest="a"), FileVersion("b", b"x")
        )
        await here.tell(events.FileDiffed(replace(diff, lines=("@@ -1 +1 @@", "-1", "+2"))))
        here.recorder.end(action)
        await here.settle()
        here.screen(FileDiffScreen)
        assert "--- shop:1" in here.text()
        await here.press("escape")
        screen.rows.move_to_key("gone")
        await here.press("D")
        assert "only files that both images have" in here.line("#sheet-keys")
        assert len(here.recorder.of_kind("diff_images")) == 1


async def test_the_other_side_first() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press("w")
        action = here.recorder.of_kind("compare_images")[-1]
        assert isinstance(action, CompareImages)
        assert [side.name for side in action.sides] == ["redis:7", "shop:1"]
        await answered(here)
        assert "A redis:7  B shop:1" in here.line(".dialog-title")


async def test_a_single_image_asks_for_the_other() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("=")
        here.screen(PromptScreen)
        for text, told in (
            ("", "Type the name"),
            ("nothing:1", "No image here"),
            ("registry:/x", "Not an image reference"),
        ):
            await here.type("#answer", "x")
            await here.type("#answer", text)
            assert told in here.line("#problem")
        await here.type("#answer", "docker-archive:~/x.tar")
        await here.press("enter")
        here.screen(CompareScreen)
        action = here.recorder.of_kind("compare_images")[-1]
        assert isinstance(action, CompareImages)
        assert action.sides[1].source.startswith("docker-archive:/")
        assert action.sides[1].source.endswith("/x.tar")
        await here.press("escape")
        here.screen(MainScreen)
        assert here.recorder.cancelled, "nobody waits for it any more"


async def test_an_image_is_found_by_name_and_by_id() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        for text in ("shop:1", "c" * 12, SHOP):
            await here.go_to("redis:7")
            await here.press("=")
            await here.type("#answer", text)
            await here.press("enter")
            action = here.recorder.of_kind("compare_images")[-1]
            assert isinstance(action, CompareImages)
            assert action.sides[1].source == SHOP
            await here.press("escape")


async def test_three_marks_are_too_many() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press("a", "=")
        here.screen(MainScreen)
        assert "Mark two images" in here.text()


async def test_what_costs_something_is_asked_first() -> None:
    offers = (
        Offer(SourceName.METADATA, why_not="/data cannot be read."),
        Offer(SourceName.STREAM, cost="The Engine writes 3 GB to its disk first."),
    )
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("=")
        await here.type("#answer", "shop:1")
        await here.press("enter")
        action = here.recorder.of_kind("compare_images")[-1]
        assert isinstance(action, CompareImages)
        unread = tuple(
            replace(one, layers=tuple(replace(x, listing=LayerListing("", "")) for x in one.layers))
            for one in (A, B)
        )
        asked = ComparedImages(action.sides, (unread[0], unread[1]), ((), offers))
        await here.tell(events.ImagesCompared(asked))
        here.recorder.end(action)
        await here.settle()
        here.screen(SourcesScreen)
        assert "Where to read the files of shop:1 from" in here.text()
        await here.press("escape")
        assert "Not read; s chooses" in here.text()
        await here.press("s", "j", "enter")
        here.screen(ConfirmScreen)
        assert "The Engine writes 3 GB" in here.text()
        await here.press("y")
        last = here.recorder.of_kind("compare_images")[-1]
        assert isinstance(last, CompareImages)
        assert [side.reading for side in last.sides] == ["", "stream"]
        await answered(here)
        assert len(rows(here)) == 4


async def test_it_can_be_stopped_and_says_why_it_failed() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("redis:7")
        await here.press("=")
        await here.type("#answer", "shop:1")
        await here.press("enter", "x")
        (action,) = here.recorder.of_kind("compare_images")
        assert here.recorder.cancelled == [here.recorder.number(action)]
        assert "Stopped; s reads again." in here.text()
        await here.press("s")
        again = here.recorder.of_kind("compare_images")[-1]
        assert again is not action
        here.recorder.fail(again, Trouble("A layer is damaged.", "Pull it again.", ""))
        await here.settle()
        assert "A layer is damaged. Pull it again." in here.text()


async def test_the_same_image_twice_does_not_differ() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        sides = (Side(REDIS, "redis:7"), Side(REDIS, "redis:7"))
        here.app.push_screen(CompareScreen(sides))
        await here.settle()
        (action,) = here.recorder.of_kind("compare_images")
        await here.tell(events.ImagesCompared(compare_images(sides, A, A)))
        here.recorder.end(action)
        await here.settle()
        assert "The files are the same." in here.text()
        await here.press("3")
        assert "They are run the same way." in here.text()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
@pytest.mark.parametrize("terminal", [TERMINAL, PLAIN_TERMINAL])
async def test_it_fits_every_terminal(size: tuple[int, int], terminal) -> None:  # type: ignore[no-untyped-def]
    async with stage(*CONNECTED, FACTS_TOLD, size=size, terminal=terminal) as here:
        await opened(here)
        for key in "132":
            await here.press(key)
            text = here.text()
            assert "\x1b" not in text
            assert "keys" in here.line("#sheet-keys")
            if not terminal.unicode:
                assert text.isascii()


async def test_the_tree_of_many_differences_is_made_beside_the_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_in: list[str] = []

    def made(tree: FileTree, order: Order, choice: Choice) -> TreeView:
        made_in.append(threading.current_thread().name)
        return TreeView(tree, order, choice)

    monkeypatch.setattr("tui.ui.screens.compare.QUICK", 0)
    monkeypatch.setattr("tui.ui.screens.compare.TreeView", made)
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        assert [row[0] for row in rows(here)] == [".", "A", "M", "R"]
        assert made_in
        assert threading.main_thread().name not in made_in
