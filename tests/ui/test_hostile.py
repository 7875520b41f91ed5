"""Text of the Engine that would act on a terminal or on the app: harmless on every screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.strip import Strip

from tests.ui.hostile import KINDS, World, harmless, texts
from tests.ui.stage import NOW, PLAIN_TERMINAL, TERMINAL, Stage, stage
from tui.actions.values.reading import InspectContainer
from tui.store import events, insides
from tui.store.state import Pane, Phase
from tui.ui.screens.connection import ContextsScreen
from tui.ui.terminal import TerminalFacts
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine
from tui.ui.widgets.tick import Tick

Scene = Callable[[Stage, World], Awaitable[None]]

OWN_META = {"offset"}
"""What Textual itself notes in a style: where a character stands in its text."""


def keys(*pressed: str) -> Scene:
    async def press(here: Stage, world: World) -> None:
        for key in pressed:
            await here.press(key)

    return press


async def inspect_image(here: Stage, world: World) -> None:
    await here.press("1", "i")
    await here.tell(events.FactsRead(world.facts))
    here.recorder.end(here.recorder.of_kind("read_facts")[-1])
    await here.settle()


def inspected(*pressed: str) -> Scene:
    async def read(here: Stage, world: World) -> None:
        await here.press("2", pressed[0])
        action = here.recorder.of_kind("inspect_container")[-1]
        assert isinstance(action, InspectContainer)
        details = world.details(action.container.container_id)
        await here.tell(insides.ContainersInspected((details,)))
        here.recorder.end(action)
        await here.settle()
        for key in pressed[1:]:
            await here.press(key)

    return read


async def raw_json(here: Stage, world: World) -> None:
    await inspect_image(here, world)
    await here.press("J")


async def search_failed(here: Stage, world: World) -> None:
    await here.press("3")
    await here.tell(*world.search_failed())


async def lost(here: Stage, world: World) -> None:
    await here.tell(events.ConnectionChanged(Phase.LOST, world.trouble()))


async def contexts(here: Stage, world: World) -> None:
    endpoints = (world.endpoint, world.endpoint)
    here.app.push_screen(ContextsScreen(endpoints, world.endpoint))
    await here.settle()


async def job_failed(here: Stage, world: World) -> None:
    await here.tell(events.JobFailed(10_001, NOW, world.trouble()))


async def filtered(here: Stage, world: World) -> None:
    await here.tell(events.FilterSet(Pane.IMAGES, world.word))


SCENES: dict[str, Scene] = {
    "images": keys("1"),
    "containers": keys("2"),
    "hub": keys("3"),
    "layers": keys("4"),
    "marked": keys("1", "space", "down", "space"),
    "zoomed": keys("1", "z"),
    "filtered": filtered,
    "search failed": search_failed,
    "job failed": job_failed,
    "image details": inspect_image,
    "raw JSON": raw_json,
    "container details": inspected("i"),
    "container's last field": inspected("i", "end", "enter"),
    "ports": inspected("p", "enter"),
    "health": inspected("i", "h", "end"),
    "a run's output": inspected("i", "h", "end", "enter"),
    "JSON tree": inspected("i", "J", "E", "end"),
    "JSON value": inspected("i", "J", "E", "end", "enter"),
    "layer details": keys("4", "enter"),
    "whole field": keys("4", "enter", "end", "enter"),
    "copy image": keys("1", "c"),
    "copy container": keys("2", "c"),
    "copy result": keys("3", "c"),
    "jobs": keys("J"),
    "job report": keys("J", "down", "enter"),
    "matrix": keys("1", "M"),
    "removal": keys("1", "a", "d"),
    "prune": keys("1", "P"),
    "remove containers": keys("2", "a", "d"),
    "prune containers": keys("2", "P"),
    "confirm": keys("2", "a", "K"),
    "pull": keys("1", "p"),
    "tag": keys("1", "t"),
    "rename": keys("2", "n"),
    "search": keys("3", "n"),
    "pull a result": keys("3", "p"),
    "web page": keys("3", "w"),
    "lost": lost,
    "contexts": contexts,
    "help": keys("?"),
    "palette": keys("1", ":"),
}


def assert_harmless(here: Stage, scene: str) -> None:
    """No control characters, no style from the text, no line out of its width."""
    for strip in here.strips():
        assert_strip(strip, here.app.size.width, scene)
    for widget in here.app.screen.query("*").results():
        if isinstance(widget, RowList | TextLine | Tick) and widget.region.size:
            for y in range(widget.size.height):
                assert_strip(widget.render_line(y), widget.size.width, f"{scene}: {widget}")


def assert_strip(strip: Strip, width: int, where: str) -> None:
    text = "".join(segment.text for segment in strip)
    assert not [char for char in text if not harmless(char)], f"{where}: {text!r}"
    assert cell_len(text) == strip.cell_length == width, f"{where}: {text!r}"
    for _text, style, control in strip:
        assert not control, where
        if style is not None:
            assert style.link is None, where
            assert set(style.meta) <= OWN_META, f"{where}: {style.meta}"


async def play(world: World, size: tuple[int, int], terminal: TerminalFacts = TERMINAL) -> None:
    """Go through every scene, each from the main screen."""
    async with stage(size=size, terminal=terminal, endpoint=world.endpoint) as here:
        await here.tell(*world.told())
        for name, scene in SCENES.items():
            await scene(here, world)
            assert_harmless(here, name)
            while here.app.screen is not here.main:
                here.app.pop_screen()
                await here.settle()
            here.main.remove_class("-zoomed")
            await here.tell(events.MarksSet(Pane.IMAGES, frozenset()), *world.calm())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("kind", KINDS)
async def test_every_sample_on_every_screen(kind: str, size: tuple[int, int]) -> None:
    terminal = PLAIN_TERMINAL if size == (80, 24) else TERMINAL
    await play(World(KINDS[kind]), size, terminal)


@pytest.mark.timeout(240)  # five times every screen
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(texts, min_size=1, max_size=7), size=st.sampled_from([(80, 24), (120, 40)]))
@example(words=["\x1b]0;PWNED\x07"], size=(24, 8))
async def test_any_text_on_every_screen(words: list[str], size: tuple[int, int]) -> None:
    await play(World(words), size)
