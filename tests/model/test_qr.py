"""QR codes, read back by another way than the one they are made by."""

from __future__ import annotations

import pytest

from tui.model.qr import (
    Matrix,
    ascii_blocks,
    correction_of,
    format_bits,
    half_blocks,
    qr_code,
    with_margin,
)

HELLO = bytes([32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17])
"""The norm's own example: HELLO WORLD, of version 1 and level M."""

BLOCKS = {1: (7, 1), 2: (10, 1), 3: (15, 1), 4: (20, 1), 5: (26, 1), 6: (18, 2)}


def test_correction_is_that_of_the_norms_example() -> None:
    assert list(correction_of(HELLO, 10)) == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23]


@pytest.mark.parametrize(
    ("value", "bits"),
    [(0b01000, 0b111011111000100), (0b01100, 0b110011000101111), (5, 0b100000011001110)],
)
def test_formats_are_those_of_the_norms_table(value: int, bits: int) -> None:
    assert format_bits(value) == bits


def _product(a: int, b: int) -> int:
    """Multiply in the field of 256, bit by bit."""
    result = 0
    while b:
        if b & 1:
            result ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11D
        b >>= 1
    return result


def _is_whole(block: list[int], correction: int) -> bool:
    """Tell whether a block and its correction vanish at each root, as they shall."""
    root = 1
    for _exponent in range(correction):
        value = 0
        for byte in block:
            value = _product(value, root) ^ byte
        if value:
            return False
        root = _product(root, 2)
    return True


def _frame(size: int) -> set[tuple[int, int]]:
    """Return the modules that hold no data."""
    found = {(6, at) for at in range(size)} | {(at, 6) for at in range(size)}
    for y in range(size):
        for x in range(size):
            if (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9):
                found.add((y, x))
            if size > 21 and abs(y - size + 7) <= 2 and abs(x - size + 7) <= 2:
                found.add((y, x))
    return found


def _flips(mask: int, y: int, x: int) -> bool:
    """Tell whether a mask turns a module round, by the norm's table."""
    table = {
        0: (y + x) % 2 == 0,
        1: y % 2 == 0,
        2: x % 3 == 0,
        3: (y + x) % 3 == 0,
        4: (y // 2 + x // 3) % 2 == 0,
        5: (y * x) % 2 + (y * x) % 3 == 0,
        6: ((y * x) % 2 + (y * x) % 3) % 2 == 0,
        7: ((y + x) % 2 + (y * x) % 3) % 2 == 0,
    }
    return table[mask]


def _read(code: Matrix) -> str:
    """Read a code back: mask, order, blocks, correction, mode, length, text."""
    size = len(code)
    bits = [code[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    bits += [code[y][8] for y in (7, 5, 4, 3, 2, 1, 0)]
    again = [code[size - 1 - at][8] for at in range(7)] + [
        code[8][size - 8 + at] for at in range(8)
    ]
    assert bits == again
    told = int("".join("01"[bit] for bit in bits), 2)
    mask = next(mask for mask in range(8) if format_bits(0b01000 | mask) == told)
    frame, stream, x, up = _frame(size), "", size - 1, True
    while x > 0:
        x -= x == 6
        for y in range(size - 1, -1, -1) if up else range(size):
            for column in (x, x - 1):
                if (y, column) not in frame:
                    stream += "01"[code[y][column] ^ _flips(mask, y, column)]
        x, up = x - 2, not up
    words = [int(stream[at : at + 8], 2) for at in range(0, len(stream) - 7, 8)]
    correction, count = BLOCKS[(size - 17) // 4]
    data: list[int] = []
    room = len(words) - correction * count
    for number in range(count):
        block = words[number:room:count]
        assert _is_whole([*block, *words[room + number :: count]], correction)
        data += block
    told_bits = "".join(f"{byte:08b}" for byte in data)
    assert told_bits[:4] == "0100"
    length = int(told_bits[4:12], 2)
    text = bytes(int(told_bits[12 + at * 8 : 20 + at * 8], 2) for at in range(length))
    return text.decode()


@pytest.mark.parametrize("length", [1, 17, 18, 32, 33, 53, 54, 78, 79, 106, 107, 134])
def test_every_version_is_read_back(length: int) -> None:
    text = ("https://app.docker.com/signup?" * 5)[:length]
    assert _read(qr_code(text)) == text


def test_other_letters_are_bytes() -> None:
    assert _read(qr_code("https://例え.jp/é")) == "https://例え.jp/é"


def test_the_smallest_version_is_taken() -> None:
    assert [len(qr_code("x" * length)) for length in (17, 18, 134)] == [21, 25, 41]
    with pytest.raises(ValueError, match="too long"):
        qr_code("x" * 135)


def test_the_corners_are_drawn() -> None:
    code = qr_code("x")
    assert code[0][:8] == (True,) * 7 + (False,)
    assert code[1][:8] == (True, *(False,) * 5, True, False)
    assert code[2][:8] == (True, False, True, True, True, False, True, False)


def test_it_is_drawn_light_on_dark_with_a_margin() -> None:
    code = qr_code("x")
    whole = with_margin(code)
    assert len(whole) == len(whole[0]) == 25
    lines = half_blocks(code)
    assert len(lines) == 13
    assert lines[0] == "█" * 25
    assert lines[1].startswith("██ ▄▄▄▄▄ █")
    wide = ascii_blocks(code)
    assert (len(wide), len(wide[0])) == (25, 50)
    assert wide[2].startswith("####" + "  " * 7 + "##")
