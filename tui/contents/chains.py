"""What the Engine's API alone tells of layers that are here: the chain IDs of all images."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.layers.chain import chain_ids
from tui.model.image import ImageSummary

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def images_and_chains(
    client: EngineClient, check: Callable[[], None]
) -> tuple[tuple[ImageSummary, ...], frozenset[str]]:
    """Return the images of an Engine and the chain IDs of all their layers: a request an image.

    Args:
        client: The Engine.
        check: Raises when nobody wants the answer any more.

    Raises:
        EngineError: as the Engine tells.
    """
    from tui.engine.errors import NotFound
    from tui.engine.images import inspect_image, list_images

    images = list_images(client, all=True)
    chains: set[str] = set()
    for image in images:
        check()
        try:
            chains.update(chain_ids(inspect_image(client, image.image_id).diff_ids))
        except NotFound:  # removed meanwhile
            continue
    return images, frozenset(chains)
