"""The path walk over laid-out data roots: whole, damaged, out of reach, hostile."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.engines.images import chain_ids
from tui.contents.walk import walk_image
from tui.model.engine import Capabilities, Endpoint, EngineInfo, StoreKind
from tui.model.image import ImageDetails, ImageFacts
from tui.model.walk import Walk, WalkStep

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

HERE = os.uname().nodename
LOCAL = Endpoint("unix:///run/docker.sock", "default")
DIFFS = tuple(f"sha256:{hashlib.sha256(word).hexdigest()}" for word in (b"one", b"two"))
CHAINS = chain_ids(DIFFS)
CACHE = ("a" * 64, "b" * 64)
CONFIG = json.dumps(
    {"os": "linux", "rootfs": {"type": "layers", "diff_ids": DIFFS}}, separators=(",", ":")
).encode()
DIGITS = hashlib.sha256(CONFIG).hexdigest()
NAMES = ("shop:1", f"shop@sha256:{'d' * 64}")
FACTS = ImageFacts(
    ImageDetails(f"sha256:{DIGITS}", tags=NAMES[:1], digests=NAMES[1:], diff_ids=DIFFS), ()
)


def _write(path: Path, data: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def _driver_folder(folder: Path, index: int) -> None:
    _write(folder / "diff" / f"file{index}", b"")
    _write(folder / "link", f"LINK{index}")
    if index > 1:
        _write(folder / "lower", "l/LINK1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The data root of a classic store with one image of two layers."""
    root = tmp_path / "data"
    store = root / "image" / "overlay2"
    names = {"Repositories": {"shop": dict.fromkeys(NAMES, f"sha256:{DIGITS}")}}
    _write(store / "repositories.json", json.dumps(names, separators=(",", ":")))
    _write(store / "imagedb" / "content" / "sha256" / DIGITS, CONFIG)
    for index, (diff, chain, cache) in enumerate(zip(DIFFS, CHAINS, CACHE, strict=True), 1):
        layer = store / "layerdb" / "sha256" / chain[7:]
        files = {"cache-id": cache, "diff": diff, "size": "9", "tar-split.json.gz": ""}
        if index > 1:
            files["parent"] = CHAINS[index - 2]
        for name, data in files.items():
            _write(layer / name, data)
        _driver_folder(root / "overlay2" / cache, index)
    return root


def _layer_file(root: Path, index: int, name: str) -> Path:
    return root / "image/overlay2/layerdb/sha256" / CHAINS[index - 1][7:] / name


def _walk(
    root: Path,
    *,
    facts: ImageFacts = FACTS,
    endpoint: Endpoint = LOCAL,
    host: str = HERE,
    driver: str = "overlay2",
    store: StoreKind = StoreKind.CLASSIC,
) -> Walk:
    info = EngineInfo(
        name=host,
        storage_driver=driver,
        data_root=str(root),
        capabilities=Capabilities(store=store),
    )
    client = SimpleNamespace(info=info, endpoint=endpoint)
    return walk_image(cast("EngineClient", client), facts, "shop:1")


def _titles(walk: Walk) -> list[str]:
    return [step.title for step in walk.steps]


def _step(walk: Walk, title: str) -> WalkStep:
    return next(step for step in walk.steps if step.title == title)


def _shell(step: WalkStep) -> str:
    ran = subprocess.run(["bash", "-c", step.shell], capture_output=True, check=True, text=True)
    return ran.stdout


def _told_by_inspect(root: Path) -> ImageFacts:
    data = {
        "UpperDir": f"{root}/overlay2/{CACHE[1]}/diff",
        "LowerDir": f"{root}/overlay2/{CACHE[0]}/diff",
    }
    raw = json.dumps({"GraphDriver": {"Name": "overlay2", "Data": data}})
    return replace(FACTS, details=replace(FACTS.details, raw=raw))


def test_every_line_of_a_whole_root_writes_what_the_step_tells(root: Path) -> None:
    walk = _walk(root)
    assert _titles(walk) == [
        "Names",
        "Image ID",
        "Diff IDs",
        *(
            f"Layer {number}: {what}"
            for number in (1, 2)
            for what in ("chain ID", "metadata", "folder", "files")
        ),
    ]
    assert not any(step.error for step in walk.steps)
    assert [step.title for step in walk.steps if not step.read] == [
        "Layer 1: chain ID",
        "Layer 2: chain ID",
    ]
    with_lines = [step for step in walk.steps if step.shell]
    assert len(with_lines) == 10
    for step in with_lines:
        assert step.output
        assert _shell(step) == step.output
    assert [value for _label, value in _step(walk, "Names").facts] == list(NAMES)
    assert (
        f'sha256("{DIFFS[0]} {DIFFS[1]}")' in dict(_step(walk, "Layer 2: chain ID").facts).values()
    )
    assert _step(walk, "Layer 2: folder").path == str(root / "overlay2" / CACHE[1])


def test_a_config_that_is_not_its_name_is_told(root: Path) -> None:
    path = root / "image/overlay2/imagedb/content/sha256" / DIGITS
    _write(path, CONFIG.replace(b"linux", b"minix"))
    step = _step(_walk(root), "Image ID")
    assert step.error == "The file is not what its name says."
    assert dict(step.facts)["Equals its name"] == "no"


@pytest.mark.parametrize("damage", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"[]", b"null"])
def test_damaged_json_is_an_error_of_its_step_alone(root: Path, damage: bytes) -> None:
    _write(root / "image/overlay2/repositories.json", damage)
    walk = _walk(root)
    names = _step(walk, "Names")
    assert (names.read, names.error) == (False, "It is damaged.")
    assert [value for _label, value in names.facts] == list(NAMES)
    assert _step(walk, "Layer 2: files").read


@pytest.mark.parametrize(
    "evil", ["../../../etc", "/etc", "", ".", "a b", "a\nb", "\x1b[2J", "x" * 200, "a/../b"]
)
def test_a_cache_id_that_is_no_name_leads_nowhere(root: Path, evil: str) -> None:
    _write(_layer_file(root, 1, "cache-id"), evil)
    walk = _walk(root)
    step = _step(walk, "Layer 1: metadata")
    assert step.error.startswith("It names no folder")
    assert step.error.isprintable()
    assert "cache-id" not in dict(step.facts)
    assert "Layer 1: folder" not in _titles(walk)
    assert _step(walk, "Layer 2: folder").read


def test_metadata_of_another_layer_is_not_followed(root: Path) -> None:
    _write(_layer_file(root, 2, "diff"), DIFFS[0])
    walk = _walk(root)
    assert _step(walk, "Layer 2: metadata").error == "The metadata is that of another layer."
    assert "Layer 2: folder" not in _titles(walk)


def test_links_out_of_the_root_are_not_followed(root: Path, tmp_path: Path) -> None:
    secret = _write(tmp_path / "secret" / "file1", "secret")
    diff = root / "overlay2" / CACHE[0] / "diff"
    (diff / "file1").unlink()
    diff.rmdir()
    diff.symlink_to(secret.parent)
    split = _layer_file(root, 2, "cache-id")
    split.unlink()
    split.symlink_to(secret)
    walk = _walk(root)
    for title in ("Layer 1: files", "Layer 2: metadata"):
        step = _step(walk, title)
        assert step.error == "A link leads out of the data root; it is not followed."
        assert "secret" not in str(step.facts)
        assert not step.output


def test_what_is_no_plain_file_is_not_waited_for(root: Path) -> None:
    path = root / "image/overlay2/repositories.json"
    path.unlink()
    os.mkfifo(path)
    assert _step(_walk(root), "Names").error == "It is not a plain file."


def test_a_file_too_long_is_not_read(root: Path) -> None:
    with (root / "image/overlay2/repositories.json").open("r+b") as file:
        file.truncate(16_000_001)
    assert _step(_walk(root), "Names").error == "It is too long to be read."


def test_a_root_that_is_itself_a_link_is_walked(root: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.symlink_to(root)
    assert not any(step.error for step in _walk(moved).steps)


def test_what_is_not_there_is_told_from_inspect(tmp_path: Path) -> None:
    nowhere = tmp_path / "100000.100000"
    walk = _walk(nowhere, facts=_told_by_inspect(nowhere))
    metadata = _step(walk, "Layer 1: metadata")
    assert (metadata.read, metadata.error) == (False, "It is not there.")
    assert dict(metadata.facts)["cache-id"] == CACHE[0]
    assert _step(walk, "Layer 2: files").path == f"{nowhere}/overlay2/{CACHE[1]}/diff"


def test_a_user_who_may_not_read_gets_the_sudo_lines(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tui.contents.dataroot.os.open", refuse)
    monkeypatch.setattr("tui.contents.dataroot.os.scandir", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    walk = _walk(root, facts=_told_by_inspect(root))
    on_disk = [step for step in walk.steps if step.path]
    assert len(on_disk) == 9
    for step in on_disk:
        assert step.error == "You may not read it; its owner is another user."
        assert step.shell.startswith("sudo ")
    assert _step(walk, "Layer 2: chain ID").shell.startswith("echo ")


def test_lines_for_another_host_go_through_ssh(root: Path) -> None:
    walk = _walk(root, endpoint=Endpoint("ssh://me@far:2222", "--host"), host="far")
    assert walk.host == "far"
    step = _step(walk, "Image ID")
    assert not step.read
    assert step.error == "It lies on host far."
    assert step.shell.startswith("ssh -p 2222 me@far 'sudo sha256sum ")


def test_a_socket_of_another_host_is_not_taken_for_this_one(root: Path) -> None:
    assert not any(step.read for step in _walk(root, host="elsewhere").steps)


@pytest.mark.parametrize("evil", ["sha256:../../../../etc/passwd", "sha256:", "x", "sha256:A"])
def test_ids_that_are_none_end_the_walk(root: Path, evil: str) -> None:
    for details in (
        replace(FACTS.details, image_id=evil),
        replace(FACTS.details, diff_ids=(DIFFS[0], evil)),
    ):
        walk = _walk(root, facts=replace(FACTS, details=details))
        assert _titles(walk) == ["The walk ends here"]
        assert walk.steps[0].error


@pytest.mark.parametrize(("driver", "data_root"), [("../x", "/d"), ("", "/d"), ("overlay2", "d")])
def test_a_driver_or_root_that_is_none_ends_the_walk(driver: str, data_root: str) -> None:
    assert _titles(_walk(Path(data_root), driver=driver)) == ["The walk ends here"]


def test_vfs_keeps_a_whole_file_system_a_layer(root: Path) -> None:
    (root / "image/overlay2").rename(root / "image/vfs")
    _write(root / "vfs" / "dir" / CACHE[1] / "both", "")
    walk = _walk(root, driver="vfs")
    assert dict(_step(walk, "Layer 2: folder").facts)["First"] == "both"
    assert "Layer 2: files" not in _titles(walk)


def _blob(root: Path, data: bytes) -> dict[str, Any]:
    digits = hashlib.sha256(data).hexdigest()
    _write(root / "io.containerd.content.v1.content/blobs/sha256" / digits, data)
    return {"digest": f"sha256:{digits}", "size": len(data)}


def test_containerd_goes_from_the_index_to_blobs_and_snapshots(tmp_path: Path) -> None:
    root = tmp_path / "containerd" / "daemon"
    layers = [_blob(root, b"first"), _blob(root, b"second")]
    manifest = {"config": _blob(root, CONFIG), "layers": layers}
    here = {
        **_blob(root, json.dumps(manifest).encode()),
        "platform": {"os": "linux", "architecture": "amd64"},
    }
    other = {"digest": f"sha256:{'0' * 64}", "platform": {"os": "linux", "architecture": "arm64"}}
    index = _blob(root, json.dumps({"manifests": [other, here]}).encode())
    missing = root / "io.containerd.content.v1.content/blobs/sha256" / layers[1]["digest"][7:]
    missing.unlink()
    details = replace(FACTS.details, image_id=index["digest"], os="linux", architecture="amd64")
    facts = replace(FACTS, details=details)
    walk = _walk(tmp_path, facts=facts, driver="overlayfs", store=StoreKind.CONTAINERD)
    for title in ("Image ID", "Manifest", "Config", "Diff IDs", "Layer 1: blob"):
        step = _step(walk, title)
        assert (step.read, step.error) == (True, ""), title
        assert _shell(step) == step.output
    assert here["digest"] in str(_step(walk, "Manifest").path.replace("/sha256/", "/sha256:"))
    assert _step(walk, "Layer 2: blob").error == "It is not there."
    snapshot = _step(walk, "Layer 2: snapshot")
    assert dict(snapshot.facts)["Snapshot"] == CHAINS[1]
    assert CHAINS[1] in snapshot.shell
    assert "metadata.db" in snapshot.path


def test_podman_follows_layers_json_from_the_top(tmp_path: Path) -> None:
    ids = ("1" * 64, "2" * 64)
    image = {"id": DIGITS, "names": list(NAMES), "layer": ids[1]}
    layers = [
        {"id": ids[0], "diff-digest": DIFFS[0], "diff-size": 5},
        {"id": ids[1], "parent": ids[0], "diff-digest": DIFFS[1], "diff-size": 6},
    ]
    compact = (",", ":")
    _write(tmp_path / "overlay-images/images.json", json.dumps([image], separators=compact))
    _write(tmp_path / "overlay-layers/layers.json", json.dumps(layers, separators=compact))
    key = "=" + base64.b64encode(f"sha256:{DIGITS}".encode()).decode()
    _write(tmp_path / "overlay-images" / DIGITS / key, CONFIG)
    for index, layer_id in enumerate(ids, 1):
        _driver_folder(tmp_path / "overlay" / layer_id, index)
    walk = _walk(tmp_path, driver="overlay", store=StoreKind.PODMAN)
    assert not any(step.error for step in walk.steps)
    for step in walk.steps:
        if step.shell:
            assert _shell(step) == step.output
    assert dict(_step(walk, "Layer 1: metadata").facts)["diff-digest"] == DIFFS[0]
    assert _step(walk, "Layer 2: files").path == str(tmp_path / "overlay" / ids[1] / "diff")
