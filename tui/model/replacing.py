"""What a copy into a container would replace there."""

from __future__ import annotations

from typing import Final, NamedTuple


class Replacing(NamedTuple):
    """A question to the user; two of them are never the same object."""

    container_id: str = ""
    names: tuple[bytes, ...] = ()
    """Absolute paths of the files, the first ones of them."""
    is_all: bool = True
    """Whether all names of the source were looked up."""


NOTHING_REPLACED: Final = Replacing()
