"""Making the plan of a pull: the registry is asked, then the Engine or its disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.contents.registry import login_for
from tui.i18n import N_
from tui.layers.errors import LayerError
from tui.model.engine import StoreKind
from tui.model.pullplan import PullPlan
from tui.model.reference import ImageReference
from tui.registry.client import RegistryClient
from tui.registry.remote import read_image
from tui.transfer.presence import here_of, planned

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


class NotTold(LayerError):
    """The practice engine's Hub is inside it and speaks to nobody else."""

    TITLE = N_("The practice engine's Hub tells its sizes only as it is pulled from.")


def plan_of(
    client: EngineClient,
    reference: ImageReference,
    check: Callable[[], None],
    on_cancel: Callable[[Callable[[], None]], None],
) -> PullPlan:
    """Return what a pull would fetch; nothing is pulled.

    Args:
        client: The Engine that would pull.
        reference: What.
        check: Raises `Cancelled` when it is to stop.
        on_cancel: Takes what ends a request at once, from another thread.

    Raises:
        RegistryError: the registry does not tell.
        EngineError: as the Engine tells.
    """
    if client.info.practice:
        raise NotTold
    registry = RegistryClient(reference, lambda: login_for(reference))
    on_cancel(registry.connections.hang_up)
    image = read_image(registry)
    check()
    return PullPlan(
        reference=str(reference.with_default_tag()),
        platform=image.details.platform,
        platforms=(),
        digest=image.digest,
        layers=planned(image.layers, here_of(client, check)),
        image_here=_image_here(client, image.image_id, image.digest),
        source=reference.domain,
    )


def _image_here(client: EngineClient, config_digest: str, manifest_digest: str) -> str:
    """Return the ID of the very image, if the Engine has it; empty if not."""
    from tui.engine import images

    by_manifest = client.capabilities.store is StoreKind.CONTAINERD
    return images.identity(client, manifest_digest if by_manifest else config_digest)
