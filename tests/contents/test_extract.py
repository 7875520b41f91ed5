"""Extracting: what the layers have is what is written, and nothing leaves the destination."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, archive
from tests.layers.tars import member, tar
from tests.test_cli import Ran, answer, orlop

BELOW = tar(
    [
        member("etc/", mode=0o755),
        member("etc/old", b"old"),
        member("etc/kept", b"kept", mode=0o4755, uid=1234, mtime=1_000_000_000),
        member("etc/hard", type=tarfile.LNKTYPE, linkname="etc/kept"),
        member("etc/soft", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("etc/caf\udce9", b"bytes"),
        member("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("empty/"),
    ]
)
ABOVE = tar([member("etc/.wh.old"), member("etc/new", b"n" * 100_000), member("top", b"t")])


def _source(tmp_path: Path, *layers: bytes) -> str:
    path = tmp_path / "image.tar"
    path.write_bytes(archive([ImageSpec(layers or (BELOW, ABOVE), tags=("demo:1",))]))
    return f"docker-archive:{path}"


def _extract(source: str, path: str, to: Path, *more: str) -> Ran:
    return orlop("extract", source, path, "-o", str(to), *more)


def test_a_folder_as_the_image_has_it(tmp_path: Path) -> None:
    to = tmp_path / "out"
    ran = _extract(_source(tmp_path), "/etc", to)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(os.listdir(os.fsencode(to))) == [b"caf\xe9", b"hard", b"kept", b"new", b"soft"]
    assert (to / "new").read_bytes() == b"n" * 100_000
    kept = (to / "kept").stat()
    assert kept.st_ino == (to / "hard").stat().st_ino
    assert stat.S_IMODE(kept.st_mode) == 0o755  # without setuid
    assert (kept.st_uid, int(kept.st_mtime)) == (os.getuid(), 1_000_000_000)
    assert os.readlink(to / "soft") == "/etc/passwd"


def test_everything_of_one_layer_and_of_all(tmp_path: Path) -> None:
    source = _source(tmp_path)
    told = answer("extract", source, "/", "-o", str(tmp_path / "below"), "--layer", "1")
    assert (tmp_path / "below" / "etc" / "old").read_bytes() == b"old"
    assert [one["reason"] for one in told["skipped"]] == ["character"]
    told = answer("extract", source, "/", "-o", str(tmp_path / "all"))
    assert not (tmp_path / "all" / "etc" / "old").exists()
    assert (tmp_path / "all" / "empty").is_dir()
    assert told["bytes"] == 4 + 5 + 100_000 + 1
    assert told["failed"] == []


def test_one_file_under_another_name(tmp_path: Path) -> None:
    source, to = _source(tmp_path), tmp_path / "mine"
    assert _extract(source, "top", to).returncode == 0
    assert to.read_bytes() == b"t"


def test_what_is_there_stays_unless_asked(tmp_path: Path) -> None:
    source, to = _source(tmp_path), tmp_path / "mine"
    to.write_bytes(b"precious")
    ran = _extract(source, "top", to)
    assert ran.returncode == 1
    assert f"{to.name}: File exists" in ran.stdout
    assert to.read_bytes() == b"precious"
    assert _extract(source, "top", to, "--overwrite").returncode == 0
    assert to.read_bytes() == b"t"
    assert sorted(os.listdir(tmp_path)) == ["image.tar", "mine"]


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    ran = _extract(_source(tmp_path), "etc/nothing", tmp_path / "x")
    assert ran.returncode == 1
    assert "There is no such file in the image." in ran.stderr
    assert _extract(_source(tmp_path), "etc/old", tmp_path / "x").returncode == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_a_hostile_image_writes_nothing_outside(tmp_path: Path, overwrite: tuple[str, ...]) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_bytes(b"safe")
    layer = tar(
        [
            member("../../victim/file", b"evil"),
            member(f"/{victim}/file", b"evil"),
            member("way", type=tarfile.SYMTYPE, linkname=str(victim)),
            member("way/file", b"evil"),
            member("link", type=tarfile.LNKTYPE, linkname=f"../..{victim}/file"),
            member("a/b", type=tarfile.SYMTYPE, linkname="../../victim"),
        ]
    )
    above = tar([member("a/b/file", b"evil"), member("b", type=tarfile.SYMTYPE, linkname="victim")])
    _extract(_source(tmp_path, layer, above), "/", tmp_path / "out", *overwrite)
    assert (victim / "file").read_bytes() == b"safe"
    assert os.listdir(victim) == ["file"]
    assert sorted(os.listdir(tmp_path)) == ["image.tar", "out", "victim"]


def test_a_pipe_alone_is_not_extracted_and_that_is_no_success(tmp_path: Path) -> None:
    source = tmp_path / "image.tar"
    pipe = tar([member("pipe", type=tarfile.FIFOTYPE)])
    source.write_bytes(archive([ImageSpec((pipe,), tags=("demo:1",))]))
    ran = orlop("extract", f"docker-archive:{source}", "pipe", "-o", str(tmp_path / "out"))
    assert ran.returncode == 1
    assert "Not everything was extracted." in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_symlink_that_waits_in_the_destination_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    to = tmp_path / "out"
    to.mkdir()
    (to / "etc").symlink_to(outside)
    ran = _extract(_source(tmp_path), "/", to, "--overwrite")
    assert ran.returncode == 1
    assert os.listdir(outside) == []
    assert (to / "top").read_bytes() == b"t"  # the others are written all the same


def test_as_tarfile_extracts_it(tmp_path: Path) -> None:
    plain = tar([member("d/"), *(member(f"d/f{n}", b"z" * n * 999, mode=0o640) for n in range(9))])
    _extract(_source(tmp_path, plain), "/", tmp_path / "ours")
    with tarfile.open(fileobj=io.BytesIO(plain)) as opened:
        opened.extractall(tmp_path / "theirs", filter="data")
    for path in sorted((tmp_path / "theirs").rglob("*")):
        mine = tmp_path / "ours" / path.relative_to(tmp_path / "theirs")
        assert mine.is_dir() == path.is_dir()
        if path.is_file():
            assert mine.read_bytes() == path.read_bytes()
            assert mine.stat().st_mode == path.stat().st_mode
            assert mine.stat().st_mtime == path.stat().st_mtime
