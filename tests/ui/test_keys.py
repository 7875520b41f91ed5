"""Every key of the catalogue, in every pane: it does what the catalogue says, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input

from tests.ui.stage import CONNECTED, FACTS_TOLD, SEARCHED, Stage, stage
from tui.actions.catalogue import CATALOGUE, offered
from tui.actions.forms import FORMS
from tui.actions.spec import ActionSpec, Ask
from tui.actions.values.containers import ChangeContainers, ContainerVerb
from tui.actions.values.reading import ReadContainerSizes
from tui.model.engine import Endpoint
from tui.store import events
from tui.store.state import Pane, Phase, Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.connection import ContextsScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.help import HelpScreen
from tui.ui.screens.jobs import JobsScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.matrix import MatrixScreen
from tui.ui.screens.palette import PaletteScreen
from tui.ui.screens.removal import RemoveContainersScreen, RemoveImagesScreen
from tui.ui.screens.text import FieldsScreen

ALL = (*CONNECTED, FACTS_TOLD, *SEARCHED)
NUMBERS = {pane: str(number) for number, pane in enumerate(Pane, 1)}

SCREENS: dict[Ask, type[Screen[Any]]] = {
    Ask.CONFIRM: ConfirmScreen,
    Ask.FORM: FormScreen,
    Ask.PREVIEW_IMAGES: RemoveImagesScreen,
    Ask.PREVIEW_CONTAINERS: RemoveContainersScreen,
}
SHEETS: dict[str, type[Screen[Any]]] = {
    "matrix": MatrixScreen,
    "layer_text": FieldsScreen,
    "copy": FieldsScreen,
    "jobs": JobsScreen,
    "contexts": ContextsScreen,
    "engine": FieldsScreen,
    "help": HelpScreen,
    "palette": PaletteScreen,
}
AT_ONCE = {
    "start": ("3", ContainerVerb.START),
    "pause": ("1", ContainerVerb.PAUSE),
    "unpause": ("2", ContainerVerb.UNPAUSE),
}
"""Verb that asks nothing → first digit of the container it fits, and what is submitted."""

PRESSES = [
    (spec, key, pane)
    for spec in CATALOGUE
    for key in spec.keys
    for pane in Pane
    if pane in spec.panes
]


QUIT_KEYS = [
    "q",
    "ctrl+q",
    "ctrl+c",
]


def test_no_key_means_two_things_in_a_pane() -> None:
    pressed = [(key, pane) for _spec, key, pane in PRESSES]
    assert len(pressed) == len(set(pressed))


async def put_cursor(here: Stage, spec: ActionSpec, pane: Pane) -> None:
    """Go to the pane, and to a row that the verb fits."""
    await here.press(NUMBERS[pane])
    if pane is Pane.CONTAINERS:
        number = AT_ONCE.get(spec.action_id, ("1", None))[0]
        here.rows(pane).move_to_key(number * 64)
    if spec.action_id == "untag":
        await here.go_to("nginx:1.27")
        await here.press(NUMBERS[pane])
    await here.settle()


@pytest.mark.parametrize(
    ("spec", "key", "pane"),
    [press for press in PRESSES if press[0].ask in SCREENS],
    ids=lambda value: getattr(value, "action_id", str(value)),
)
async def test_a_key_that_asks_opens_its_question(spec: ActionSpec, key: str, pane: Pane) -> None:
    async with stage(*ALL) as here:
        await put_cursor(here, spec, pane)
        await here.press(key)
        here.screen(SCREENS[spec.ask])
        assert not here.loud
        if spec.ask is Ask.FORM:
            assert FORMS[spec.action_id].title in here.text()
        await here.press("escape")
        here.screen(MainScreen)
        assert not here.loud


@pytest.mark.parametrize("spec", [s for s in CATALOGUE if s.ask is Ask.NOTHING and s.changes])
async def test_a_harmless_change_is_submitted_at_once(spec: ActionSpec) -> None:
    async with stage(*ALL) as here:
        await put_cursor(here, spec, Pane.CONTAINERS)
        await here.press(spec.keys[0])
        number, verb = AT_ONCE[spec.action_id]
        (action,) = here.loud
        assert isinstance(action, ChangeContainers)
        assert action.verb is verb
        assert [target.container_id for target in action.containers] == [number * 64]
        assert action.docker in here.line("#marks")


async def test_sizes_are_measured() -> None:
    async with stage(*ALL) as here:
        await here.press("2", "w")
        assert here.recorder.of_kind("read_container_sizes") == [ReadContainerSizes()]


@pytest.mark.parametrize(
    ("spec", "key", "pane"),
    [press for press in PRESSES if press[0].action_id in SHEETS],
    ids=lambda value: getattr(value, "action_id", str(value)),
)
async def test_a_key_that_shows_opens_its_sheet(spec: ActionSpec, key: str, pane: Pane) -> None:
    async with stage(*ALL) as here:
        await put_cursor(here, spec, pane)
        await here.press(key)
        here.screen(SHEETS[spec.action_id])
        assert not here.loud
        await here.press("escape")
        here.screen(MainScreen)


@pytest.mark.parametrize("pane", [Pane.IMAGES, Pane.LAYERS])
async def test_inspect_reads_and_then_shows(pane: Pane) -> None:
    async with stage(*ALL) as here:
        await here.press(NUMBERS[pane], "i")
        action = here.recorder.of_kind("read_facts")[-1]
        here.screen(MainScreen)
        here.recorder.end(action)
        await here.settle()
        here.screen(FieldsScreen)
        await here.press("J")
        assert "Id" in here.text()


async def test_layers_come_with_l_and_with_enter() -> None:
    async with stage(*ALL) as here:
        for key in ("l", "enter"):
            await here.press("1", key)
            assert here.main.pane is Pane.LAYERS


async def test_marks_by_key() -> None:
    async with stage(*ALL) as here:
        await here.press("space", "space")
        names = here.names()
        marks = here.state.view(Pane.IMAGES).marks
        assert {key.split()[-1] for key in marks} == {names[0], key_of(here, 1)}
        await here.press("a")
        assert len(here.state.view(Pane.IMAGES).marks) == len(names)
        await here.press("u")
        assert not here.state.view(Pane.IMAGES).marks


def key_of(here: Stage, index: int) -> str:
    return here.rows(Pane.IMAGES)._view.rows[index].key.split()[-1]


@pytest.mark.parametrize("pane", [Pane.IMAGES, Pane.CONTAINERS, Pane.HUB])
async def test_sorting_by_key_goes_through_every_column(pane: Pane) -> None:
    async with stage(*ALL) as here:
        await here.press(NUMBERS[pane])
        first = here.state.view(pane).sort
        seen: list[str] = []
        while not seen or seen[-1] != first:
            await here.press("o")
            seen.append(here.state.view(pane).sort)
            assert len(seen) < 20
        assert len(seen) == len(set(seen)) > 3
        before = here.state.view(pane).descending
        await here.press("O")
        assert here.state.view(pane).descending is not before


@pytest.mark.parametrize("pane", [Pane.IMAGES, Pane.CONTAINERS, Pane.HUB])
async def test_filter_by_key(pane: Pane) -> None:
    async with stage(*ALL) as here:
        await here.press(NUMBERS[pane], "/")
        await here.press("q", "z")
        assert "/qz" in here.main.list_pane(pane).rule.text
        assert "keep the filter" in here.line("#keys")
        await here.press("enter")
        assert "keep the filter" not in here.line("#keys")
        assert here.state.view(pane).filter == "qz"
        assert not here.names(pane)
        assert here.focused(here.rows(pane))
        await here.press("escape")
        assert here.state.view(pane).filter == ""
        assert here.names(pane)


async def test_all_containers_by_key() -> None:
    async with stage(*ALL) as here:
        await here.press("2", "A")
        assert here.names(Pane.CONTAINERS) == ["web", "cache"]
        await here.press("A")
        assert here.names(Pane.CONTAINERS) == ["web", "cache", "job"]


async def test_refresh_by_key() -> None:
    async with stage(*ALL) as here:
        await here.press("r")
        assert here.session.calls == ["start", "refresh"]


async def test_the_mouse_by_key() -> None:
    async with stage(*ALL) as here:
        await here.press("m")
        assert "belongs to the terminal" in here.line("#marks")
        await here.press("m")
        assert "belongs to orlop" in here.line("#marks")


async def test_the_web_page_is_copied() -> None:
    async with stage(*ALL) as here:
        await here.press("3", "down", "w")
        assert here.app.clipboard == "https://hub.docker.com/r/me/centos"
        assert here.app.clipboard in here.line("#marks")


@pytest.mark.parametrize("key", QUIT_KEYS)
async def test_quit_leaves_at_once_without_jobs(key: str) -> None:
    async with stage(*ALL) as here:
        await here.press(key)
        assert here.app.return_value == 0
        assert here.session.calls[-1] == "close"


@pytest.mark.parametrize("key", QUIT_KEYS)
async def test_quit_asks_while_jobs_run(key: str) -> None:
    async with stage(*ALL) as here:
        await here.press("2", "b")
        await here.press(key)
        here.screen(ConfirmScreen)
        assert here.app.return_value is None
        assert here.focused(here.button("#cancel"))
        await here.press(key)
        here.screen(ConfirmScreen)
        await here.press("enter")
        here.screen(MainScreen)
        assert not here.recorder.cancelled
        await here.press(key, "y")
        assert here.recorder.cancelled
        assert here.app.return_value == 0


# Moving between panes


async def test_panes_by_number_and_tab() -> None:
    async with stage(*ALL) as here:
        for pane in (*Pane, *Pane):
            await here.press(NUMBERS[pane])
            assert here.main.pane is pane
            assert here.focused(here.rows(pane))
        for key, step in (("tab", 1), ("shift+tab", -1)):
            await here.press("1")
            seen = [here.main.pane]
            for _ in Pane:
                await here.press(key)
                seen.append(here.main.pane)
            around = [*Pane][::step]
            start = around.index(Pane.IMAGES)
            assert seen == [*around[start:], *around[:start], Pane.IMAGES]


async def test_zoom_and_escape() -> None:
    async with stage(*ALL) as here:
        await here.press("2", "z")
        assert here.rows(Pane.CONTAINERS).size.width == 120
        assert not here.rows(Pane.IMAGES).region
        await here.press("escape")
        assert here.rows(Pane.IMAGES).region
        assert here.focused(here.rows(Pane.CONTAINERS))
        await here.press("escape")
        assert here.main.pane is Pane.IMAGES


async def test_one_pane_at_a_time_on_a_small_screen() -> None:
    async with stage(*ALL, size=(80, 24)) as here:
        for pane in Pane:
            await here.press(NUMBERS[pane])
            in_sight = [other for other in Pane if here.rows(other).region]
            assert in_sight == [pane]
            assert here.rows(pane).size.width == 80


# Read-only


@dataclass(frozen=True)
class Look:
    """A key that a read-only session must not know."""

    key: str
    pane: Pane


CHANGING = [Look(key, pane) for spec, key, pane in PRESSES if spec.changes]


@pytest.mark.parametrize("pane", list(Pane))
async def test_read_only_knows_no_key_that_changes(pane: Pane) -> None:
    async with stage(*ALL, read_only=True) as here:
        for look in CHANGING:
            if look.pane is pane:
                await here.press(NUMBERS[pane], look.key)
                here.screen(MainScreen)
        assert not here.loud


async def test_read_only_offers_nothing_that_changes() -> None:
    gone = {spec.help for spec in CATALOGUE if spec.changes}
    kept = {spec.help for spec in offered(read_only=True)}
    assert gone
    assert not gone & kept
    async with stage(*ALL, read_only=True, size=(200, 200)) as here:
        for pane in Pane:
            await here.press(NUMBERS[pane])
            for key in ("?", ":"):
                await here.press(key)
                text = here.text()
                assert not [sentence for sentence in gone if sentence in text]
                for word in ("docker rmi", "docker pull", "docker tag", "docker kill"):
                    assert word not in text
                await here.press("escape")


async def test_the_whole_catalogue_is_in_the_help() -> None:
    async with stage(*ALL, size=(200, 200)) as here:
        await here.press("?")
        text = here.text()
        assert not [spec.help for spec in CATALOGUE if spec.help not in text]
        assert not [spec.docker for spec in CATALOGUE if spec.docker not in text]


async def test_the_palette_does_a_verb() -> None:
    async with stage(*ALL) as here:
        await here.press("2", ":")
        for letter in "pause":
            await here.press(letter)
        assert isinstance(here.app.focused, Input)
        await here.press("enter")
        (action,) = here.loud
        assert isinstance(action, ChangeContainers)
        assert action.verb is ContainerVerb.PAUSE


async def test_a_long_address_leaves_room_for_what_became_of_the_engine() -> None:
    endpoint = Endpoint("unix:///" + "very/" * 30 + "docker.sock", "DOCKER_HOST")
    async with stage(size=(80, 24), endpoint=endpoint) as here:
        await here.tell(events.ConnectionChanged(Phase.FAILED, Trouble("None.")))
        await here.press("escape")
        assert "no Engine" in here.text().splitlines()[0]
        await here.tell(*CONNECTED)
        assert "Docker 20.10.24" in here.text().splitlines()[0]
