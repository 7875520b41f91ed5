"""What the user asks to be told: one value for all commands without a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SOURCES: Final = ("metadata", "content", "probe", "stream")
"""What `--source` takes for an image of the Engine: values of `SourceName`, which is not loaded."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks to be told."""

    command: str = ""
    """A key of `commands.COMMANDS`; empty for the app."""
    names: tuple[str, ...] = ()
    """The images that are meant, as the user writes them."""
    json: bool = False
    size: bool = False
    """Measure the containers' writable layers."""
    force: bool = False
    """Plan a forced removal."""
    files: bool = False
    """Tell the files of each layer."""
    layer: int = 0
    """Tell this layer (1 is the bottom); 0 for the final file system."""
    stacked: bool = False
    """Tell `layer` with those below."""
    max_wasted: int | None = None
    """Bytes that an image may waste."""
    source: str = ""
    """Read the files from there: one of `SourceName`; empty for the best there is."""
    text: str = ""
    """The file whose text is compared."""
    platform: str = ""
    """`os/architecture[/variant]`; empty for the nearest to this machine."""
    path: str = ""
    """What to extract, in the image."""
    container: bool = False
    """A container is meant, not an image."""
    tar: bool = False
    """Write a layer as a tar."""
    output: str = ""
    """Where to write what is extracted."""
    overwrite: bool = False
    """Write over files that are there."""
    min_efficiency: float | None = None
    """The least share of its bytes that must show."""
    read_only: bool = False
    """Nothing may be changed on the Engine, not even for a moment."""
    unicode: bool = True
    """The terminal shows characters beyond ASCII."""


NOTHING: Final = Request()
"""No command: the app."""
