"""Pushing an image to a registry, with a bar for each layer."""

from __future__ import annotations

import time
from dataclasses import replace

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.accounts import PushImage
from tui.i18n import _, ngettext
from tui.model.reference import ImageReference, parse_reference, split_tag
from tui.model.text import visible


def push(action: PushImage, context: JobContext) -> Ending:
    """Tag where that is wanted, push, and tell by which line others get what was pushed."""
    from tui.engine.meter import PushMeter
    from tui.engine.push import push as open_push

    reference = parse_reference(action.reference)
    if not action.all_tags:
        reference = reference.with_default_tag()
    stream = open_push(context.client(), reference, all_tags=action.all_tags)
    context.on_cancel(stream.close)
    if action.tags_first:
        _tag(action, reference, context)
    meter = PushMeter(time.monotonic)
    for line in stream:
        meter.feed(line)
        context.report(meter.snapshot())
    digests = meter.digests or _known_digest(action, reference, context)
    lines = pull_lines(reference, digests)
    ended = meter.snapshot()
    context.report(replace(ended, lines=(*ended.lines, *lines)))
    facts = {"reference": action.reference, "digests": digests, "pull": list(lines)}
    return Ending(_sentence(action, lines), facts=facts)


def pull_lines(reference: ImageReference, digests: dict[str, str]) -> tuple[str, ...]:
    """Return the lines by which others get what was pushed, each digest once."""
    return tuple(
        f"docker pull {reference.repository}@{visible(digest)}"
        for digest in dict.fromkeys(digests.values())
    )


def _sentence(action: PushImage, lines: tuple[str, ...]) -> str:
    name = visible(action.reference)
    if len(lines) == 1:
        told = _("{reference} is in the registry. Others get exactly this by: {line}")
        return told.format(reference=name, line=lines[0])
    if not lines:
        return _("{reference} is in the registry.").format(reference=name)
    return ngettext(
        "{reference} is in the registry, {count} image of it.",
        "{reference} is in the registry, {count} different images of it.",
        len(lines),
    ).format(reference=name, count=len(lines))


def _tag(action: PushImage, reference: ImageReference, context: JobContext) -> None:
    from tui.engine import images

    client = context.client()
    context.check()
    images.tag(client, action.image_id, repository=reference.repository, tag=reference.tag)


def _known_digest(
    action: PushImage, reference: ImageReference, context: JobContext
) -> dict[str, str]:
    """Return the digest that the Engine noted, where its stream told none (Podman)."""
    from tui.engine import images

    if action.all_tags:
        return {}
    digests = images.inspect_image(context.client(), str(reference)).digests
    own = [one.partition("@")[2] for one in digests if _is_of(one, reference)]
    return {reference.tag: own[-1]} if own else {}


def _is_of(digest: str, reference: ImageReference) -> bool:
    name = split_tag(digest)[0]
    return name in (reference.repository, f"{reference.domain}/{reference.path}")
