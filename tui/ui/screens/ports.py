"""The addresses at which the ports of containers answer, to copy."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.i18n import N_, _, ngettext
from tui.model.containerdetails import ContainerDetails
from tui.model.text import visible
from tui.ui.containerfields import Entry, port_entries
from tui.ui.screens.containersheet import ContainerSheet
from tui.ui.widgets.columns import CellText, Column, Row, longest
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece


class PortsScreen(ContainerSheet):
    """One row for each address; Enter and `c` copy it, `C` copies all of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_address", N_("Copy"), show=False, id="ports.c"),
        Binding("C", "copy_all", N_("Copy all"), show=False, id="ports.C"),
    ]

    def columns(self) -> tuple[Column, ...]:
        """Return the container, where there are some, and the address."""
        address = Column("address", _("ADDRESS"), 1, min_width=20, flex=True, priority=2)
        if len(self.containers) == 1:
            return (address,)
        width = longest([visible(one.name) for one in self.containers], 8, 24)
        return (Column("name", _("CONTAINER"), width, priority=1), address)

    def title_of(self) -> str:
        """Say whose they are."""
        count = len(self.containers)
        if count == 1:
            return _("Ports of {name}").format(name=visible(self.containers[0].name))
        return ngettext("Ports of {count} container", "Ports of {count} containers", count).format(
            count=count
        )

    def keys(self) -> tuple[Piece, ...]:
        """Return what can be done here."""
        pairs = (("enter", _("copy")), ("C", _("copy all")), ("esc", _("back")))
        return tuple(
            piece for key, word in pairs for piece in (CellText(f" {key}", "key"), f" {word} ")
        )

    def nothing(self) -> str:
        """Say how a port is published."""
        return _(
            "No ports are published or exposed.\n"
            "A port is published when the container is created: docker run -p 8080:80"
        )

    def rows_of(self, details: tuple[ContainerDetails, ...]) -> list[Row]:
        """Return a row for each address."""
        rows: list[Row] = []
        for one, entry in self._entries(details):
            text = CellText(entry.shown or entry.value, entry.state)
            cells = (text,) if len(self.containers) == 1 else (CellText(one.name, "accent"), text)
            rows.append(Row(f"{one.container_id} {entry.label} {entry.value}", cells))
        return rows

    def _entries(
        self, details: tuple[ContainerDetails, ...]
    ) -> list[tuple[ContainerDetails, Entry]]:
        around = self.around()
        return [(one, entry) for one in details for entry in port_entries(one, around)]

    @on(RowList.RowChosen)
    def _chosen(self) -> None:
        self.action_copy_address()

    def action_copy_address(self) -> None:
        """Copy the address under the cursor."""
        index, found = self.rows.cursor_index, self._entries(self.details)
        if 0 <= index < len(found):
            self.copy(found[index][1].value, found[index][1].value)

    def action_copy_all(self) -> None:
        """Copy all addresses, one a line."""
        values = [entry.value for _one, entry in self._entries(self.details)]
        if values:
            self.copy("\n".join(values), _("all addresses"))
