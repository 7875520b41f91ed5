"""A small app with a long list, to be run in a terminal of its own by the driver's tests."""

from __future__ import annotations

import os

from textual.app import App, ComposeResult
from textual.widgets import Static

from tui.ui.driver import driver_class
from tui.ui.terminal import judge, original_environ
from tui.ui.widgets.rowlist import CellText, Column, Row, RowList

COLUMNS = (
    Column("name", "REPOSITORY", 20, flex=True, priority=9),
    Column("id", "IMAGE ID", 12, priority=1),
    Column("bytes", "SIZE", 9, align="right", priority=5),
)


def rows(count: int) -> tuple[Row, ...]:
    """Rows as images have them: names alike, IDs not, a wide character here and there."""
    return tuple(
        Row(
            str(n),
            (
                f"perf-img-{n:04d}:{'镜像' if n % 7 == 0 else 'latest'}",
                f"{(n * 2654435761) % 2**32:012x}",
                CellText(f"{n % 900} MB", "warn" if n % 3 == 0 else ""),
            ),
        )
        for n in range(count)
    )


class ListDemo(App[None]):
    """A heading and a list of 1000 rows."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        """Heading and list."""
        yield Static("demo")
        facts = judge(original_environ(), stdin_isatty=True, stdout_isatty=True)
        yield RowList(COLUMNS, glyphs=facts.glyphs)

    def key_x(self) -> None:
        """Leave the screen to something else for a moment."""
        with self.suspend():
            os.write(1, b"something else")

    def on_mount(self) -> None:
        """Fill the list."""
        self.query_one(RowList).set_rows(rows(1000))
        self.query_one(RowList).focus()


if __name__ == "__main__":
    ListDemo(driver_class=driver_class()).run()
