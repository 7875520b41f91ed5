"""`orlop path NAME`: where an image or a container lies on the Engine's disk, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from tui.i18n import _
from tui.model.text import visible
from tui.model.walk import Walk, WalkStep
from tui.report.documents import Document


def walk_document(walk: Walk) -> Document:
    """Return the walk; what a step could not read itself is what the Engine tells."""
    return {
        "container" if walk.is_container else "image": walk.name,
        "id": walk.target_id,
        "store": walk.store,
        "host": walk.host or None,
        "steps": [_step_document(step) for step in walk.steps],
    }


def _step_document(step: WalkStep) -> Document:
    facts = [{"label": label, "value": value} for label, value in step.facts]
    return {
        "title": step.title,
        "explanation": step.explanation,
        "layer": step.layer or None,
        "path": step.path or None,
        "readable": step.read,
        "facts": facts,
        "shell": step.shell or None,
        "output": step.output or None,
        "error": step.error or None,
    }


def walk_lines(walk: Walk) -> Iterator[str]:
    """Yield the steps as a person goes them."""
    if walk.host:
        yield _("On host {host}:").format(host=visible(walk.host))
    for number, step in enumerate(walk.steps, 1):
        yield f"{number}. {visible(step.title)}"
        yield f"   {step.explanation}"
        if step.path:
            yield f"   {visible(step.path)}"
        for label, value in step.facts:
            yield f"     {label}: {visible(value)}"
        if step.shell:
            yield f"   $ {visible(step.shell)}"
        if step.error:
            yield f"   ! {visible(step.error)}"
