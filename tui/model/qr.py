"""QR codes of short texts: an address that a phone reads off the screen.

Byte mode, versions 1 to 6, error correction L. Source: ISO/IEC 18004.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypeAlias

Matrix: TypeAlias = tuple[tuple[bool, ...], ...]
"""Rows of modules; True is dark. Without the light margin."""

QUIET: Final = 2
"""Modules of light margin; the norm wants four, phones read two."""

_CAPACITY: Final = {1: (19, 7, 1), 2: (34, 10, 1), 3: (55, 15, 1), 4: (80, 20, 1), 5: (108, 26, 1)}
_CODEWORDS: Final = {**_CAPACITY, 6: (136, 18, 2)}
"""Version → codewords of data, codewords of correction a block, blocks; of level L."""

_LEVEL: Final = 0b01
"""Level L in the format."""

_FORMAT_MASK: Final = 0b101010000010010
_MASKS: Final = range(8)


def is_flipped(mask: int, y: int, x: int) -> bool:
    """Tell whether a mask turns a module of the data round."""
    product = y * x
    values = (
        (y + x) % 2,
        y % 2,
        x % 3,
        (y + x) % 3,
        (y // 2 + x // 3) % 2,
        product % 2 + product % 3,
        (product % 2 + product % 3) % 2,
        ((y + x) % 2 + product % 3) % 2,
    )
    return not values[mask]


def qr_code(text: str) -> Matrix:
    """Return the smallest code of a text.

    Raises:
        ValueError: it has more than 134 bytes.
    """
    data = text.encode()
    version = next((v for v, (room, _ec, _n) in _CODEWORDS.items() if len(data) + 2 <= room), 0)
    if not version:
        raise ValueError("too long for a QR code")
    drawing = _Drawing(version)
    drawing.fill(_interleaved(_padded(data, _CODEWORDS[version][0]), version))
    codes = [drawing.masked(number) for number in _MASKS]
    return min(codes, key=_penalty)


def _padded(data: bytes, room: int) -> bytes:
    """Return mode, length, data, and what fills the rest."""
    bits = f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data) + "0000"
    whole = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return whole + (b"\xec\x11" * room)[: room - len(whole)]


def _interleaved(data: bytes, version: int) -> bytes:
    """Return the blocks' data in turn, then their correction in turn."""
    _room, correction, count = _CODEWORDS[version]
    length = len(data) // count
    blocks = [data[at * length : (at + 1) * length] for at in range(count)]
    ends = [correction_of(block, correction) for block in blocks]
    turns = [bytes(turn) for part in (blocks, ends) for turn in zip(*part, strict=True)]
    return b"".join(turns)


def _powers() -> tuple[list[int], list[int]]:
    """Return powers of 2 and their logarithms in the field of 256 that the norm uses."""
    powers, logs, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        value <<= 1
        if value > 0xFF:
            value ^= 0x11D
    return powers, logs


_POWERS, _LOGS = _powers()


def _times(a: int, b: int) -> int:
    return _POWERS[_LOGS[a] + _LOGS[b]] if a and b else 0


def correction_of(block: bytes, count: int) -> bytes:
    """Return the codewords of correction of a block (Reed-Solomon)."""
    generator = [1]
    for exponent in range(count):
        longer = [*generator, 0]
        for at, factor in enumerate(generator):
            longer[at + 1] ^= _times(factor, _POWERS[exponent])
        generator = longer
    rest = [0] * count
    for byte in block:
        lead = byte ^ rest[0]
        rest = [*rest[1:], 0]
        rest = [old ^ _times(factor, lead) for old, factor in zip(rest, generator[1:], strict=True)]
    return bytes(rest)


class _Drawing:
    """The modules of a code: first those of the frame, then those of the data."""

    def __init__(self, version: int) -> None:
        self._size = 17 + 4 * version
        self._modules = [[False] * self._size for _row in range(self._size)]
        self._is_frame = [[False] * self._size for _row in range(self._size)]
        for y, x in ((3, 3), (3, self._size - 4), (self._size - 4, 3)):
            self._draw_finder(y, x)
        if version > 1:
            self._draw_rings(self._size - 7, self._size - 7, 2)
        for at in range(8, self._size - 8):
            self._set(6, at, at % 2 == 0)
            self._set(at, 6, at % 2 == 0)
        self._draw_format(self._modules, 0)
        for y, x in self._format_places():
            self._is_frame[y][x] = True
        self._set(self._size - 8, 8, True)

    def _set(self, y: int, x: int, dark: bool) -> None:
        self._modules[y][x] = dark
        self._is_frame[y][x] = True

    def _draw_rings(self, y: int, x: int, radius: int) -> None:
        """Draw squares around a dark middle: dark outside, light within."""
        for dy in range(-radius, radius + 1):
            for dx in range(-radius, radius + 1):
                ring = max(abs(dy), abs(dx))
                self._set(y + dy, x + dx, ring != radius - 1)

    def _draw_finder(self, y: int, x: int) -> None:
        """Draw one of the three large corners, with its light margin."""
        for dy in range(-4, 5):
            for dx in range(-4, 5):
                if 0 <= y + dy < self._size and 0 <= x + dx < self._size:
                    self._set(y + dy, x + dx, False)
        self._draw_rings(y, x, 3)

    def _format_places(self) -> list[tuple[int, int]]:
        """Return where the 15 bits of the format stand, twice, the highest first."""
        last = self._size - 1
        first = [
            *((8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)),
            *((y, 8) for y in (7, 5, 4, 3, 2, 1, 0)),
        ]
        second = [*((last - at, 8) for at in range(7)), *((8, last - 7 + at) for at in range(8))]
        return [*first, *second]

    def _draw_format(self, modules: list[list[bool]], mask: int) -> None:
        bits = format_bits(_LEVEL << 3 | mask)
        for at, (y, x) in enumerate(self._format_places()):
            modules[y][x] = bool(bits >> (14 - at % 15) & 1)

    def _data_places(self) -> Iterator[tuple[int, int]]:
        """Yield the modules of the data: columns of two, up and down, from the right."""
        upwards = True
        for right in (*range(self._size - 1, 6, -2), *range(5, 0, -2)):
            rows = range(self._size - 1, -1, -1) if upwards else range(self._size)
            for y in rows:
                yield from ((y, x) for x in (right, right - 1) if not self._is_frame[y][x])
            upwards = not upwards

    def fill(self, codewords: bytes) -> None:
        """Draw the data."""
        bits = "".join(f"{byte:08b}" for byte in codewords)
        for (y, x), bit in zip(self._data_places(), bits, strict=False):  # some modules are left
            self._modules[y][x] = bit == "1"

    def masked(self, number: int) -> Matrix:
        """Return the code with one of the masks over its data."""
        modules = [row[:] for row in self._modules]
        for y, x in self._data_places():
            modules[y][x] ^= is_flipped(number, y, x)
        self._draw_format(modules, number)
        return tuple(map(tuple, modules))


def format_bits(value: int) -> int:
    """Return the 15 bits of level and mask, with their correction."""
    rest = value << 10
    for at in range(14, 9, -1):
        if rest >> at & 1:
            rest ^= 0b10100110111 << (at - 10)
    return (value << 10 | rest) ^ _FORMAT_MASK


def _penalty(code: Matrix) -> int:
    """Return how hard a code is to read: long runs, blocks, false corners, too dark or light."""
    lines = [*code, *zip(*code, strict=True)]
    return sum(map(_line_penalty, lines)) + _block_penalty(code) + _balance_penalty(code)


def _line_penalty(line: tuple[bool, ...]) -> int:
    text = "".join("1" if dark else "0" for dark in line)
    runs = text.replace("01", "0 1").replace("10", "1 0").split()
    long_runs = sum(len(run) - 2 for run in runs if len(run) >= 5)
    corners = sum(
        text.startswith(pattern, at)
        for pattern in ("10111010000", "00001011101")
        for at in range(len(text))
    )
    return long_runs + 40 * corners


def _block_penalty(code: Matrix) -> int:
    return 3 * sum(
        above[x] == above[x + 1] == below[x] == below[x + 1]
        for above, below in pairwise(code)
        for x in range(len(above) - 1)
    )


def _balance_penalty(code: Matrix) -> int:
    share = sum(map(sum, code)) * 100 // (len(code) * len(code))
    return abs(share - 50) // 5 * 10


def with_margin(code: Matrix) -> Matrix:
    """Return a code with the light margin around it."""
    side = (False,) * QUIET
    wide = [(*side, *row, *side) for row in code]
    empty = (False,) * len(wide[0])
    return (*(empty,) * QUIET, *wide, *(empty,) * QUIET)


def half_blocks(code: Matrix) -> tuple[str, ...]:
    """Return the lines of a code, two rows of modules each; what is light is drawn."""
    rows = list(with_margin(code))
    if len(rows) % 2:
        rows.append((True,) * len(rows[0]))  # nothing is drawn below
    pairs = zip(rows[::2], rows[1::2], strict=True)
    glyphs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return tuple(
        "".join(glyphs[pair] for pair in zip(above, below, strict=True)) for above, below in pairs
    )


def ascii_blocks(code: Matrix) -> tuple[str, ...]:
    """Return the lines of a code, a row of modules each, two characters a module."""
    return tuple("".join("  " if dark else "##" for dark in row) for row in with_margin(code))
