"""A folder of a container as rows: each is made when it is about to be seen. Keys, and fields."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from fnmatch import translate
from typing import Final

from tui.i18n import N_, _, ngettext
from tui.layers.treeview import Choice
from tui.model.folder import UNKNOWN_OWNER, Folder, FolderItem, joined
from tui.model.listing import Kind, LayerEntry
from tui.model.text import exact_size, human_size, utc_time
from tui.ui.screens.filekeys import Key
from tui.ui.screens.filerows import key_of, mode_text
from tui.ui.screens.text import FieldValue
from tui.ui.widgets.columns import Cell, CellText, Column, Row

NAME, SIZE, TIME = "name", "size", "time"
ORDERS: Final = (NAME, SIZE, TIME)
"""What the rows can be sorted by."""

READ_ONLY: Final = "copy_in"
"""The action of the key that a read-only session does not have."""

KEYS: Final = (
    Key(
        "?", "entry('help')", N_("keys"), N_("Show all keys of this screen."), ("question_mark",)
    ),
    Key("right", "entry('open')", N_("open"), N_("Open the folder, or show the file; as Enter.")),
    Key(
        "u", "up", N_("up"), N_("The folder above; also left and backspace."),
        ("u", "left", "backspace"),
    ),
    Key("/", "filter", N_("filter"), N_("Part of a name, *.so, >10MB."), ("slash",)),
    Key("p", "go", N_("path"), N_("Go to a path that you type.")),
    Key("x", "entry('copy_out')", N_("copy out"), N_("Copy it to this machine: docker cp.")),
    Key("I", "entry('copy_in')", N_("copy in"), N_("Copy something of this machine in here.")),
    Key("X", "stop", N_("stop"), N_("Stop copying, or reading.")),
    Key("m", "more", N_("more"), N_("Read a large folder eight times as far.")),
    Key("o", "order", N_("sort"), N_("Sort by size, by time, or by name again.")),
    Key("i", "entry('details')", N_("details"), N_("All that is known of an entry.")),
    Key("v", "entry('view')", N_("view"), N_("Show the text of the file.")),
    Key("r", "again", N_("read again"), N_("Read the folder again.")),
    Key("c", "entry('copy_path')", N_("copy path"), N_("Copy the path.")),
)  # fmt: skip
"""The keys of the screen; the usual ones first."""


def columns() -> tuple[Column, ...]:
    """Return mode, owner, size, entries, time, name."""
    return (
        Column("mode", _("MODE"), 10, priority=4),
        Column("owner", _("OWNER"), 9, align="right", priority=2),
        Column("size", _("SIZE"), 8, align="right", priority=9),
        Column("below", _("ENTRIES"), 7, align="right", priority=1),
        Column("time", _("MODIFIED"), 16, priority=3),
        Column("name", _("NAME"), 1, min_width=24, flex=True, priority=10),
    )


class FolderRows:
    """The rows of a folder that are wanted, in an order."""

    def __init__(self, folder: Folder, choice: Choice, order: str) -> None:
        is_named = matcher(choice.text)
        self._items = [
            item for item in folder.items if is_named(item.name) and item.size > choice.larger
        ]
        if order == SIZE:
            self._items.sort(key=lambda item: -item.size)
        elif order == TIME:
            self._items.sort(key=lambda item: -item.entry.mtime)
        else:
            self._items.sort(key=lambda item: (not item.is_folder, item.name))
        self._places = {key_of(item.name): at for at, item in enumerate(self._items)}

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int, /) -> Row:
        item = self._items[index]
        return Row(key_of(item.name), cells(item))

    def index_of(self, key: str) -> int | None:
        """Return the position of a row, or None."""
        return self._places.get(key)


def cells(item: FolderItem) -> tuple[Cell, ...]:
    """Return the cells of a row."""
    entry = item.entry
    name = key_of(entry.path) + ("/" if item.is_folder else "") + link_text(entry)
    shown = f"{name}  {_('(mounted)')}" if item.is_mount else name
    return (
        mode_text(entry),
        owner_text(entry),
        size_text(item),
        str(item.below) if item.is_folder and (item.is_whole or item.below) else "",
        utc_time(entry.mtime)[:16],
        CellText(shown, "accent" if item.is_folder else ""),
    )


def owner_text(entry: LayerEntry) -> str:
    """Return `0:0`; a question mark where only the name was asked for."""
    return "?" if entry.uid == UNKNOWN_OWNER else f"{entry.uid}:{entry.gid}"


def size_text(item: FolderItem) -> str:
    """Return the bytes of a file, or of all that is below a folder: `>3 MB` is not all of it."""
    entry = item.entry
    if entry.kind in (Kind.CHARACTER, Kind.BLOCK):
        return "{},{}".format(*entry.device)
    if item.is_whole:
        return human_size(item.size)
    return f">{human_size(item.size)}" if item.size else "?"


def link_text(entry: LayerEntry) -> str:
    """Return where a link goes: ` -> target`, ` = the file's other name`."""
    arrow = {Kind.SYMLINK: " -> ", Kind.HARDLINK: " = "}.get(entry.kind)
    return arrow + key_of(entry.link) if arrow else ""


def summary_text(folder: Folder) -> str:
    """Return how much there is, and what the Engine has sent for it."""
    count = ngettext("{count} entry", "{count} entries", len(folder.items))
    size = human_size(sum(item.size for item in folder.items))
    if folder.is_cut:
        size = f">{size}"
    return _("{count}, {size}; read: {read} ").format(
        count=count.format(count=len(folder.items)), size=size, read=human_size(folder.read)
    )


def item_fields(folder: Folder, item: FolderItem) -> list[FieldValue]:
    """Return everything of one entry."""
    entry = item.entry
    fields = [
        FieldValue(_("Path"), key_of(joined(folder.path, item.name))),
        FieldValue(_("Type"), entry.kind.value),
        FieldValue(_("Size"), exact_size(item.size)),
        FieldValue(_("Mode"), f"{mode_text(entry)} ({entry.mode:04o})"),
        FieldValue(_("Owner"), owner_text(entry)),
        FieldValue(_("Modified"), utc_time(entry.mtime)),
    ]
    if item.is_folder:
        below = str(item.below) if item.is_whole else _("{count} or more").format(count=item.below)
        fields.append(FieldValue(_("Entries"), below))
    if entry.link:
        fields.append(FieldValue(_("Link"), key_of(entry.link)))
    if entry.kind in (Kind.CHARACTER, Kind.BLOCK):
        fields.append(FieldValue(_("Device"), "{}:{}".format(*entry.device)))
    if item.is_mount:
        fields.append(FieldValue(_("Mount"), _("a volume, or a folder of the Engine's machine")))
    if entry.mode & (stat.S_ISUID | stat.S_ISGID):
        fields.append(FieldValue(_("Special"), _("setuid or setgid; a copy loses it")))
    fields += [FieldValue(key_of(name), repr(value)[2:-1]) for name, value in entry.xattrs]
    return fields


def matcher(text: str) -> Callable[[bytes], bool]:
    """Return what tells whether a name fits: part of it, or a pattern."""
    if set("*?[") & set(text):
        pattern = re.compile(translate(text).encode("utf-8", "surrogateescape"), re.IGNORECASE)
        return lambda name: pattern.match(name) is not None
    part = text.encode("utf-8", "surrogateescape").lower()
    return lambda name: part in name.lower()
