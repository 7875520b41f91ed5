"""What differs between two images as rows: layers, files, config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tui.contents.comparing import ComparedImages
from tui.contents.image import ListedImage
from tui.i18n import _
from tui.layers.command import clean_command
from tui.layers.compare import ConfigDifference, FileComparison, FileDifference
from tui.layers.treeview import TreeView
from tui.layers.union import Change, Shown
from tui.model.text import exact_size, human_size, utc_time
from tui.ui.screens.filerows import BELOW, LETTERS, TreeRows, link_text, mode_text, size_text
from tui.ui.screens.text import FieldValue
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.textline import Piece

SAME: Final = CellText("=", "dim")
ONLY: Final = (CellText("-", "bad"), CellText("+", "good"))
"""Of what only the first image has, and only the second."""


def file_columns() -> tuple[Column, ...]:
    """Return change, both sizes, count, name."""
    return (
        Column("change", "", 1, priority=8),
        Column("a", _("SIZE A"), 8, align="right", priority=6),
        Column("size", _("SIZE B"), 8, align="right", priority=9),
        Column("count", _("ENTRIES"), 7, align="right", priority=2),
        Column("name", _("NAME"), 1, min_width=24, flex=True, priority=10),
    )


class CompareRows(TreeRows):
    """The files that differ, with the sizes of both sides."""

    def __init__(
        self, view: TreeView, glyphs: Glyphs, differences: Mapping[bytes, FileDifference]
    ) -> None:
        super().__init__(view, glyphs)
        self._differences = differences

    def cells(self, path: bytes) -> tuple[str | CellText, ...]:
        """Return the cells of a row; of a folder the bytes of all that differs in it."""
        view = self._view
        node = view.tree.node(path)
        letter = LETTERS[node.change]
        one = self._differences.get(path)
        if one is None or node.is_folder:
            letter = letter if one is not None else BELOW
            count = str(node.sums.changed) if node.is_folder else ""
            return (letter, "", human_size(node.sums.own), count, self.name(node))
        old, new = (size_text(node, side.size) if side else "" for side in (one.a, one.b))
        return (letter, old, new, "", self.name(node))


def layer_columns() -> tuple[Column, ...]:
    """Return whose, the numbers in both, size, command."""
    return (
        Column("side", "", 1, priority=9),
        Column("a", "A", 3, align="right", priority=8),
        Column("b", "B", 3, align="right", priority=8),
        Column("size", _("SIZE"), 7, align="right", priority=7),
        Column("command", _("CREATED BY"), 1, min_width=20, flex=True, priority=10),
    )


def layer_rows(compared: ComparedImages) -> list[Row]:
    """Return the layers: those that both have, then those of the first, then of the second."""
    a, b = compared.images
    shared = compared.layers
    pairs = [(number, number) for number in range(1, shared.chain + 1)]
    rows = [_layer_row(SAME, a, one, other) for one, other in (*pairs, *shared.pairs)]
    rows += [_layer_row(ONLY[0], a, number, 0) for number in shared.only_a]
    rows += [_layer_row(ONLY[1], b, 0, number) for number in shared.only_b]
    return rows


def _layer_row(sign: CellText, image: ListedImage, a: int, b: int) -> Row:
    layer = image.layers[(a or b) - 1]
    command = clean_command(layer.created_by) or _("(no record)")
    if a and b and a != b:
        command = _("the same tar on other layers: {command}").format(command=command)
    numbers = (str(number) if number else "" for number in (a, b))
    return Row(f"{a} {b}", (sign, *numbers, human_size(layer.size), command))


def layer_fields(compared: ComparedImages, key: str) -> list[FieldValue]:
    """Return everything of the layer of a row."""
    a, b = map(int, key.split())
    image = compared.images[0 if a else 1]
    layer = image.layers[(a or b) - 1]
    names = [side.name for side in compared.sides]
    where = ", ".join(
        _("{index} of {name}").format(index=index, name=name)
        for index, name in zip((a, b), names, strict=True)
        if index
    )
    return [
        FieldValue(_("Layer"), where),
        FieldValue(_("Diff ID"), layer.diff_id),
        FieldValue(_("Chain ID"), layer.chain_id),
        FieldValue(_("Size"), exact_size(layer.size)),
        FieldValue(_("Created by"), layer.created_by or _("(no record)")),
    ]


def config_columns() -> tuple[Column, ...]:
    """Return the field and both values."""
    return (
        Column("side", "", 1, priority=9),
        Column("field", _("FIELD"), 24, priority=10),
        Column("a", "A", 1, min_width=14, flex=True, priority=7),
        Column("b", "B", 1, min_width=14, flex=True, priority=8),
    )


def config_rows(config: tuple[ConfigDifference, ...]) -> list[Row]:
    """Return what differs in how the images are run."""
    rows = []
    for number, one in enumerate(config):
        sign = ONLY[1] if one.a is None else ONLY[0] if one.b is None else CellText("~", "warn")
        name = f"{one.field} {one.name}".rstrip()
        rows.append(Row(str(number), (sign, name, _value(one.a), _value(one.b))))
    return rows


def config_fields(one: ConfigDifference) -> list[FieldValue]:
    """Return both values of a field whole."""
    return [FieldValue("A", _value(one.a)), FieldValue("B", _value(one.b))]


def _value(value: str | tuple[str, ...] | None) -> str:
    return " ".join(value) if isinstance(value, tuple) else value or ""


def file_fields(one: FileDifference, compared: ComparedImages) -> list[FieldValue]:
    """Return both sides of a path."""
    path = "/" + one.path.decode("utf-8", "surrogateescape")
    fields = [FieldValue(_("Path"), path)]
    for letter, side, image in zip("AB", (one.a, one.b), compared.images, strict=True):
        fields += _side_fields(letter, side, image)
    return fields


def _side_fields(letter: str, side: Shown | None, image: ListedImage) -> Iterator[FieldValue]:
    if side is None:
        yield FieldValue(letter, _("not there"))
        return
    entry = side.entry
    told = (mode_text(entry), f"{entry.uid}:{entry.gid}", exact_size(side.size))
    yield FieldValue(letter, "  ".join((*told, utc_time(entry.mtime))) + link_text(entry))
    command = clean_command(image.layers[side.layer - 1].created_by)
    text = _("layer {index}: {command}").format(index=side.layer, command=command)
    yield FieldValue(_("{side} from").format(side=letter), text)


def file_pieces(files: FileComparison, *, sizes: bool) -> Iterator[Piece]:
    """Yield how many files differ, and their bytes where there is room for them."""
    for change, tally in (
        (Change.ADDED, files.added_sum),
        (Change.CONTENT, files.content_sum),
        (Change.METADATA, files.metadata_sum),
        (Change.REMOVED, files.removed_sum),
    ):
        size = f" {human_size(tally.bytes)}" if tally.bytes and sizes else ""
        yield LETTERS[change]
        yield f" {tally.count}{size}  "
