"""Writes the main views as SVG into `screenshots/`, from the real app on fixed data.

    python -m tests.screenshots [NAME...]

Needs no Engine. The same code writes the same bytes.
"""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.ui.fixed import CONNECTED, CONTAINERS, DENIED, PULLING, SEARCHED
from tests.ui.fixedchanges import filled_book, whole_diff
from tests.ui.fixedcontainer import DETAILS
from tests.ui.fixedfiles import FILES
from tests.ui.fixedfolders import FOLDER
from tests.ui.fixedpull import PLANNED, logged
from tests.ui.scenes import SMALL, TO_NGINX, WIDE, Scene, Size, picture
from tui.store import insides

PLACE: Final = Path(__file__).parents[2] / "screenshots"

NGINX: Final = Scene(TO_NGINX, told=(*CONNECTED, *SEARCHED))
TREE: Final = Scene((*TO_NGINX, "f", "[", "[", "[", "E", "n", "n"), told=(*CONNECTED, FILES))
WEB: Final = next(one for one in CONTAINERS if one.name == "web")
INSPECTED: Final = (
    *CONNECTED,
    insides.ContainersInspected(
        (replace(DETAILS, container_id=CONTAINERS[1].container_id, name=CONTAINERS[1].name),)
    ),
)
CHANGED: Final = (insides.DiffRead(whole_diff(WEB.container_id), filled_book()),)
PICTURES: Final[dict[str, tuple[Scene, Size]]] = {
    "main-120x40": (
        Scene(("down", "down", "space", "down", "space", "down"), told=(*CONNECTED, *SEARCHED)),
        WIDE,
    ),
    "main-80x24": (NGINX, SMALL),
    "removal-preview": (Scene(("down", "down", "space", *("down",) * 3, "space", "d")), WIDE),
    "pull": (Scene(("J",), told=(*CONNECTED, *PULLING)), WIDE),
    "pull-preview": (Scene((*TO_NGINX, "p", "enter"), told=(*CONNECTED, PLANNED)), WIDE),
    "logs-80x24": (Scene(("2", "down", "l", "t"), told=(*CONNECTED, logged())), SMALL),
    "layers-80x24": (Scene((*TO_NGINX, "l")), SMALL),
    "files-120x40": (TREE, WIDE),
    "files-80x24": (TREE, SMALL),
    "waste": (Scene((*TO_NGINX, "f", "W"), told=(*CONNECTED, FILES)), WIDE),
    "matrix": (Scene(("M",)), WIDE),
    "details": (Scene((*TO_NGINX, "i")), WIDE),
    "help": (Scene(("?",)), WIDE),
    "connection": (Scene(told=DENIED), WIDE),
    "containers-80x24": (Scene(("2", "down")), SMALL),
    "container": (Scene(("2", "i"), told=INSPECTED), WIDE),
    "container-changes": (Scene(("2", "/", *"web", "enter", "D"), then=CHANGED), WIDE),
    "container-files-80x24": (Scene(("2", "f"), then=(FOLDER,)), SMALL),
    "run-80x24": (Scene((*TO_NGINX, "R", *"web", *["tab"] * 4, *"8080:80")), SMALL),
    "ascii-80x24": (Scene(TO_NGINX, plain=True), SMALL),
}
"""File name → what it shows, and the size of the terminal."""


CELL: Final = 12.2
"""How wide Rich draws a cell, in units of the SVG."""

TEXT: Final = re.compile(
    r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="([^"]*)" ([^>]*)>'
    r"((?:&#160;)*)(.*?)((?:&#160;)*)</text>"
)


def steady(svg: str) -> str:
    """Return a picture without what Rich makes unique, and without the font from the network."""
    svg = re.sub(r"terminal-\d+-", "terminal-", svg)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return TEXT.sub(_without_outer_blanks, svg)


def _without_outer_blanks(found: re.Match[str]) -> str:
    """Return a text that starts where its first letter is: some programs drop leading blanks."""
    style, x, y, width, rest, before, text, after = found.groups()
    if not text:
        return ""
    left = before.count("&") * CELL
    x, width = f"{float(x) + left:g}", f"{float(width) - left - after.count('&') * CELL:g}"
    return f'<text class="{style}" x="{x}" y="{y}" textLength="{width}" {rest}>{text}</text>'


def main() -> int:
    """Draw the pictures that are named, or all."""
    wanted = sys.argv[1:] or list(PICTURES)
    PLACE.mkdir(exist_ok=True)
    for name in wanted:
        svg = steady(asyncio.run(picture(*PICTURES[name])))
        path = PLACE / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(PLACE.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
