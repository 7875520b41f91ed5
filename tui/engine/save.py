"""`GET /images/{name}/get`: an image as `docker save` writes it, read as it flows.

Docker's classic store before 28 goes on spooling the image to its own disk after the client has
hung up; on all other Engines a cut ends it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

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
