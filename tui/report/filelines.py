"""Layers with their files, and what they waste: as JSON documents and as tables.

In JSON sizes are bytes and times RFC 3339; a path that is not UTF-8 stands in `path` with lone
surrogates and in `path_b64` byte for byte.
"""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from tui.contents.image import ListedImage, ListedLayer
from tui.i18n import _, ngettext
from tui.layers.advice import advice
from tui.layers.command import clean_command
from tui.layers.union import Change, Shown, Tally, Union, Wasted, worst
from tui.model.listing import Kind, LayerEntry, Mark
from tui.model.text import exact_size, human_size, short_id, visible
from tui.report.documents import Document
from tui.report.tables import GAP, NOTHING, Table

WORST: Final = 100
"""Paths in a document about waste."""

SHOWN: Final = 20
"""Paths in a table about waste."""

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


def layers_document(image: ListedImage, *, files: bool) -> Document:
    """Return an image's layers with what each changes, and with its files if wanted."""
    union = image.union()
    return {
        "image": image.name,
        "id": image.image_id or None,
        "source": image.source,
        "layers": [_layer_document(layer, union, files=files) for layer in image.layers],
    }


def with_files(document: Document, image: ListedImage) -> Document:
    """Return the Engine's document of an image's layers with what each layer's files tell."""
    union = image.union()
    told = document["layers"]
    assert isinstance(told, list)
    layers = [
        {**_layer_document(layer, union, files=False), **engines}
        for layer, engines in zip(image.layers, told, strict=True)
    ]
    return {**document, "source": image.source, "layers": layers}


def _layer_document(layer: ListedLayer, union: Union, *, files: bool) -> Document:
    changes = union.layers[layer.index - 1]
    document: Document = {
        "index": layer.index,
        "diff_id": layer.diff_id,
        "chain_id": layer.chain_id,
        "created_by": layer.created_by,
    }
    if layer.path:
        document |= {"cache_id": layer.path.rpartition("/")[2], "path": layer.path}
    if layer.blob:
        document |= {"digest": layer.blob, "compressed_size": layer.compressed_size}
    if layer.error is not None:
        return {**document, "error": str(layer.error)}
    if not layer.is_read:
        return document
    document |= {
        "size": changes.size,
        "entries": len(layer.listing.entries),
        "added": _tally(changes.added),
        "modified": _tally(changes.content),
        "metadata": _tally(changes.metadata),
        "removed": _tally(changes.removed),
    }
    if files:
        document["files"] = list(layer_files(layer, changes.changes))
    return document


def _tally(tally: Tally) -> Document:
    return {"count": tally.count, "bytes": tally.bytes}


def layer_files(layer: ListedLayer, changes: Sequence[Change] | None) -> Iterator[Document]:
    """Yield a layer's entries in the order of its tar; `changes` is None where nobody knows."""
    if changes is None:
        yield from map(entry_document, layer.listing.entries)
        return
    for entry, change in zip(layer.listing.entries, changes, strict=True):
        yield {**entry_document(entry), "change": change.value}


def shown_files(union: Union) -> Iterator[Document]:
    """Yield a file system's entries by path, with the layer that each comes from."""
    for shown in _by_path(union):
        yield {**entry_document(shown.entry), "layer": shown.layer}


def _by_path(union: Union) -> Iterator[Shown]:
    return (union.shown[path] for path in sorted(union.shown))


def entry_document(entry: LayerEntry) -> Document:
    """Return one entry; a whiteout's path is the one that it hides."""
    is_mark = entry.mark is not Mark.NONE
    document = path_document(entry.hides if is_mark else entry.path)
    document |= {
        "type": entry.mark.value if is_mark else entry.kind.value,
        "size": entry.size,
        "mode": f"{entry.mode:04o}",
        "uid": entry.uid,
        "gid": entry.gid,
        "mtime": _time(entry.mtime),
    }
    if entry.link:
        document |= {"link": text_of(entry.link)}
    if entry.kind in (Kind.CHARACTER, Kind.BLOCK):
        document["device"] = "{}:{}".format(*entry.device)
    if entry.xattrs:
        document["xattrs"] = {
            text_of(name): base64.b64encode(value).decode() for name, value in entry.xattrs
        }
    return document


def path_document(path: bytes) -> Document:
    """Return a path as text, and byte for byte where it is not UTF-8."""
    try:
        return {"path": path.decode()}
    except UnicodeDecodeError:
        return {"path": text_of(path), "path_b64": base64.b64encode(path).decode()}


def text_of(text: bytes) -> str:
    """Return bytes of a tar as text; what is not UTF-8 becomes lone surrogates."""
    return text.decode("utf-8", "surrogateescape")


def _time(seconds: int) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None


def waste_document(image: ListedImage, union: Union, reasons: Iterable[str]) -> Document:
    """Return what an image wastes; `reasons` are those why it is beyond the limits."""
    return {
        "image": image.name,
        "id": image.image_id or None,
        "source": image.source,
        "total_bytes": union.total_bytes,
        "shown_bytes": union.shown_bytes,
        "wasted_bytes": union.wasted_bytes,
        "efficiency": round(union.efficiency, 6),
        "worst": [
            {**path_document(path), "bytes": size, "times": [_wasted(image, one) for one in found]}
            for path, size, found in islice(worst(union), WORST)
        ],
        "advice": [
            {"pattern": one.pattern, "about": one.about, "bytes": one.bytes, "text": one.text}
            for one in advice(union)
        ],
        "failed": list(reasons),
    }


def _wasted(image: ListedImage, one: Wasted) -> Document:
    return {
        "bytes": one.size,
        "layer": one.layer,
        "created_by": image.layers[one.layer - 1].created_by,
        "hidden_by": one.hidden_by,
        "hidden_by_command": image.layers[one.hidden_by - 1].created_by,
        "change": one.change.value,
    }


def layers_lines(image: ListedImage, *, files: bool, width: int) -> Iterator[str]:
    """Yield an image's layers with what each changes, and their files if wanted."""
    if not any(layer.is_read for layer in image.layers):
        yield from _unread_lines(image, width)
        return
    union = image.union()
    yield ngettext(
        "{image}: {count} layer, {size}", "{image}: {count} layers, {size}", len(image.layers)
    ).format(image=visible(image.name), count=len(image.layers), size=human_size(union.total_bytes))
    headings = (
        "#",
        _("SIZE"),
        _("ENTRIES"),
        _("ADDED"),
        _("MODIFIED"),
        _("METADATA"),
        _("REMOVED"),
        _("DIFF ID"),
        _("CREATED BY"),
    )
    rows = tuple(_layer_row(layer, union) for layer in image.layers)
    yield from Table(headings, rows, frozenset(range(7))).lines(width)
    if files:
        for layer in image.layers:
            yield ""
            yield _("Layer {index}").format(index=layer.index)
            yield from files_lines(layer.listing.entries)


def _unread_lines(image: ListedImage, width: int) -> Iterator[str]:
    """Yield the layers of an image in a registry, none of which was fetched."""
    total = sum(layer.compressed_size for layer in image.layers)
    yield ngettext(
        "{image}: {count} layer, {size} compressed",
        "{image}: {count} layers, {size} compressed",
        len(image.layers),
    ).format(image=visible(image.name), count=len(image.layers), size=human_size(total))
    rows = tuple(
        (
            str(layer.index),
            human_size(layer.compressed_size),
            short_id(layer.diff_id),
            clean_command(layer.created_by) or NOTHING,
        )
        for layer in image.layers
    )
    headings = ("#", _("COMPRESSED"), _("DIFF ID"), _("CREATED BY"))
    yield from Table(headings, rows, frozenset({0, 1})).lines(width)


def _layer_row(layer: ListedLayer, union: Union) -> tuple[str, ...]:
    changes = union.layers[layer.index - 1]
    if layer.error is not None:
        return (str(layer.index), *["?"] * 6, short_id(layer.diff_id), str(layer.error))
    tallies = (changes.added, changes.content, changes.metadata, changes.removed)
    return (
        str(layer.index),
        human_size(changes.size),
        str(len(layer.listing.entries)),
        *(str(tally.count or NOTHING) for tally in tallies),
        short_id(layer.diff_id),
        clean_command(layer.created_by) or NOTHING,
    )


def files_lines(entries: Iterable[LayerEntry]) -> Iterator[str]:
    """Yield entries as `ls -l` writes them; lines are made one by one, as there may be many."""
    for entry in entries:
        if entry.mark is not Mark.NONE:
            mode, path = entry.mark.value[:10], entry.hides
        else:
            mode, path = stat.filemode(_TYPES[entry.kind] | entry.mode), entry.path
        arrow = {Kind.SYMLINK: " -> ", Kind.HARDLINK: " = "}.get(entry.kind, "")
        name = visible(text_of(path) or "/") + (arrow and arrow + visible(text_of(entry.link)))
        size = human_size(entry.size)
        if entry.kind in (Kind.CHARACTER, Kind.BLOCK):
            size = "{}, {}".format(*entry.device)
        yield GAP.join((mode.ljust(10), f"{entry.uid}:{entry.gid}".rjust(9), size.rjust(9), name))


def shown_lines(union: Union) -> Iterator[str]:
    """Yield a file system's entries by path."""
    return files_lines(shown.entry for shown in _by_path(union))


def waste_lines(image: ListedImage, union: Union, *, width: int) -> Iterator[str]:
    """Yield what an image wastes, and the worst paths."""
    yield _("{image}: {size} in {count} layers").format(
        image=visible(image.name), size=exact_size(union.total_bytes), count=len(image.layers)
    )
    yield _("Shown: {size}").format(size=exact_size(union.shown_bytes))
    yield _("Wasted: {size}").format(size=exact_size(union.wasted_bytes))
    yield _("Efficiency: {share}").format(share=f"{union.efficiency:.2%}")
    yield from (one.text for one in advice(union))
    rows = tuple(
        (
            human_size(size),
            ", ".join(str(one.layer) for one in found),
            ", ".join(str(one.hidden_by) for one in found),
            text_of(path),
            clean_command(image.layers[found[-1].hidden_by - 1].created_by) or NOTHING,
        )
        for path, size, found in islice(worst(union), SHOWN)
    )
    if rows:
        yield ""
        headings = (_("WASTED"), _("IN LAYER"), _("HIDDEN BY"), _("PATH"), _("COMMAND"))
        yield from Table(headings, rows, frozenset({0, 1, 2})).lines(width)
