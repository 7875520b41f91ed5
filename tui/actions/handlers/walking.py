"""Finding where something lies on the Engine's disk."""

from __future__ import annotations

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.reading import ReadWalk
from tui.store import events


def read_walk(action: ReadWalk, context: JobContext) -> Ending:
    """Walk to an image or a container."""
    from tui.contents.walk import walk_container, walk_image
    from tui.engine import images

    client = context.client()
    context.on_cancel(client.cut)
    if action.is_container:
        walk = walk_container(client, action.target_id)
    else:
        walk = walk_image(client, images.image_facts(client, action.target_id), action.name)
    context.tell(events.Walked(walk))
    return Ending()
