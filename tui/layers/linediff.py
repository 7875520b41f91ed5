"""How one text becomes another, line by line: as `diff -u` tells it.

Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986), whose work grows with
the number of differences; where these are too many the rest is told as replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

EDITS: Final = 1_000
"""Lines removed and added that are looked for; the work grows with the square of it."""

CONTEXT: Final = 3
"""Equal lines that are shown around what differs."""


class Block(NamedTuple):
    """A stretch that differs: lines `a` of the one text became lines `b` of the other."""

    a: range
    b: range


def changed_blocks(
    a: Sequence[bytes], b: Sequence[bytes], check: Callable[[], None] = lambda: None
) -> list[Block]:
    """Return what differs between two texts, from the top.

    Args:
        a: The lines of the one text.
        b: Those of the other.
        check: Called now and then; raises what shall end the work.
    """
    start, most = 0, min(len(a), len(b))
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    inner_a, inner_b = a[start : len(a) - end], b[start : len(b) - end]
    found = _blocks(inner_a, inner_b, check)
    return [
        Block(
            range(one.a.start + start, one.a.stop + start),
            range(one.b.start + start, one.b.stop + start),
        )
        for one in found
    ]


def _blocks(a: Sequence[bytes], b: Sequence[bytes], check: Callable[[], None]) -> list[Block]:
    """Gather the single edits, which come from the bottom, into blocks."""
    blocks: list[Block] = []
    for block in _edits(a, b, check):
        if blocks and block.a.stop == blocks[-1].a.start and block.b.stop == blocks[-1].b.start:
            last = blocks.pop()
            block = Block(range(block.a.start, last.a.stop), range(block.b.start, last.b.stop))
        blocks.append(block)
    return blocks[::-1]


def _edits(a: Sequence[bytes], b: Sequence[bytes], check: Callable[[], None]) -> Iterator[Block]:
    """Yield the edits from the bottom up; one for all where they are too many."""
    if not a or not b:
        if a or b:
            yield Block(range(len(a)), range(len(b)))
        return
    steps = _search(a, b, check)
    if not steps:
        yield Block(range(len(a)), range(len(b)))
        return
    x, y = len(a), len(b)
    for distance in range(len(steps) - 1, 0, -1):
        reached, diagonal = steps[distance - 1], x - y
        down = diagonal == -distance or (
            diagonal != distance and reached[diagonal - 1] < reached[diagonal + 1]
        )
        diagonal += 1 if down else -1
        x = reached[diagonal]
        y = x - diagonal
        yield Block(range(x, x), range(y, y + 1)) if down else Block(range(x, x + 1), range(y, y))


def _search(
    a: Sequence[bytes], b: Sequence[bytes], check: Callable[[], None]
) -> list[dict[int, int]]:
    """Return how far so many edits get on each diagonal; nothing where it takes too many."""
    steps: list[dict[int, int]] = []
    reached = {1: 0}
    for distance in range(min(EDITS, len(a) + len(b)) + 1):
        check()
        row: dict[int, int] = {}
        for diagonal in range(-distance, distance + 1, 2):
            left, right = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
            x = (
                right
                if diagonal == -distance or (diagonal != distance and left < right)
                else left + 1
            )
            y = x - diagonal
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            row[diagonal] = x
            if x >= len(a) and y >= len(b):
                return [*steps, row]
        steps.append(row)
        reached = row
    return []


def unified(
    a: Sequence[bytes], b: Sequence[bytes], check: Callable[[], None] = lambda: None
) -> Iterator[bytes]:
    """Yield what differs as `diff -u` does: hunks with context, each line with its sign.

    Lines have no line ends; whoever splits a text marks that its last line had none.
    """
    for hunk in _hunks(changed_blocks(a, b, check)):
        first = max(hunk[0].a.start - CONTEXT, 0)
        first_b = max(hunk[0].b.start - CONTEXT, 0)
        stop = min(hunk[-1].a.stop + CONTEXT, len(a))
        stop_b = min(hunk[-1].b.stop + CONTEXT, len(b))
        yield b"@@ -%s +%s @@" % (_range(first, stop), _range(first_b, stop_b))
        at = first
        for block in hunk:
            yield from (b" " + line for line in a[at : block.a.start])
            yield from (b"-" + a[place] for place in block.a)
            yield from (b"+" + b[place] for place in block.b)
            at = block.a.stop
        yield from (b" " + line for line in a[at:stop])


def _hunks(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield blocks together whose context meets."""
    hunk: list[Block] = []
    for block in blocks:
        if hunk and block.a.start - hunk[-1].a.stop > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(block)
    if hunk:
        yield hunk


def _range(start: int, stop: int) -> bytes:
    """Return lines as `diff -u` counts them: from 1, a single one without its count."""
    count = stop - start
    first = start + 1 if count else start
    return b"%d" % first if count == 1 else b"%d,%d" % (first, count)
