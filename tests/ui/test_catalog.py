"""Browsing a registry: its host is asked for, its repositories are shown, or a name asked for."""

from __future__ import annotations

import pytest

from tests.ui.stage import CONNECTED, Stage, stage
from tui.actions.action import Action
from tui.actions.values.registries import ReadCatalog, ReadTags
from tui.model.image import ImageSummary
from tui.model.registry import RepositoryList
from tui.store import browsing, events
from tui.store.state import Trouble
from tui.ui.screens.catalog import CatalogScreen, why_no_host, why_no_repository
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.tags import TagsScreen

HOST = "host:5000"


async def _browsing(here: Stage) -> Action:
    await here.press("3", "R")
    here.screen(PromptScreen)
    await here.type("#answer", HOST)
    await here.press("enter")
    (asked,) = here.recorder.of_kind("read_catalog")
    assert asked == ReadCatalog(HOST)
    return asked


async def test_repositories_and_then_their_tags() -> None:
    async with stage(*CONNECTED) as here:
        asked = await _browsing(here)
        assert "Asking the registry" in here.text()
        await here.tell(browsing.RepositoriesListed(RepositoryList(HOST, ("b", "a/c"))))
        here.recorder.end(asked)
        await here.settle()
        assert "Registry host:5000  2" in here.text()
        await here.press("j", "enter")
        here.screen(TagsScreen)
        (tags,) = here.recorder.of_kind("read_tags")
        assert isinstance(tags, ReadTags)
        assert tags.repository == f"{HOST}/a/c"


async def test_where_the_registry_tells_nothing_a_name_is_asked_for() -> None:
    told = RepositoryList(HOST, is_told=False, why="UNAUTHORIZED\x1b[2J")
    async with stage(*CONNECTED) as here:
        asked = await _browsing(here)
        await here.tell(browsing.RepositoriesListed(told))
        here.recorder.end(asked)
        await here.settle()
        here.screen(PromptScreen)
        await here.type("#answer", "Team/App")
        assert "lower case" in here.text()
        await here.type("#answer", "team/app")
        await here.press("enter")
        here.screen(TagsScreen)
        await here.press("escape")
        here.screen(CatalogScreen)
        assert "does not tell what it has" in here.text()
        assert r"UNAUTHORIZED\x1b[2J" in here.text()


async def test_then_the_repositories_of_images_here_are_shown() -> None:
    names = ("host:5000/b:1", "host:5000/a/c:2", "host:5000/b:2", "other:1/x:1", "nginx:1")
    here_are = events.ImagesListed((ImageSummary("sha256:i", names),))
    async with stage(*CONNECTED, here_are) as here:
        asked = await _browsing(here)
        await here.tell(browsing.RepositoriesListed(RepositoryList(HOST, is_told=False, why="no")))
        here.recorder.end(asked)
        await here.settle()
        rows = here.screen(CatalogScreen).rows._view.rows
        assert [rows[at].key for at in range(len(rows))] == ["a/c", "b"]
        assert "these are of images here" in here.text()


async def test_a_registry_that_cannot_be_reached_says_so_in_place() -> None:
    async with stage(*CONNECTED) as here:
        asked = await _browsing(here)
        here.recorder.fail(asked, Trouble("The registry cannot be reached.", "Check its name."))
        await here.settle()
        here.screen(CatalogScreen)
        assert "The registry cannot be reached." in here.text()
        assert "Check its name." in here.text()


@pytest.mark.parametrize(
    "host", ["registry.example", "127.0.0.1:5000", "localhost", "h:1", " x.y "]
)
def test_hosts(host: str) -> None:
    assert why_no_host(host) == ""


@pytest.mark.parametrize(
    "host", ["", " ", "http://x.y", "x.y/z", "docker.io", "plain", "a b.c", "\x1b[1m.x", "-.x"]
)
def test_what_is_no_host(host: str) -> None:
    assert why_no_host(host)


def test_what_is_no_repository() -> None:
    assert why_no_repository(f"{HOST}/a/b") == ""
    for text in ("", "A", "a:1", f"a@sha256:{'0' * 64}", "a//b", "a b"):
        assert why_no_repository(f"{HOST}/{text}")
