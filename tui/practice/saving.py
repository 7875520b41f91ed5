"""Writing images as `docker save` does in 20.10: a folder a layer, the configs, a list of both.

Each layer has an ID from before content was addressed by digests, and a JSON file of that time, so
that the oldest engines can load it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tui.practice.archives import Piece, written
from tui.practice.imageviews import config_told
from tui.practice.layers import Layer
from tui.practice.names import image_id_of, parse
from tui.practice.removal import tell
from tui.practice.times import seconds
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image

_EPOCH: Final = "1970-01-01T00:00:00Z"
"""When each layer but the top one was made, as far as its JSON tells."""

_FIELDS: Final = (
    "comment",
    "created",
    "container",
    "container_config",
    "docker_version",
    "author",
    "config",
    "architecture",
    "variant",
    "os",
)
"""What a layer's JSON tells, in its order; only the top layer tells what the image does."""


@dataclass(slots=True)
class Chosen:
    """An image that is saved, and the tags that go with it."""

    image: Image
    tags: list[str] = field(default_factory=list)
    """As people write them: `nginx:1`."""


def choose(hold: Hold, names: list[str]) -> list[Chosen]:
    """Return the images that some names mean; a repository without a tag means all its tags.

    Raises:
        ApiError: one means nothing.
    """
    found: dict[str, Chosen] = {}
    for name in names:
        for image, tag in _meant(hold, name):
            if not image.top:
                raise ApiError(500, "empty export - not implemented")
            chosen = found.setdefault(image.image_id, Chosen(image))
            if tag and tag not in chosen.tags:
                chosen.tags.append(tag)
    return list(found.values())


def _meant(hold: Hold, name: str) -> Iterator[tuple[Image, str]]:
    images = hold.images
    whole = image_id_of(name)
    if whole:
        if whole not in images:
            root = hold.settings.data_root or "/var/lib/docker"
            path = f"{root}/image/overlay2/imagedb/content/{whole.replace(':', '/')}"
            words = f"open {path}: no such file or directory"
            raise ApiError(500, f"failed to get digest {whole}: {words}")
        yield images.get(whole), ""
        return
    try:
        reference = parse(name)
    except ApiError as error:
        raise ApiError(500, error.message) from error
    if reference.tag or reference.digest:
        image_id = images.reference(name)
        if image_id is None and name.startswith("sha256:"):
            yield images.find(name), ""
        elif image_id is None:
            raise ApiError(404, "reference does not exist")
        else:
            yield images.get(image_id), "" if reference.digest else reference.familiar
        return
    tags = sorted(
        (known.familiar, image.image_id)
        for image in images.all()
        for known in images.references(image.image_id)
        if known.repository == reference.repository and known.tag
    )
    for tag, image_id in tags:
        yield images.get(image_id), tag
    if not tags:
        try:
            yield images.find(name), ""
        except ApiError as error:
            raise ApiError(404, f"No such image: {name}") from error


def save(hold: Hold, chosen: list[Chosen]) -> Generator[bytes, None, None]:
    """Write images as a tar; iterate over its parts.

    The layers stay while it lasts, also if the images go meanwhile. The first part is empty.
    """
    with hold.lock:
        for each in chosen:
            hold.layers.retain(each.image.top)
        stacks = [hold.layers.stack(each.image.top) for each in chosen]
    try:
        yield b""
        pieces = _pieces(chosen, stacks)
        for each in chosen:
            tell(hold, "save", each.image.image_id, each.image.image_id)
        yield from written(pieces)
    finally:
        with hold.lock:
            for each in chosen:
                hold.layers.release(each.image.top)


def _pieces(chosen: list[Chosen], stacks: list[list[Layer]]) -> dict[str, Piece]:
    """Return all entries of an archive by path."""
    pieces: dict[str, Piece] = {}
    places: dict[str, str] = {}
    manifest: list[dict[str, Any]] = []
    repositories: dict[str, dict[str, str]] = {}
    saved = {each.image.image_id for each in chosen}
    for each, stack in zip(chosen, stacks, strict=True):
        v1_ids = _add_layers(pieces, places, each.image, stack)
        config = f"{each.image.image_id.removeprefix('sha256:')}.json"
        pieces[config] = _file(each.image.config, _made(each.image))
        entry: dict[str, Any] = {
            "Config": config,
            "RepoTags": each.tags or None,
            "Layers": [f"{v1_id}/layer.tar" for v1_id in v1_ids],
        }
        if each.image.parent in saved:
            entry["Parent"] = each.image.parent
        manifest.append(entry)
        for tag in each.tags:
            repository, _colon, name = tag.rpartition(":")
            repositories.setdefault(repository, {})[name] = v1_ids[-1]
    pieces["manifest.json"] = _file(_go_json(manifest or None) + b"\n", 0)
    if repositories:
        ordered = {name: dict(sorted(repositories[name].items())) for name in sorted(repositories)}
        pieces["repositories"] = _file(_go_json(ordered) + b"\n", 0)
    return pieces


def _add_layers(
    pieces: dict[str, Piece], places: dict[str, str], image: Image, stack: list[Layer]
) -> list[str]:
    """Add the folders of an image's layers; returns their names, the bottom first.

    Args:
        pieces: The entries of the archive.
        places: Diff ID → the folder that has the layer; in other folders it is a link.
        image: Whose layers they are.
        stack: The layers, the bottom first.
    """
    made = _made(image)
    v1_ids: list[str] = []
    for layer in stack:
        told = image.parsed() if layer is stack[-1] else {}
        v1_id, text = _v1(told, layer.chain_id, v1_ids[-1] if v1_ids else "")
        v1_ids.append(v1_id)
        place = places.setdefault(layer.diff_id, v1_id)
        pieces[v1_id] = Piece(mtime=made)
        pieces[f"{v1_id}/VERSION"] = _file(b"1.0", made)
        pieces[f"{v1_id}/json"] = _file(text, made)
        pieces[f"{v1_id}/layer.tar"] = (
            Piece(layer.tar, mtime=made)
            if place == v1_id
            else Piece(target=f"../{place}/layer.tar", mtime=made)
        )
    return v1_ids


def _made(image: Image) -> int:
    return max(seconds(image.parsed().get("created") or _EPOCH), 0)


def _v1(told: dict[str, Any], chain_id: str, parent: str) -> tuple[str, bytes]:
    """Return the ID of a layer from before digests, and its JSON file.

    Args:
        told: The image's config for its top layer, else empty.
        chain_id: The layer's chain ID.
        parent: The ID from before digests of the layer below; empty at the bottom.
    """
    value: dict[str, Any] = {}
    if parent:
        value["parent"] = parent
    for name in _FIELDS:
        if name == "container_config" or (name == "config" and told.get(name) is not None):
            value[name] = config_told(told.get(name) or {})
        elif name == "created":
            value[name] = told.get(name) or _EPOCH
        elif told.get(name):
            value[name] = told[name]
    named = {**value, "layer_id": chain_id, **({"parent": f"sha256:{parent}"} if parent else {})}
    v1_id = hashlib.sha256(_go_json({name: named[name] for name in sorted(named)})).hexdigest()
    return v1_id, _go_json({"id": v1_id, **value, **({} if told else {"os": "linux"})})


def _file(content: bytes, made: int) -> Piece:
    return Piece(lambda: content, mtime=made)


def _go_json(value: object) -> bytes:
    """Return JSON as Go writes it: without spaces, and with what HTML would misread escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("utf-8", "surrogateescape")
