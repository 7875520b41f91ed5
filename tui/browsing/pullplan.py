"""What a pull would fetch: the registry tells its layers, the Engine or its disk what is here.

Docker Hub is asked by its API, since reading a manifest there counts as a pull.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.browsing.presence import WantedLayer, here_of, planned
from tui.browsing.tags import read_tag
from tui.browsing.ways import Ways
from tui.model.engine import StoreKind
from tui.model.pullplan import PullPlan
from tui.model.reference import ImageReference
from tui.model.registry import TagDetails

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def plan_of(
    client: EngineClient,
    ways: Ways,
    reference: ImageReference,
    platform: str,
    check: Callable[[], None],
) -> PullPlan:
    """Return what a pull would fetch; nothing is pulled.

    Args:
        client: The Engine that would pull.
        ways: The ways to registries.
        reference: What.
        platform: `os/architecture[/variant]`; empty for the Engine's own.
        check: Raises `Cancelled` when it is to stop.

    Raises:
        RegistryError: the registry does not tell, or has nothing for this platform.
        EngineError: as the Engine tells.
    """
    found = read_tag(ways, reference, platform or client.info.platform)
    check()
    return PullPlan(
        reference=str(reference.with_default_tag()),
        platform=found.platform.platform,
        platforms=tuple(one.platform for one in found.tag.platforms),
        digest=found.tag.digest,
        layers=planned(_layers(found), here_of(client, check)),
        image_here=_image_here(client, found),
        source=reference.domain,
    )


def _layers(found: TagDetails) -> list[WantedLayer]:
    # Docker Hub tells steps without a layer too
    blobs = tuple(blob for blob in found.layers if blob.digest)
    diff_ids: tuple[str, ...] = found.config.diff_ids
    if len(diff_ids) != len(blobs):
        diff_ids = ("",) * len(blobs)
    pairs = zip(blobs, diff_ids, strict=True)
    return [WantedLayer(blob.digest, blob.size, blob.created_by, diff) for blob, diff in pairs]


def _image_here(client: EngineClient, found: TagDetails) -> str:
    """Return the ID of the very image, if the Engine has it; empty if not, or nobody can tell."""
    from tui.engine import images

    digests: tuple[str, ...] = (found.config.image_id,)
    if client.capabilities.store is StoreKind.CONTAINERD:
        digests = (found.tag.digest, found.platform.digest)
    here = (images.identity(client, digest) for digest in digests if digest)
    return next(filter(None, here), "")
