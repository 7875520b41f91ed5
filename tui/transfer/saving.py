"""Saving images: `docker save`, written whole or not at all, and checked while it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.contents.source import Watch
from tui.contents.stream import STOPS, major
from tui.i18n import _
from tui.layers.bytesource import Readable
from tui.layers.chain import chain_ids
from tui.layers.errors import BadTar
from tui.layers.history import stack_of
from tui.model.engine import EngineInfo, StoreKind
from tui.model.image import ImageFacts
from tui.model.reference import InvalidReference, parse_reference, split_tag
from tui.transfer.archive import ArchiveIndex, Copied, index_of
from tui.transfer.errors import BadArchive, CutOff
from tui.transfer.flow import EndSource
from tui.transfer.held import HeldImage, check, images_in
from tui.transfer.packing import Packing
from tui.transfer.writing import Output, standard_output, whole_file

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

FOR_EACH_IMAGE: Final = 10_240
"""Bytes of headers and JSON that an archive has for each image, about."""

FOR_EACH_LAYER: Final = 5_120
"""The same for each layer."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be saved, and where to."""

    names: tuple[str, ...]
    """References, which the archive then knows, or IDs."""
    target: Path | None
    """None is the standard output."""
    packing: Packing | None = None
    """None: as the file's name tells."""
    overwrite: bool = False
    check: bool = True
    """Whether the finished archive is checked."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved."""

    size: int
    """Bytes of the archive, before compression."""
    stored: int
    """Bytes of the file; 0 where nobody counted."""
    images: tuple[HeldImage, ...] = ()
    """What the check found; none where it was turned off."""


class Expected(NamedTuple):
    """What an archive will be."""

    size: int
    """Bytes, about; a layer counts once."""
    images: int


def expected(client: EngineClient, names: Sequence[str]) -> Expected:
    """Return what an archive of these images will be.

    Raises:
        EngineError: one of them is not there.
    """
    from tui.engine.images import image_facts, inspect_image

    if client.capabilities.store is StoreKind.CONTAINERD:  # which sends its blobs as they are
        found = {one.image_id: one.size for one in (inspect_image(client, name) for name in names)}
        return Expected(sum(found.values()) + FOR_EACH_IMAGE * len(found), len(found))
    images = [image_facts(client, name) for name in _each(client, names)]
    return Expected(archive_size(images), len({facts.details.image_id for facts in images}))


def _each(client: EngineClient, names: Sequence[str]) -> Iterator[str]:
    """Yield the images of names; a repository without a tag is all its tags, as for docker save."""
    from tui.engine.images import list_images

    for name in names:
        tags: list[str] = []
        with suppress(InvalidReference):  # an ID
            reference = parse_reference(name)
            if not (reference.tag or reference.digest):
                every = (tag for image in list_images(client) for tag in image.tags)
                tags = [tag for tag in every if split_tag(tag)[0] == reference.repository]
        yield from tags or [name]


def archive_size(images: Sequence[ImageFacts]) -> int:
    """Return about how many bytes an archive of these images has, with layers as plain tars."""
    layers: dict[str, int] = {}
    for facts in images:
        stack = stack_of(facts)
        if any(layer.size < 0 for layer in stack.layers):  # history does not fit: all in one
            layers[chain_ids(facts.details.diff_ids)[-1]] = facts.details.size
        else:
            layers |= {layer.chain_id: layer.size for layer in stack.layers}
    count = len({facts.details.image_id for facts in images})
    return sum(layers.values()) + FOR_EACH_LAYER * len(layers) + FOR_EACH_IMAGE * count


def spools(info: EngineInfo) -> bool:
    """Tell whether the Engine first writes all of it to its own disk."""
    return info.capabilities.store is not StoreKind.CONTAINERD


def goes_on(info: EngineInfo) -> bool:
    """Tell whether the Engine goes on saving when nobody reads any more."""
    return info.capabilities.store is StoreKind.CLASSIC and major(info.version) < STOPS


def save(client: EngineClient, wish: Wish, size: Expected, watch: Watch) -> Saved:
    """Save images.

    Args:
        client: The Engine, for this alone.
        wish: What, and where to.
        size: What the archive will be.
        watch: How it is watched; it tells bytes before compression.

    Raises:
        BadTarget: the file cannot be written.
        CutOff: the Engine ended in the middle; there is no file then.
        BadArchive: what came is not whole; nor then.
        EngineError: as the Engine tells.
    """
    from tui.engine.save import saved_together

    with _output(wish, size.size) as output:
        watch.on_cancel(client.cut)
        watch.tell(0, 0)
        with saved_together(client, wish.names) as body:
            copied = Copied(body, watch, size.size, output)
            index = _index(copied, digests=wish.check)
            copied.drain()
            images = _checked(index, size.images) if wish.check else ()
    return Saved(output.taken, output.stored, images)


@contextmanager
def _output(wish: Wish, size: int) -> Iterator[Output]:
    opened: AbstractContextManager[Output]
    if wish.target is None:
        opened = standard_output(wish.packing or Packing.PLAIN)
    else:
        opened = whole_file(wish.target, overwrite=wish.overwrite, needs=size, packing=wish.packing)
    with opened as output:
        yield output


def _index(stream: Readable, *, digests: bool) -> ArchiveIndex:
    """Read an archive to its end: an Engine that dies ends it early, without another sign.

    Raises:
        CutOff: it ended before its end.
    """
    source = EndSource(stream)
    try:
        index = index_of(source, digests=digests)
    except BadTar as error:
        raise CutOff(error.detail) from error
    if not source.has_end:
        raise CutOff
    return index


def _checked(index: ArchiveIndex, count: int) -> tuple[HeldImage, ...]:
    """See that an archive is whole.

    Raises:
        BadArchive: it is not.
    """
    held = images_in(index)
    check(index, held)
    if len(held.images) < count:
        raise BadArchive(_("there are fewer images in it than were asked for"))
    return held.images
