"""The reports as JSON documents: fixed names, sizes as integers in bytes, times as RFC 3339.

What is not known is `null`. Text is given as the Engine tells it: JSON makes it harmless.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from tui import __version__
from tui.disk.inventory import Inventory
from tui.model.container import ContainerSummary, PortBinding
from tui.model.engine import Endpoint, EngineInfo
from tui.model.image import ImageDetails, ImageSummary
from tui.model.layer import BuildStep, Layer
from tui.model.removal import ImagePlan, LayerFate, RemovalPlan

Document = dict[str, object]
"""A JSON object."""

SOURCE: Final = "engine"
"""Where the layers of an image were read: inspect and history of the Engine."""


def rfc3339(seconds: int) -> str | None:
    """Return seconds of the epoch as a time in UTC; None for 0 and what no calendar holds."""
    if seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None


def images_document(
    images: Iterable[ImageSummary], users: Counter[str], details: Mapping[str, ImageDetails]
) -> list[Document]:
    """Return the images whose details are known (others went meanwhile), one object each.

    Args:
        images: those that are listed.
        users: image ID to the number of its containers.
        details: by image ID.
    """
    return [
        {
            "id": image.image_id,
            "tags": image.tags,
            "digests": image.digests,
            "created": rfc3339(image.created),
            "size": image.size,
            "containers": users[image.image_id],
            "dangling": not image.references,
            "platform": details[image.image_id].platform,
            "layers": len(details[image.image_id].diff_ids),
        }
        for image in images
        if image.image_id in details
    ]


def containers_document(
    containers: Iterable[ContainerSummary], *, with_size: bool
) -> list[Document]:
    """Return the containers, one object each; `size_rw` only where it was asked for."""
    return [_container(container, with_size=with_size) for container in containers]


def _container(container: ContainerSummary, *, with_size: bool) -> Document:
    document: Document = {
        "id": container.container_id,
        "name": container.name,
        "image": container.image,
        "image_id": container.image_id,
        "state": container.state,
        "status": container.status,
        "health": container.health or None,
        "ports": [_port(port) for port in container.ports],
        "command": container.command,
        "created": rfc3339(container.created),
    }
    if with_size:
        document["size_rw"] = _known(container.size_rw)
    return document


def _port(port: PortBinding) -> Document:
    return {
        "private_port": port.private_port,
        "protocol": port.protocol,
        "public_port": port.public_port or None,
        "address": port.address or None,
    }


def layers_document(inventory: Inventory, image_id: str, *, name: str) -> Document:
    """Return the layers of an image, bottom first, and the steps that made none in `history`.

    Args:
        inventory: all images with their facts.
        image_id: which one.
        name: what it was called in the question.
    """
    stack = inventory.stack(image_id)
    return {
        "image": name,
        "id": image_id,
        "source": SOURCE,
        "layers": [_layer(inventory, layer, image_id) for layer in stack.layers],
        "history": [_step(step) for step in stack.steps if not step.layer_index],
    }


def _layer(inventory: Inventory, layer: Layer, image_id: str) -> Document:
    return {
        "index": layer.index,
        "diff_id": layer.diff_id,
        "chain_id": layer.chain_id,
        "size": _known(layer.size),
        "created_by": layer.created_by,
        "shared_with": shared_with(inventory, layer, image_id),
    }


def shared_with(inventory: Inventory, layer: Layer, image_id: str) -> list[str]:
    """Return the names (or short IDs) of the other listed images that have this layer."""
    holders = inventory.index.images_with(layer.chain_id)
    return [inventory.label(other) for other in holders if other != image_id]


def _step(step: BuildStep) -> Document:
    return {
        "created_by": step.created_by,
        "created": rfc3339(step.created),
        "comment": step.comment,
    }


def reclaim_document(plan: RemovalPlan) -> Document:
    """Return what removing a set of images would free, and what becomes of each part."""
    freed: Document
    if plan.is_exact:
        freed = {"freed_bytes": plan.freed_min}
    else:
        freed = {"freed_bytes_min": plan.freed_min, "freed_bytes_max": plan.freed_max}
    return {
        **freed,
        "images": [_image_plan(image) for image in plan.images],
        "layers": [_fate(layer) for layer in plan.layers],
    }


def _image_plan(image: ImagePlan) -> Document:
    return {
        "id": image.image_id,
        "name": image.label,
        "untagged": image.untagged,
        "deleted": image.deleted,
        "stays": [
            {"cause": stay.cause, "holder": stay.holder, "state": stay.state or None}
            for stay in image.stays
        ],
        "takes_containers": image.takes_containers,
        "leaves_containers": image.leaves_containers,
    }


def _fate(layer: LayerFate) -> Document:
    return {
        "chain_id": layer.chain_id,
        "size": _known(layer.size),
        "freed": layer.freed,
        "kept_by": layer.kept_by,
    }


def version_document(endpoint: Endpoint, info: EngineInfo | None) -> Document:
    """Return orlop's version, the Engine's (None: it cannot be reached), and where it is."""
    engine: Document | None = None
    if info is not None:
        capabilities = asdict(info.capabilities)
        engine = {
            "product": info.product,
            "version": info.version,
            "api": info.api_version,
            "store": capabilities.pop("store"),
            "driver": info.storage_driver,
            "data_root": info.data_root,
            "capabilities": capabilities,
        }
    return {
        "orlop": __version__,
        "engine": engine,
        "endpoint": {
            "url": endpoint.url,
            "origin": endpoint.origin,
            "context": endpoint.context or None,
        },
    }


def _known(size: int) -> int | None:
    """Return a size in bytes; None for the -1 that stands for "not known"."""
    return size if size >= 0 else None
