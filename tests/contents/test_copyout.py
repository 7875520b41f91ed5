"""Unpacking what an Engine sends: a hostile tar writes nothing outside, and nothing by surprise."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.contents.vessel import FOLDER, LINK, vessel
from tests.layers.tars import member, tar
from tui.contents.beneath import BadDestination, DiskFull, Extracted
from tui.contents.copyout import CutShort, Source, Unpacking, place_for, source_of
from tui.contents.folders import LinkLoop
from tui.contents.source import Watch
from tui.engine.errors import Cancelled

Members = list[tuple[tarfile.TarInfo, bytes]]


def unpacked(
    folder: Path, data: bytes, name: bytes = b"out", *, overwrite: bool = False
) -> Extracted:
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return Unpacking(root, name, overwrite=overwrite).take(io.BytesIO(data), Watch())
    finally:
        os.close(root)


def everything(root: Path) -> dict[str, object]:
    return {
        str(path.relative_to(root)): os.readlink(path)
        if path.is_symlink()
        else (path.read_bytes() if path.is_file() else None)
        for path in sorted(root.rglob("*"))
    }


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=tarfile.SYMTYPE, linkname=target)


def hard(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=tarfile.LNKTYPE, linkname=target)


HOSTILE: dict[str, Members] = {
    "up": [member("d/"), member("../../outside/x", b"x")],
    "up from inside": [member("d/"), member("d/../../outside/x", b"x")],
    "absolute": [member("d/"), member("/outside/x", b"x")],
    "another folder": [member("d/"), member("dd/x", b"x"), member("e", b"x")],
    "through a link": [member("d/"), link("d/l", "../outside"), member("d/l/x", b"x")],
    "through an absolute link": [member("d/"), link("d/l", "/outside"), member("d/l/x", b"x")],
    "over a link": [member("d/"), link("d/l", "../outside/x"), member("d/l", b"x")],
    "a folder over a link": [
        member("d/"),
        link("d/l", "../outside"),
        member("d/l/"),
        member("d/l/x", b"x"),
    ],
    "hard link up": [member("d/"), hard("d/h", "../outside/kept"), member("d/h", b"x")],
    "hard link to a link": [
        member("d/"),
        link("d/l", "../outside/kept"),
        hard("d/h", "d/l"),
        member("d/h", b"x"),
    ],
    "devices": [
        member("d/"),
        member("d/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("d/disk", type=tarfile.BLKTYPE, devmajor=8),
        member("d/pipe", type=tarfile.FIFOTYPE),
    ],
    "a file as the top": [member("d", b"x"), member("d/x", b"x"), member("../y", b"x")],
    "a link as the top": [link("d", "../outside"), member("d/x", b"x")],
    "long names": [member("d/"), member("d/" + "n" * 300, b"x"), member("d/" + "m/" * 200 + "x")],
    "times": [member("d/"), member("d/t", b"x", mtime=1 << 62), member("d/u", mtime=-(1 << 62))],
    "dots": [member("d/"), member("d/./x", b"x"), member("d/.", b"x"), member("d/..", b"x")],
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize("top", [b"out", b""])
def test_nothing_is_written_outside(tmp_path: Path, name: str, overwrite: bool, top: bytes) -> None:
    inside, outside = tmp_path / "in", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
    (outside / "kept").write_bytes(b"kept")
    unpacked(inside, tar(HOSTILE[name]), top, overwrite=overwrite)
    assert everything(outside) == {"kept": b"kept"}
    assert {path.name for path in tmp_path.iterdir()} == {"in", "outside"}
    assert not Path("/outside").exists()
    assert not list(inside.rglob(".orlop-*"))
    kinds = {path for path in inside.rglob("*") if not (path.is_file() or path.is_dir())}
    assert all(path.is_symlink() for path in kinds), "no device and no pipe is made"


def test_what_is_refused_is_told_and_the_rest_is_there(tmp_path: Path) -> None:
    done = unpacked(tmp_path, tar([*HOSTILE["up"], member("d/good", b"good", mode=0o6755)]))
    assert everything(tmp_path / "out") == {"good": b"good"}
    assert done.failed == [
        (b"outside/x", "The destination cannot be written. it is not in what was asked for")
    ]
    assert done.bare == 1
    assert (tmp_path / "out" / "good").stat().st_mode & 0o7777 == 0o755


def test_a_hard_link_is_only_to_what_was_copied(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"secret")
    data = tar([member("d/"), hard("d/h", "d/mine"), member("d/a", b"a"), hard("d/b", "d/a")])
    done = unpacked(tmp_path, data, b"")
    assert not (tmp_path / "h").exists()
    assert (tmp_path / "a").stat().st_ino == (tmp_path / "b").stat().st_ino
    assert [path for path, _why in done.failed] == [b"d/h"]


def test_a_file_that_is_there_stays_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_bytes(b"mine")
    data = tar([member("d/"), member("d/a", b"theirs"), member("d/b", b"b")])
    done = unpacked(tmp_path, data)
    assert everything(tmp_path / "out") == {"a": b"mine", "b": b"b"}
    assert done.failed == [(b"d/a", "File exists")]
    unpacked(tmp_path, data, overwrite=True)
    assert everything(tmp_path / "out") == {"a": b"theirs", "b": b"b"}


@pytest.mark.parametrize("keep", [1, 700, 1500, 3000])
def test_a_tar_that_is_cut_says_so_and_what_is_there_is_whole(tmp_path: Path, keep: int) -> None:
    data = tar([member("d/"), member("d/a", b"a" * 100), member("d/b", b"b" * 5000)])
    with pytest.raises(CutShort):
        unpacked(tmp_path, data[:keep])
    found = everything(tmp_path)
    assert found.get("out/a", b"a" * 100) == b"a" * 100
    assert "out/b" not in found
    assert not [name for name in found if ".orlop-" in name]


def test_a_cancel_leaves_whole_files(tmp_path: Path) -> None:
    data = tar([member("d/"), *(member(f"d/{n:03}", bytes(20_000)) for n in range(50))])
    root = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    unpacking = Unpacking(root, b"out", overwrite=False)

    def check() -> None:
        if unpacking.done.files >= 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        unpacking.take(io.BytesIO(data), Watch(check))
    os.close(root)
    files = list((tmp_path / "out").iterdir())
    assert len(files) == 10
    assert {path.stat().st_size for path in files} == {20_000}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755, "it is as the container has it"


def test_where_a_copy_goes(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")

    def place(output: str, *, name: bytes = b"src", is_folder: bool = True) -> tuple[str, bytes]:
        source = Source(b"/x/src", name, is_folder)
        root, found = place_for(source, f"{tmp_path}/{output}")
        try:
            return os.path.relpath(os.readlink(f"/proc/self/fd/{root}"), tmp_path), found
        finally:
            os.close(root)

    assert place("folder") == ("folder", b"src")
    assert place("folder/") == ("folder", b"src")
    assert place("folder", name=b"") == ("folder", b"")
    assert place("new") == (".", b"new")
    assert place("new", is_folder=False) == (".", b"new")
    assert place("file", is_folder=False) == (".", b"file")
    with pytest.raises(BadDestination):
        place("file")
    with pytest.raises(BadDestination):
        place("nosuch/new")


def test_links_are_followed_by_asking_the_engine(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):
        made.stats |= {"/l": (LINK, "/real/x"), "/real/x": (0o644, ""), "/d": (FOLDER, "")}
        made.stats |= {"/loop": (LINK, "/loop"), "/rel": (LINK, "../../../../real/x")}
        assert source_of(client, "c", b"/l", follow=True) == Source(b"/real/x", b"l", False)
        assert source_of(client, "c", b"/l", follow=False) == Source(b"/l", b"l", False)
        assert source_of(client, "c", b"/rel", follow=True).path == b"/real/x"
        assert source_of(client, "c", b"/d/.", follow=False) == Source(b"/d", b"", True)
        assert source_of(client, "c", b"/d/../../d", follow=False).path == b"/d"
        with pytest.raises(LinkLoop):
            source_of(client, "c", b"/loop", follow=True)


def test_a_full_disk_leaves_no_half_file(small_disk: Path) -> None:
    info, _content = member("d/endless")
    info.size = 1 << 40

    class Endless:
        """A tar whose one file never ends."""

        def __init__(self) -> None:
            self._head = tar([member("d/"), member("d/first", b"x")])[:1536]
            self._head += info.tobuf(tarfile.PAX_FORMAT)

        def read(self, size: int, /) -> bytes:
            head, self._head = self._head[:size], self._head[size:]
            return head or bytes(size)

    root = os.open(small_disk, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with pytest.raises(DiskFull):
            Unpacking(root, b"out", overwrite=False).take(Endless(), Watch())
    finally:
        os.close(root)
    assert everything(small_disk) == {"out": None, "out/first": b"x"}
