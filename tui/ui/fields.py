"""The widgets of a form's fields, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from tui.actions.forms.form import EXISTS, Field, FieldKind, Secret
from tui.config.filenames import PathKind
from tui.i18n import _
from tui.model.text import visible
from tui.ui.terminal import Glyphs
from tui.ui.widgets.choice import Choice
from tui.ui.widgets.pathinput import PathInput
from tui.ui.widgets.secretinput import SecretInput
from tui.ui.widgets.tick import Tick

PATHS: Final = {FieldKind.READ_PATH, FieldKind.WRITE_PATH, FieldKind.FOLDER}


def field_widgets(field: Field, initial: str, glyphs: Glyphs) -> Iterator[Widget]:
    """Yield the widgets of a field, what it is called first; the last one holds the value."""
    label, name = _(field.label), f"field-{field.key}"
    if field.kind is FieldKind.SWITCH:
        yield Tick(label, value=bool(initial), glyphs=glyphs, id=name)
        return
    if field.kind is FieldKind.CHOICE:
        choices = [(value, _(called)) for value, called in field.choices]
        yield Choice(label, choices, value=initial, glyphs=glyphs, id=name)
        return
    yield Static(f"{label}  {_(field.help)}" if field.help else label, markup=False)
    if field.kind in PATHS:
        yield PathInput(
            initial,
            writing=field.kind is FieldKind.WRITE_PATH,
            folders_only=field.kind is FieldKind.FOLDER,
            glyphs=glyphs,
            id=name,
        )
    elif field.kind is FieldKind.LINES:
        shown = "\n".join(visible(line) for line in initial.split("\n"))
        yield TextArea(shown, compact=True, id=name, classes="field-lines")
    elif field.kind is FieldKind.SECRET:
        yield SecretInput(compact=True, id=name)
    else:
        yield Input(visible(initial), compact=True, id=name)


def values_of(fields: tuple[Field, ...], screen: DOMNode) -> Mapping[str, str]:
    """Return what the fields hold, by their keys."""
    values: dict[str, str] = {}
    for field in fields:
        widget = screen.query_one(f"#field-{field.key}")
        if isinstance(widget, Tick):
            values[field.key] = "yes" if widget.value else ""
        elif isinstance(widget, TextArea):
            values[field.key] = widget.text
        elif isinstance(widget, PathInput):
            values[field.key] = widget.value
            if field.kind is FieldKind.WRITE_PATH:
                is_there = widget.facts.kind is PathKind.FILE
                values[field.key + EXISTS] = "yes" if is_there else ""
        elif isinstance(widget, Input):
            values[field.key] = Secret(widget.value) if widget.password else widget.value
        elif isinstance(widget, Choice):
            values[field.key] = widget.value
    return values


def replaced_path(fields: tuple[Field, ...], values: Mapping[str, str]) -> str:
    """Return the path of a file that sending the form would replace; empty if there is none."""
    return next(
        (values[field.key] for field in fields if values.get(field.key + EXISTS)),
        "",
    )
