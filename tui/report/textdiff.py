"""`orlop diff A B --text PATH`: what differs in one file of two images."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from tui.contents.extract import NotInImage
from tui.contents.filediff import Comparison, version
from tui.contents.files import place_of
from tui.contents.image import ListedImage
from tui.contents.source import Watch
from tui.i18n import _
from tui.layers.tarscan import clean_path
from tui.layers.union import Shown
from tui.model.filediff import FileDiff, FileVersion
from tui.model.listing import Kind
from tui.model.text import exact_size, visible
from tui.report.documents import Document
from tui.report.filelines import path_document
from tui.report.listings import ContentsOf, Speaker

if TYPE_CHECKING:
    from collections.abc import Sequence


def text_diff(opened: Sequence[tuple[ListedImage, ContentsOf]], path: str) -> FileDiff:
    """Compare a file as two images have it in the end.

    Args:
        opened: The two, with their listings, and what finds their contents.
        path: The file.

    Raises:
        LayerError: it is not in both, or cannot be read.
    """
    name = clean_path(path.encode("utf-8", "surrogateescape"))
    images = [image for image, _contents_of in opened]
    places = [_content_of(image, name) for image in images]
    old, new = (
        version(visible(image.name), shown.entry)
        for image, shown in zip(images, places, strict=True)
    )
    with TemporaryFile(prefix="orlop-") as kept:  # has no name: nothing can stay behind
        comparison = Comparison(name, old, new, kept, Watch())
        for (image, contents_of), shown in zip(opened, places, strict=True):
            at = place_of(image.layers[shown.layer - 1].listing.entries, shown.entry.path)
            wanted = {shown.layer: (at,)}
            contents, cost = contents_of([shown.layer])
            speaker = Speaker(cost)
            for content in contents.read(wanted, Watch(tell=speaker.tell)):
                comparison.take(content, is_old=image is images[0])
        return comparison.result()


def _content_of(image: ListedImage, path: bytes) -> Shown:
    """Return the file at a path, of a hardlink the one that it names.

    Raises:
        NotInImage: there is none.
    """
    shown = image.union().shown.get(path)
    if shown is not None and shown.file is not None:
        shown = Shown(shown.file.entry, shown.file.layer)
    if shown is None or shown.entry.kind is not Kind.FILE:
        name = path.decode("utf-8", "surrogateescape")
        raise NotInImage(_("{image}: /{path} is no file").format(image=image.name, path=name))
    return shown


def text_diff_document(diff: FileDiff) -> Document:
    """Return what differs; `diff` is null where that cannot be told line by line."""
    return {
        **path_document(diff.path),
        "same": diff.is_same,
        "differs_at": diff.differs_at if diff.differs_at >= 0 else None,
        "binary": diff.is_binary,
        "a": _version(diff.old),
        "b": _version(diff.new),
        "diff": None if diff.is_binary else "".join(f"{line}\n" for line in diff.lines),
        "truncated": diff.has_more,
    }


def _version(one: FileVersion) -> Document:
    return {"size": one.size, "digest": one.digest, "mode": f"{one.mode:04o}"}


def text_diff_lines(diff: FileDiff) -> Iterator[str]:
    """Yield what `diff -u` would, with control characters spelled out."""
    path = visible(diff.path.decode("utf-8", "surrogateescape"))
    yield f"--- {diff.old.label}:/{path}"
    yield f"+++ {diff.new.label}:/{path}"
    if diff.is_same:
        yield _("The content is the same.")
    elif diff.is_binary:
        for sign, one in (("-", diff.old), ("+", diff.new)):
            yield f"{sign} {one.digest}  {exact_size(one.size)}"
        if diff.differs_at >= 0:
            yield _("The first byte that differs is at {offset}.").format(offset=diff.differs_at)
    for line in diff.lines:
        yield from map(visible, line.split("\n"))
    if diff.has_more:
        yield _("... there are more differences")
