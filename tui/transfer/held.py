"""Which images an archive holds, and whether all of them are whole.

Docker's own form has a manifest.json (before 25 with a folder a layer, since then with an OCI
layout beside it, as Podman and the containerd store write it too); a bare OCI layout has an
index.json alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from tui.i18n import _
from tui.layers.chain import chain_ids
from tui.layers.config import details_of
from tui.layers.errors import BadSource
from tui.layers.manifests import (
    LAYERS,
    diff_ids_of,
    digest_of,
    foreignness,
    json_of,
    list_of,
    object_of,
    text_of,
)
from tui.model.image import ImageDetails
from tui.transfer.archive import ArchiveIndex, digest, named_digest
from tui.transfer.errors import BadArchive, NoImages

_DEPTH: Final = 4
"""Indexes within indexes."""

_IMAGES: Final = 10_000
_NAME: Final = "org.opencontainers.image.ref.name"
_FULL_NAME: Final = "io.containerd.image.name"


@dataclass(frozen=True, slots=True)
class HeldLayer:
    """A layer of an image in an archive."""

    diff_id: str
    chain_id: str
    file: str
    size: int
    """Bytes of its file."""


@dataclass(frozen=True, slots=True)
class HeldImage:
    """An image in an archive."""

    tags: tuple[str, ...]
    config_id: str
    """Digest of its config: the image ID of the classic store and of Podman."""
    manifest_id: str
    """Digest of its manifest or index, the containerd store's image ID; empty if none tells."""
    details: ImageDetails
    layers: tuple[HeldLayer, ...]

    @property
    def size(self) -> int:
        """Bytes of its layers in the archive, each once."""
        return sum({layer.file: layer.size for layer in self.layers}.values())

    @property
    def label(self) -> str:
        """What it is called: its first tag, else the beginning of its ID."""
        return self.tags[0] if self.tags else self.config_id.rpartition(":")[2][:12]


@dataclass(frozen=True, slots=True)
class Held:
    """What an archive holds."""

    images: tuple[HeldImage, ...]
    has_manifest: bool
    """Whether there is a manifest.json, which the classic store needs."""


def images_in(index: ArchiveIndex) -> Held:
    """Return the images of an archive, each with all its files there.

    Raises:
        NoImages: it holds none.
        BadArchive: a file is missing, or its JSON makes no sense.
    """
    try:
        if "manifest.json" in index.files:
            return Held(_docker(index), has_manifest=True)
        if "index.json" in index.files:
            return Held(_oci(index), has_manifest=False)
    except BadSource as error:
        raise BadArchive(error.detail) from error
    if "repositories" in index.files:
        raise BadArchive(_("it is of Docker before 1.10, which orlop does not read"))
    raise NoImages(_("it has no manifest.json"))


def check(index: ArchiveIndex, held: Held) -> None:
    """Compare every digest that the archive tells with what is in it.

    Raises:
        BadArchive: one does not fit; `detail` names the file.
    """
    for name, file in index.files.items():
        if name.startswith("blobs/sha256/") and named_digest(name) not in file.digests:
            raise _wrong(name)
    for image in held.images:
        for layer in image.layers:
            found = index.files[layer.file].digests
            if not {layer.diff_id, named_digest(layer.file)} & found:
                raise _wrong(layer.file)
    if "index.json" in index.files:
        _check_layout(index)
    for name in index.small:
        wanted = named_digest(name)
        if wanted and wanted not in index.files[name].digests:
            raise _wrong(name)


def _wrong(name: str) -> BadArchive:
    return BadArchive(_("{name}: its digest is wrong").format(name=name))


def _missing(name: str) -> BadArchive:
    return BadArchive(_("{name} is missing").format(name=name))


def _docker(index: ArchiveIndex) -> tuple[HeldImage, ...]:
    entries = [object_of(one) for one in list_of(_json(index, "manifest.json"))]
    if not entries:
        raise NoImages(_("its manifest.json is empty"))
    if len(entries) > _IMAGES:
        raise BadSource(_("it holds too many images"))
    by_config = _manifests_by_config(index)
    images = []
    for entry in entries:
        config = text_of(entry.get("Config"))
        files = [text_of(layer) for layer in list_of(entry.get("Layers"))]
        tags = tuple(text_of(tag) for tag in list_of(entry.get("RepoTags")))
        image = _image(index, config, files, tags)
        images.append(replace(image, manifest_id=by_config.get(image.config_id, "")))
    return tuple(images)


def _oci(index: ArchiveIndex) -> tuple[HeldImage, ...]:
    images: dict[str, HeldImage] = {}
    for descriptor in _top(index):
        name = digest_of(descriptor)
        manifest = _manifest(index, descriptor, _DEPTH)
        layers = [_blob(digest_of(object_of(one))) for one in list_of(manifest.get("layers"))]
        config = _blob(digest_of(object_of(manifest.get("config"))))
        known = images.get(name)
        tags = (*(known.tags if known else ()), *_names(descriptor))
        images[name] = replace(_image(index, config, layers, tags), manifest_id=name)
    if not images:
        raise NoImages(_("its index.json is empty"))
    return tuple(images.values())


def _image(index: ArchiveIndex, config: str, files: list[str], tags: tuple[str, ...]) -> HeldImage:
    """Put an image together; all of it must be there."""
    if len(files) > LAYERS:
        raise BadSource(_("it has too many layers"))
    told = object_of(_json(index, config))
    diff_ids = diff_ids_of(told, len(files))
    layers = []
    for diff_id, chain_id, name in zip(diff_ids, chain_ids(diff_ids), files, strict=True):
        found = index.find(name)
        if not found:
            raise _missing(name)
        layers.append(HeldLayer(diff_id, chain_id, found, index.files[found].size))
    config_id = digest(index.small[index.find(config)])
    return HeldImage(tags, config_id, "", details_of(told, config_id), tuple(layers))


def _manifests_by_config(index: ArchiveIndex) -> dict[str, str]:
    """Return the digest in index.json for each config, where there is an OCI layout beside."""
    found: dict[str, str] = {}
    if "index.json" not in index.files:
        return found
    for descriptor in _top(index):
        manifest = _manifest(index, descriptor, _DEPTH)
        found[digest_of(object_of(manifest.get("config")))] = digest_of(descriptor)
    return found


def _check_layout(index: ArchiveIndex) -> None:
    """See that each manifest in the layout has its config and layers."""
    waiting = [(descriptor, _DEPTH) for descriptor in _top(index)]
    while waiting:
        descriptor, depth = waiting.pop()
        document = object_of(_json(index, _blob(digest_of(descriptor))))
        parts = [document.get("config"), *list_of(document.get("layers"))]
        for part in parts:
            if part is not None and not index.find(_blob(digest_of(object_of(part)))):
                raise _missing(digest_of(object_of(part)))
        inner = [object_of(one) for one in list_of(document.get("manifests"))]
        here = [one for one in inner if index.find(_blob(digest_of(one)))]
        if inner and not here:
            raise BadArchive(_("no platform of it is here"))
        if depth:
            waiting += [(one, depth - 1) for one in here]


def _manifest(index: ArchiveIndex, descriptor: dict[str, Any], depth: int) -> dict[str, Any]:
    """Return the manifest behind a descriptor; of an index the one of this machine."""
    document = object_of(_json(index, _blob(digest_of(descriptor))))
    if "manifests" not in document:
        return document
    inner = [object_of(one) for one in list_of(document["manifests"])]
    here = [one for one in inner if index.find(_blob(digest_of(one)))]
    if not here or not depth:
        raise BadSource(_("no platform of it is here"))
    return _manifest(index, min(here, key=foreignness), depth - 1)


def _top(index: ArchiveIndex) -> list[dict[str, Any]]:
    found = list_of(object_of(_json(index, "index.json")).get("manifests"))
    if len(found) > _IMAGES:
        raise BadSource(_("it holds too many images"))
    return [object_of(one) for one in found]


def _names(descriptor: dict[str, Any]) -> tuple[str, ...]:
    notes = object_of(descriptor.get("annotations"))
    for key in (_FULL_NAME, _NAME):
        if notes.get(key):
            return (text_of(notes[key]),)
    return ()


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(index: ArchiveIndex, name: str) -> Any:
    found = index.find(name)
    if not found:
        raise _missing(name)
    data = index.small.get(found)
    if data is None:
        raise BadSource(f"{name}: {_('it is no JSON, or too long')}")
    return json_of(data, name)
