"""From a container to an image, on the screen: what is counted, asked, shown in the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.ui.stage import CONNECTED, CONTAINERS, FACTS, FACTS_TOLD, Stage, image_id, stage
from tui.actions.values.committing import CommitContainer, ReadChanges
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.exporting import ExportContainer, ImportTar
from tui.model.commit import Committed, ContainerChanges
from tui.model.image import HistoryStep, ImageFacts
from tui.store import events, insides
from tui.store.state import Trouble
from tui.ui.screens.commit import CommitScreen, changes_text
from tui.ui.screens.committed import CommittedScreen
from tui.ui.screens.files import FilesScreen
from tui.ui.screens.main import MainScreen
from tui.ui.widgets.pathinput import PathInput

WEB = ContainerTarget(CONTAINERS[0].container_id, "web")
BASE = FACTS[1]
NEW = ImageFacts(
    replace(
        BASE.details,
        image_id=image_id("f"),
        tags=("me/web:2",),
        diff_ids=(*BASE.details.diff_ids, f"sha256:{7:064d}"),
    ),
    (*BASE.history, HistoryStep(1_790_000_000, "nginx -g", 1_234_000)),
)
MADE = Committed(NEW.details.image_id, BASE.details.image_id, "web", "me/web:2")


async def opened(here: Stage) -> CommitScreen:
    await here.press("2")
    here.rows(here.main.pane).move_to_key(WEB.container_id)
    await here.press("t")
    return here.screen(CommitScreen)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_commit_from_key_to_layers(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=size) as here:
        await opened(here)
        assert "Counting what it has changed" in here.text()
        assert "web runs: its processes are paused" in here.text()
        (counting,) = here.recorder.of_kind("read_changes")
        assert counting == ReadChanges(WEB)
        changes = ContainerChanges(WEB.container_id, 3, 2, 1, 1_234_000, ("/data\x1b",))
        await here.tell(insides.ChangesRead(changes))
        here.recorder.end(counting)
        await here.settle()
        assert "6 paths (3 added, 2 changed, 1 deleted), 1.23 MB" in here.text()
        assert "mounted at /data\\x1b" in here.text()
        await here.press(*"me/web:2")
        assert "$ docker commit web me/web:2" in here.text()
        await here.press("enter")
        here.screen(MainScreen)
        (action,) = here.loud
        assert action == CommitContainer(WEB, "me/web:2")
        await here.tell(events.FactsRead((NEW, BASE)), insides.ContainerCommitted(MADE))
        here.recorder.end(action)
        await here.settle()
        here.screen(CommittedScreen)
        text = here.text()
        assert "me/web:2, made of web" in text
        assert "2 layers are the base's own, stored once; 1 is new: 1.23 MB." in text
        assert text.count("base") == 3
        await here.press("enter")
        files = here.screen(FilesScreen)
        assert files.reading.layer == 3
        await here.press("escape", "escape")
        here.screen(MainScreen)


@pytest.mark.parametrize(("key", "pane"), [("t", "2"), ("I", "1")])
async def test_a_name_that_another_image_has_is_said(key: str, pane: str) -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press(pane, key)
        field = here.app.screen.query_one("#field-reference", Input)
        if key == "I":
            here.app.screen.query_one(PathInput).value = "/x.tar"
        field.value = "nginx"
        await here.settle()
        assert "nginx:latest is the name of bbbbbbbbbbbb, which loses it." in here.text()
        field.value = "nginx:2"
        await here.settle()
        assert "loses it" not in here.text()


async def test_a_count_that_fails_says_why_and_keeps_nobody() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        here.recorder.fail_all("read_changes", Trouble("The Engine refused.", "Ask again."))
        await here.settle()
        assert "The Engine refused." in here.text()
        await here.press(*"a:1", "enter")
        assert here.loud == [CommitContainer(WEB, "a:1")]


async def test_leaving_stops_the_count() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        (counting,) = here.recorder.of_kind("read_changes")
        await here.press("escape")
        here.screen(MainScreen)
        assert here.recorder.cancelled == [here.recorder.number(counting)]


async def test_whoever_went_elsewhere_is_not_disturbed() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await opened(here)
        await here.press(*"a:1", "enter", "?")
        await here.tell(events.FactsRead((NEW, BASE)), insides.ContainerCommitted(MADE))
        here.recorder.end(here.loud[0])
        await here.settle()
        assert not isinstance(here.app.screen, CommittedScreen)


async def test_a_base_that_is_gone_is_said() -> None:
    async with stage(*CONNECTED) as here:
        await here.tell(events.FactsRead((NEW,)))
        here.app.push_screen(CommittedScreen(replace(MADE, base_id="sha256:gone")))
        await here.settle()
        assert "all layers seem new" in here.text()


def test_what_changes_are_called() -> None:
    assert "Nothing has changed" in changes_text(ContainerChanges("c"))
    one = changes_text(ContainerChanges("c", added=1))
    assert one == "New layer: 1 path (1 added, 0 changed, 0 deleted)"
    many = changes_text(ContainerChanges("c", 1, volumes=("/a", "/b", "/c", "/d")))
    assert many.endswith("mounted at /a, /b, /c and 1 more.")


async def test_an_export_from_its_key() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await here.press("2")
        here.rows(here.main.pane).move_to_key(WEB.container_id)
        await here.press("X")
        assert "Lost: layers, history" in here.text()
        assert "$ docker export -o web.tar web" in here.text()
        await here.press("end", *".gz")
        assert "$ docker export web | gzip > web.tar.gz" in here.text()
        await here.press("enter")
        assert here.loud == [ExportContainer(WEB, "web.tar.gz")]


async def test_a_folder_is_no_tar(tmp_path: Path) -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press("I", *str(tmp_path))
        while "a folder: 0 entries" not in here.text():
            await here.settle()
        await here.press("enter")
        assert "Name a file" in here.text()
        assert not here.loud


async def test_an_import_from_its_key() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await here.press("I")
        assert "Name a file" in here.text()
        await here.press(*"http://a.example/r.tar", "enter")
        assert here.loud == [ImportTar("http://a.example/r.tar")]
