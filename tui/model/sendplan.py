"""What sending images to another Engine would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SendPlan:
    """What sending would do."""

    to: str
    """The context, or the address."""
    engine: str
    """What that Engine is: `Docker 20.10.24`."""
    size: int
    """Bytes that are read here, about."""
    layers: int
    layers_there: int
    """Layers that the other Engine has already."""
    size_there: int
    """Bytes of those that can be left out, about."""
    is_thin: bool
    """Whether layers that are there are left out of what goes over."""


NO_SEND_PLAN: Final = SendPlan("", "", 0, 0, 0, 0, is_thin=False)
