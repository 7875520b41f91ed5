"""Leaving layers out: only those that are proven to be there, and the rest byte for byte."""

from __future__ import annotations

import hashlib
import io
import json

import pytest

from tests.engines.images import ImageSpec, archive, chain_ids, diff_id, make_layer
from tests.transfer.archives import as_tar, files_of, layout
from tui.transfer.errors import CutOff
from tui.transfer.thinning import Thinner, droppable, proven_chain

A, B, C = (make_layer({name: name.encode() * 2000}) for name in "abc")
ONE = ImageSpec((A, B, C), tags=("one:1",))


def _thin(data: bytes, specs: tuple[ImageSpec, ...], there: set[str]) -> tuple[bytes, int]:
    images = [spec.diff_ids for spec in specs]
    thinner = Thinner(io.BytesIO(data), images, frozenset(there))
    return b"".join(thinner), thinner.left_out


def test_with_nothing_there_all_goes_over() -> None:
    for data in (archive((ONE,)), as_tar(layout((ONE,)))):
        thinned, left_out = _thin(data, (ONE,), set())
        assert (files_of(thinned), left_out) == (files_of(data), 0)


def test_since_25_a_layer_is_named_by_its_diff_id() -> None:
    there = set(chain_ids(ONE.diff_ids)[:2])
    data = as_tar(layout((ONE,)))
    thinned, left_out = _thin(data, (ONE,), there)
    gone = {f"blobs/sha256/{one[7:]}" for one in ONE.diff_ids[:2]}
    assert files_of(data).keys() - files_of(thinned).keys() == gone
    assert left_out == 2


def test_from_podman_a_layer_is_named_by_its_diff_id_too() -> None:
    data = as_tar({f"{diff_id(layer)[7:]}.tar": layer for layer in ONE.layers})
    thinned, left_out = _thin(data, (ONE,), set(chain_ids(ONE.diff_ids)[:2]))
    assert (list(files_of(thinned).values()), left_out) == ([C], 2)


def _old(spec: ImageSpec) -> tuple[bytes, list[str]]:
    """Return an archive as Docker before 25 makes it, and its folders, bottom first."""
    files: dict[str, bytes] = {}
    folders: list[str] = []
    for layer, chain in zip(spec.layers, chain_ids(spec.diff_ids), strict=True):
        told: dict[str, object] = {"created": "1970-01-01T00:00:00Z", "config": {"x": 1, "a": 2}}
        named = told | ({"parent": f"sha256:{folders[-1]}"} if folders else {})
        text = json.dumps(dict(sorted({**named, "layer_id": chain}.items())), separators=(",", ":"))
        folder = hashlib.sha256(text.encode()).hexdigest()
        parent = {"parent": folders[-1]} if folders else {}
        whole = {"id": folder, **parent, **told, "os": "linux"}
        files[f"{folder}/json"] = json.dumps(whole, separators=(",", ":")).encode()
        files[f"{folder}/layer.tar"] = layer
        folders.append(folder)
    return as_tar(files), folders


def test_before_25_a_folder_proves_its_chain_id() -> None:
    data, folders = _old(ONE)
    there = set(chain_ids(ONE.diff_ids)[:2])
    thinned, left_out = _thin(data, (ONE,), there)
    left = files_of(thinned)
    gone = {f"{folder}/layer.tar" for folder in folders[:2]}
    assert files_of(data).keys() - left.keys() == gone
    assert (left[f"{folders[2]}/layer.tar"], left_out) == (C, 2)


def test_a_folder_that_proves_nothing_goes_over() -> None:
    data, folders = _old(ONE)
    files = files_of(data)
    files[f"{folders[0]}/json"] = b'{"id": "something else"}'
    _thinned, left_out = _thin(as_tar(files), (ONE,), set(chain_ids(ONE.diff_ids)))
    assert left_out == 2


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"[" * 100_000, b'{"parent": 1}', b"null"])
def test_a_json_that_makes_no_sense_proves_nothing(data: bytes) -> None:
    assert proven_chain("a" * 64, data, chain_ids(ONE.diff_ids)) == ""


def test_a_layer_that_is_there_on_another_base_alone_goes_over() -> None:
    """Equal layers are one file in the archive, so one that is missing needs it."""
    twice = ImageSpec((A, B, B))
    chains = chain_ids(twice.diff_ids)
    assert droppable([twice.diff_ids], frozenset(chains[:2])) == {twice.diff_ids[0]}
    assert droppable([twice.diff_ids], frozenset(chains)) == set(twice.diff_ids)
    other = ImageSpec((B,))
    assert droppable([ONE.diff_ids, other.diff_ids], frozenset(chain_ids(ONE.diff_ids))) == {
        ONE.diff_ids[0],
        ONE.diff_ids[2],
    }


@pytest.mark.parametrize("at", [0, 700, 5_000, 9_000])
def test_a_stream_that_breaks_off_says_so(at: int) -> None:
    data, _folders = _old(ONE)
    with pytest.raises(CutOff):
        _thin(data[:at], (ONE,), set(chain_ids(ONE.diff_ids)))
    with pytest.raises(CutOff):
        _thin(data[: len(data) - 10_240 - 512], (ONE,), set())
