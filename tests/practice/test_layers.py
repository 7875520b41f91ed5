from __future__ import annotations

import hashlib

import pytest

from tests.practice.holds import tar_of
from tui.practice.layers import LayerStore, chain_ids, chained
from tui.practice.tars import BadTar

A, B, C = tar_of(a=b"1"), tar_of(b=b"22"), tar_of(c=b"333")


def _digest(tar: bytes) -> str:
    return f"sha256:{hashlib.sha256(tar).hexdigest()}"


def test_chain_ids_are_those_of_the_oci_spec() -> None:
    first, second = _digest(A), _digest(B)
    assert chain_ids([first, second]) == [
        first,
        "sha256:" + hashlib.sha256(f"{first} {second}".encode()).hexdigest(),
    ]
    assert chain_ids([]) == []


def test_a_layer_is_kept_once_for_each_place_in_a_stack() -> None:
    store = LayerStore()
    bottom = store.register(A)
    top = store.register(B, bottom.chain_id)
    assert store.register(B, bottom.chain_id) is top
    alone = store.register(B)
    assert (alone.diff_id, alone.chain_id) == (top.diff_id, _digest(B))
    assert top.chain_id == chained(bottom.chain_id, top.diff_id)
    assert [layer.tar() for layer in store.stack(top.chain_id)] == [A, B]
    assert (top.size, store.total_size(), len(store.all())) == (2, 5, 3)
    assert store.stack("") == []


def test_what_is_released_takes_all_below_that_nobody_needs() -> None:
    store = LayerStore()
    bottom = store.register(A).chain_id
    left = store.register(B, bottom).chain_id
    right = store.register(C, bottom).chain_id
    for chain_id in (left, right, right):
        store.retain(chain_id)
    assert store.release(right) == []
    assert store.release(right) == [right]
    with pytest.raises(KeyError):
        store.release(right)
    assert store.release(left) == [left, bottom]
    assert store.all() == []


def test_a_layer_that_is_retained_below_stays() -> None:
    store = LayerStore()
    bottom = store.register(A).chain_id
    top = store.register(B, bottom).chain_id
    store.retain(bottom)
    store.retain(top)
    assert store.release(top) == [top]
    assert bottom in store
    assert store.release(bottom) == [bottom]
    assert store.release("") == []


def test_nobody_releases_what_nobody_retained() -> None:
    store = LayerStore()
    bottom = store.register(A).chain_id
    with pytest.raises(ValueError, match="is not retained"):
        store.release(bottom)


def test_a_sweep_takes_what_nobody_retains() -> None:
    store = LayerStore()
    bottom = store.register(A).chain_id
    middle = store.register(B, bottom).chain_id
    top = store.register(C, middle).chain_id
    store.retain(bottom)
    assert store.sweep() == [top, middle]
    assert [layer.chain_id for layer in store.all()] == [bottom]


def test_a_tree_is_the_callers_own() -> None:
    store = LayerStore()
    bottom = store.register(A).chain_id
    top = store.register(B, bottom).chain_id
    tree = store.tree(top)
    assert tree.children("") == ["a", "b"]
    tree.remove("a")
    assert store.tree(top).children("") == ["a", "b"]
    assert store.tree("").children("") == []


def test_what_cannot_be_registered_leaves_nothing() -> None:
    store = LayerStore()
    with pytest.raises(KeyError):
        store.register(A, "sha256:" + "0" * 64)
    with pytest.raises(BadTar):
        store.register(b"no tar" * 100)
    assert store.all() == []
