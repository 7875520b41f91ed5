"""Archives read as they flow: any order of entries, any form, damage in its place."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
from collections.abc import Iterator, Mapping

import pytest

from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tests.layers.test_archives import _config, _digest, _kaniko, _oci, _old_docker
from tui.layers.errors import BadCompression, BadSource, BadTar, LayerError
from tui.layers.saved import Found, SavedReader

Files = Mapping[str, bytes | str]
LAYERS = [*hostile_layers().values()]
WANTED = [f"sha256:{_digest(layer)}" for layer in LAYERS]


def _podman() -> Files:
    """As Podman: layers by diff ID, in the order of the stack, the manifest last."""
    files: dict[str, bytes | str] = {f"{_digest(layer)}.tar": layer for layer in LAYERS}
    config = f"{_digest(_config())}.json"
    manifest = [{"Config": config, "Layers": [*files]}]
    return {**files, config: _config(), "manifest.json": json.dumps(manifest).encode()}


class Trickle:
    """A stream that gives a few bytes at a time, and counts them."""

    def __init__(self, data: bytes, most: int = 7_000) -> None:
        self._file = io.BytesIO(data)
        self._most = most
        self.given = 0

    def read(self, size: int, /) -> bytes:
        data = self._file.read(min(size, self._most))
        self.given += len(data)
        return data


def _packed(files: Files, order: random.Random | None = None) -> bytes:
    items = list(files.items())
    if order is not None:
        order.shuffle(items)
    return tar(
        member(name, content)
        if isinstance(content, bytes)
        else member(name, type=tarfile.SYMTYPE, linkname=content)
        for name, content in items
    )


def _read(data: bytes, wanted: list[str] | None = None) -> dict[str, Found]:
    return dict(SavedReader(Trickle(data), wanted or WANTED))


def _expected() -> Iterator[tuple[str, object]]:
    for name, layer in zip(WANTED, LAYERS, strict=True):
        yield name, by_tarfile(layer)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
@pytest.mark.parametrize(
    "files",
    [_old_docker(), _kaniko(), _oci(), _oci(gzip.compress), _podman()],
    ids=["old docker", "kaniko", "docker", "containerd", "podman"],
)
def test_every_layer_is_found_in_any_order(files: Files, seed: int | None) -> None:
    order = random.Random(seed) if seed is not None else None
    assert _read(_packed(files, order)) == dict(_expected())


def test_layers_that_say_what_they_are_come_at_once() -> None:
    stream = Trickle(_packed(_podman()))
    first = next(iter(SavedReader(stream, WANTED)))
    assert first[0] == WANTED[0]
    assert stream.given < len(LAYERS[0]) + 20_000


def test_a_bad_layer_leaves_the_others() -> None:
    files = dict(_podman())
    bad, worse = list(files)[1], list(files)[2]
    files[bad] = b"\x1f\x8b" + b"nonsense" * 50
    content = files[worse]
    assert isinstance(content, bytes)
    files[worse] = content[:300] + b"\xff" + content[301:512] + b"rubbish" * 200
    found = _read(_packed(files))
    assert isinstance(found.pop(WANTED[1]), BadCompression)
    assert isinstance(found.pop(WANTED[2]), BadTar)
    expected = dict(_expected())
    assert found == {name: expected[name] for name in found}
    assert len(found) == len(WANTED) - 2


def test_a_layer_cannot_reach_beyond_its_end() -> None:
    huge, _content = member("huge", b"")
    huge.size = 1 << 40
    files = {**_podman(), f"{'0' * 64}.tar": huge.tobuf() + bytes(512)}
    data = _packed(dict(sorted(files.items())))
    found = _read(data, [*WANTED, f"sha256:{'0' * 64}"])
    assert isinstance(found.pop(f"sha256:{'0' * 64}"), BadTar)
    assert found == dict(_expected())


def test_an_empty_layer_has_no_files() -> None:
    files = {f"{'1' * 64}.tar": bytes(1024), f"{'2' * 64}.tar": b""}
    names = [f"sha256:{digit * 64}" for digit in "12"]
    assert _read(_packed(files), names) == dict.fromkeys(names, ())


@pytest.mark.parametrize(
    "files",
    [
        {"a.tar": tar([member("x")])},
        {"manifest.json": b"{", "a.tar": tar([member("x")])},
        {"manifest.json": b'[{"Config": "gone"}]'},
        {"manifest.json": b"[" * 100_000},
    ],
)
def test_without_a_manifest_what_has_no_name_is_unknown(files: Files) -> None:
    with pytest.raises(BadSource):
        _read(_packed(files))


def test_an_archive_that_is_cut_off() -> None:
    data = _packed(_podman())
    with pytest.raises(LayerError):
        _read(data[: len(data) // 2])


def test_what_the_manifest_does_not_name_is_not_told() -> None:
    assert _read(_packed(_podman()), ["sha256:" + "9" * 64]) == {}
