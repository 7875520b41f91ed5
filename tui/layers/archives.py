"""Images in files: docker-archive, OCI layout folders and OCI archives.

Docker-archives come from `docker save` (before 25: a folder a layer, equal layers as symlinks;
since: an OCI layout with a manifest.json), from Podman and from kaniko. Entries may stand in any
order. Of a file that can be sought in only the layer that is opened is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tui.i18n import _
from tui.layers.blobs import Blobs, Folder, TarFile, layer_source, read_small
from tui.layers.chain import chain_ids
from tui.layers.config import details_of
from tui.layers.errors import BadSource, NotReadable
from tui.layers.manifests import (
    LAYERS,
    commands_of,
    diff_ids_of,
    digest_of,
    for_platform,
    json_of,
    list_of,
    object_of,
    platform_of,
    text_of,
)
from tui.layers.tarscan import scan
from tui.model.image import EMPTY_DETAILS, ImageDetails
from tui.model.listing import LayerListing

SOURCE: Final = "archive"
"""How a listing of this kind is called."""

DOCKER: Final = "docker-archive"
OCI: Final = "oci"
OCI_ARCHIVE: Final = "oci-archive"
SCHEMES: Final = (DOCKER, OCI, OCI_ARCHIVE)

_DEPTH: Final = 4
"""Indexes within indexes."""

_NAME: Final = "org.opencontainers.image.ref.name"
_FULL_NAME: Final = "io.containerd.image.name"


@dataclass(frozen=True, slots=True)
class ArchivedLayer:
    """One layer of an image in a file."""

    index: int
    """1 is the bottom."""
    diff_id: str
    chain_id: str
    created_by: str
    """Empty where history tells none."""
    blob: str
    """The name of its file."""


@dataclass(frozen=True, slots=True)
class ArchivedImage:
    """An image in a file."""

    name: str
    """Its name in there; empty where it has none."""
    image_id: str
    """The digest of its config; empty where its name does not tell it."""
    layers: tuple[ArchivedLayer, ...]
    blobs: Blobs
    details: ImageDetails = EMPTY_DETAILS
    """What its config tells."""

    def listing(self, index: int) -> LayerListing:
        """Return the listing of a layer (1 is the bottom).

        Raises:
            LayerError: this layer cannot be read.
        """
        layer = self.layers[index - 1]
        with self.blobs.open(layer.blob) as opened:
            return LayerListing(layer.diff_id, SOURCE, scan(layer_source(opened)))


def is_archive(source: str) -> bool:
    """Tell whether a source names a file or folder, not an image of the Engine."""
    return source.partition(":")[0] in SCHEMES and ":" in source


def open_archive(source: str, platform: str = "") -> ArchivedImage:
    """Open `docker-archive:FILE[:NAME]`, `oci-archive:FILE[:NAME]` or `oci:DIR[:NAME]`.

    Args:
        source: As the user writes it.
        platform: `os/architecture[/variant]`, of an index; empty for the nearest to this machine.

    Raises:
        NoPlatform: its index has no such platform.
        LayerError: it cannot be read, or holds no such image.
    """
    scheme, _colon, rest = source.partition(":")
    path, name = _split(rest)
    if not _is_there(path):
        raise BadSource(rest)
    if scheme == DOCKER:
        return _docker(TarFile(path), name)
    return _oci(Folder(path) if scheme == OCI else TarFile(path), name, platform)


def _split(rest: str) -> tuple[Path, str]:
    """Cut the image's name off, which may hold colons as the path may."""
    path, name = rest, ""
    while not _is_there(Path(path)) and ":" in path:
        path, _colon, last = path.rpartition(":")
        name = f"{last}:{name}" if name else last
    return (Path(path), name) if _is_there(Path(path)) else (Path(rest), "")


def _is_there(path: Path) -> bool:
    """Tell whether there is such a file or folder.

    Raises:
        NotReadable: the user may not look there.
    """
    try:
        path.stat()
    except PermissionError as error:
        raise NotReadable(str(error)) from error
    except (OSError, ValueError):
        return False
    return True


def _docker(blobs: TarFile, name: str) -> ArchivedImage:
    if not blobs.has("manifest.json"):
        if blobs.has("index.json"):
            raise BadSource(_("it is an OCI layout: write oci-archive:FILE"))
        raise BadSource(_("it has no manifest.json"))
    images = [object_of(one) for one in list_of(_json(blobs, "manifest.json"))]
    names = [[text_of(tag) for tag in list_of(one.get("RepoTags"))] for one in images]
    at = _chosen(names, name)
    config = text_of(images[at].get("Config"))
    files = [text_of(layer) for layer in list_of(images[at].get("Layers"))]
    digits = config.rpartition("/")[2].removesuffix(".json")
    image_id = f"sha256:{digits}" if re.fullmatch(r"[0-9a-f]{64}", digits) else ""
    label = name or next(iter(names[at]), "")
    return _image(blobs, label, image_id, config, files)


def _oci(blobs: Blobs, name: str, platform: str) -> ArchivedImage:
    if not blobs.has("index.json"):
        raise BadSource(_("it has no index.json"))
    found = [
        object_of(one) for one in list_of(object_of(_json(blobs, "index.json")).get("manifests"))
    ]
    names = [_names(one) for one in found]
    if len(found) > 1 and all(map(platform_of, found)) and all(one == names[0] for one in names):
        found, names = [for_platform(found, platform)], names[:1]  # one image, without an index
    at = _chosen(names, name)
    manifest = _manifest(blobs, found[at], platform, _DEPTH)
    config = digest_of(object_of(manifest.get("config")))
    files = [_blob(digest_of(object_of(layer))) for layer in list_of(manifest.get("layers"))]
    return _image(blobs, name or next(iter(names[at]), ""), config, _blob(config), files)


def _names(descriptor: dict[str, Any]) -> list[str]:
    notes = object_of(descriptor.get("annotations"))
    return [text_of(notes[key]) for key in (_FULL_NAME, _NAME) if notes.get(key)]


def _manifest(
    blobs: Blobs, descriptor: dict[str, Any], platform: str, depth: int
) -> dict[str, Any]:
    """Return the manifest behind a descriptor; of an index the one for a platform."""
    document = object_of(_json(blobs, _blob(digest_of(descriptor))))
    if "manifests" not in document:
        return document
    inner = [object_of(one) for one in list_of(document["manifests"])]
    here = [one for one in inner if blobs.has(_blob(digest_of(one)))]
    if not here or not depth:
        raise BadSource(_("no platform of it is here"))
    return _manifest(blobs, for_platform(here, platform), platform, depth - 1)


def _chosen(names: Sequence[Sequence[str]], wanted: str) -> int:
    """Return which image is meant.

    Raises:
        BadSource: there is none, or it is not clear.
    """
    if wanted:
        for at, own in enumerate(names):
            if wanted in own or f"docker.io/library/{wanted}" in own:
                return at
    elif len(names) == 1:
        return 0
    if not names:
        raise BadSource(_("it holds no image"))
    every = ", ".join(next(iter(own), "<none>") for own in names[:8])
    raise BadSource(_("it holds {names}: write SOURCE:NAME").format(names=every))


def _image(
    blobs: Blobs, name: str, image_id: str, config: str, files: Sequence[str]
) -> ArchivedImage:
    """Put an image together from its config and the files of its layers."""
    if len(files) > LAYERS:
        raise BadSource(_("it has too many layers"))
    told = object_of(_json(blobs, config))
    diff_ids = diff_ids_of(told, len(files))
    commands = commands_of(told, len(files))
    layers = (
        ArchivedLayer(index, *parts)
        for index, parts in enumerate(
            zip(diff_ids, chain_ids(diff_ids), commands, files, strict=True), 1
        )
    )
    return ArchivedImage(name, image_id, tuple(layers), blobs, details_of(told, image_id))


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(blobs: Blobs, name: str) -> Any:
    return json_of(read_small(blobs, name), name)
