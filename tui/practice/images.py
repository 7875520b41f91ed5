"""The images that the engine holds: their configs, their names, and what a name means."""

from __future__ import annotations

import bisect
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tui.practice import removal
from tui.practice.configs import timestamp
from tui.practice.dataroot import DataRoot
from tui.practice.layers import chain_ids
from tui.practice.names import Reference, image_id_of, parse
from tui.practice.times import NEVER
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.hold import Hold

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Image:
    """One image: a config, known by its digest, and the layers below it."""

    image_id: str
    config: bytes
    top: str
    """The chain ID of its top layer; empty without layers."""
    parent: str = ""
    """The image that it was made from on this machine, by commit or build."""
    _memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def parsed(self) -> dict[str, Any]:
        """Return the config; it is everyone's, and must not be changed.

        Raises:
            ValueError: it is no JSON object.
        """
        if not self._memo:
            found = json.loads(self.config)
            if not isinstance(found, dict):
                raise ValueError("the config is no JSON object")
            self._memo.update(found)
        return self._memo

    def labels(self) -> Mapping[str, str]:
        """Return the labels."""
        return (self.parsed().get("config") or {}).get("Labels") or {}


class ImageStore:
    """All images of an engine, with their names. It may be used from any thread."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self._lock = hold.lock
        self._images: dict[str, Image] = {}
        self._sorted: list[str] = []
        self._children: dict[str, set[str]] = {}
        self._names: dict[Reference, str] = {}
        self._names_of: dict[str, set[Reference]] = {}
        self._sizes: dict[str, int] = {}
        self._updated: dict[str, str] = {}
        root = hold.settings.data_root
        self._root = DataRoot(root) if root else None
        self._read()

    def add(self, config: bytes, top: str, *, parent: str = "") -> Image:
        """Add an image, and return it; if it is there already, the one that is.

        Args:
            config: Its bytes; their digest is the image's ID.
            top: The chain ID of its top layer, which is registered; it is retained here.
            parent: The ID of the image that it was made from on this machine.

        Raises:
            ValueError: the config is no JSON object, or tells of other layers.
            KeyError: the layers are not registered.
        """
        image_id = f"sha256:{hashlib.sha256(config).hexdigest()}"
        with self._lock:
            if image_id in self._images:
                return self._images[image_id]
            image = Image(image_id, config, top, parent)
            if _top(image) != top:
                raise ValueError("the config does not tell of these layers")
            if self._root:
                self._root.write_image(image_id, config, parent)
            self._hold.layers.retain(top)
            self._enter(image)
            return image

    def get(self, image_id: str) -> Image:
        """Return the image of a whole ID.

        Raises:
            ApiError: 404, there is none.
        """
        with self._lock:
            image = self._images.get(image_id)
        if image is None:
            raise ApiError(404, f"No such image: {image_id}")
        return image

    def __contains__(self, image_id: str) -> bool:
        """Tell whether there is an image of this whole ID."""
        return image_id in self._images

    def find(self, name: str) -> Image:
        """Return the image that a reference, an ID or the beginning of an ID means.

        Raises:
            ApiError: 404, there is none, or several IDs begin so; 400, the name makes no sense.
        """
        with self._lock:
            whole = image_id_of(name)
            if whole:
                return self.get(whole)
            reference = parse(name)
            image_id = self._names.get(_known(reference)) or self._beginning(name)
            if image_id is None:
                raise ApiError(404, f"No such image: {reference.tagged.familiar}")
            return self._images[image_id]

    def tag(self, image_id: str, reference: str) -> None:
        """Give an image a name; if another image has it, that one loses it.

        Args:
            image_id: Of an image that is there.
            reference: `repository:tag` or `repository@sha256:…`; `latest` if it has neither.

        Raises:
            ApiError: 400, the reference makes no sense.
        """
        name = _known(parse(reference))
        with self._lock:
            self._forget(name)
            self._names[name] = image_id
            self._names_of.setdefault(image_id, set()).add(name)
            self._write_names()

    def untag(self, reference: str) -> None:
        """Take a name away; nothing happens if no image has it.

        Raises:
            ApiError: 400, the reference makes no sense.
        """
        with self._lock:
            self._forget(_known(parse(reference)))
            self._write_names()

    def reference(self, name: str) -> str | None:
        """Return the ID of the image that has a name (not an ID), None if none has it.

        Raises:
            ApiError: 400, the name makes no sense.
        """
        with self._lock:
            return self._names.get(_known(parse(name)))

    def references(self, image_id: str) -> list[Reference]:
        """Return the names of an image, tags and digests, sorted."""
        with self._lock:
            return sorted(self._names_of.get(image_id, ()), key=lambda name: name.full)

    def names_of(self, image_id: str) -> tuple[list[str], list[str]]:
        """Return the tags and the digests of an image, as people write them, sorted."""
        found = self.references(image_id)
        return (
            [name.familiar for name in found if not name.digest],
            [name.familiar for name in found if name.digest],
        )

    def all(self) -> list[Image]:
        """Return all images."""
        with self._lock:
            return list(self._images.values())

    def children(self, image_id: str) -> list[str]:
        """Return the IDs of the images that were made from an image on this machine."""
        with self._lock:
            return sorted(self._children.get(image_id, ()))

    def size(self, image: Image) -> int:
        """Return the bytes of an image's layers."""
        size = self._sizes.get(image.top)
        if size is None:
            size = sum(layer.size for layer in self._hold.layers.stack(image.top))
            self._sizes[image.top] = size
        return size

    def remove(self, name: str, *, force: bool, prune: bool = True) -> list[dict[str, str]]:
        """Remove what a name or an ID means; see `removal.remove`."""
        return removal.remove(self._hold, name, force=force, prune=prune)

    def drop(self, image_id: str) -> list[str]:
        """Forget an image that has no names, and release its layers.

        Returns:
            The chain IDs that are gone by it, the top first.

        Raises:
            ApiError: 404, there is none.
        """
        with self._lock:
            image = self.get(image_id)
            if self._root:
                self._root.remove_image(image_id)
            del self._images[image_id]
            del self._sorted[bisect.bisect_left(self._sorted, image_id)]
            self._names_of.pop(image_id, None)
            self._updated.pop(image_id, None)
            if image.parent:
                self._children[image.parent].discard(image_id)
            gone = self._hold.layers.release(image.top)
            for chain_id in gone:
                self._sizes.pop(chain_id, None)
            return gone

    def touch(self, image_id: str) -> None:
        """Remember that the user has named an image now: by tag, commit, import, build."""
        with self._lock:
            self._updated[image_id] = timestamp(self._hold.clock())
            if self._root:
                self._root.write_updated(image_id, self._updated[image_id])

    def last_tag_time(self, image_id: str) -> str:
        """Return when the user has named an image last, as `/images/NAME/json` tells it."""
        return self._updated.get(image_id, NEVER)

    def _read(self) -> None:
        """Enter what lies in the data root."""
        if not self._root:
            return
        for stored in self._root.read_images():
            image = Image(stored.image_id, stored.config, "", stored.parent)
            try:
                image = replace(image, top=_top(image))
                self._hold.layers.retain(image.top)
            except (ValueError, KeyError) as error:
                _LOG.warning("image %s is left out: %r", stored.image_id, error)
                continue
            self._enter(image)
            if stored.updated:
                self._updated[stored.image_id] = stored.updated
        for text, image_id in self._root.read_names().items():
            try:
                name = _known(parse(text))
            except ApiError as error:
                _LOG.warning("the name %r is left out: %s", text, error)
                continue
            if image_id in self._images:
                self._names[name] = image_id
                self._names_of.setdefault(image_id, set()).add(name)

    def _write_names(self) -> None:
        if self._root:
            whole: dict[str, dict[str, str]] = {}
            for name, image_id in self._names.items():
                whole.setdefault(name.familiar_repository, {})[name.familiar] = image_id
            self._root.write_names(whole)

    def _enter(self, image: Image) -> None:
        self._images[image.image_id] = image
        bisect.insort(self._sorted, image.image_id)
        if image.parent:
            self._children.setdefault(image.parent, set()).add(image.image_id)

    def _beginning(self, name: str) -> str | None:
        """Return the ID that begins with what a name says, if it is only one."""
        digits = name.removeprefix("sha256:")
        if not re.fullmatch("[0-9a-f]{1,64}", digits):
            return None
        at = bisect.bisect_left(self._sorted, f"sha256:{digits}")
        found = [x for x in self._sorted[at : at + 2] if x.startswith(f"sha256:{digits}")]
        return found[0] if len(found) == 1 else None

    def _forget(self, name: Reference) -> None:
        image_id = self._names.pop(name, None)
        if image_id is not None:
            self._names_of[image_id].discard(name)


def _known(reference: Reference) -> Reference:
    """Return the form in which a name is kept: with a digest it has no tag, else it has one."""
    if reference.digest:
        return Reference(reference.repository, digest=reference.digest)
    return reference.tagged


def _top(image: Image) -> str:
    """Return the chain ID of the top layer that a config tells of; empty without layers.

    Raises:
        ValueError: it is no JSON object, or malformed.
    """
    rootfs = image.parsed().get("rootfs") or {}
    diff_ids = (rootfs.get("diff_ids") or []) if isinstance(rootfs, dict) else None
    if not isinstance(diff_ids, list):
        raise ValueError("the config does not tell of its layers")
    return (chain_ids(map(str, diff_ids)) or [""])[-1]
