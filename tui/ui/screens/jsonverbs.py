"""The keys of a JSON tree, and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.i18n import N_, _
from tui.ui.screens.filekeys import Key
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import FieldsScreen, FieldValue, TextScreen, copyable

if TYPE_CHECKING:
    from tui.ui.screens.jsontree import JsonTreeScreen

KEYS: Final = (
    Key("?", "tree('help')", N_("keys"), N_("Show all keys of this screen."), ("question_mark",)),
    Key(
        "/", "tree('search')", N_("search"), N_("Look for a part of a name or a value."), ("slash",)
    ),
    Key("n", "tree('next', False)", N_("next"), N_("Go to the next hit; what hides it is opened.")),
    Key("N", "tree('next', True)", N_("before"), N_("Go to the hit before.")),
    Key(
        "c",
        "tree('copy_value')",
        N_("copy"),
        N_("Copy the value; of an object or a list its JSON."),
    ),
    Key(
        "y",
        "tree('copy_line')",
        N_("docker line"),
        N_("Copy the docker command that prints the value."),
    ),
    Key("Y", "tree('copy_path')", N_("path"), N_("Copy the path, as jq takes it.")),
    Key("E", "tree('all')", N_("all"), N_("Open everything, or nothing again.")),
    Key(
        "J",
        "tree('text')",
        N_("text"),
        N_("Show the whole as text; c copies all of it."),
        ("J", "t"),
    ),
    Key(
        "right", "tree('open')", N_("open"), N_("Open it; Enter opens and closes."), ("right", "l")
    ),
    Key("left", "tree('close')", N_("close"), N_("Close it, or what is around it."), ("left", "h")),
)


class JsonVerbs:
    """One method for each, found by its name."""

    def __init__(self, screen: JsonTreeScreen) -> None:
        self._screen = screen
        self._sought = ""

    def open(self) -> None:
        """Open the node under the cursor; in an open one go to what is in it."""
        view, node = self._screen.view, self._screen.node
        if view is None or node < 0:
            return
        if node in view.opened:
            self._screen.rows.action_go("down")
        else:
            view.open(node)
            self._screen.lay_out()

    def close(self) -> None:
        """Close the node under the cursor, or the one around it."""
        view, node = self._screen.view, self._screen.node
        if view is not None and node >= 0:
            closed = view.close(node)
            self._screen.lay_out(view.index_of(closed) or 0)

    def all(self) -> None:
        """Open everything; what is open already is closed, but for the top."""
        view, node = self._screen.view, self._screen.node
        if view is None or node < 0:
            return
        count = len(view.rows)
        view.open_all()
        if len(view.rows) == count:
            view.open_level()
            around = [node, *view.tree.ancestors(node)]
            seen = next(one for one in around if view.index_of(one) is not None)
            self._screen.lay_out(view.index_of(seen) or 0)
        else:
            self._screen.lay_out()

    def search(self) -> None:
        """Ask what to look for."""
        screen = PromptScreen(
            _("Search"),
            help_text=_("Part of a name or of a value; then n: the next one, N: the one before."),
            text=self._sought,
            judge=lambda _text: "",
        )
        self._screen.app.push_screen(screen, self._searched)

    def _searched(self, text: str | None) -> None:
        view = self._screen.view
        if text is None or view is None:
            return
        self._sought = text
        view.search(text)
        if text:
            node = self._screen.node
            self._go(*view.next(node - 1))
        else:
            self._screen.lay_out()

    def next(self, back: bool) -> None:
        """Go to the next hit, or the one before."""
        view = self._screen.view
        if view is None:
            return
        if not self._sought:
            self.search()
        else:
            self._go(*view.next(self._screen.node, back=back))

    def _go(self, node: int, number: int) -> None:
        view = self._screen.view
        assert view is not None
        if node < 0:
            self._screen.lay_out(note=_("not found"))
            return
        note = _("{number} of {count}").format(number=number, count=view.hits)
        self._screen.lay_out(view.reveal(node), note)

    def copy_value(self) -> None:
        """Copy the value under the cursor."""
        view, node = self._screen.view, self._screen.node
        if view is not None and node >= 0:
            self._copy(view.tree.value(node), self._screen.path())

    def copy_line(self) -> None:
        """Copy the docker command that prints the value."""
        self._copy(self._screen.line() or self._screen.path(), _("docker line"))

    def copy_path(self) -> None:
        """Copy the path as jq takes it."""
        self._copy(self._screen.path(), _("path"))

    def _copy(self, text: str, what: str) -> None:
        if text:
            self._screen.orlop.copy_text(copyable(text), what)
            self._screen.say(_("copied {what}").format(what=what))

    def text(self) -> None:
        """Show the whole as text."""
        self._screen.app.push_screen(TextScreen(self._screen.heading, self._screen.raw))

    def help(self) -> None:
        """Show all keys."""
        more = (
            FieldValue(
                _("Path"),
                _("docker inspect answers with a list: docker inspect NAME | jq '.[0].State'"),
            ),
        )
        fields = [FieldValue(key.shown, _(key.sentence)) for key in KEYS]
        self._screen.app.push_screen(FieldsScreen(_("Keys of the tree"), [*fields, *more]))
