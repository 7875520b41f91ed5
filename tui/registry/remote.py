"""An image in a registry: its manifest and its config, but none of its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tui.i18n import _
from tui.layers import errors as layer_errors
from tui.layers.chain import chain_ids
from tui.layers.config import details_of
from tui.layers.errors import BadSource
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
)
from tui.model.image import ImageDetails
from tui.model.registry import RemotePlatform
from tui.registry.client import Manifest, RegistryClient
from tui.registry.errors import BadManifest, NoPlatform, NotARegistry

CONFIG_MAX: Final = 8 << 20
"""Bytes of the longest config."""

PLATFORMS: Final = 1024
"""Images of one index."""

_ATTESTS: Final = "vnd.docker.reference.type"
_DEPTH: Final = 4
"""Indexes within indexes."""

_LARGEST: Final = (1 << 63) - 1
_OLD: Final = "application/vnd.docker.distribution.manifest.v1"


@dataclass(frozen=True, slots=True)
class RemoteLayer:
    """One layer of an image in a registry."""

    index: int
    """1 is the bottom."""
    diff_id: str
    chain_id: str
    created_by: str
    """Empty where history tells none."""
    digest: str
    """Of the blob."""
    size: int
    """Bytes of the blob, as it is stored."""
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """An image in a registry."""

    digest: str
    """Of the manifest."""
    image_id: str
    """The digest of its config."""
    layers: tuple[RemoteLayer, ...]
    details: ImageDetails
    """What its config tells."""

    @property
    def size(self) -> int:
        """Bytes of all its layers, as they are downloaded."""
        return sum(layer.size for layer in self.layers)


def read_image(client: RegistryClient, platform: str = "") -> RemoteImage:
    """Read manifest and config.

    Args:
        client: The image's repository, and its reference.
        platform: `os/architecture[/variant]`, of an index; empty for the nearest to this machine.

    Raises:
        NoPlatform: its index has no such platform.
        RegistryError: there is none, or none that can be read.
    """
    reference = client.reference
    found = client.manifest(reference.digest or reference.tag_or_default)
    return image_of(client, found, platform)


def image_of(client: RegistryClient, found: Manifest, platform: str = "") -> RemoteImage:
    """Read the image of a manifest that was fetched; of an index that for a platform.

    Args:
        client: The registry.
        found: A manifest or an index.
        platform: `os/architecture[/variant]`; empty for the nearest to this machine.

    Raises:
        NoPlatform: the index has none for it.
        RegistryError: it cannot be read.
    """
    try:
        return _image(client, found, platform)
    except BadSource as error:
        raise BadManifest(error.detail) from error


def platforms_of(found: Manifest) -> tuple[RemotePlatform, ...]:
    """Return the platforms of an index, without attestations; none where it is a manifest.

    Raises:
        RegistryError: it cannot be read.
    """
    try:
        return tuple(_platform(one) for one in _images(_told(found)))
    except BadSource as error:
        raise BadManifest(error.detail) from error


def _image(client: RegistryClient, found: Manifest, platform: str) -> RemoteImage:
    for _hop in range(_DEPTH):
        told = _told(found)
        if "manifests" not in told:
            break
        found = client.manifest(digest_of(_chosen(_images(told), platform)))
    else:
        raise BadManifest(_("its indexes are nested too deeply"))
    config_digest = digest_of(object_of(told.get("config")))
    blobs = [object_of(one) for one in list_of(told.get("layers"))]
    if len(blobs) > LAYERS:
        raise BadManifest(_("it has too many layers"))
    config = object_of(json_of(client.small_blob(config_digest, CONFIG_MAX), config_digest))
    diff_ids = diff_ids_of(config, len(blobs))
    commands = commands_of(config, len(blobs))
    every_layer = zip(diff_ids, chain_ids(diff_ids), commands, blobs, strict=True)
    layers = (
        RemoteLayer(at, diff, chain, command, digest_of(blob), _size(blob), _annotations(blob))
        for at, (diff, chain, command, blob) in enumerate(every_layer, 1)
    )
    details = details_of(config, config_digest)
    return RemoteImage(found.digest, config_digest, tuple(layers), details)


def _images(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what an index names; attestations, which are no images, only where nothing else is."""
    every = [object_of(one) for one in list_of(told.get("manifests"))]
    if len(every) > PLATFORMS:
        raise BadManifest(_("it has too many platforms"))
    return [one for one in every if not _is_attestation(one)] or every


def _is_attestation(descriptor: Mapping[str, Any]) -> bool:
    told = object_of(descriptor.get("platform"))
    about = object_of(descriptor.get("annotations"))
    return "unknown" in (told.get("os"), told.get("architecture")) or _ATTESTS in about


def _platform(descriptor: dict[str, Any]) -> RemotePlatform:
    return RemotePlatform(platform_of(descriptor), digest_of(descriptor))


def _chosen(every: list[dict[str, Any]], platform: str) -> dict[str, Any]:
    """Return the image for a platform."""
    if not every:
        raise BadManifest(_("no platform of it is here"))
    for one in every:
        digest_of(one)  # an index of nonsense is none
    try:
        return for_platform(every, platform)
    except layer_errors.NoPlatform as error:
        raise NoPlatform(error.detail) from error


def _told(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest or an index.

    Raises:
        BadManifest: it is of a form that nobody makes any more.
        NotARegistry: it is no JSON.
    """
    try:
        told = object_of(json_of(manifest.data, manifest.digest))
    except BadSource as error:
        raise NotARegistry(error.detail) from error
    if manifest.media_type.startswith(_OLD) or told.get("schemaVersion") == 1:
        raise BadManifest(_("it is of Docker's first form (schema 1)"))
    return told


def _size(descriptor: Mapping[str, Any]) -> int:
    size = descriptor.get("size")
    if not isinstance(size, int) or not 0 <= size <= _LARGEST:
        raise BadManifest(_("a size makes no sense"))
    return size


def _annotations(descriptor: Mapping[str, Any]) -> dict[str, str]:
    told = object_of(descriptor.get("annotations"))
    return {name: text for name, text in told.items() if isinstance(text, str)}
