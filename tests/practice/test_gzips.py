"""Packing: any gzip reader gets the bytes back, and the packed bytes are always the same."""

from __future__ import annotations

import gzip
import hashlib
import random

import pytest

from tui.practice.gzips import packed


def _samples() -> list[bytes]:
    chance = random.Random(3)
    mixed = b"".join(
        chance.randbytes(chance.randrange(400))
        + bytes(chance.choice((0, 31, 32, 43, 299, 5000, 70000)))
        for _ in range(60)
    )
    return [
        b"",
        b"a",
        bytes(31),
        bytes(32),
        bytes(33),
        bytes(1_000_000),
        mixed,
        chance.randbytes(200_000),
    ]


@pytest.mark.parametrize("data", _samples(), ids=lambda data: f"{len(data)} bytes")
def test_what_was_packed_comes_back(data: bytes) -> None:
    assert gzip.decompress(packed(data)) == data


def test_a_run_of_any_length_comes_back() -> None:
    for count in range(20, 700):
        data = b"a" + bytes(count) + b"b"
        assert gzip.decompress(packed(data)) == data, count


def test_empty_space_gets_small_and_noise_does_not_grow_much() -> None:
    assert len(packed(bytes(1_000_000))) < 8_000
    assert len(packed(random.Random(1).randbytes(1_000_000))) < 1_000_200


def test_the_same_on_every_machine() -> None:
    """The digest was written down on one machine; another zlib must not change it."""
    data = b"".join(bytes([n % 251] * (n % 7)) + bytes(n * 3) for n in range(300))
    assert hashlib.sha256(packed(data)).hexdigest() == (
        "ff3c472357b9161a2f730a8a08f7947b7102f064b832bcc16276e5247497b346"
    )
