from __future__ import annotations

import hashlib

from tui.layers.chain import chain_ids

A, B = (f"sha256:{digit * 64}" for digit in "ab")


def test_chain_of_nothing_is_nothing() -> None:
    assert chain_ids(()) == ()


def test_bottom_layer_is_its_own_chain() -> None:
    assert chain_ids([A]) == (A,)


def test_each_link_digests_the_one_below_and_the_diff() -> None:
    second = "sha256:" + hashlib.sha256(f"{A} {B}".encode()).hexdigest()
    third = "sha256:" + hashlib.sha256(f"{second} {B}".encode()).hexdigest()
    assert chain_ids([A, B, B]) == (A, second, third)
