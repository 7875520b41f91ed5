"""`GET /images/{name}/get`: images as `docker save` writes it, read as it flows.

Docker's classic store before 28 goes on spooling the image to its own disk after the client has
hung up; on all other Engines a cut ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from urllib.parse import urlencode

from tui.engine.client import Body, EngineClient


def saved(client: EngineClient, image_id: str) -> AbstractContextManager[Body]:
    """Lend the archive of an image.

    Args:
        client: The Engine; `cut` from another thread ends the reading.
        image_id: By ID, so that a name that moves meanwhile does no harm.

    Raises:
        EngineError: it is not there, was cut, or the connection broke.
    """
    return client.body(f"/images/{image_id}/get")


def saved_together(client: EngineClient, names: Sequence[str]) -> AbstractContextManager[Body]:
    """Lend one archive of several images (`GET /images/get`); equal layers are in it once.

    Args:
        client: The Engine; `cut` from another thread ends the reading.
        names: References, which the archive then knows, or IDs, which have no names there.

    Raises:
        EngineError: one is not there, it was cut, or the connection broke.
    """
    return client.body(f"/images/get?{urlencode([('names', name) for name in names])}")
