"""Committing: an image of a container, and what would go into it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.committing import CommitContainer, ReadChanges
from tui.engine.errors import Cancelled, NotFound
from tui.i18n import _, ngettext
from tui.layers.compare import SharedLayers, shared_layers
from tui.model.commit import Committed
from tui.model.image import ImageFacts
from tui.model.progress import Progress
from tui.model.reference import ImageReference, parse_reference
from tui.model.text import short_id, visible
from tui.store import events, insides

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def read_changes(action: ReadChanges, context: JobContext) -> Ending:
    """Count what a container has of its own."""
    from tui.engine.committing import changes_of

    client = context.client()
    context.on_cancel(client.cut)
    context.tell(insides.ChangesRead(changes_of(client, action.container.container_id)))
    return Ending()


def commit(action: CommitContainer, context: JobContext) -> Ending:
    """Make the image; when it is not wanted any more, take it away again.

    The Engine goes on when the client hangs up, so a cancelled commit is waited for and undone.
    """
    from tui.engine.committing import commit as ask_for
    from tui.engine.committing import origin

    client = context.client()
    container_id, name, base_id = origin(client, action.container.container_id)
    naming = _Naming.of(client, action.reference)
    text = _("The Engine copies what {name} has changed").format(name=visible(name))
    context.report(Progress(text))
    context.on_cancel(
        lambda: context.report(Progress(_("The Engine cannot be stopped at it: then undone.")))
    )
    context.check()
    image_id = ask_for(
        client,
        container_id,
        reference=naming.reference,
        author=action.author,
        message=action.message,
        changes=action.changes,
        pause=action.pause,
    )
    if context.cancelled.is_set():
        naming.undo(client, image_id)
        raise Cancelled
    return _told(action, context, Committed(image_id, base_id, name, action.reference))


@dataclass(frozen=True, slots=True)
class _Naming:
    """The name that an image gets, and who had it before."""

    reference: ImageReference | None
    before: str
    """ID of the image that had the name; empty for none."""

    @classmethod
    def of(cls, client: EngineClient, text: str) -> _Naming:
        from tui.engine import images

        if not text:
            return cls(None, "")
        reference = parse_reference(text).with_default_tag()
        return cls(reference, images.identity(client, str(reference)))

    def undo(self, client: EngineClient, image_id: str) -> None:
        """Remove the image that was made, and give the name back."""
        from tui.engine import images

        with suppress(NotFound):  # gone by someone else's hand
            name = str(self.reference) if self.reference else image_id
            images.remove_image(client, name, noprune=True)
        if self.reference and self.before:
            images.tag(
                client, self.before, repository=self.reference.repository, tag=self.reference.tag
            )


def _told(action: CommitContainer, context: JobContext, made: Committed) -> Ending:
    """Tell the store what was made, and what of it is new."""
    from tui.engine import images

    client = context.client()
    new = images.image_facts(client, made.image_id)
    base: ImageFacts | None = None
    with suppress(NotFound):  # an image may be gone while its container is not
        base = images.image_facts(client, made.base_id)
    context.tell(events.FactsRead((new,) if base is None else (new, base)))
    context.tell(insides.ContainerCommitted(made))
    shared = shared_layers(base.details.diff_ids if base else (), new.details.diff_ids)
    name = visible(action.reference) or short_id(made.image_id)
    return Ending(
        _("{container} is now {image}: {layers}.").format(
            container=visible(made.container), image=name, layers=_layers(shared)
        ),
        facts={
            "image_id": made.image_id,
            "base_id": made.base_id,
            "reference": made.reference,
            "shared_layers": list(new.details.diff_ids[: shared.chain]),
            "new_layers": [new.details.diff_ids[number - 1] for number in shared.only_b],
        },
    )


def _layers(shared: SharedLayers) -> str:
    """Return how many layers are the base's, and how many are new."""
    new = len(shared.only_b)
    if not new:
        return _("nothing had changed, so no new layer")
    base = ngettext("{count} layer of its base", "{count} layers of its base", shared.chain)
    own = ngettext("{count} new", "{count} new", new)
    return f"{base.format(count=shared.chain)}, {own.format(count=new)}"
