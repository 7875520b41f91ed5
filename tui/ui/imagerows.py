"""The rows of the images pane, as values: the first paint shows them before there is a pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.i18n import _, ngettext
from tui.model.text import age, human_size, short_id
from tui.store.layer_index import LAYER_INDEXES
from tui.store.rows import ImageRow, listed_images
from tui.store.state import State
from tui.ui.widgets.columns import CellText, Column, Row, longest

UNTAGGED: Final = "<none>"
"""What Docker writes for an image without a name."""


def images_title(state: State) -> str:
    """Return the pane's name with the count, and the bytes when they are known: layers once."""
    if not state.images_known:
        return _("Images")
    count = len(listed_images(state.images))
    text = ngettext("Images  {count}", "Images  {count}", count).format(count=count)
    total = LAYER_INDEXES.total(state)
    return f"{text}, {human_size(total)}" if total >= 0 else text


def image_columns(rows: Sequence[ImageRow]) -> tuple[Column, ...]:
    """Return name, ID, age, size, use; platform and layers where the names leave room."""
    names = longest((row.reference for row in rows), 18, 28)
    return (
        Column("name", _("REPOSITORY:TAG"), 1, min_width=names, flex=True, priority=9),
        Column("image_id", _("IMAGE ID"), 12, priority=6),
        Column("created", _("CREATED"), 10, align="right", priority=5),
        Column("size", _("SIZE"), 7, align="right", priority=8),
        Column("used", _("USED"), 4, align="right", priority=7),
        Column("platform", _("PLATFORM"), 11, priority=1),
        Column("layers", _("LAYERS"), 6, align="right", priority=2),
    )


def image_cells(row: ImageRow, now: float, present: frozenset[str]) -> Row:
    """Return one row as the list shows it."""
    shared = CellText(short_id(row.image.image_id), "accent" if row.shares_id > 1 else "")
    gone = row.key not in present
    return Row(
        row.key,
        (
            _("removed: {name}").format(name=image_name(row)) if gone else image_name(row),
            shared,
            age(row.image.created, now),
            human_size(row.image.size),
            str(row.used_by) if row.used_by else ".",
            row.platform,
            str(row.layer_count) if row.layer_count else "",
        ),
        dim=gone or row.is_dangling,
    )


def image_name(row: ImageRow) -> str:
    """Return the name of a row, with `=` and a number where several names share the ID."""
    name = row.reference or UNTAGGED
    return f"{name}  ={row.shares_id}" if row.shares_id > 1 else name
