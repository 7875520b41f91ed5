"""A file is there whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tui.engine.errors import Cancelled
from tui.transfer import packing
from tui.transfer.errors import (
    BadTarget,
    DiskFull,
    FileExists,
    NoPacker,
    NoRoom,
    QuotaUsedUp,
    TransferError,
)
from tui.transfer.packing import Packing, packing_of
from tui.transfer.writing import check_target, free_bytes, sweep, whole_file

DATA = b"".join(f"line {number}\n".encode() for number in range(20_000))


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def _write(target: Path, *pieces: bytes, ends: BaseException | None = None) -> None:
    with whole_file(target) as output:
        for piece in pieces:
            output.write(piece)
        if ends is not None:
            raise ends


def _fill(target: Path) -> None:
    with whole_file(target) as output:
        for _step in range(64):
            output.write(os.urandom(65536))


def _unzstd(path: Path) -> bytes:
    from backports import zstd

    return zstd.decompress(path.read_bytes())


READERS: dict[str, Callable[[Path], bytes]] = {
    "a.tar": Path.read_bytes,
    "a.tar.gz": lambda path: gzip.decompress(path.read_bytes()),
    "a.tgz": lambda path: gzip.decompress(path.read_bytes()),
    "a.tar.zst": _unzstd,
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_written_is_what_is_read(tmp_path: Path, name: str) -> None:
    with whole_file(tmp_path / name) as output:
        for at in range(0, len(DATA), 7919):
            output.write(DATA[at : at + 7919])
        assert name not in _names(tmp_path)
    assert _names(tmp_path) == [name]
    assert READERS[name](tmp_path / name) == DATA
    assert output.taken == len(DATA)
    assert output.stored == (tmp_path / name).stat().st_size
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600  # as docker save makes it


def _without_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(packing, "import_module", missing)


def test_the_program_zstd_where_python_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_modules(monkeypatch)
    with whole_file(tmp_path / "a.tar.zst") as output:
        output.write(DATA)
    assert _unzstd(tmp_path / "a.tar.zst") == DATA
    assert output.stored == (tmp_path / "a.tar.zst").stat().st_size


def test_a_sentence_where_there_is_no_zstd_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_modules(monkeypatch)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NoPacker, match="no zstd"), whole_file(tmp_path / "a.tar.zst"):
        pass
    assert _names(tmp_path) == []


@pytest.mark.parametrize("reason", [Cancelled(), KeyboardInterrupt(), ValueError("damaged")])
@pytest.mark.parametrize("name", READERS)
def test_nothing_is_left_when_it_ends_early(
    tmp_path: Path, name: str, reason: BaseException
) -> None:
    with pytest.raises(type(reason)):
        _write(tmp_path / name, DATA, ends=reason)
    assert _names(tmp_path) == []


def test_the_program_zstd_ends_when_it_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_modules(monkeypatch)
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    with pytest.raises(Cancelled):
        _write(tmp_path / "a.tar.zst", DATA, ends=Cancelled())
    assert [process.returncode for process in started] == [-9]
    assert _names(tmp_path) == []


def test_a_file_that_is_there_stays_unless_asked(tmp_path: Path) -> None:
    target = tmp_path / "a.tar"
    target.write_bytes(b"old")
    with pytest.raises(FileExists), whole_file(target):
        pass
    assert target.read_bytes() == b"old"
    with suppress(Cancelled), whole_file(target, overwrite=True) as output:
        output.write(b"new")
        raise Cancelled
    assert target.read_bytes() == b"old"
    with whole_file(target, overwrite=True) as output:
        output.write(b"new")
    assert (target.read_bytes(), _names(tmp_path)) == (b"new", ["a.tar"])


def test_a_file_that_comes_meanwhile_stays(tmp_path: Path) -> None:
    def overtaken() -> None:
        with whole_file(tmp_path / "a.tar") as output:
            output.write(b"ours")
            (tmp_path / "a.tar").write_bytes(b"theirs")

    with pytest.raises(FileExists):
        overtaken()
    assert ((tmp_path / "a.tar").read_bytes(), _names(tmp_path)) == (b"theirs", ["a.tar"])


def test_a_symlink_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.tar").symlink_to(tmp_path / "real" / "a.tar")
    with whole_file(tmp_path / "link.tar") as output:
        output.write(b"x")
    assert (tmp_path / "link.tar").is_symlink()
    assert (tmp_path / "real" / "a.tar").read_bytes() == b"x"


def test_places_that_are_no_files(tmp_path: Path) -> None:
    for place in (tmp_path, Path("/dev/null"), tmp_path / "none" / "a.tar", tmp_path / "a\0b"):
        with pytest.raises(BadTarget):
            check_target(place, overwrite=True)


def test_the_room_is_checked_first(tmp_path: Path) -> None:
    free = free_bytes(tmp_path)
    with pytest.raises(NoRoom, match="are needed"), whole_file(tmp_path / "a", needs=free * 2):
        pass
    with whole_file(tmp_path / "a.gz", needs=free * 2) as output:  # nobody knows how small it gets
        output.write(b"x")


@pytest.mark.parametrize("name", READERS)
def test_a_full_disk(small_disk: Path, name: str) -> None:
    with pytest.raises(DiskFull, match="disk is full"):
        _fill(small_disk / name)
    assert _names(small_disk) == []


def test_a_full_disk_by_the_program_zstd(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_modules(monkeypatch)
    with pytest.raises(DiskFull):
        _fill(small_disk / "a.zst")
    assert _names(small_disk) == []


def test_a_quota_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(QuotaUsedUp, match="quota"):
        _write(tmp_path / "a", b"x")
    assert _names(tmp_path) == []


def test_a_failing_sync_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(TransferError):
        _write(tmp_path / "a", b"x")
    assert _names(tmp_path) == []


KILLED = """
import sys, time
from pathlib import Path
from tui.transfer.writing import whole_file
with whole_file(Path(sys.argv[1])) as output:
    output.write(b"x" * 100)
    print("written", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "a.tar")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        assert sweep(tmp_path) == 0  # it lives
        assert len(_names(tmp_path)) == 1
        process.kill()
    assert len(_names(tmp_path)) == 1
    with whole_file(tmp_path / "b.tar") as output:
        output.write(b"y")
    assert _names(tmp_path) == ["b.tar"]


def test_the_name_tells_the_packing() -> None:
    assert packing_of("a.tar") is Packing.PLAIN
    assert packing_of("A.TAR.GZ") is Packing.GZIP
    assert packing_of("a.tzst") is Packing.ZSTD
    assert packing_of("gz") is Packing.PLAIN
