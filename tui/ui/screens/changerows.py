"""What a container has changed as rows: letters as `docker diff` writes them."""

from __future__ import annotations

from typing import Final

from tui.contents.changes import NOT_TOLD, ContainerDiff, is_told
from tui.contents.changesasked import ASKED_MAX
from tui.contents.changesizes import SizesBook, SizeSource
from tui.i18n import N_, _, ngettext
from tui.layers.filetree import FileTree, Node
from tui.layers.treeview import TreeView
from tui.layers.union import Change
from tui.model.container import UNKNOWN_SIZE
from tui.model.listing import Kind, LayerEntry
from tui.model.text import exact_size, human_size, utc_time
from tui.ui.screens.filerows import BAR, BELOW, TreeRows, key_of, mode_text, size_text
from tui.ui.screens.text import FieldValue
from tui.ui.terminal import Glyphs
from tui.ui.widgets.bar import bar
from tui.ui.widgets.columns import Cell, CellText
from tui.ui.widgets.textline import Piece

LETTERS: Final = {
    Change.ADDED: CellText("A", "good"),
    Change.CONTENT: CellText("C", "warn"),
    Change.METADATA: CellText("C", "warn"),
    Change.REMOVED: CellText("D", "bad"),
    Change.SAME: CellText(""),
}
"""What the container did, in docker's letters; colour only repeats it."""

_FILES: Final = (Kind.FILE, Kind.SYMLINK, Kind.HARDLINK)


class ChangeRows(TreeRows):
    """The rows of a view as it is now; sizes that have come since are told too."""

    def __init__(self, view: TreeView, glyphs: Glyphs, book: SizesBook | None) -> None:
        super().__init__(view, glyphs)
        self._book = book

    def cells(self, path: bytes) -> tuple[Cell, ...]:
        """Return the cells of a row."""
        view, glyphs = self._view, self._glyphs
        node = view.tree.node(path)
        entry = self._newest(node)
        letter = LETTERS[node.change]
        if node.change is Change.SAME and view.tree.changes_below(path):
            letter = BELOW
        size, is_gone = view.size_of(path), node.change is Change.REMOVED
        if entry is not node.entry and entry is not None:
            size = entry.size
        full = bar(size / self._whole if self._whole and not is_gone else 0, BAR, glyphs)
        return (
            letter,
            mode_text(entry) if entry is not None and is_told(entry) else "",
            owner_text(entry),
            size_cell(node, entry, size),
            full.rstrip(glyphs.bar_empty),
            str(node.sums.count or node.sums.changed) if node.is_folder else "",
            self.name(node._replace(entry=entry)),
        )

    def _newest(self, node: Node) -> LayerEntry | None:
        """Return what is known of a place by now; of a folder what the tree knows."""
        entry = node.entry
        if self._book is None or is_told(entry) or node.change is Change.REMOVED:
            return entry
        told = self._book.get(node.path)
        return told if told is not None and not node.is_folder else entry


def size_cell(node: Node, entry: LayerEntry | None, size: int) -> str:
    """Return the size of a row; nothing where nobody has told it."""
    if node.is_folder:
        return human_size(size) if size or node.change is not Change.REMOVED else ""
    if not is_told(entry):
        return ""
    return size_text(node._replace(entry=entry), size)


def owner_text(entry: LayerEntry | None) -> str:
    """Return `0:0`; nothing where nobody has told it."""
    if entry is None or entry.uid == NOT_TOLD:
        return ""
    return f"{entry.uid}:{entry.gid}"


def count_pieces(diff: ContainerDiff) -> tuple[Piece, ...]:
    """Return ` A 12 added  C 3 changed  D 1 removed`, as many as `docker diff` has lines."""
    pieces: list[Piece] = []
    for change, text in (
        (Change.ADDED, _("{count} added").format(count=diff.added)),
        (Change.CONTENT, _("{count} changed").format(count=diff.changed)),
        (Change.REMOVED, _("{count} removed").format(count=diff.removed)),
    ):
        letter = LETTERS[change]
        pieces += [CellText(f" {letter.text}", letter.style_name), f" {text} "]
    if diff.has_more:
        pieces.append(CellText(_(" and more: only these are kept "), "warn"))
    return tuple(pieces)


def bytes_pieces(diff: ContainerDiff, tree: FileTree, *, is_over: bool) -> tuple[Piece, ...]:
    """Return how many bytes that is, and how many the writable layer has.

    Args:
        diff: What was changed.
        tree: The tree that is shown of it.
        is_over: Whether no more sizes will come.
    """
    if not is_over and diff.unknown == diff.added + diff.changed:
        return (CellText(_(" looking for sizes..."), "dim"),)
    found = tree.node(b"").sums.size
    text = _(" {size} in these files").format(size=human_size(found))
    if diff.size_rw != UNKNOWN_SIZE:
        text += _(", {size} in the writable layer").format(size=human_size(diff.size_rw))
    notes: list[str] = []
    if diff.unknown and is_over:
        missing = ngettext("{count} size unknown", "{count} sizes unknown", diff.unknown)
        notes.append(missing.format(count=diff.unknown))
        if diff.is_bounded:
            notes[0] += _(", {count} were asked for").format(count=ASKED_MAX)
    if diff.source == SizeSource.ARCHIVE and found > diff.size_rw > 0:
        notes.append(_("hard links count twice"))
    return (text, CellText(f"  {'; '.join(notes)}" if notes else "", "warn"))


def change_fields(node: Node, before: LayerEntry | None, source: str) -> list[FieldValue]:
    """Return everything of one place.

    Args:
        node: The place.
        before: What the image has there, where that is known.
        source: Where the sizes come from, a `SizeSource`.
    """
    fields = [
        FieldValue(_("Path"), "/" + key_of(node.path)),
        FieldValue(_("Change"), _change_words(node, before)),
    ]
    entry = node.entry
    if node.change is not Change.REMOVED and entry is not None:
        fields += _fields(entry)
    if node.is_folder:
        count = ngettext("{count} entry", "{count} entries", node.sums.count)
        inside = f"{count.format(count=node.sums.count)}, {exact_size(node.sums.size)}"
        fields.append(FieldValue(_("In it"), inside))
    if before is not None and is_told(before):
        told = [before.kind.value, mode_text(before), owner_text(before), utc_time(before.mtime)]
        if before.kind in _FILES:
            told.insert(1, exact_size(before.size))
        fields.append(FieldValue(_("In the image"), "  ".join(told)))
    if source == SizeSource.ARCHIVE:
        fields.append(FieldValue(_("Note"), _(ASKED_NOTE)))
    return fields


ASKED_NOTE: Final = N_(
    "The Engine was asked for sizes path by path: it tells no owners, and a file with several "
    "names counts with each, where the folder is not new as a whole."
)


def _change_words(node: Node, before: LayerEntry | None) -> str:
    is_known = before is not None and is_told(before)
    return {
        Change.ADDED: _("A: added"),
        Change.CONTENT: _("C: content changed") if is_known else _("C: changed"),
        Change.METADATA: _("C: only mode, owner or time changed"),
        Change.REMOVED: _("D: removed"),
        Change.SAME: _("C: something in it was changed"),
    }[node.change]


def _fields(entry: LayerEntry) -> list[FieldValue]:
    if not is_told(entry):
        return [FieldValue(_("Size"), _("not known"))]
    fields = [FieldValue(_("Type"), entry.kind.value)]
    if entry.kind in _FILES:
        fields.append(FieldValue(_("Size"), exact_size(entry.size)))
    fields.append(FieldValue(_("Mode"), f"{mode_text(entry)} ({entry.mode:04o})"))
    if entry.uid != NOT_TOLD:
        fields.append(FieldValue(_("Owner"), owner_text(entry)))
    fields.append(FieldValue(_("Modified"), utc_time(entry.mtime)))
    if entry.link:
        fields.append(FieldValue(_("Link"), key_of(entry.link)))
    if entry.kind in (Kind.CHARACTER, Kind.BLOCK) and any(entry.device):
        fields.append(FieldValue(_("Device"), "{}:{}".format(*entry.device)))
    return fields
