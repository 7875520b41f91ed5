"""The tree of files as rows: each is made when it is about to be seen."""

from __future__ import annotations

import stat
from typing import Final

from tui.contents.image import ListedImage, ListedLayer
from tui.i18n import _, ngettext
from tui.layers.command import clean_command
from tui.layers.filetree import FileTree, Node, Touch
from tui.layers.treeview import TreeView
from tui.layers.union import Change, Tally
from tui.model.job import Job, JobState
from tui.model.listing import Kind, LayerEntry, Mark
from tui.model.text import exact_size, human_size, utc_time
from tui.ui.progress import progress_bar, progress_text
from tui.ui.screens.text import FieldValue
from tui.ui.terminal import Glyphs
from tui.ui.widgets.bar import bar
from tui.ui.widgets.columns import Cell, CellText, Column, Row
from tui.ui.widgets.textline import Piece

BAR: Final = 8
INDENT: Final = 2
DEPTH: Final = 24
"""Folders deep to which rows are indented; what is deeper stands there too."""

LETTERS: Final = {
    Change.ADDED: CellText("A", "good"),
    Change.CONTENT: CellText("M", "warn"),
    Change.METADATA: CellText("m", "accent"),
    Change.REMOVED: CellText("R", "bad"),
    Change.SAME: CellText(""),
}
"""What the layer did, in a letter; colour only repeats it."""

BELOW: Final = CellText(".", "dim")
"""A folder in which something was changed."""

_TYPES: Final = {
    Kind.FILE: stat.S_IFREG,
    Kind.HARDLINK: stat.S_IFREG,
    Kind.DIRECTORY: stat.S_IFDIR,
    Kind.SYMLINK: stat.S_IFLNK,
    Kind.CHARACTER: stat.S_IFCHR,
    Kind.BLOCK: stat.S_IFBLK,
    Kind.FIFO: stat.S_IFIFO,
    Kind.SOCKET: stat.S_IFSOCK,
}


def columns() -> tuple[Column, ...]:
    """Return change, mode, owner, size and its bar, count, name."""
    return (
        Column("change", "", 1, priority=8),
        Column("mode", _("MODE"), 10, priority=3),
        Column("owner", _("OWNER"), 11, align="right", priority=1),
        Column("size", _("SIZE"), 7, align="right", priority=9),
        Column("bar", "", BAR, priority=4),
        Column("count", _("ENTRIES"), 7, align="right", priority=2),
        Column("name", _("NAME"), 1, min_width=24, flex=True, priority=10),
    )


def key_of(path: bytes) -> str:
    """Return the key of a path's row."""
    return path.decode("utf-8", "surrogateescape")


def path_of(key: str) -> bytes:
    """Return the path of a row's key."""
    return key.encode("utf-8", "surrogateescape")


class TreeRows:
    """The rows of a view as it is now."""

    def __init__(self, view: TreeView, glyphs: Glyphs) -> None:
        self._view = view
        self._paths = view.rows
        self._glyphs = glyphs
        self._whole = view.size_of(b"")

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int, /) -> Row:
        return self._row(self._paths[index])

    def index_of(self, key: str) -> int | None:
        """Return the position of a row, or None."""
        try:
            return self._paths.index(path_of(key))
        except ValueError:
            return None

    def _row(self, path: bytes) -> Row:
        is_gone = self._view.tree.change_of(path) is Change.REMOVED
        return Row(key_of(path), self.cells(path), dim=is_gone)

    def cells(self, path: bytes) -> tuple[Cell, ...]:
        """Return the cells of a row."""
        view, glyphs = self._view, self._glyphs
        node = view.tree.node(path)
        size = view.size_of(path)
        letter = LETTERS[node.change]
        if node.change is Change.SAME and view.tree.changes_below(path):
            letter = BELOW
        full = bar(size / self._whole if self._whole else 0, BAR, glyphs)
        return (
            letter,
            mode_text(node.entry) if node.entry is not None else "",
            f"{node.entry.uid}:{node.entry.gid}" if node.entry is not None else "",
            size_text(node, size),
            full.rstrip(glyphs.bar_empty),
            str(self._count(node)) if node.is_folder else "",
            self.name(node),
        )

    def _count(self, node: Node) -> int:
        return node.sums.changed if self._view.choice.alone else node.sums.count

    def name(self, node: Node) -> str:
        """Return a name, indented, with what tells that it can be opened."""
        path, tree = node.path, self._view.tree
        if self._view.is_flat:
            return f" {key_of(path)}{link_text(node.entry)}"
        depth = min(path.count(b"/"), DEPTH)
        sign = " "
        if tree.has_inside(path):
            is_open = path in self._view.opened
            sign = self._glyphs.tree_open if is_open else self._glyphs.tree_closed
        name = key_of(path.rpartition(b"/")[2]) + ("/" if node.is_folder else "")
        return f"{' ' * (INDENT * depth)}{sign} {name}{link_text(node.entry)}"


def link_text(entry: LayerEntry | None) -> str:
    """Return where a link goes: ` -> target`, ` = the file's other name`."""
    arrow = {Kind.SYMLINK: " -> ", Kind.HARDLINK: " = "}.get(entry.kind) if entry else None
    return arrow + key_of(entry.link) if arrow and entry else ""


def mode_text(entry: LayerEntry) -> str:
    """Return `-rwxr-xr-x`."""
    return stat.filemode(_TYPES[entry.kind] | entry.mode)


def size_text(node: Node, size: int) -> str:
    """Return the size of a row, or the numbers of a device."""
    if node.entry is not None and node.entry.kind in (Kind.CHARACTER, Kind.BLOCK):
        return "{},{}".format(*node.entry.device)
    return human_size(size)


def tally_pieces(tree: FileTree) -> tuple[Piece, ...]:
    """Return what the layer did: ` A 12 (3 MB)  M 2 (1 kB)  m 1  R 5 (2 MB)`."""
    if not tree.union.layers:
        return ()
    layer = tree.union.layers[-1]
    named: tuple[tuple[Change, Tally], ...] = (
        (Change.ADDED, layer.added),
        (Change.CONTENT, layer.content),
        (Change.METADATA, layer.metadata),
        (Change.REMOVED, layer.removed),
    )
    words = {
        Change.ADDED: _("added"),
        Change.CONTENT: _("modified"),
        Change.METADATA: _("metadata"),
        Change.REMOVED: _("removed"),
    }
    pieces: list[Piece] = []
    for change, tally in named:
        letter = LETTERS[change]
        size = f" {human_size(tally.bytes)}" if tally.bytes else ""
        pieces += [CellText(f" {letter.text}", letter.style_name)]
        pieces += [f" {tally.count} {words[change]}{size} "]
    return tuple(pieces)


def title_text(name: str, image: ListedImage | None, tree: FileTree | None, *, alone: bool) -> str:
    """Return which image and layer are looked at, and how."""
    title = _("Files  {name}").format(name=name)
    if image is None or tree is None:
        return title
    layer, size = image.layers[tree.layer - 1], human_size(tree.union.layers[-1].size)
    title += _("  layer {index} of {count}, {size}").format(
        index=layer.index, count=len(image.layers), size=size
    )
    return title + "  " + (_("alone") if alone else _("with those below"))


def command_text(layer: ListedLayer) -> str:
    """Return the command that made a layer, or why its files cannot be told."""
    if layer.error is not None:
        return str(layer.error)
    return clean_command(layer.created_by) or _("(no record)")


def source_pieces(image: ListedImage | None, job: Job | None, glyphs: Glyphs) -> tuple[Piece, ...]:
    """Return where the files come from, or how the reading of them goes."""
    text = ""
    if job is not None and job.state is JobState.FAILED:
        text = job.summary
    elif job is not None and not job.state.is_final:
        text = f"{progress_bar(job.progress, glyphs)} {progress_text(job) or _('Reading...')} "
    elif image is not None:  # some may have been kept from before
        text = _("source: {name} ").format(name=image.source or "cache")
    return (CellText(text, "accent"),)


def content_place(tree: FileTree, path: bytes) -> tuple[LayerEntry, int]:
    """Return the entry that has the content of a path, and its layer: of a hardlink its file's."""
    shown = tree.union.shown.get(path)
    if shown is not None and shown.file is not None:
        return shown.file.entry, shown.file.layer
    node = tree.node(path)
    assert node.entry is not None
    return node.entry, node.layer


def entry_fields(node: Node, history: list[Touch], commands: list[str]) -> list[FieldValue]:
    """Return everything of one place, and what each layer did there.

    Args:
        node: The place.
        history: What the layers did, bottom first.
        commands: The commands of the image's layers, bottom first.
    """
    fields = [FieldValue(_("Path"), "/" + key_of(node.path))]
    if node.entry is not None:
        fields += _entry_fields(node.entry)
    else:
        fields.append(FieldValue(_("Type"), _("folder that no layer names")))
    if node.is_folder:
        count = ngettext("{count} entry", "{count} entries", node.sums.count)
        inside = f"{count.format(count=node.sums.count)}, {exact_size(node.sums.size)}"
        fields.append(FieldValue(_("In it"), inside))
    fields += [
        FieldValue(_("Layer {index}").format(index=touch.layer), _touch_text(touch, commands))
        for touch in history
    ]
    return fields


def _entry_fields(entry: LayerEntry) -> list[FieldValue]:
    fields = [
        FieldValue(_("Type"), entry.kind.value),
        FieldValue(_("Size"), exact_size(entry.size)),
        FieldValue(_("Mode"), f"{mode_text(entry)} ({entry.mode:04o})"),
        FieldValue(_("Owner"), f"{entry.uid}:{entry.gid}"),
        FieldValue(_("Modified"), utc_time(entry.mtime)),
    ]
    if entry.link:
        fields.append(FieldValue(_("Link"), key_of(entry.link)))
    if entry.kind in (Kind.CHARACTER, Kind.BLOCK):
        fields.append(FieldValue(_("Device"), "{}:{}".format(*entry.device)))
    fields += [FieldValue(key_of(name), repr(value)[2:-1]) for name, value in entry.xattrs]
    return fields


def _touch_text(touch: Touch, commands: list[str]) -> str:
    entry = touch.entry
    words = {
        Change.ADDED: _("added"),
        Change.CONTENT: _("content modified"),
        Change.METADATA: _("only metadata modified"),
        Change.REMOVED: _("removed"),
        Change.SAME: _("the same again"),
    }
    parts = [words[touch.change]]
    if entry.mark is Mark.NONE:
        parts += [human_size(entry.size), mode_text(entry), f"{entry.uid}:{entry.gid}"]
    command = clean_command(commands[touch.layer - 1]) if touch.layer <= len(commands) else ""
    return "  ".join([*parts, command])
