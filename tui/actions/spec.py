"""What a verb of the catalogue is: its words, keys, danger, and how its action is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tui.actions.action import Action
from tui.actions.selection import Selection
from tui.i18n import N_
from tui.store.state import Pane

EVERYWHERE: Final[frozenset[Pane]] = frozenset(Pane)
ON_IMAGES: Final = frozenset({Pane.IMAGES, Pane.LAYERS})
ON_IMAGE_LIST: Final = frozenset({Pane.IMAGES})
ON_CONTAINERS: Final = frozenset({Pane.CONTAINERS})
ON_HUB: Final = frozenset({Pane.HUB})
ON_LISTS: Final = frozenset({Pane.IMAGES, Pane.CONTAINERS})


class Ask(StrEnum):
    """What stands between the key and the action."""

    NOTHING = "nothing"
    VIEW = "view"
    """No action: a way of looking, handled by the screen of that ID."""
    CONFIRM = "confirm"
    """A question that shows the docker line."""
    PREVIEW_IMAGES = "preview_images"
    PREVIEW_CONTAINERS = "preview_containers"
    FORM = "form"
    """A form of `forms.py` with the same ID."""
    ENGINE = "engine"
    """The choice of another Engine, and a preview of what goes there."""


def _no_action(_selection: Selection) -> Action | None:
    return None


def _no_line(_selection: Selection) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One verb."""

    action_id: str
    title: str
    """One or two words, for footer and palette."""
    help: str
    """One sentence."""
    keys: tuple[str, ...]
    panes: frozenset[Pane] = EVERYWHERE
    ask: Ask = Ask.VIEW
    changes: bool = False
    """Whether it changes anything on the Engine; such verbs vanish in read-only mode."""
    dangerous: bool = False
    """Whether something may be lost; such verbs always ask."""
    needs_selection: bool = False
    build: Callable[[Selection], Action | None] = field(default=_no_action)
    line: Callable[[Selection], str] = field(default=_no_line)
    """The docker command line for a selection, where no action is built."""
    docker: str = ""
    """The docker command it equals, as the help shows it."""

    def docker_for(self, selection: Selection) -> str:
        """Return the docker command line for what is selected, else the general one."""
        if self.needs_selection and selection.is_empty:
            return self.docker
        action = self.build(selection)
        return (action.docker if action else self.line(selection)) or self.docker


def why_not(spec: ActionSpec, selection: Selection) -> str:
    """Return why a verb cannot be used now, as a sentence to translate; empty when it can."""
    if selection.pane not in spec.panes:
        return N_("This works in another pane.")
    if spec.needs_selection and selection.is_empty:
        return N_("Nothing is selected.")
    if spec.ask in {Ask.NOTHING, Ask.CONFIRM} and spec.build(selection) is None:
        return N_("No selected container is in a state for this.")
    if spec.action_id == "top" and not selection.containers[0].state.is_alive:
        return N_("The container does not run: s starts it.")
    if spec.action_id == "untag" and not _is_spare_name(selection):
        return N_("This is the image's only name; use Remove.")
    return ""


def _is_spare_name(selection: Selection) -> bool:
    return len(selection.images) == 1 and selection.images[0].shares_id > 1
