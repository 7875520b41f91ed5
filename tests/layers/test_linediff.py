"""Texts that differ, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.layers import linediff
from tui.layers.linediff import Block, changed_blocks, unified

RANGE = re.compile(rb"[-+](\d+)(?:,(\d+))?")
LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b""]), max_size=30)


def patched(a: Sequence[bytes], b: Sequence[bytes], blocks: list[Block]) -> list[bytes]:
    """Make the other text of the one by the blocks alone."""
    made: list[bytes] = []
    at = 0
    for block in blocks:
        made += a[at : block.a.start]
        made += [b[place] for place in block.b]
        at = block.a.stop
    return made + list(a[at:])


def edits(blocks: list[Block]) -> int:
    return sum(len(block.a) + len(block.b) for block in blocks)


def longest_common(a: list[bytes], b: list[bytes]) -> int:
    row = [0] * (len(b) + 1)
    for one in a:
        above, row = row, [0]
        for place, other in enumerate(b):
            row.append(above[place] + 1 if one == other else max(row[-1], above[place + 1]))
    return row[-1]


@given(LINES, LINES)
def test_the_blocks_make_the_other_text_and_are_the_fewest(a: list[bytes], b: list[bytes]) -> None:
    blocks = changed_blocks(a, b)
    assert patched(a, b, blocks) == b
    assert edits(blocks) == len(a) + len(b) - 2 * longest_common(a, b)
    for one, other in pairwise(blocks):
        assert one.a.stop < other.a.start
        assert one.b.stop < other.b.start


@given(LINES, LINES)
def test_too_many_differences_are_told_as_replaced(a: list[bytes], b: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linediff, "EDITS", 3)
        assert patched(a, b, changed_blocks(a, b)) == b


@given(LINES, LINES)
def test_the_hunks_make_the_other_text(a: list[bytes], b: list[bytes]) -> None:
    assert applied(a, list(unified(a, b))) == b


def applied(a: list[bytes], told: list[bytes]) -> list[bytes]:
    """Do what hunks say, as `patch` does: what stays or goes must be where it is told."""
    made: list[bytes] = []
    at = 0
    for line in told:
        if line.startswith(b"@@"):
            (first, count), (first_b, _count) = (
                (int(start), int(more or 1)) for start, more in RANGE.findall(line)
            )
            start = first - 1 if count else first
            made += a[at:start]
            at = start
            assert len(made) == (first_b - 1 if _count else first_b)
            continue
        sign, text = line[:1], line[1:]
        if sign != b"+":
            assert a[at] == text
            at += 1
        if sign != b"-":
            made.append(text)
    return made + a[at:]


def test_far_apart_changes_are_hunks_of_their_own() -> None:
    a = [b"%d" % number for number in range(30)]
    b = [*a[:4], b"new", *a[5:25], *a[26:]]
    assert list(unified(a, b)) == [
        b"@@ -2,7 +2,7 @@", b" 1", b" 2", b" 3", b"-4", b"+new", b" 5", b" 6", b" 7",
        b"@@ -23,7 +23,6 @@", b" 22", b" 23", b" 24", b"-25", b" 26", b" 27", b" 28",
    ]  # fmt: skip


def test_the_search_can_be_stopped() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        changed_blocks([b"a", b"b"], [b"b", b"a"], stop)
