"""The form of a commit: above its fields, what would go into the new layer."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from tui.actions.action import Action
from tui.actions.values.committing import ReadChanges
from tui.i18n import _, ngettext
from tui.model.commit import ContainerChanges
from tui.model.job import JobState
from tui.model.reference import parse_reference
from tui.model.text import human_size, short_id, visible
from tui.store.state import State
from tui.ui.screens.form import FormScreen

VOLUMES_SHOWN = 3
"""Mounts that are named."""


class ClaimingScreen(FormScreen):
    """A form that names a new image: says when another image has that name."""

    def notice(self, action: Action) -> str:
        """Return whose name it is, if it is one's."""
        given = getattr(action, "reference", "")
        if not given:
            return ""
        name = str(parse_reference(given).with_default_tag())
        images = self.orlop.store.state.images
        owner = next((image for image in images if name in image.references), None)
        if owner is None:
            return ""
        return _("{name} is the name of {image}, which loses it.").format(
            name=name, image=short_id(owner.image_id)
        )


class CommitScreen(ClaimingScreen):
    """Asks how an image of a container is to be called, and counts what would go in.

    Textual calls the handlers of every class by itself: none here calls its parent's.
    """

    _counting = 0
    """Number of the job that counts; 0 before."""

    def more(self) -> Iterable[Widget]:
        """Return the line of the count."""
        yield Static("", id="commit-changes", markup=False)

    def on_mount(self) -> None:
        """Have the changes counted, and follow the store until they are."""
        if self._selection.containers:
            action = ReadChanges(self._selection.container_targets[0])
            self._counting = self.orlop.dispatcher.submit(action)
            self.follow(self._show)

    def on_unmount(self) -> None:
        """Stop counting: it may take long."""
        self.orlop.dispatcher.cancel(self._counting)

    def _show(self, state: State) -> None:
        changes, wanted = state.inside.changes, self._selection.containers[0].container_id
        job = next((job for job in state.jobs if job.job_id == self._counting), None)
        if changes.container_id == wanted and (job is None or job.state is JobState.DONE):
            text = changes_text(changes)
        elif job is not None and job.state is JobState.FAILED:
            text = visible(f"{job.summary} {job.remedy}".strip())
        else:
            text = _("Counting what it has changed...")
        self.part("#commit-changes", Static).update(text)


def changes_text(changes: ContainerChanges) -> str:
    """Return what would go into the new layer, and what would not."""
    if not changes.count:
        text = _("Nothing has changed: no new layer, or an empty one.")
    else:
        text = ngettext(
            "New layer: {count} path ({added} added, {changed} changed, {deleted} deleted)",
            "New layer: {count} paths ({added} added, {changed} changed, {deleted} deleted)",
            changes.count,
        ).format(
            count=changes.count,
            added=changes.added,
            changed=changes.changed,
            deleted=changes.deleted,
        )
        if changes.size >= 0:
            text += ", " + human_size(changes.size)
    if changes.volumes:
        shown = ", ".join(visible(place) for place in changes.volumes[:VOLUMES_SHOWN])
        more = len(changes.volumes) - VOLUMES_SHOWN
        places = _("{places} and {count} more").format(places=shown, count=more)
        text += "\n" + _("Not in it: what is mounted at {places}.").format(
            places=places if more > 0 else shown
        )
    return text
