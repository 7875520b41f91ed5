"""What is painted before Textual is loaded is what Textual then paints, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest
from rich.color import ColorSystem
from rich.style import Style

from tests.ui.stage import CONTAINERS, ENDPOINT, IMAGES, NOW, PLAIN_TERMINAL, TERMINAL, stage
from tui.model.image import ImageSummary
from tui.store import events
from tui.store.reduce import reduce
from tui.store.state import ConnectionState, State
from tui.ui.cells import Differ
from tui.ui.firstpaint import _sequences, screen, styles_for
from tui.ui.layout import images_area
from tui.ui.terminal import TerminalFacts
from tui.ui.widgets.frame import Area

MANY = tuple(
    replace(IMAGES[0], image_id=f"sha256:{n:064x}", tags=(f"registry.example/team/box-{n}:1",))
    for n in range(100)
)
HOSTILE = (
    replace(IMAGES[0], tags=("\x1b[31m仓库/名字:1", "e\u0301:\u202e2", "[/b]x:3")),
    *IMAGES[1:],
)
ENVIRONS = {
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "256": {"TERM": "screen-256color"},
    "standard": {"TERM": "xterm"},
}


def painted(
    images: tuple[ImageSummary, ...],
    facts: TerminalFacts,
    size: tuple[int, int],
    environ: dict[str, str],
) -> Differ:
    """The cells of the first paint once the lists are there."""
    state = State(connection=ConnectionState(endpoint=ENDPOINT))
    state = reduce(events.ImagesListed(images), state)
    state = reduce(events.ContainersListed(CONTAINERS), state)
    differ = Differ(*size, ascii_only=facts.glyphs.ascii)
    lines = screen(state, facts.glyphs, Area(*size), now=NOW)
    differ.feed("".join(_sequences(lines, styles_for(environ, facts))))
    return differ


async def framed(
    images: tuple[ImageSummary, ...],
    facts: TerminalFacts,
    size: tuple[int, int],
    system: ColorSystem,
) -> Differ:
    """The cells of the app's frame with the same lists."""
    told = (events.ImagesListed(images), events.ContainersListed(CONTAINERS))
    async with stage(*told, size=size, terminal=facts) as here:
        differ = Differ(*size, ascii_only=facts.glyphs.ascii)
        for y, strip in enumerate(here.strips(), 1):
            differ.feed(f"\x1b[{y};1H")
            for text, style, _control in strip:
                look = style or Style.null()
                look = look if facts.colour else look.without_color
                # a new one, as the other remembers how it was rendered before
                fresh = Style(
                    color=look.color,
                    bgcolor=look.bgcolor,
                    bold=look.bold,
                    dim=look.dim,
                    reverse=look.reverse,
                    underline=look.underline,
                )
                differ.feed(fresh.render(text, color_system=system))
        return differ


def cells(differ: Differ, area: Area) -> list[list[tuple[str, str]]]:
    """The header and the images pane, line by line: texts and what they look like."""
    lines = []
    for y in range(area.height + 1):
        width = area.width if y else differ.width
        row = zip(differ._wanted.chars[y][:width], differ._wanted.styles[y][:width], strict=True)
        runs = groupby(row, lambda cell: cell[1])
        lines.append(
            [
                ("".join(char for char, _ in run), ";".join(code for _, code in style.codes))
                for style, run in runs
            ]
        )
    return lines


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (110, 28), (109, 50), (147, 33), (60, 15)])
@pytest.mark.parametrize("images", [IMAGES, MANY, HOSTILE, IMAGES[:1]], ids=len)
async def test_the_first_paint_is_the_first_frame(
    images: tuple[ImageSummary, ...], size: tuple[int, int]
) -> None:
    area = images_area(*size)
    first = painted(images, TERMINAL, size, ENVIRONS["truecolor"])
    frame = await framed(images, TERMINAL, size, ColorSystem.TRUECOLOR)
    assert cells(first, area) == cells(frame, area)


@pytest.mark.parametrize(
    ("name", "system"), [("256", ColorSystem.EIGHT_BIT), ("standard", ColorSystem.STANDARD)]
)
async def test_so_are_its_colours(name: str, system: ColorSystem) -> None:
    area = images_area(80, 24)
    first = painted(MANY, TERMINAL, (80, 24), ENVIRONS[name])
    frame = await framed(MANY, TERMINAL, (80, 24), system)
    assert cells(first, area) == cells(frame, area)


async def test_so_it_is_in_ascii_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    area = images_area(80, 24)
    first = painted(HOSTILE, PLAIN_TERMINAL, (80, 24), {"TERM": "linux", "NO_COLOR": "1"})
    frame = await framed(HOSTILE, PLAIN_TERMINAL, (80, 24), ColorSystem.STANDARD)
    assert cells(first, area) == cells(frame, area)


def test_a_name_of_an_image_is_no_escape_sequence() -> None:
    lines = screen(State(images=HOSTILE, images_known=True), TERMINAL.glyphs, Area(80, 24), now=NOW)
    assert not any("\x1b" in text or "\u202e" in text for line in lines for text, _ in line)


def test_there_is_nothing_too_small_to_paint_on() -> None:
    for size in [(1, 1), (3, 2), (20, 3), (200, 1), (5, 60)]:
        lines = screen(State(images=MANY, images_known=True), TERMINAL.glyphs, Area(*size), now=NOW)
        assert len(lines) == size[1]
