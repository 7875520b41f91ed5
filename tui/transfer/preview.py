"""What loading an archive would do: which images come, which are here, which tags would move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.contents.chains import images_and_chains
from tui.contents.source import Watch
from tui.i18n import _
from tui.layers.errors import BadCompression, BadTar, NotReadable, NoZstd
from tui.model.engine import StoreKind
from tui.model.image import ImageSummary
from tui.model.loadplan import LoadedImage, LoadPlan, Move, TagChange
from tui.model.reference import InvalidReference, parse_reference
from tui.transfer.archive import index_file
from tui.transfer.errors import BadArchive, NoFile, NoPlainFile
from tui.transfer.held import Held, HeldImage, images_in

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def preview_file(client: EngineClient, path: Path, watch: Watch) -> LoadPlan:
    """Read an archive's table of contents and compare it with what is here.

    Raises:
        LayerError: the archive cannot be read, is cut off, damaged, or holds no image.
        EngineError: as the Engine tells.
    """
    held = held_in(path, watch)
    suits(held, client.capabilities.store)
    images, chains = images_and_chains(client, watch.check)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise NotReadable(str(error)) from error
    return LoadPlan(str(path), size, compared(held, images, chains))


def held_in(path: Path, watch: Watch) -> Held:
    """Return what an archive in a file holds.

    Raises:
        LayerError: it cannot be read, is cut off, damaged, or holds no image.
    """
    if not path.is_file():
        raise (NoPlainFile if path.exists() else NoFile)(str(path))
    try:
        return images_in(index_file(path, watch))
    except (BadTar, BadCompression) as error:
        if isinstance(error, NoZstd):
            raise
        raise BadArchive(error.detail) from error


def suits(held: Held, store: StoreKind) -> None:
    """See that a store can load an archive of this form.

    Raises:
        BadArchive: it cannot.
    """
    if store is StoreKind.CLASSIC and not held.has_manifest:
        raise BadArchive(
            _("this Engine loads archives with a manifest.json alone, and this is an OCI layout")
        )


def compared(
    held: Held, images: Sequence[ImageSummary], chains: frozenset[str]
) -> tuple[LoadedImage, ...]:
    """Return what would become of each image of an archive on an Engine with these."""
    owners = {whole_name(tag): image for image in images for tag in image.tags}
    ids = {image.image_id for image in images}
    taken = {whole_name(tag) for image in held.images for tag in image.tags}
    return tuple(_compared(image, owners, ids, chains, taken) for image in held.images)


def _compared(
    image: HeldImage,
    owners: Mapping[str, ImageSummary],
    ids: Iterable[str],
    chains: frozenset[str],
    taken: set[str],
) -> LoadedImage:
    known = [one for one in (image.config_id, image.manifest_id) if one and one in ids]
    found = {layer.file: layer.size for layer in image.layers if layer.chain_id in chains}
    tags = []
    for tag in image.tags:
        owner = owners.get(whole_name(tag))
        if owner is None:
            tags.append(TagChange(tag, Move.NEW))
        elif owner.image_id in (image.config_id, image.manifest_id):
            tags.append(TagChange(tag, Move.SAME, owner.image_id))
        else:
            left = all(whole_name(own) in taken for own in owner.tags)
            tags.append(TagChange(tag, Move.MOVES, owner.image_id, left))
    return LoadedImage(
        known[0] if known else image.config_id,
        image.details.platform,
        image.size,
        is_here=bool(known),
        layers=len(image.layers),
        layers_here=sum(layer.chain_id in chains for layer in image.layers),
        size_here=sum(found.values()),
        tags=tuple(tags),
    )


def whole_name(tag: str) -> str:
    """Return a reference with its registry, so that those of other Engines can be compared."""
    try:
        reference = parse_reference(tag)
    except InvalidReference:
        return tag
    domain = "docker.io" if reference.domain == "localhost" else reference.domain
    path = reference.path
    if reference.domain == "localhost" and "/" not in path:  # Podman's own for a name without one
        path = f"library/{path}"
    return f"{domain}/{path}:{reference.tag_or_default}"
