"""Writing files of an image to a folder of the user's: what goes where, and in which order."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial

from tui.contents.beneath import BadDestination, Beneath, Extracted
from tui.contents.files import Content, Contents, Wanted
from tui.contents.source import Watch
from tui.i18n import N_, _
from tui.layers.errors import LayerError
from tui.layers.union import Shown, Union
from tui.model.listing import Kind


class NotInImage(LayerError):
    """There is nothing at this path."""

    TITLE = N_("There is no such file in the image.")
    REMEDY = N_("orlop files SOURCE lists them.")


@dataclass(slots=True)
class Plan:
    """What lies at a path, and where each of it goes: paths relative to the destination."""

    folders: dict[bytes, Shown | None] = field(default_factory=dict)
    files: dict[tuple[int, bytes], list[bytes]] = field(default_factory=dict)
    """By layer and path of the content: the names that it gets."""
    shown: dict[bytes, Shown] = field(default_factory=dict)
    """Each name that is no folder."""


def plan_of(union: Union, path: bytes) -> Plan:
    """Return what is at a path of a file system; a folder is the empty relative path.

    Raises:
        NotInImage: nothing is.
    """
    if path and path not in union.shown and path not in union.below:
        raise NotInImage(path.decode("utf-8", "surrogateescape"))
    plan = Plan()
    waiting = [path]
    while waiting:
        one = waiting.pop()
        name = one[len(path) :].lstrip(b"/")
        shown = union.shown.get(one)
        if shown is None or shown.entry.kind is Kind.DIRECTORY:
            plan.folders[name] = shown
            waiting += union.inside(one)
            continue
        plan.shown[name] = shown
        layer, entry = (shown.file.layer, shown.file.entry) if shown.file else shown[1::-1]
        if entry.kind is Kind.FILE:
            plan.files.setdefault((layer, entry.path), []).append(name)
    return plan


class Extraction(Beneath):
    """Writes a plan beneath one folder, or as one file in it."""

    def __init__(self, plan: Plan, root: int, name: bytes, *, overwrite: bool) -> None:
        """Prepare.

        Args:
            plan: What is to be written.
            root: The folder that it goes to, open.
            name: What it is called there; empty for the folder itself.
            overwrite: Files that are there are replaced.
        """
        super().__init__(root, name, overwrite=overwrite)
        self._plan = plan

    def write(
        self, contents: Contents, wanted: Wanted, paths: dict[tuple[int, int], bytes], watch: Watch
    ) -> Extracted:
        """Write all of it; what goes wrong with one file is noted and the others go on.

        Args:
            contents: Where the contents are.
            wanted: The files, as places in listings.
            paths: The path of each of those.
            watch: How the writing is watched; it tells bytes.

        Raises:
            DiskFull: there is no room left.
            LayerError: the contents cannot be read on.
        """
        plan = self._plan
        for name in sorted(plan.folders):
            self._noted(name, partial(self._make_folder, name))
        total = sum(plan.shown[names[0]].size for names in plan.files.values())
        if total:
            watch.tell(0, total)
        for content in contents.read(wanted, watch):
            path = paths[content.layer, content.at]
            names = plan.files[content.layer, path]
            self._noted(names[0], partial(self._write_content, content, names))
            watch.tell(self.done.size, total)
        for name in sorted(plan.shown):
            self._noted(name, partial(self._make_other, name))
        for name in sorted(plan.folders, reverse=True):
            if (shown := plan.folders[name]) is not None:
                self._noted(name, partial(self._finish_folder, name, shown.entry))
        return self.done

    def _write_content(self, content: Content, names: list[bytes]) -> None:
        if content.error is not None:
            raise content.error
        entry = self._plan.shown[names[0]]
        told = entry.file.entry if entry.file else entry.entry
        self._write_file(names, told, content.stream)

    def _make_other(self, name: bytes) -> None:
        """Make what has no content: a symlink; or note why not."""
        shown = self._plan.shown[name]
        entry = shown.file.entry if shown.file else shown.entry
        if entry.kind is Kind.SYMLINK:
            self._make_symlink(name, entry)
        elif entry.kind is Kind.HARDLINK:
            raise BadDestination(_("it is a link to a file that is not in the image"))
        elif entry.kind is not Kind.FILE:
            self.done.skipped.append((name, entry.kind.value))


def extract(
    listings: dict[int, dict[bytes, int]],
    plan: Plan,
    contents: Contents,
    where: tuple[int, bytes],
    *,
    overwrite: bool,
    watch: Watch,
) -> Extracted:
    """Write a plan.

    Args:
        listings: Of each layer, where each path stands in its listing.
        plan: What is to be written.
        contents: The place that has the contents.
        where: As `destination` tells it; its folder is closed.
        overwrite: Replace files that are there.
        watch: How it is watched.

    Raises:
        LayerError: it cannot go on.
    """
    wanted: dict[int, list[int]] = {}
    paths: dict[tuple[int, int], bytes] = {}
    for layer, path in plan.files:
        at = listings[layer][path]
        wanted.setdefault(layer, []).append(at)
        paths[layer, at] = path
    root, name = where
    try:
        extraction = Extraction(plan, root, name, overwrite=overwrite)
        return extraction.write(contents, wanted, paths, watch)
    finally:
        os.close(root)
