"""What the panes have in common: a title rule, the list, the filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.i18n import _
from tui.store.state import ListView, Pane, State
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

T = TypeVar("T")


class LazyRows(Generic[T]):
    """A row source that formats a row when it is about to be shown."""

    def __init__(
        self, items: Sequence[T], key_of: Callable[[T], str], make: Callable[[T], Row]
    ) -> None:
        self._items = items
        self._key_of = key_of
        self._make = make
        self._positions: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> Row:
        return self._make(self._items[index])

    def __iter__(self) -> Iterator[Row]:
        return (self._make(item) for item in self._items)

    def index_of(self, key: str) -> int | None:
        """Return the position of a key; the index is made when first asked for."""
        if self._positions is None:
            self._positions = {self._key_of(item): i for i, item in enumerate(self._items)}
        return self._positions.get(key)


FILTER_SHOWN: Final = 40
"""Characters of a filter that are in sight while it is typed: its end."""


class ListPane(Vertical):
    """One pane: a rule with title and numbers, a list, and a filter when asked for."""

    PANE: ClassVar[Pane]
    NUMBER: ClassVar[int]
    MARKING: ClassVar[bool] = True

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id=f"pane-{self.PANE}", classes="pane")
        self.glyphs = glyphs
        self._shown: tuple[object, ...] = ()
        self._view = ListView()
        self._is_filtering = False
        filler = "-" if glyphs.ascii else "─"
        self.rule = TextLine(glyphs=glyphs, filler=filler, classes="rule")
        self.rows = RowList(self.columns(), glyphs=glyphs, marking=self.MARKING)

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of the pane's list, the first title in the user's language."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out the rule and the list."""
        yield self.rule
        yield self.rows

    def show(self, state: State) -> None:
        """Show a state; nothing is done when the pane's slice of it did not change."""
        view = state.view(self.PANE)
        inputs = self.inputs(state)
        if len(inputs) != len(self._shown) or any(
            new is not old for new, old in zip(inputs, self._shown, strict=True)
        ):
            self._shown = inputs
            self.show_rows(state)
        if view.marks is not self._view.marks:
            self.rows.set_marks(view.marks)
        if (view.sort, view.descending) != (self._view.sort, self._view.descending):
            self.rows.set_sort(view.sort, descending=view.descending)
        self._view = view
        self._show_rule()

    def inputs(self, state: State) -> tuple[object, ...]:
        """Return what the rows are made of; rows are made again when one of them is another."""
        raise NotImplementedError

    def show_rows(self, state: State) -> None:
        """Make the rows and give them to the list."""
        raise NotImplementedError

    def title(self) -> str:
        """Return the pane's name and its numbers."""
        raise NotImplementedError

    def _show_rule(self) -> None:
        style = "key" if self.has_class("-current") else "strong"
        self.rule.show(
            CellText(f"{self.NUMBER} {self.title()} ", style), right=self._filter_pieces()
        )

    def _filter_pieces(self) -> tuple[Piece, ...]:
        """Return what stands at the right end of the rule: the filter, typed or kept."""
        text = self._view.filter
        if self._is_filtering:
            hint = () if text else (CellText(_("name, ID or is:..."), "dim"),)
            return (CellText(f" /{text[-FILTER_SHOWN:]}{self.glyphs.cursor}", "key"), *hint, " ")
        return (CellText(_(" filter: {text} ").format(text=text), "warn"),) if text else ()

    def set_current(self, current: bool) -> None:
        """Show whether this is the pane in use."""
        self.set_class(current, "-current")
        self._show_rule()

    def set_filtering(self, filtering: bool) -> None:
        """Show whether the pane's filter is being typed."""
        self._is_filtering = filtering
        self._show_rule()
