"""The limits of `orlop waste`: sizes and shares as a person writes them, and what is beyond."""

from __future__ import annotations

import re
from typing import Final

from tui.i18n import N_, _
from tui.layers.errors import LayerError
from tui.layers.union import Union
from tui.model.text import human_size

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\Z", re.I)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class TooWasteful(LayerError):
    """An image is beyond what --max-wasted or --min-efficiency allow."""

    TITLE = N_("The image wastes too much.")


def size_in_bytes(text: str) -> int:
    """Return a size as a person writes it: 20MB, 1.5 GiB, 4096.

    Raises:
        ValueError: it is none.
    """
    match = _SIZE.match(text.strip())
    if match is None:
        raise ValueError(text)
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])


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
