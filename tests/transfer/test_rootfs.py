"""Tars to import: looked at first, sent as any Engine reads them; pipes can be left."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.transfer import rootfs
from tui.transfer.errors import CannotRead, CutOff, IsAnImage, NotATar, TransferError
from tui.transfer.rootfs import opened_rootfs


def tar_of(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return data.getvalue()


TAR = tar_of({"./bin/sh": b"x" * 5000, "manifest.json": b"{}", "repositories": b"a"})
"""Names that an archive of images has too do not make it one."""


def read(path: str) -> tuple[bytes, int, int]:
    """Return what would be sent, the size that is known, and the bytes that were counted."""
    counted: list[int] = []
    with opened_rootfs(path) as found:
        data = b"".join(found.pieces(counted.append))
        return data, found.size, sum(counted)


@pytest.mark.parametrize(
    ("pack", "same"), [(bytes, True), (gzip.compress, True), (lzma.compress, False)]
)
def test_a_tar_is_sent_plain_or_as_gzip(
    tmp_path: Path, pack: Callable[[bytes], bytes], same: bool
) -> None:
    """Older Engines read nothing else without programs beside them."""
    path = tmp_path / "a.tar"
    path.write_bytes(pack(TAR))
    size = path.stat().st_size
    assert read(str(path)) == (pack(TAR) if same else TAR, size, size)


def test_an_empty_tar_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(bytes(10240))
    assert read(str(path))[0] == bytes(10240)


DIGITS = "0123456789abcdef" * 4


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({f"{DIGITS}/": b"", f"{DIGITS}/VERSION": b"1.0"}, IsAnImage),
        ({f"blobs/sha256/{DIGITS}": b"x"}, IsAnImage),
        ({f"{DIGITS}.tar": b"x"}, IsAnImage),
        ({"oci-layout": b"x"}, IsAnImage),
    ],
)
def test_an_archive_of_images_is_none_to_import(
    tmp_path: Path,
    files: dict[str, bytes],
    error: type[TransferError],
    pack: Callable[[bytes], bytes],
) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(pack(tar_of(files)))
    with pytest.raises(error), opened_rootfs(str(path)):
        pass


def test_an_archive_of_images_is_known_by_a_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rootfs, "HEAD", 4000)
    files = {f"{DIGITS}/VERSION": b"1.0", f"{DIGITS}/layer.tar": os.urandom(20_000)}
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(tar_of(files)))
    with pytest.raises(IsAnImage), opened_rootfs(str(path)):
        pass
    path.write_bytes(gzip.compress(tar_of({"a": os.urandom(20_000), "b": b""})))
    assert len(read(str(path))[0]) > 20_000


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotATar),
        (b"text " * 400, NotATar),
        (gzip.compress(b"text " * 400), NotATar),
        (TAR[:3000], CutOff),
        (gzip.compress(TAR)[:-20], CutOff),
        (b"\x1f\x8b garbage", NotATar),
    ],
)
def test_what_is_no_tar_or_not_whole(
    tmp_path: Path, data: bytes, error: type[TransferError]
) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(data)
    with pytest.raises(error), opened_rootfs(str(path)):
        pass


@pytest.mark.parametrize("path", ["none.tar", ".", "bad\0name"])
def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotRead), opened_rootfs(path):
        pass


def test_a_slow_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with open(pipe, "wb") as file:
            file.write(TAR[:700])
            file.flush()
            file.write(TAR[700:])

    threading.Thread(target=write, daemon=True).start()
    assert read(str(pipe)) == (TAR, 0, len(TAR))


def test_a_pipe_that_nobody_writes_to_can_be_left(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    looks: list[int] = []

    def check() -> None:
        looks.append(1)
        if len(looks) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), opened_rootfs(str(pipe), check):
        pass


def test_a_terminal_is_no_tar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    with pytest.raises(CannotRead, match="terminal"), opened_rootfs("-"):
        pass
