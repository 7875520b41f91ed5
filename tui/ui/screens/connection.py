"""No Engine: which endpoint, why, what to do; and the choice of another one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import ScreenResume
from textual.widgets import Static

from tui.i18n import N_, _, ngettext
from tui.model.engine import Endpoint
from tui.store.state import ConnectionState, Phase, State
from tui.ui.screens.base import Dialog, shown
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine


class ConnectionScreen(Dialog[None]):
    """Shown while there is no Engine; goes away by itself when there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", N_("Try now"), show=False, id="connection.r"),
        Binding("enter", "retry", N_("Try now"), show=False, id="connection.enter"),
        Binding("p", "practice", N_("Practice"), show=False, id="connection.p"),
        Binding("C", "contexts", N_("Contexts"), show=False, id="connection.C"),
        Binding("q", "quit_app", N_("Quit"), show=False, id="connection.q"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out what happened, the endpoint, the cause, the remedy, the keys."""
        with Vertical(classes="dialog"):
            yield Static("", id="title", classes="dialog-title", markup=False)
            yield Static("", id="endpoint", markup=False)
            yield Static("", id="detail", classes="problem", markup=False)
            yield Static("", id="remedy", markup=False)
            yield Static(
                _("\nr try now  p practice engine  C another Engine  esc to the lists  q quit"),
                markup=False,
            )

    def on_mount(self) -> None:
        """Follow the connection."""
        self.follow(self._show)

    @on(ScreenResume)
    def _resumed(self) -> None:
        """Go, if the Engine came back while another screen was in front."""
        self._show(self.orlop.store.state)

    def _show(self, state: State) -> None:
        connection = state.connection
        if connection.phase is Phase.CONNECTED:
            self.dismiss(None)
            return
        for name, text in _texts(connection).items():
            widget = self.part(f"#{name}", Static)
            widget.update(shown(text))
            widget.display = bool(text)

    def action_retry(self) -> None:
        """Try to connect at once."""
        self.orlop.session.refresh()

    def action_practice(self) -> None:
        """Go to the practice engine, which needs no Docker."""
        self.orlop.go_to_practice()

    def action_contexts(self) -> None:
        """Choose another Engine."""
        self.orlop.choose_context()

    def action_quit_app(self) -> None:
        """Leave orlop."""
        self.orlop.ask_to_quit()


def _texts(connection: ConnectionState) -> dict[str, str]:
    endpoint, trouble = connection.endpoint, connection.trouble
    lost = _("The Engine went away. ") if connection.phase is Phase.LOST else ""
    return {
        "title": lost + (trouble.title or _("Connecting...")),
        "endpoint": _("address: {url}, chosen by: {origin}").format(
            url=endpoint.url, origin=endpoint.origin
        ),
        "detail": trouble.detail,
        "remedy": trouble.remedy
        + ngettext(
            "\norlop tries again by itself ({count} try so far).",
            "\norlop tries again by itself ({count} tries so far).",
            connection.attempts,
        ).format(count=connection.attempts),
    }


class ContextsScreen(Dialog[Endpoint]):
    """A list of Engines to go to."""

    TITLE_TEXT: ClassVar[str] = N_("Engines")
    KEYS_TEXT: ClassVar[str] = N_(" enter go there  esc back")
    EMPTY_TEXT: ClassVar[str] = N_("No contexts.")

    def __init__(self, endpoints: tuple[Endpoint, ...], current: Endpoint) -> None:
        super().__init__()
        self._endpoints = endpoints
        self._current = current

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("now", "", 1, priority=7),
            Column("name", _("CONTEXT"), 1, min_width=12, flex=True, priority=8),
            Column("url", _("ADDRESS"), 2, min_width=20, flex=True, priority=9),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(columns, glyphs=glyphs, marking=False, empty_text=_(self.EMPTY_TEXT))
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Fill the rows."""
        self.part(".dialog-title", TextLine).show(CellText(_(self.TITLE_TEXT), "strong"))
        self.part("#sheet-keys", TextLine).show(_(self.KEYS_TEXT))
        rows = [
            Row(
                str(number),
                (
                    ">" if endpoint.url == self._current.url else "",
                    endpoint.context or endpoint.origin,
                    endpoint.url,
                ),
            )
            for number, endpoint in enumerate(self._endpoints)
        ]
        self.part("RowList", RowList).set_rows(rows)
        self.part("RowList", RowList).focus()

    @on(RowList.RowChosen)
    def _chosen(self, event: RowList.RowChosen) -> None:
        self.dismiss(self._endpoints[int(event.key)])
