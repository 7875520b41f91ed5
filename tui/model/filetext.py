"""The beginning of a file of a layer, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LINE: Final = 16
"""Bytes of a line of a binary file."""

DUMPED: Final = 4096
"""Bytes of a binary file that are shown."""


@dataclass(frozen=True, slots=True)
class FileText:
    """What was read of a file."""

    image_id: str
    """Of an image, or of the container whose file it is."""
    layer: int
    """1 is the bottom; 0 of a container."""
    path: bytes
    data: bytes
    has_more: bool = False
    """Whether the file goes on."""

    @property
    def is_binary(self) -> bool:
        """Whether it is no text: it holds a zero byte."""
        return b"\0" in self.data

    @property
    def text(self) -> str:
        """Return the text; of a binary file its bytes in hexadecimal and as letters."""
        if not self.is_binary:
            return self.data.decode("utf-8", "backslashreplace")
        dumped = self.data[:DUMPED]
        return "\n".join(_line(at, dumped[at : at + LINE]) for at in range(0, len(dumped), LINE))


NO_TEXT: Final = FileText("", 0, b"", b"")


def _line(at: int, data: bytes) -> str:
    letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
    return f"{at:08x}  {data.hex(' '):<{3 * LINE - 1}}  {letters}"
