"""The walk to an image of Docker's own store: repositories.json, imagedb, layerdb, driver."""

from __future__ import annotations

import json
import re
import shlex
from functools import partial
from pathlib import Path
from typing import Final

from tui.contents.dataroot import NAMES_MAX, DataRoot, NotThere, digits_of, folder_name, some
from tui.contents.walkplace import (
    Place,
    Seen,
    chain_step,
    grep_files,
    grepped,
    in_folder,
    quoted,
    sha256_seen,
)
from tui.engine.wire_disk import DiskPlace, disk_place
from tui.i18n import _
from tui.model.engine import EngineInfo
from tui.model.image import ImageFacts
from tui.model.layer import Layer, LayerStack
from tui.model.walk import Facts, WalkStep

OVERLAYS: Final = frozenset({"overlay2", "fuse-overlayfs"})
"""Drivers that keep the files of each layer alone, in a folder `diff`."""

_FOLDERS: Final = {"vfs": "vfs/dir", "aufs": "aufs/diff", "btrfs": "btrfs/subvolumes"}
"""Where other drivers keep a folder a layer."""

CACHE_ID: Final = "cache-id"
_FIRST: Final = 8
"""Entries of a folder that are shown."""


def image_steps(
    place: Place, info: EngineInfo, facts: ImageFacts, stack: LayerStack
) -> tuple[WalkStep, ...]:
    """Return the walk from the names of an image to the files of its layers."""
    store = place.root / "image" / info.storage_driver
    told = disk_place(facts.details.raw)
    steps = [_names_step(place, store, facts), *_config_steps(place, store, facts)]
    below = ""
    for layer in stack.layers:
        steps.append(chain_step(layer.index, layer.diff_id, layer.chain_id, below))
        folder = _told_folder(told, layer.index, len(stack.layers))
        steps += _layer_steps(place, info.storage_driver, layer, below, folder)
        below = layer.chain_id
    return tuple(steps)


def _names_step(place: Place, store: Path, facts: ImageFacts) -> WalkStep:
    path = store / "repositories.json"
    image_id = facts.details.image_id
    pattern = f'"[^"]*":"{image_id}"'

    def look(disk: DataRoot) -> Seen:
        text = disk.text(path)
        names = _names_of(text, image_id)
        found = re.findall(pattern.replace('[^"]', '[^"\n]'), text)
        return Seen(_named(names), "".join(f"{entry}\n" for entry in found))

    return place.step(
        _("Names"),
        _("repositories.json ties every name and digest to an image ID."),
        path,
        f"grep -o {shlex.quote(pattern)} {quoted(path)}",
        look,
        instead=_named((*facts.details.tags, *facts.details.digests)),
    )


def _named(names: tuple[str, ...]) -> Facts:
    if not names:
        return ((_("Name"), _("none: the image is untagged")),)
    return tuple((_("Name"), name) for name in names)


def _names_of(text: str, image_id: str) -> tuple[str, ...]:
    """Return the names of an image in `{"Repositories":{REPOSITORY:{NAME:ID}}}`."""
    answer = _json(text)
    repositories = answer.get("Repositories") if isinstance(answer, dict) else None
    if not isinstance(repositories, dict):
        raise NotThere(_("It is damaged."))
    return tuple(
        name
        for names in repositories.values()
        if isinstance(names, dict)
        for name, target in names.items()
        if target == image_id
    )


def _config_steps(place: Place, store: Path, facts: ImageFacts) -> tuple[WalkStep, ...]:
    image_id, diff_ids = facts.details.image_id, facts.details.diff_ids
    digits = digits_of(image_id)
    path = store / "imagedb" / "content" / "sha256" / digits
    config = place.step(
        _("Image ID"),
        _("The image's configuration; its SHA-256 is the image ID and its file's name."),
        path,
        f"sha256sum {quoted(path)}",
        lambda disk: sha256_seen(disk.read(path), digits, path),
        instead=((_("Image ID"), image_id),),
    )
    return config, diff_ids_step(place, path, diff_ids)


def diff_ids_step(place: Place, path: Path, diff_ids: tuple[str, ...]) -> WalkStep:
    """Return the step that finds the diff IDs in an image's configuration."""
    pattern = r'"diff_ids": *\[[^]]*\]'

    def look(disk: DataRoot) -> Seen:
        text = disk.text(path)
        answer = _json(text)
        rootfs = answer.get("rootfs") if isinstance(answer, dict) else None
        found = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
        if not isinstance(found, list):
            raise NotThere(_("It is damaged."))
        listed = tuple(item for item in found if isinstance(item, str))
        error = "" if listed == diff_ids else _("The Engine tells other diff IDs.")
        shown = re.findall(r'"diff_ids": *\[[^]\n]*\]', text)
        return Seen(_numbered(listed), "".join(f"{one}\n" for one in shown), error)

    return place.step(
        _("Diff IDs"),
        _("rootfs.diff_ids: the SHA-256 of each layer's tar, the bottom first."),
        path,
        f"grep -o {shlex.quote(pattern)} {quoted(path)}",
        look,
        instead=_numbered(diff_ids),
    )


def _numbered(diff_ids: tuple[str, ...]) -> Facts:
    return tuple(
        (_("Layer {index}").format(index=index), diff_id)
        for index, diff_id in enumerate(diff_ids, 1)
    )


def _json(text: str) -> object:
    try:
        answer: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotThere(_("It is damaged.")) from error
    return answer


def _told_folder(told: DiskPlace, index: int, count: int) -> str:
    """Return the folder of a layer's files as inspect tells it; empty where it does not."""
    if index == count:
        return told.upper
    topmost_first = len(told.lower) - index
    return told.lower[topmost_first] if 0 <= topmost_first < len(told.lower) else ""


def _layer_steps(
    place: Place, driver: str, layer: Layer, below: str, told: str
) -> tuple[WalkStep, ...]:
    known = Path(told).parent.name if told and driver in OVERLAYS else ""
    metadata = _metadata_step(place, driver, layer, below, known)
    try:
        name = folder_name(dict(metadata.facts).get(CACHE_ID, ""))
    except NotThere:
        return (metadata,)
    if driver in OVERLAYS:
        folder = place.root / driver / name
        return (metadata, *overlay_steps(place, folder, layer.index, told))
    if driver in _FOLDERS:
        return (metadata, _plain_step(place, place.root / _FOLDERS[driver] / name, layer.index))
    return (metadata,)


def _metadata_step(place: Place, driver: str, layer: Layer, below: str, known: str) -> WalkStep:
    digits = digits_of(layer.chain_id)
    folder = place.root / "image" / driver / "layerdb" / "sha256" / digits
    names = [CACHE_ID, "diff", *(["parent"] if below else []), "size"]
    told = (
        *(((CACHE_ID, known),) if known else ()),
        ("diff", layer.diff_id),
        *((("parent", below),) if below else ()),
        *((("size", str(layer.size)),) if layer.size >= 0 else ()),
    )

    def look(disk: DataRoot) -> Seen:
        read = {name: disk.text(folder / name) for name in names}
        output = "".join(grepped(name, text) for name, text in read.items())
        facts = [(name, text.strip()) for name, text in read.items()]
        if error := _wrong(read, layer.diff_id, below):
            return Seen(tuple(fact for fact in facts if fact[0] != CACHE_ID), output, error)
        return Seen((*facts, _split(disk, folder)), output)

    return place.step(
        _("Layer {index}: metadata").format(index=layer.index),
        _("layerdb: cache-id says what the storage driver calls the layer; tar-split.json.gz holds "
          "its tar without the contents."),
        folder,
        in_folder(folder, grep_files(names)),
        look,
        instead=told,
        layer=layer.index,
    )  # fmt: skip


def _split(disk: DataRoot, folder: Path) -> tuple[str, str]:
    try:
        return "tar-split.json.gz", str(disk.size(folder / "tar-split.json.gz"))
    except NotThere as why:
        return "tar-split.json.gz", str(why)


def _wrong(read: dict[str, str], diff_id: str, below: str) -> str:
    """Return what is wrong with the metadata of a layer; empty for nothing."""
    try:
        folder_name(read[CACHE_ID])
    except NotThere as why:
        return str(why)
    if read["diff"].strip() != diff_id or read.get("parent", "").strip() != below:
        return _("The metadata is that of another layer.")
    return ""


def overlay_steps(place: Place, folder: Path, index: int, told: str) -> tuple[WalkStep, ...]:
    """Return the steps to a layer's folder of an overlay driver, and to its files.

    Args:
        place: The data root.
        folder: The layer's own.
        index: Its place; 1 is the bottom.
        told: The folder of its files, as inspect tells it; empty where it does not.
    """
    usual = ["link", *(["lower"] if index > 1 else [])]
    inspect = ((_("Inspect tells"), told),) if told else ()
    title = _("Layer {index}: folder").format(index=index)
    first = place.step(
        title,
        _("The storage driver's folder: link is its short name, lower those of the layers below."),
        folder,
        in_folder(folder, f"ls -A && {grep_files(usual)}"),
        partial(_overlay_seen, folder, usual, inspect),
        instead=inspect,
        layer=index,
    )
    files = files_step(
        place,
        _("Layer {index}: files").format(index=index),
        _("What this layer holds, and nothing of the others; they meet when they are mounted."),
        folder / "diff",
        index,
    )
    return first, files


def _overlay_seen(folder: Path, usual: list[str], inspect: Facts, disk: DataRoot) -> Seen:
    names = disk.names(folder)
    read = {name: disk.text(folder / name) for name in usual}
    facts = (
        (_("Holds"), some(names, _FIRST)),
        *((name, text.strip()) for name, text in read.items()),
        *inspect,
    )
    told = dict(inspect).get(_("Inspect tells"), "")
    differs = told and Path(told) != folder / "diff"
    output = "".join(f"{name}\n" for name in names)
    output += "".join(grepped(name, text) for name, text in read.items())
    return Seen(facts, output, _("The Engine tells another folder.") if differs else "")


def files_step(
    place: Place, title: str, explanation: str, folder: Path, index: int = 0
) -> WalkStep:
    """Return the step that lists the first entries of a folder."""
    return place.step(
        title,
        explanation,
        folder,
        f"LC_ALL=C ls -A {quoted(folder)} | head -n {_FIRST}",
        partial(_files_seen, folder),
        layer=index,
    )


def _files_seen(folder: Path, disk: DataRoot) -> Seen:
    names = disk.names(folder)
    count = str(len(names)) if len(names) <= NAMES_MAX else _("more than {count}")
    facts = (
        (_("Entries"), count.format(count=NAMES_MAX)),
        (_("First"), some(names, _FIRST) or _("none")),
    )
    if len(names) > NAMES_MAX:
        return Seen(facts)
    lines = "\n".join(names).split("\n")[:_FIRST] if names else []
    return Seen(facts, "".join(f"{line}\n" for line in lines))


def _plain_step(place: Place, folder: Path, index: int) -> WalkStep:
    return files_step(
        place,
        _("Layer {index}: folder").format(index=index),
        _("The storage driver's folder: the whole file system up to this layer."),
        folder,
        index,
    )
