"""What differs between two images: as a JSON document and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tui.contents.image import ListedImage
from tui.i18n import _, ngettext
from tui.layers.compare import (
    ConfigDifference,
    FileComparison,
    FileDifference,
    SharedLayers,
    compare_files,
    config_differences,
    shared_layers,
)
from tui.layers.union import Change, Shown, Tally
from tui.model.text import human_size, short_id, visible
from tui.report.documents import Document
from tui.report.filelines import entry_document, path_document, text_of
from tui.report.tables import GAP, NOTHING, Table, cut

SHOWN: Final = 40
"""Paths in a table, the largest first."""

_SIGNS: Final = {
    Change.ADDED: "+",
    Change.REMOVED: "-",
    Change.CONTENT: "~",
    Change.METADATA: "m",
}


def compared_layers(a: ListedImage, b: ListedImage) -> SharedLayers:
    """Return which layers two images share."""
    return shared_layers(*([layer.diff_id for layer in image.layers] for image in (a, b)))


def diff_document(a: ListedImage, b: ListedImage) -> Document:
    """Return all that differs from one image to another."""
    files = compare_files(a.union(), b.union())
    return {
        "a": _image(a),
        "b": _image(b),
        "layers": _layers(a, b, compared_layers(a, b)),
        "files": {
            "added": [_side(one.b) for one in files.added],
            "removed": [_side(one.a) for one in files.removed],
            "changed": [_changed(one) for one in files.changed],
        },
        "sums": {
            "added": _tally(files.added_sum),
            "removed": _tally(files.removed_sum),
            "modified": _tally(files.content_sum),
            "metadata": _tally(files.metadata_sum),
            "unmodified": _tally(files.same_sum),
        },
        "config": [_config(one) for one in config_differences(a.details, b.details)],
    }


def _image(image: ListedImage) -> Document:
    return {"image": image.name, "id": image.image_id or None, "source": image.source}


def _layers(a: ListedImage, b: ListedImage, shared: SharedLayers) -> Document:
    def told(image: ListedImage, index: int) -> Document:
        layer = image.layers[index - 1]
        return {"index": index, "diff_id": layer.diff_id, "created_by": layer.created_by}

    bottom = [(index, index) for index in range(1, shared.chain + 1)]
    return {
        "shared": [
            {
                "a": one,
                "b": other,
                "diff_id": a.layers[one - 1].diff_id,
                "same_chain": one <= shared.chain,
            }
            for one, other in (*bottom, *shared.pairs)
        ],
        "only_a": [told(a, index) for index in shared.only_a],
        "only_b": [told(b, index) for index in shared.only_b],
    }


def _side(shown: Shown | None) -> Document:
    assert shown is not None
    return {**entry_document(shown.entry), "layer": shown.layer}


def _changed(one: FileDifference) -> Document:
    sides = {}
    for name, shown in (("a", one.a), ("b", one.b)):
        side = _side(shown)
        sides[name] = {key: side[key] for key in side if key not in ("path", "path_b64")}
    return {**path_document(one.path), "change": one.change.value, **sides}


def _tally(tally: Tally) -> Document:
    return {"count": tally.count, "bytes": tally.bytes}


def _config(one: ConfigDifference) -> Document:
    named: Document = {"name": one.name} if one.name else {}
    a, b = (list(side) if isinstance(side, tuple) else side for side in (one.a, one.b))
    return {"field": one.field, **named, "a": a, "b": b}


def diff_lines(a: ListedImage, b: ListedImage, *, width: int) -> Iterator[str]:
    """Yield what differs, the largest files first, not all of them."""
    files = compare_files(a.union(), b.union())
    for sign, image in (("-", a), ("+", b)):
        told = f"{sign} {visible(image.name)}  {short_id(image.image_id)}"
        yield cut(told.rstrip(), width)
    yield ""
    yield from layer_lines(compared_layers(a, b), len(a.layers), len(b.layers))
    yield ""
    yield from sum_lines(files)
    yield from _file_lines(files, width)
    config = config_differences(a.details, b.details)
    if config:
        yield ""
        yield from Table(("", _("CONFIG"), "A", "B"), _config_rows(config)).lines(width)


def layer_lines(shared: SharedLayers, count_a: int, count_b: int) -> Iterator[str]:
    """Yield sentences on the layers that two images share."""
    yield _("Layers: {a} and {b}, the lowest {count} of them the same").format(
        a=count_a, b=count_b, count=shared.chain
    )
    if shared.pairs:
        yield ngettext(
            "{count} layer is the same further up: {pairs}",
            "{count} layers are the same further up: {pairs}",
            len(shared.pairs),
        ).format(count=len(shared.pairs), pairs=", ".join(f"{a} = {b}" for a, b in shared.pairs))


def sum_lines(files: FileComparison) -> Iterator[str]:
    """Yield a table of how many files differ, and their bytes."""
    told = (
        (_("added"), files.added_sum),
        (_("removed"), files.removed_sum),
        (_("other content"), files.content_sum),
        (_("only other metadata"), files.metadata_sum),
        (_("the same"), files.same_sum),
    )
    rows = tuple((what, str(one.count), human_size(one.bytes)) for what, one in told)
    yield from Table((_("FILES"), _("COUNT"), _("SIZE")), rows, frozenset({1, 2})).lines()


def _file_lines(files: FileComparison, width: int) -> Iterator[str]:
    every = sorted(files.every(), key=lambda one: (-one.size, one.path))
    if every:
        yield ""
    for one in every[:SHOWN]:
        yield cut(GAP.join((_SIGNS[one.change], sizes_of(one).rjust(20), path_of(one))), width)
    rest = len(every) - SHOWN
    if rest > 0:
        yield ngettext(
            "and {count} more, smaller; --json tells all",
            "and {count} more, smaller; --json tells all",
            rest,
        ).format(count=rest)


def sizes_of(one: FileDifference) -> str:
    """Return the size of a file, or both where they differ."""
    sides = [human_size(side.size) for side in (one.a, one.b) if side is not None]
    return " > ".join(dict.fromkeys(sides))


def path_of(one: FileDifference) -> str:
    """Return a path that is safe to show."""
    return visible(text_of(one.path) or "/")


def _config_rows(config: Sequence[ConfigDifference]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        ("~", f"{one.field} {one.name}".rstrip(), value_of(one.a), value_of(one.b))
        for one in config
    )


def value_of(value: str | tuple[str, ...] | None) -> str:
    """Return one side of a difference as a line."""
    return (" ".join(value) if isinstance(value, tuple) else value) or NOTHING
