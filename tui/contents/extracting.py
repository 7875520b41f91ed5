"""What is to be extracted of an image, and where each of its files stands in the listings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui.contents.beneath import Extracted
from tui.contents.extract import Plan, plan_of
from tui.contents.image import ListedImage, NoSuchLayer
from tui.i18n import _, ngettext
from tui.layers.union import Union, stack
from tui.model.listing import Kind, Mark
from tui.model.text import exact_size, visible


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what is needed to carry it out."""

    plan: Plan
    places: Mapping[int, dict[bytes, int]]
    """Of each layer that is needed: where each path stands in its listing."""

    @property
    def is_folder(self) -> bool:
        """Whether a folder is extracted."""
        return b"" in self.plan.folders


def prepare(image: ListedImage, path: bytes, layer: int, *, alone: bool) -> Prepared:
    """Return what lies at a path.

    Args:
        image: With its listings.
        path: Empty for everything.
        layer: The file system up to this layer (1 is the bottom), or what that layer alone
            brought; 0 for the whole image.
        alone: The latter.

    Raises:
        LayerError: there is no such layer, nothing is there, or a layer cannot be read.
    """
    if not 0 <= layer <= len(image.layers):
        raise NoSuchLayer(str(layer))
    plan = plan_of(_union(image, layer, alone=alone), path)
    if layer and alone:  # its union counts from 1
        lift = layer - 1
        plan.files = {(at + lift, name): names for (at, name), names in plan.files.items()}
    needed = {index for index, _path in plan.files}
    return Prepared(plan, {index: _places(image, index) for index in needed})


def _union(image: ListedImage, layer: int, *, alone: bool) -> Union:
    if layer and alone:
        one = image.layers[layer - 1]
        if one.error is not None:
            raise one.error
        return stack([replace(one.listing)])
    count = layer or len(image.layers)
    image.check(count)
    return image.union(count)


def _places(image: ListedImage, layer: int) -> dict[bytes, int]:
    """Return where each file of a layer stands; of a path that comes twice the later counts."""
    entries = image.layers[layer - 1].listing.entries
    return {
        entry.path: at
        for at, entry in enumerate(entries)
        if entry.kind is Kind.FILE and entry.mark is Mark.NONE
    }


def extracted_sentences(done: Extracted) -> list[str]:
    """Return what was left out, what failed, what was written."""
    lines = []
    if done.skipped:
        kinds = ", ".join(sorted({why for _path, why in done.skipped}))
        lines.append(
            ngettext(
                "{count} left out: {kinds}", "{count} left out: {kinds}", len(done.skipped)
            ).format(count=len(done.skipped), kinds=visible(kinds))
        )
    if done.failed:
        count = len(done.failed)
        lines.append(ngettext("{count} failed", "{count} failed", count).format(count=count))
    if done.bare:
        lines.append(
            ngettext(
                "{count} without its setuid", "{count} without their setuid", done.bare
            ).format(count=done.bare)
        )
    told = ngettext("{count} file written, {size}", "{count} files written, {size}", done.files)
    return [*lines, told.format(count=done.files, size=exact_size(done.size))]


def failed_lines(done: Extracted, count: int) -> list[str]:
    """Return the first of what failed, each with the reason."""
    return [
        _("{path}: {why}").format(
            path=visible(path.decode("utf-8", "surrogateescape") or "/"), why=visible(why)
        )
        for path, why in done.failed[:count]
    ]
