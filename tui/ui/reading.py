"""What the screens have read by themselves: inspect and history of the images in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.values.reading import ReadFacts
from tui.store.rows import listed_images
from tui.store.state import Phase

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp


class Reading:
    """Has facts read, each once while it is on its way."""

    def __init__(self, orlop: OrlopApp) -> None:
        self._orlop = orlop
        self._reading: set[str] = set()

    def facts(self, image_ids: tuple[str, ...]) -> None:
        """Have inspect and history of images read, each once while it is on its way."""
        wanted = tuple(image_id for image_id in image_ids if image_id not in self._reading)
        connected = self._orlop.store.state.connection.phase is Phase.CONNECTED
        if not wanted or not connected:
            return
        self._reading.update(wanted)
        job_id = self._orlop.dispatcher.submit(ReadFacts(wanted))
        self._orlop.after_job(job_id, lambda: self._reading.difference_update(wanted))

    def all_facts(self) -> None:
        """Have the facts of all images read: only all of them tell who shares a layer."""
        state = self._orlop.store.state
        self.facts(
            tuple(
                image.image_id
                for image in listed_images(state.images)
                if image.image_id not in state.facts
            )
        )
