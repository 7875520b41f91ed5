"""Images in files: docker-archive, OCI layout folders and OCI archives.

Docker-archives come from `docker save` (before 25: a folder a layer, equal layers as symlinks;
since: an OCI layout with a manifest.json), from Podman and from kaniko. Entries may stand in any
order. Of a file that can be sought in only the layer that is opened is read.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tui.i18n import _
from tui.layers.blobs import Blobs, Folder, TarFile, layer_source, read_small
from tui.layers.chain import chain_ids
from tui.layers.errors import BadSource
from tui.layers.tarscan import scan
from tui.model.listing import LayerListing

SOURCE: Final = "archive"
"""How a listing of this kind is called."""

DOCKER: Final = "docker-archive"
OCI: Final = "oci"
OCI_ARCHIVE: Final = "oci-archive"
SCHEMES: Final = (DOCKER, OCI, OCI_ARCHIVE)

_DIGEST: Final = re.compile(r"[a-z0-9]{1,16}:[0-9a-fA-F]{32,128}\Z")
_DEPTH: Final = 4
"""Indexes within indexes."""

_LAYERS: Final = 1024
"""Layers of one image; Docker allows 127."""

_NAME: Final = "org.opencontainers.image.ref.name"
_FULL_NAME: Final = "io.containerd.image.name"
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


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


def open_archive(source: str) -> ArchivedImage:
    """Open `docker-archive:FILE[:NAME]`, `oci-archive:FILE[:NAME]` or `oci:DIR[:NAME]`.

    Raises:
        LayerError: it cannot be read, or holds no such image.
    """
    scheme, _colon, rest = source.partition(":")
    path, name = _split(rest)
    if not path.exists():
        raise BadSource(rest)
    try:
        if scheme == DOCKER:
            return _docker(TarFile(path), name)
        return _oci(Folder(path) if scheme == OCI else TarFile(path), name)
    except RecursionError:
        raise BadSource(_("its JSON is nested too deeply")) from None


def _split(rest: str) -> tuple[Path, str]:
    """Cut the image's name off, which may hold colons as the path may."""
    path, name = rest, ""
    while not Path(path).exists() and ":" in path:
        path, _colon, last = path.rpartition(":")
        name = f"{last}:{name}" if name else last
    return (Path(path), name) if Path(path).exists() else (Path(rest), "")


def _docker(blobs: TarFile, name: str) -> ArchivedImage:
    if not blobs.has("manifest.json"):
        if blobs.has("index.json"):
            raise BadSource(_("it is an OCI layout: write oci-archive:FILE"))
        raise BadSource(_("it has no manifest.json"))
    images = [_object(one) for one in _list(_json(blobs, "manifest.json"))]
    names = [[_text(tag) for tag in _list(one.get("RepoTags"))] for one in images]
    at = _chosen(names, name)
    config = _text(images[at].get("Config"))
    files = [_text(layer) for layer in _list(images[at].get("Layers"))]
    digits = config.rpartition("/")[2].removesuffix(".json")
    image_id = f"sha256:{digits}" if re.fullmatch(r"[0-9a-f]{64}", digits) else ""
    label = name or next(iter(names[at]), "")
    return _image(blobs, label, image_id, config, files)


def _oci(blobs: Blobs, name: str) -> ArchivedImage:
    if not blobs.has("index.json"):
        raise BadSource(_("it has no index.json"))
    found = [_object(one) for one in _list(_object(_json(blobs, "index.json")).get("manifests"))]
    names = [_names(one) for one in found]
    at = _chosen(names, name)
    manifest = _manifest(blobs, found[at], _DEPTH)
    config = _digest(_object(manifest.get("config")))
    files = [_blob(_digest(_object(layer))) for layer in _list(manifest.get("layers"))]
    return _image(blobs, name or next(iter(names[at]), ""), config, _blob(config), files)


def _names(descriptor: dict[str, Any]) -> list[str]:
    notes = _object(descriptor.get("annotations"))
    return [_text(notes[key]) for key in (_FULL_NAME, _NAME) if notes.get(key)]


def _manifest(blobs: Blobs, descriptor: dict[str, Any], depth: int) -> dict[str, Any]:
    """Return the manifest behind a descriptor; of an index the one of this machine."""
    document = _object(_json(blobs, _blob(_digest(descriptor))))
    if "manifests" not in document:
        return document
    inner = [_object(one) for one in _list(document["manifests"])]
    here = [one for one in inner if blobs.has(_blob(_digest(one)))]
    if not here or not depth:
        raise BadSource(_("no platform of it is here"))
    return _manifest(blobs, min(here, key=_foreignness), depth - 1)


def _foreignness(descriptor: dict[str, Any]) -> tuple[bool, bool]:
    told = _object(descriptor.get("platform"))
    own = _MACHINES.get(platform.machine(), platform.machine())
    return told.get("os") != "linux", told.get("architecture") != own


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
    if len(files) > _LAYERS:
        raise BadSource(_("it has too many layers"))
    told = _object(_json(blobs, config))
    diff_ids = [_text(one) for one in _list(_object(told.get("rootfs")).get("diff_ids"))]
    if len(diff_ids) != len(files):
        raise BadSource(_("its config and its manifest tell different layers"))
    commands = _commands(_list(told.get("history")), len(files))
    layers = (
        ArchivedLayer(index, *parts)
        for index, parts in enumerate(
            zip(diff_ids, chain_ids(diff_ids), commands, files, strict=True), 1
        )
    )
    return ArchivedImage(name, image_id, tuple(layers), blobs)


def _commands(history: Sequence[Any], count: int) -> list[str]:
    """Return the command of each layer; none where history does not fit."""
    steps = [_object(step) for step in history]
    made = [
        step["created_by"] if isinstance(step.get("created_by"), str) else ""
        for step in steps
        if not step.get("empty_layer")
    ]
    return made if len(made) == count else [""] * count


def _digest(descriptor: dict[str, Any]) -> str:
    digest = _text(descriptor.get("digest"))
    if not _DIGEST.match(digest):
        raise BadSource(digest)
    return digest


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _json(blobs: Blobs, name: str) -> Any:
    try:
        return json.loads(read_small(blobs, name))
    except ValueError as error:
        raise BadSource(f"{name}: {error}") from error


def _object(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise BadSource(_("its JSON is not what it should be"))
    return value or {}


def _list(value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise BadSource(_("its JSON is not what it should be"))
    return value or []


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise BadSource(_("its JSON is not what it should be"))
    return value
