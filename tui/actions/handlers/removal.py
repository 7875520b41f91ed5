"""The handler that removes images: exactly the steps of the preview, one by one.

Each step is checked first: a name that points elsewhere by now, an image that
got a name since, one that would go although the preview let it stay, or by
force one that a new container uses, is skipped and said. Nothing that the
preview did not list is asked for.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.images import RemoveImages
from tui.disk.receipt import Receipt, freed_by_chains
from tui.engine.errors import EngineError, NotFound
from tui.i18n import _, ngettext
from tui.model.engine import StoreKind
from tui.model.image import ImageDetails
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.model.removal import ImagePlan, RemovalPlan, RemovalStep, StayCause
from tui.model.text import exact_size, human_size, short_id, visible

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


class _Removal:
    """One removal on its way: what was answered so far."""

    def __init__(self, plan: RemovalPlan, client: EngineClient, context: JobContext) -> None:
        self.plan = plan
        self.client = client
        self.context = context
        self.lines: list[str] = []
        self.deleted: list[str] = []
        self.outcomes: list[TargetOutcome] = []
        self.planned = {image.image_id: image for image in plan.images}

    def run(self) -> None:
        """Do every step, in order; after a stop the rest is skipped."""
        for number, step in enumerate(self.plan.steps, 1):
            outcome = self._step(step)
            self.outcomes.append(outcome)
            if outcome.outcome is not Outcome.DONE:
                self.lines.append(f"{outcome.target}: {outcome.why}")
            self.context.report(
                Progress(outcome.target, number, len(self.plan.steps), lines=tuple(self.lines))
            )

    def _step(self, step: RemovalStep) -> TargetOutcome:
        from tui.engine import images

        label = short_id(step.name) if step.by_id else visible(step.name)
        if self.context.cancelled.is_set():
            return TargetOutcome(label, Outcome.SKIPPED, _("skipped: stopped before its turn"))
        try:
            if why := self._changed(step):
                return TargetOutcome(label, Outcome.SKIPPED, why)
            removed = images.remove_image(self.client, step.name, force=self.plan.force)
        except EngineError as error:
            return TargetOutcome(label, Outcome.FAILED, error.detail or error.title)
        self.lines += [f"Untagged: {visible(name)}" for name in removed.untagged]
        self.lines += [f"Deleted: {visible(name)}" for name in removed.deleted]
        self.deleted += removed.deleted
        return TargetOutcome(label, Outcome.DONE)

    def _changed(self, step: RemovalStep) -> str:
        """Return why the step would not do what the preview said; empty when it would."""
        from tui.engine import images

        try:
            details = images.inspect_image(self.client, step.name)
        except NotFound:
            return _("skipped: it is already gone")
        if details.image_id != step.image_id:
            return _("skipped: the name points to another image since the preview")
        planned = self.planned.get(step.image_id)
        if planned is None or not planned.deleted:
            return self._unheld(planned, details)
        added = sorted(set(details.tags) - set(planned.untagged))
        if added:
            return _("skipped: it got the name {name} since the preview").format(
                name=visible(added[0])
            )
        return self._newly_used(planned) if self.plan.force else ""

    def _unheld(self, planned: ImagePlan | None, details: ImageDetails) -> str:
        """Return a reason when nothing keeps an image any more that the preview let stay.

        Taking its last name would delete it.
        """
        from tui.engine import containers, images

        stays = planned.stays if planned else ()
        names, image_id = {*details.tags, *details.digests}, details.image_id
        causes = {stay.cause for stay in stays if stay.cause is not StayCause.TAG}
        if not stays or any(stay.holder in names for stay in stays):
            return ""
        if StayCause.CHILD in causes:
            every = images.list_images(self.client, all=True)
            if any(image.parent_id == image_id for image in every):
                return ""
        if StayCause.CONTAINER in causes:
            users = containers.list_containers(self.client)
            if any(user.image_id == image_id for user in users):
                return ""
        return _("skipped: the preview let the image stay, but nothing keeps it any more")

    def _newly_used(self, planned: ImagePlan) -> str:
        """Return a reason when force would reach a container that the preview did not tell of."""
        from tui.engine import containers

        known = {*planned.takes_containers, *planned.leaves_containers}
        for user in containers.list_containers(self.client):
            name = user.name or user.container_id
            if user.image_id == planned.image_id and name not in known:
                return _("skipped: the container {name} uses it since the preview").format(
                    name=visible(name)
                )
        return ""


def remove_images(action: RemoveImages, context: JobContext) -> Ending:
    """Remove what the plan lists; the summary is the receipt, predicted against measured."""
    client = context.client()
    exact = client.capabilities.store is StoreKind.CLASSIC
    before = 0 if exact else _layers_size(client)
    started = time.monotonic()
    removal = _Removal(action.plan, client, context)
    removal.run()
    if exact:
        measured = freed_by_chains(action.plan, removal.deleted)
    else:
        measured = max(0, before - _layers_size(client))
    receipt = Receipt(
        predicted_min=action.plan.freed_min,
        predicted_max=action.plan.freed_max,
        measured=measured,
        seconds=time.monotonic() - started,
    )
    return Ending(_summary(receipt, tuple(removal.outcomes)), tuple(removal.outcomes))


def _layers_size(client: EngineClient) -> int:
    from tui.engine import system

    return system.layers_size(client)


def _summary(receipt: Receipt, outcomes: tuple[TargetOutcome, ...]) -> str:
    done = sum(item.outcome is Outcome.DONE for item in outcomes)
    text = ngettext("{done} of {count} removed", "{done} of {count} removed", len(outcomes)).format(
        done=done, count=len(outcomes)
    )
    if receipt.predicted_min == receipt.predicted_max:
        predicted = human_size(receipt.predicted_min)
    else:
        predicted = f"{human_size(receipt.predicted_min)} - {human_size(receipt.predicted_max)}"
    return _("{text}: predicted {predicted}, freed {measured}.").format(
        text=text, predicted=predicted, measured=exact_size(receipt.measured)
    )
