"""What the screen of mirrors asks for: an address, an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.i18n import _
from tui.mirrors.addresses import normal, why_not_mirror
from tui.mirrors.probing import IMAGE, image_of
from tui.model.mirrors import Mirrors
from tui.model.reference import InvalidReference
from tui.ui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp

Use = Callable[[str], None]
"""Takes what was typed."""


def ask_address(app: OrlopApp, found: Mirrors, now: Sequence[str], use: Use) -> None:
    """Ask for a mirror that is not there yet, and that the Engine would take."""
    there = {normal(mirror) for mirror in now}

    def judge(text: str) -> str:
        if normal(text.strip()) in there:
            return _("It is there already.")
        return why_not_mirror(text.strip(), found.version) if text.strip() else ""

    screen = PromptScreen(
        _("Add a mirror"), help_text=_("https://mirror.example"), text="", judge=judge
    )
    app.push_screen(screen, lambda text: use(text.strip()) if text and text.strip() else None)


def ask_image(app: OrlopApp, image: str, use: Use) -> None:
    """Ask for an image of Docker Hub; empty is hello-world."""

    def judge(text: str) -> str:
        try:
            image_of(text.strip())
        except InvalidReference as error:
            return str(error)
        return ""

    help_text = _("An image of Docker Hub; the larger, the better the speed is known.")
    screen = PromptScreen(_("Test with which image?"), help_text=help_text, text=image, judge=judge)
    app.push_screen(screen, lambda text: use(text.strip() or IMAGE) if text is not None else None)
