"""Opening the comparison of two images: those that are marked, or another that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.selection import Selection, under_cursor
from tui.config.filenames import expand
from tui.contents.comparing import Side
from tui.i18n import _
from tui.layers.archives import is_archive
from tui.model.reference import REGISTRY, InvalidReference, is_remote, parse_reference
from tui.model.text import short_id
from tui.store.rows import ImageRow
from tui.store.state import State
from tui.ui.screens.compare import CompareScreen
from tui.ui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen


def open_compare(screen: MainScreen, selection: Selection) -> None:
    """Compare the two marked images, or the marked one with that under the cursor; or ask."""
    rows = _distinct(selection.images)
    if len(rows) == 1:
        rows = _distinct((*rows, *under_cursor(screen.state, screen.pane).images))
    if len(rows) > 2:
        screen.tell(_("Mark two images to compare them."), "warn")
    elif len(rows) == 2:
        old, new = sorted(rows, key=lambda row: row.image.created)
        screen.orlop.push_screen(CompareScreen((_side(old), _side(new))))
    else:
        _ask_for_other(screen, _side(rows[0]))


def _distinct(rows: tuple[ImageRow, ...]) -> tuple[ImageRow, ...]:
    """Leave out further names of an image."""
    return tuple({row.image.image_id: row for row in reversed(rows)}.values())[::-1]


def _side(row: ImageRow) -> Side:
    return Side(row.image.image_id, row.reference or short_id(row.image.image_id))


def _ask_for_other(screen: MainScreen, side: Side) -> None:
    def judge(text: str) -> str:
        try:
            other_side(text, screen.state)
        except ValueError as error:
            return str(error)
        return ""

    def answered(text: str | None) -> None:
        if text is not None:
            other = other_side(text, screen.state)
            screen.orlop.push_screen(CompareScreen((side, other)))

    prompt = PromptScreen(
        _("Compare {name} with").format(name=side.name),
        help_text=_(
            "An image here; or docker-archive:FILE, oci-archive:FILE, oci:DIR, registry:REF."
        ),
        text="",
        judge=judge,
    )
    screen.orlop.push_screen(prompt, answered)


def other_side(text: str, state: State) -> Side:
    """Return the image that a person named.

    Raises:
        ValueError: there is none; `str()` says why.
    """
    text = text.strip()
    if not text:
        raise ValueError(_("Type the name of an image."))
    if is_archive(text):
        kind, _colon, path = text.partition(":")
        return Side(f"{kind}:{expand(path)}", text)
    if is_remote(text):
        try:
            parse_reference(text.removeprefix(REGISTRY))
        except InvalidReference as error:
            raise ValueError(_("Not an image reference: {why}.").format(why=error)) from error
        return Side(text, text)
    return _side_here(text, state)


def _side_here(text: str, state: State) -> Side:
    for image in state.images:
        for reference in image.references:
            if reference in (text, f"{text}:latest"):
                return Side(image.image_id, reference)
    prefix = text.removeprefix("sha256:")
    found = [one for one in state.images if one.image_id.removeprefix("sha256:").startswith(prefix)]
    if len(found) != 1 or len(prefix) < 3:
        raise ValueError(_("No image here is called so."))
    return Side(found[0].image_id, short_id(found[0].image_id))
