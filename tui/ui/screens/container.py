"""Everything of one container, in sections; it keeps up with what happens to the container."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.i18n import N_, _
from tui.model.containerdetails import ContainerDetails
from tui.ui.containerfields import Entry, Section, sections
from tui.ui.screens.containersheet import ContainerSheet
from tui.ui.screens.text import FieldValue, TextScreen
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece

Place = Section | Entry


class ContainerScreen(ContainerSheet):
    """Enter shows a value whole, `c` copies it; on a section's title they take all of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_field", N_("Copy"), show=False, id="container.c"),
        Binding("h", "health", N_("Health"), show=False, id="container.h"),
        Binding("p", "ports", N_("Ports"), show=False, id="container.p"),
        Binding("J", "tree", N_("JSON"), show=False, id="container.J"),
        Binding("n", "section(1)", N_("Next section"), show=False, id="container.n"),
        Binding("N", "section(-1)", N_("Section before"), show=False, id="container.N"),
    ]

    def columns(self) -> tuple[Column, ...]:
        """Return label and value."""
        return (
            Column("label", _("FIELD"), 21, priority=1),
            Column("value", _("VALUE"), 1, min_width=20, flex=True, priority=2),
        )

    def title_of(self) -> str:
        """Return the container's name as it is now."""
        name = self.details[0].name if self.details else ""
        return name or self.containers[0].name

    def keys(self) -> tuple[Piece, ...]:
        """Return what can be done here."""
        has_health = bool(self.details) and self.details[0].health_test.is_on
        pairs = [("c", _("copy")), ("enter", _("whole")), ("n", _("next section"))]
        if has_health:
            pairs.append(("h", _("health")))
        pairs += [("p", _("ports")), ("J", _("JSON")), ("esc", _("back"))]
        return tuple(
            piece for key, word in pairs for piece in (CellText(f" {key}", "key"), f" {word} ")
        )

    def rows_of(self, details: tuple[ContainerDetails, ...]) -> list[Row]:
        """Return a title for each section, and its fields."""
        return place_rows(self._places(details))

    def _places(self, details: tuple[ContainerDetails, ...]) -> list[Place]:
        return places(sections(details[0], self.around()) if details else ())

    def _current(self) -> FieldValue | None:
        index, found = self.rows.cursor_index, self._places(self.details)
        return field_of(found[index]) if 0 <= index < len(found) else None

    def action_copy_field(self) -> None:
        """Copy the value under the cursor."""
        field = self._current()
        if field is not None:
            self.copy(field.value, field.label.strip())

    @on(RowList.RowChosen)
    def _whole(self) -> None:
        field = self._current()
        if field is not None:
            self.app.push_screen(TextScreen(field.label.strip(), field.value))

    def action_section(self, step: int) -> None:
        """Go to the next section, or the one before."""
        found = self._places(self.details)
        starts = [index for index, place in enumerate(found) if isinstance(place, Section)]
        at = self.rows.cursor_index
        later = [index for index in starts if (index > at if step > 0 else index < at)]
        if later:
            self.rows.move_to(later[0] if step > 0 else later[-1])

    def action_health(self) -> None:
        """Show the health check and its log."""
        from tui.ui.screens.health import HealthScreen

        self.app.push_screen(HealthScreen(self.containers))

    def action_ports(self) -> None:
        """Show the addresses alone."""
        from tui.ui.screens.ports import PortsScreen

        self.app.push_screen(PortsScreen(self.containers))

    def action_tree(self) -> None:
        """Show the Engine's answer as a tree."""
        from tui.ui.screens.jsontree import open_json

        if self.details:
            name = self.title_of()
            open_json(self.orlop, name, self.details[0].raw, docker=("inspect", name))


def places(found: tuple[Section, ...]) -> list[Place]:
    """Return the rows' places: each section followed by its fields."""
    made: list[Place] = []
    for section in found:
        made += [section, *section.entries]
    return made


def place_rows(found: list[Place]) -> list[Row]:
    """Return the rows; a row's key is its section, its label, and which of those it is."""
    rows: list[Row] = []
    section, seen = "", dict[str, int]()
    for place in found:
        if isinstance(place, Section):
            section = place.title
            rows.append(Row(f"# {section}", (CellText(section, "strong"), "")))
            continue
        key = f"{section} {place.label}"
        seen[key] = seen.get(key, 0) + 1
        text = (place.shown or place.value).replace("\n", " ")
        cells = (CellText(place.label, "accent"), CellText(text, place.state))
        rows.append(Row(f"{key} {seen[key]}", cells))
    return rows


def field_of(place: Place) -> FieldValue:
    """Return what is copied at a place: of a section all its lines."""
    if isinstance(place, Entry):
        return FieldValue(place.label, place.value)
    lines = (f"{entry.label}: {entry.shown or entry.value}" for entry in place.entries)
    return FieldValue(place.title, "\n".join(lines))
