"""Finding the image that a person means: by name, tag, digest, ID or the first digits of an ID."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tui.engine.errors import EngineError, NotFound
from tui.i18n import N_, _
from tui.model.image import ImageSummary
from tui.model.reference import ImageReference, InvalidReference, parse_reference
from tui.model.removal import RemovalTarget
from tui.model.text import short_id

CANDIDATES: Final = 5
"""Images that an error names."""

LOCAL: Final = "localhost/"
"""What Podman puts before the name of an image that comes from no registry."""

_ID: Final = re.compile(r"(?:sha256:)?([0-9a-f]{1,64})\Z")


class NoSuchImage(NotFound):
    """No image has this name, or an ID that begins so."""

    TITLE = N_("There is no image {name}.")
    REMEDY = N_("orlop images lists what there is.")
    REMEDY_TAGS = N_("This repository has: {tags}.")

    def __init__(self, name: str, tags: Sequence[str] = ()) -> None:
        super().__init__(name=name, tags=", ".join(tags))

    @property
    def remedy(self) -> str:
        """What to do about it: names the tags of the repository, where it is there."""
        if self.fields["tags"]:
            return _(self.REMEDY_TAGS).format(**self.fields)
        return super().remedy


class AmbiguousName(EngineError):
    """Several images have an ID that begins so."""

    TITLE = N_("{name} may be any of {count} images, among them {images}.")
    REMEDY = N_("Write more of the ID, or a name.")


def find_image(images: Sequence[ImageSummary], text: str) -> RemovalTarget:
    """Return the image that `text` means and, where it is a name, that name as listed.

    A name goes before an ID, and `name` alone means `name:latest`, as in the docker command.

    Raises:
        NoSuchImage: there is none.
        AmbiguousName: the ID is that of several.
    """
    return _by_name(images, text) or _by_id(images, text)


def _by_name(images: Sequence[ImageSummary], text: str) -> RemovalTarget | None:
    try:
        wanted = parse_reference(text).with_default_tag()
    except InvalidReference:
        return next(_listed(images, {text}), None)
    names = {str(wanted), f"{LOCAL}{wanted}"}
    if wanted.digest:  # which alone decides where a tag is given too
        names = {f"{wanted.repository}@{wanted.digest}"}
    return next(_listed(images, names), None)


def _listed(images: Iterable[ImageSummary], names: set[str]) -> Iterator[RemovalTarget]:
    """Yield the images that have one of the names, which are in the familiar form."""
    for image in images:
        for name in image.references:
            if name in names or _familiar(name) in names:
                yield RemovalTarget(image.image_id, name)


def _familiar(name: str) -> str:
    """Return a listed name without what the docker command leaves out (Podman lists it all)."""
    try:
        return str(parse_reference(name))
    except InvalidReference:
        return name


def _by_id(images: Sequence[ImageSummary], text: str) -> RemovalTarget:
    match = _ID.match(text.lower())
    digits = match[1] if match else ""
    found = [
        image
        for image in images
        if digits and image.image_id.removeprefix("sha256:").startswith(digits)
    ]
    if len(found) == 1:
        return RemovalTarget(found[0].image_id)
    if not found:
        raise NoSuchImage(text, _tags_like(images, text))
    shown = ", ".join(map(_label, found[:CANDIDATES]))
    raise AmbiguousName(name=text, count=str(len(found)), images=shown)


def _label(image: ImageSummary) -> str:
    name = next(iter(image.references), "")
    return f"{short_id(image.image_id)} ({name})" if name else short_id(image.image_id)


def _tags_like(images: Sequence[ImageSummary], text: str) -> list[str]:
    """Return the tags of the repository that `text` names, a few of them."""
    try:
        wanted: ImageReference = parse_reference(text)
    except InvalidReference:
        return []
    names = sorted(tag for image in images for tag in image.tags)
    alike = [name for name in names if _familiar(name).rpartition(":")[0] == wanted.repository]
    return alike[:CANDIDATES]
