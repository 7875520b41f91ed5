"""The walk to an image of containerd's store: index, manifest, config, blobs, snapshots."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from tui.contents.dataroot import DataRoot, NotThere, digits_of
from tui.contents.walk_classic import diff_ids_step
from tui.contents.walkplace import Place, Seen, chain_step, quoted, sha256_seen
from tui.i18n import _
from tui.model.engine import EngineInfo
from tui.model.image import ImageDetails, ImageFacts
from tui.model.layer import Layer, LayerStack
from tui.model.walk import Facts, WalkStep

SYSTEM_ROOT: Final = Path("/var/lib/containerd")
"""The root of a containerd that the system starts."""

OWN_ROOT: Final = "containerd/daemon"
"""The root, under Docker's data root, of a containerd that dockerd starts."""

_BLOBS: Final = "io.containerd.content.v1.content/blobs/sha256"
_SHOWN: Final = 65_536
"""Bytes of a manifest that are shown."""

Table = Mapping[str, object]


def image_steps(
    place: Place, info: EngineInfo, facts: ImageFacts, stack: LayerStack
) -> tuple[WalkStep, ...]:
    """Return the walk from the digest of an image to its blobs and snapshots."""
    place = replace(place, root=_containerd_root(place))
    details = facts.details
    steps = [_name_step(place, facts)]
    step, table = _json_step(place, details.image_id, _("Image ID"))
    steps.append(step)
    if chosen := _chosen(place, table, details):
        step, table = _json_step(place, chosen, _("Manifest"))
        steps.append(step)
    steps += _config_steps(place, table, details)
    layers = _descriptors(table, "layers")
    below = ""
    for layer, blob in zip(stack.layers, [*layers, *[{}] * len(stack.layers)], strict=False):
        if _digest(blob):
            steps.append(_blob_step(place, layer, blob))
        steps.append(chain_step(layer.index, layer.diff_id, layer.chain_id, below))
        steps.append(_snapshot_step(place, info.storage_driver, layer, below))
        below = layer.chain_id
    return tuple(steps)


def _containerd_root(place: Place) -> Path:
    """Return the root of the containerd in use: dockerd's own where that is there."""
    own = place.root / OWN_ROOT
    return own if not place.host and os.path.isdir(own) else SYSTEM_ROOT


def _name_step(place: Place, facts: ImageFacts) -> WalkStep:
    names = (*facts.details.tags, *facts.details.digests)
    return WalkStep(
        _("Names"),
        _("containerd keeps names in a database (bolt), not in files to read; ctr lists them."),
        str(place.root / "io.containerd.metadata.v1.bolt" / "meta.db"),
        facts=tuple((_("Name"), name) for name in names),
        shell=place.line("ctr -n moby images ls", as_root=True),
    )


def _blob(place: Place, digest: str) -> Path:
    return place.root / _BLOBS / digits_of(digest)


def _json_step(place: Place, digest: str, title: str) -> tuple[WalkStep, Table]:
    """Return the step to an index or manifest, and what stands in it; empty if unread."""
    path = _blob(place, digest)
    found: list[Table] = []

    def look(disk: DataRoot) -> Seen:
        data = disk.read(path)
        table = _table(data)
        found.append(table)
        seen = sha256_seen(data, digits_of(digest), path, _described(table))
        text = data.decode("utf-8", "surrogateescape") if len(data) <= _SHOWN else ""
        return seen._replace(output=text)

    step = place.step(
        title,
        _("The image ID is the digest of a blob: an index that lists a manifest for each platform, "
          "or a manifest, which lists the configuration and the layers."),
        path,
        f"cat {quoted(path)}",
        look,
        instead=((_("Digest"), digest),),
    )  # fmt: skip
    return step, found[0] if found else {}


def _table(data: bytes) -> Table:
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotThere(_("It is damaged.")) from error
    if not isinstance(answer, dict):
        raise NotThere(_("It is damaged."))
    return answer


def _described(table: Table) -> Facts:
    """Return what an index or manifest lists."""
    manifests = ((_platform(one) or _("Manifest"), one) for one in _descriptors(table, "manifests"))
    config = table.get("config")
    configs = ((_("Config"), config),) if isinstance(config, dict) else ()
    layers = (
        (_("Layer {index}").format(index=index), one)
        for index, one in enumerate(_descriptors(table, "layers"), 1)
    )
    kind = table.get("mediaType")
    kinds = ((_("Media type"), kind),) if isinstance(kind, str) else ()
    return (*kinds, *((label, _digest(one)) for label, one in (*manifests, *configs, *layers)))


def _descriptors(table: Table, key: str) -> list[Table]:
    listed = table.get(key)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _digest(descriptor: Table) -> str:
    told = descriptor.get("digest")
    return told if isinstance(told, str) else ""


def _platform(descriptor: Table) -> str:
    told = descriptor.get("platform")
    if not isinstance(told, dict):
        return ""
    words = (told.get(key) for key in ("os", "architecture", "variant"))
    return "/".join(word for word in words if isinstance(word, str) and word)


def _chosen(place: Place, index: Table, details: ImageDetails) -> str:
    """Return the digest of the manifest for the image's platform; empty if this is no index.

    Several may be for it; the one that is here goes first.
    """
    wanted = "/".join(filter(None, (details.os, details.architecture, details.variant)))
    fitting = [
        _digest(one)
        for one in _descriptors(index, "manifests")
        if _platform(one) in {"", wanted} or _platform(one).startswith(f"{wanted}/")
    ]
    good = [digest for digest in fitting if _is_digest(digest)]
    here = (digest for digest in good if not place.host and os.path.exists(_blob(place, digest)))
    return next(here, next(iter(good), ""))


def _is_digest(digest: str) -> bool:
    try:
        return bool(digits_of(digest))
    except NotThere:
        return False


def _config_steps(place: Place, manifest: Table, details: ImageDetails) -> list[WalkStep]:
    config = manifest.get("config")
    digest = _digest(config) if isinstance(config, dict) else ""
    if not _is_digest(digest):
        return []
    path = _blob(place, digest)
    step = place.step(
        _("Config"),
        _("The image's configuration: a blob, too, named by its SHA-256."),
        path,
        f"sha256sum {quoted(path)}",
        lambda disk: sha256_seen(disk.read(path), digits_of(digest), path),
    )
    return [step, diff_ids_step(place, path, details.diff_ids)]


def _blob_step(place: Place, layer: Layer, descriptor: Table) -> WalkStep:
    digest, told = _digest(descriptor), descriptor.get("size")
    title = _("Layer {index}: blob").format(index=layer.index)
    kind = descriptor.get("mediaType")
    facts = (
        (_("Digest"), digest),
        (_("Media type"), kind if isinstance(kind, str) else ""),
        (_("Size in the manifest"), str(told)),
    )
    explanation = _(
        "The layer as it was pulled, mostly compressed. It may be missing: "
        "a container needs only the snapshot."
    )
    try:
        path = _blob(place, digest)
    except NotThere as why:
        return WalkStep(title, explanation, facts=facts, error=str(why), layer=layer.index)
    return place.step(
        title,
        explanation,
        path,
        f"stat -c %s {quoted(path)}",
        partial(_blob_seen, path, told, facts),
        instead=facts,
        layer=layer.index,
    )


def _blob_seen(path: Path, told: object, facts: Facts, disk: DataRoot) -> Seen:
    size = disk.size(path)
    error = "" if size == told else _("The blob has another size than the manifest says.")
    return Seen((*facts, (_("Size"), str(size))), f"{size}\n", error)


def _snapshot_step(place: Place, driver: str, layer: Layer, below: str) -> WalkStep:
    folder = place.root / f"io.containerd.snapshotter.v1.{driver}"
    line = f"ctr -n moby snapshots --snapshotter {driver} info {layer.chain_id}"
    return WalkStep(
        _("Layer {index}: snapshot").format(index=layer.index),
        _("The unpacked layer is the snapshot with its chain ID. It lies in snapshots/NUMBER/fs; "
          "the number stands only in metadata.db (bolt)."),
        str(folder / "metadata.db"),
        facts=((_("Snapshot"), layer.chain_id), *((((_("Parent"), below)),) if below else ())),
        shell=place.line(line, as_root=True),
        layer=layer.index,
    )  # fmt: skip
