"""`orlop layers --files`, `orlop files` and `orlop waste` over an archive, without an Engine."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, archive
from tests.layers.tars import member, tar
from tests.test_cli import answer, orlop
from tui.report.gates import share, size_in_bytes

BELOW = tar([member("a", b"x" * 5000), member("b/"), member("b/caf\udce9\x1b[31m", b"y" * 999)])
ABOVE = tar([member("a", b"x" * 5000, mode=0o600), member(".wh.b"), member("new", b"z")])


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "image.tar"
    path.write_bytes(archive([ImageSpec((BELOW, ABOVE), tags=("demo:1",))]))
    return f"docker-archive:{path}"


def test_layers_with_their_files(source: str) -> None:
    told = answer("layers", source, "--files")
    assert (told["image"], told["source"]) == ("demo:1", "archive")
    below, above = told["layers"]
    assert (below["size"], below["entries"]) == (5999, 3)
    assert below["added"] == {"count": 3, "bytes": 5999}
    assert above["metadata"] == {"count": 1, "bytes": 5000}
    assert above["removed"] == {"count": 2, "bytes": 999}
    assert [(one["path"], one["type"], one["change"]) for one in above["files"]] == [
        ("a", "file", "metadata"),
        ("b", "whiteout", "removed"),
        ("new", "file", "added"),
    ]
    odd = below["files"][2]
    assert base64.b64decode(odd["path_b64"]) == b"b/caf\xe9\x1b[31m"
    assert (odd["mode"], odd["mtime"]) == ("0644", "2023-11-14T22:13:20Z")
    assert "files" not in answer("layers", source)["layers"][0]


def test_files_in_the_end_of_a_layer_and_up_to_it(source: str) -> None:
    assert [one["path"] for one in answer("files", source)] == ["a", "new"]
    assert len(answer("files", source, "--layer", "1")) == 3
    assert [one["layer"] for one in answer("files", source, "--layer", "1", "--stacked")] == [1] * 3


def test_waste_and_its_limits(source: str) -> None:
    told = answer("waste", source, "--max-wasted", "6kB", "--min-efficiency", "0.45")
    assert told["total_bytes"] == 11_000
    assert told["wasted_bytes"] == 5_999
    assert told["shown_bytes"] == 5_001
    assert [(one["bytes"], one["times"][0]["hidden_by"]) for one in told["worst"]] == [
        (5000, 2),
        (999, 2),
    ]
    ran = orlop("waste", source, "--json", "--max-wasted", "1kB", "--min-efficiency", "0.99")
    assert ran.returncode == 1
    assert len(json.loads(ran.stdout)["failed"]) == 2
    assert "more than 1 kB" in ran.stderr
    assert "less than 0.99" in ran.stderr


@pytest.mark.parametrize("command", ["layers", "files", "waste"])
def test_tables_are_harmless(command: str, source: str) -> None:
    more = ["--files"] if command == "layers" else []
    ran = orlop(command, source, *more)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout
    assert "a" in ran.stdout


def test_what_cannot_be_told_is_a_sentence(source: str, tmp_path: Path) -> None:
    for arguments in (
        ["files", source, "--layer", "3"],
        ["files", source, "--layer", "-1"],
        ["layers", f"oci:{tmp_path}"],
        ["waste", "oci-archive:/nowhere.tar"],
    ):
        ran = orlop(*arguments)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "Traceback" not in ran.stderr
    assert orlop("waste", source, "--max-wasted", "much").returncode == 2


def test_a_source_of_the_engine_is_not_for_files(source: str) -> None:
    for command in (["layers", source, "--files"], ["files", source], ["diff", source, source]):
        ran = orlop(*command, "--source", "metadata")
        assert ran.returncode == 1
        assert "--source is for images of the Engine" in ran.stderr


def test_a_bad_layer_is_an_error_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(archive([ImageSpec((b"\1" * 2000, ABOVE), tags=("demo:1",))]))
    source = f"docker-archive:{path}"
    below, above = answer("layers", source, "--files")["layers"]
    assert "no tar" in below["error"]
    assert len(above["files"]) == 3
    assert "no tar" in orlop("layers", source).stdout
    assert orlop("waste", source).returncode == 1
    assert len(answer("files", source, "--layer", "2")) == 3


def test_sizes_and_shares_as_people_write_them() -> None:
    written = ["20MB", "1.5 GiB", "4096", "2k", "7B"]
    assert list(map(size_in_bytes, written)) == [20_000_000, 1_610_612_736, 4096, 2000, 7]
    for wrong in ("k", "x", "-1", "1e3", "MB"):
        with pytest.raises(ValueError, match=wrong):
            size_in_bytes(wrong)
    with pytest.raises(ValueError, match="2"):
        share("2")
