"""Docker command lines for what is selected, where a verb builds no action of its own."""

from __future__ import annotations

from collections.abc import Callable

from tui.actions.action import docker_line
from tui.actions.selection import Selection
from tui.model.text import short_id


def image_names(selection: Selection) -> tuple[str, ...]:
    """Return the selected images' names, or short IDs where they have none."""
    return tuple(row.reference or short_id(row.image.image_id) for row in selection.images)


def image_line(*words: str) -> Callable[[Selection], str]:
    """Return what makes `docker WORDS IMAGE...` of a selection."""
    return lambda selection: docker_line(*words, *image_names(selection))


def inspect_line(selection: Selection) -> str:
    """Return `docker inspect NAME...`."""
    names = image_names(selection) or tuple(item.name for item in selection.containers)
    return docker_line("inspect", *names) if names else ""
