"""The walk to a container: its writable layer, what that lies on, and what it changed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tui.contents.dataroot import DataRoot, NotThere, digits_of, folder_name, some
from tui.contents.walk_classic import OVERLAYS, files_step
from tui.contents.walkplace import Place, Seen, grep_files, grepped, in_folder
from tui.engine.wire_disk import DiskPlace
from tui.i18n import _
from tui.model.engine import EngineInfo, StoreKind
from tui.model.walk import Facts, WalkStep

CHANGES_MAX: Final = 1000
"""Changes that a step tells."""

Changes = Sequence[tuple[str, str]]
"""Letter (C changed, A added, D deleted) and path."""


def container_steps(
    place: Place, info: EngineInfo, told: DiskPlace, changes: Changes
) -> tuple[WalkStep, ...]:
    """Return the walk from a container's ID to its files."""
    if info.capabilities.store is StoreKind.CLASSIC:
        steps = _classic_steps(place, info.storage_driver, told)
    elif info.capabilities.store is StoreKind.CONTAINERD:
        steps = (_snapshot_step(place, info.storage_driver, told),)
    else:
        steps = (_inspect_step(told), *_upper_steps(place, told))
    return (*steps, _changes_step(told, changes))


def _classic_steps(place: Place, driver: str, told: DiskPlace) -> tuple[WalkStep, ...]:
    digits = digits_of(told.target_id)
    folder = place.root / "image" / driver / "layerdb" / "mounts" / digits
    known = Path(told.upper).parent.name if told.upper and driver in OVERLAYS else ""
    names = ["mount-id", "init-id", "parent"]

    def look(disk: DataRoot) -> Seen:
        read = {name: disk.text(folder / name) for name in names}
        output = "".join(grepped(name, text) for name, text in read.items())
        for name in names[:2]:
            folder_name(read[name])
        return Seen(tuple((name, text.strip()) for name, text in read.items()), output)

    mounts = place.step(
        _("Container ID"),
        _("layerdb/mounts: mount-id names the writable layer, init-id the one below it with the "
          "files that Docker mounts over, parent the chain ID of the image's top layer."),
        folder,
        in_folder(folder, grep_files(names)),
        look,
        instead=((("mount-id", known),) if known else ()),
    )  # fmt: skip
    try:
        name = folder_name(dict(mounts.facts).get("mount-id", ""))
    except NotThere:
        return mounts, _inspect_step(told)
    if driver not in OVERLAYS:
        return mounts, _inspect_step(told)
    own = place.root / driver / name
    init = files_step(
        place,
        _("Init layer"),
        _("Empty files for /etc/hosts and others; docker diff and commit leave them out."),
        own.with_name(f"{name}-init") / "diff",
    )
    return mounts, _folder_step(place, own, told), init, _upper_step(place, own / "diff")


def _folder_step(place: Place, folder: Path, told: DiskPlace) -> WalkStep:
    usual = ["link", "lower"]

    def look(disk: DataRoot) -> Seen:
        names = disk.names(folder)
        read = {name: disk.text(folder / name) for name in usual}
        output = "".join(f"{name}\n" for name in names)
        output += "".join(grepped(name, text) for name, text in read.items())
        facts = ((_("Holds"), some(names, 8)), *((key, text) for key, text in read.items()))
        differs = told.upper and Path(told.upper) != folder / "diff"
        error = _("The Engine tells another folder.") if differs else ""
        return Seen((*facts, *_mounted(told)), output, error)

    return place.step(
        _("Container's folder"),
        _("diff is the upper folder, where all writes go; work is the kernel's; merged is what the "
          "container sees, there only while it runs."),
        folder,
        in_folder(folder, f"ls -A && {grep_files(usual)}"),
        look,
        instead=_mounted(told),
    )  # fmt: skip


def _mounted(told: DiskPlace) -> Facts:
    facts = (
        (_("Upper"), told.upper),
        (_("Work"), told.work),
        (_("Merged"), told.merged),
        *((_("Lower {index}").format(index=index), one) for index, one in enumerate(told.lower, 1)),
    )
    return tuple(fact for fact in facts if fact[1])


def _inspect_step(told: DiskPlace) -> WalkStep:
    return WalkStep(
        _("Container's folders"),
        _("The Engine tells them: docker inspect, GraphDriver. Upper takes all writes."),
        told.upper,
        facts=_mounted(told),
        shell=shlex.join(["docker", "inspect", "-f", "{{json .GraphDriver}}", told.name]),
    )


def _upper_steps(place: Place, told: DiskPlace) -> tuple[WalkStep, ...]:
    return (_upper_step(place, Path(told.upper)),) if told.upper.startswith("/") else ()


def _upper_step(place: Place, folder: Path) -> WalkStep:
    return files_step(
        place,
        _("Upper: its files"),
        _("What the container wrote. A device 0/0 hides a file below. "
          "docker commit packs this folder as a new layer."),
        folder,
    )  # fmt: skip


def _snapshot_step(place: Place, driver: str, told: DiskPlace) -> WalkStep:
    digits = digits_of(told.target_id)
    line = f"ctr -n moby snapshots --snapshotter {driver} mounts /mnt {digits}"
    return WalkStep(
        _("Container's snapshot"),
        _("containerd keeps the folders; only its metadata.db says which. ctr writes them as the "
          "options of a mount: upperdir, workdir, lowerdir."),
        facts=((_("Snapshot"), digits), (_("Snapshotter"), driver)),
        shell=place.line(line, as_root=True),
    )  # fmt: skip


def _changes_step(told: DiskPlace, changes: Changes) -> WalkStep:
    """Return what the container changed, as the Engine tells it."""
    shown = changes[:CHANGES_MAX]
    line = shlex.join(["docker", "diff", told.name or told.target_id])
    count = ((_("Changes"), str(len(changes))),)
    return WalkStep(
        _("What it changed"),
        _("A added, C changed, D deleted: what docker commit would put into a new layer."),
        facts=(*count, *shown),
        shell=line if len(changes) <= CHANGES_MAX else f"{line} | head -n {CHANGES_MAX}",
        output="".join(f"{letter} {path}\n" for letter, path in shown),
        read=True,
    )
