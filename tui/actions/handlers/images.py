"""Images: how they are pulled and tagged, and their facts read."""

from __future__ import annotations

import time
from typing import Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.pulling import compare, comparison_facts
from tui.actions.values.images import PullImage, TagImage
from tui.actions.values.reading import ReadFacts
from tui.engine.errors import NotFound
from tui.i18n import _
from tui.model.image import ImageFacts
from tui.model.progress import Progress
from tui.model.reference import parse_reference
from tui.model.text import visible
from tui.store import events

FACTS_BATCH: Final = 50
"""Images whose facts go to the store together."""


def pull(action: PullImage, context: JobContext) -> Ending:
    """Pull with a bar per layer; the stream is cut when the job is cancelled."""
    from tui.engine.meter import PullMeter
    from tui.engine.pull import pull as open_pull

    reference = parse_reference(action.reference)
    stream = open_pull(
        context.client(), reference, platform=action.platform, all_tags=action.all_tags
    )
    context.on_cancel(stream.close)
    meter = PullMeter(time.monotonic)
    for line in stream:
        meter.feed(line)
        context.report(meter.snapshot())
    ended = meter.snapshot()
    context.report(ended)
    status = (
        ended.lines[-1]
        if ended.lines
        else _("{reference} is here.").format(reference=visible(action.reference))
    )
    digest = f"  {meter.digest}" if meter.digest else ""
    compared = compare(action.plan, ended)
    facts = {"digest": meter.digest, **comparison_facts(action.plan, ended)}
    return Ending(f"{status}{digest}{compared}", facts=facts)


def tag(action: TagImage, context: JobContext) -> Ending:
    """Give the image one more name."""
    from tui.engine import images

    reference = parse_reference(action.reference).with_default_tag()
    images.tag(
        context.client(), action.image_id, repository=reference.repository, tag=reference.tag
    )
    return Ending(
        _("{source} is now also {reference}.").format(
            source=visible(action.source), reference=visible(action.reference)
        )
    )


def read_facts(action: ReadFacts, context: JobContext) -> Ending:
    """Read inspect and history of each image; one that vanished meanwhile is left out."""
    from tui.engine import images

    client = context.client()
    batch: list[ImageFacts] = []
    for number, image_id in enumerate(action.image_ids, 1):
        context.check()
        try:
            batch.append(images.image_facts(client, image_id))
        except NotFound:
            continue
        if len(batch) >= FACTS_BATCH:
            context.tell(events.FactsRead(tuple(batch)))
            batch = []
        context.report(Progress(action.title, number, len(action.image_ids)))
    if batch:
        context.tell(events.FactsRead(tuple(batch)))
    return Ending()
