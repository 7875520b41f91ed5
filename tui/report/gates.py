"""The limits of `orlop waste`: what is beyond them."""

from __future__ import annotations

import re
from typing import Final

from tui.i18n import N_, _
from tui.layers.errors import LayerError
from tui.layers.union import Union
from tui.model.text import human_size, size_in_bytes

__all__ = ["TooWasteful", "platform", "reasons", "share", "size_in_bytes"]

_PLATFORM: Final = re.compile(r"([a-z0-9_]+)/([a-z0-9_]+)(/[a-z0-9_.]+)?")
_ALIASES: Final = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386"}


class TooWasteful(LayerError):
    """An image is beyond what --max-wasted or --min-efficiency allow."""

    TITLE = N_("The image wastes too much.")


def platform(text: str) -> str:
    """Return a platform as images name it: `linux/arm64` for `linux/aarch64`.

    Raises:
        ValueError: it is none.
    """
    match = _PLATFORM.fullmatch(text.lower())
    if match is None:
        raise ValueError(text)
    os, architecture, variant = match.groups()
    return f"{os}/{_ALIASES.get(architecture, architecture)}{variant or ''}"


def share(text: str) -> float:
    """Return a number from 0 to 1.

    Raises:
        ValueError: it is none.
    """
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError(text)
    return number


def reasons(union: Union, max_wasted: int | None, min_efficiency: float | None) -> list[str]:
    """Return why an image is beyond the limits; nothing where it is within."""
    found = []
    if max_wasted is not None and union.wasted_bytes > max_wasted:
        found.append(
            _("{wasted} are wasted, more than {limit}.").format(
                wasted=human_size(union.wasted_bytes), limit=human_size(max_wasted)
            )
        )
    if min_efficiency is not None and union.efficiency < min_efficiency:
        found.append(
            _("The efficiency is {efficiency}, less than {limit}.").format(
                efficiency=f"{union.efficiency:.4f}", limit=f"{min_efficiency:g}"
            )
        )
    return found
