"""A folder of a container from a tar that flows: what it costs, where it is cut, hostile ones."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contents.vessel import FOLDER, LINK, vessel
from tests.layers.tars import member, tar
from tui.contents import folders
from tui.contents.folders import NoFolder, Reach, first_bytes, reach_of, read_folder
from tui.contents.source import Watch
from tui.engine.errors import Cancelled
from tui.model.folder import Folder, FolderItem

TREE = [
    member("/"),
    member("/etc/"),
    member("/etc/a", b"a" * 10),
    member("/etc/b/"),
    member("/etc/b/c", b"c" * 1000),
    member("/hard", type=tarfile.LNKTYPE, linkname="/etc/a"),
    member("/soft", type=tarfile.SYMTYPE, linkname="etc/a"),
]


def read(tmp_path: Path, data: bytes, path: bytes = b"/") -> Folder:
    with vessel(tmp_path) as (made, client):
        made.stats["/d"] = (FOLDER, "")
        made.tar = lambda: [data]
        return read_folder(client, "c", path, step=0, watch=Watch())


def by_name(folder: Folder) -> dict[bytes, FolderItem]:
    return {item.name: item for item in folder.items}


def test_what_is_below_is_added_up(tmp_path: Path) -> None:
    found = read(tmp_path, tar(TREE))
    items = by_name(found)
    assert list(items) == [b"etc", b"hard", b"soft"]
    assert (items[b"etc"].size, items[b"etc"].below, items[b"etc"].is_whole) == (1010, 3, True)
    assert items[b"soft"].entry.link == b"etc/a"
    assert (found.is_cut, found.note) == (False, "")
    assert 0 < found.read <= len(tar(TREE))


@pytest.mark.parametrize("name", ["../x", "/abs", "dd/x", "d/../../x", "..", "d"])
def test_entries_from_elsewhere_are_not_in_the_folder(tmp_path: Path, name: str) -> None:
    data = tar([member("d/"), member("d/good", b"x"), member(name, b"y")])
    assert list(by_name(read(tmp_path, data, b"/d"))) == [b"good"]


def _endless() -> Iterator[bytes]:
    info, _content = member("/big")
    info.size = 1 << 40
    yield tar([member("/"), member("/early", b"x")])[:1536]
    yield info.tobuf(tarfile.PAX_FORMAT)
    while True:
        yield bytes(1 << 16)


def _countless() -> Iterator[bytes]:
    yield tar([member("/")])[:512]
    number = 0
    while True:
        yield member(f"/many/{number}")[0].tobuf(tarfile.PAX_FORMAT)
        number += 1


def test_an_endless_file_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "NEAR", (5_000_000, 1000))
    with vessel(tmp_path) as (made, client):
        made.tar = _endless
        made.stats |= {"/usr": (FOLDER, ""), "/var": (LINK, "/usr"), "/deep/er/mount": (FOLDER, "")}
        made.stats["/deep"] = (FOLDER, "")
        made.mounts = ["/deep/er/mount", "/gone"]
        found = read_folder(client, "c", b"/", step=0, watch=Watch())
    items = by_name(found)
    assert list(items) == [b"big", b"deep", b"early", b"usr", b"var"]
    assert (items[b"early"].is_whole, items[b"big"].is_whole) == (True, False)
    assert items[b"usr"].entry.uid == -1, "an Engine does not tell the owner of a name alone"
    assert found.is_cut
    assert "Cut in big" in found.note
    assert 5_000_000 <= found.read < 6_000_000


def test_countless_entries_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "NEAR", (1 << 40, 1000))
    with vessel(tmp_path) as (made, client):
        made.tar = _countless
        made.stats["/d"] = (FOLDER, "")
        found = read_folder(client, "c", b"/d", step=0, watch=Watch())
        assert found.is_cut
        further = read_folder(client, "c", b"/d", step=1, watch=Watch())
    assert further.read > 7 * found.read


@pytest.mark.parametrize("keep", [0, 100, 600, 1600, 3000])
def test_a_tar_that_ends_early_is_shown_as_far_as_it_came(tmp_path: Path, keep: int) -> None:
    found = read(tmp_path, tar(TREE)[:keep])
    assert found.is_cut
    assert "too early" in found.note


def test_what_the_kernel_makes_up_is_not_asked_for(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):
        made.mounts = ["/sys/fs/real"]
        made.tar = lambda: [tar([member("real/"), member("real/x")])]
        for path in (b"/proc", b"/proc/1/fd", b"/sys"):
            assert "kernel" in read_folder(client, "c", path, step=0, watch=Watch()).note
        assert not made.asked
        assert read_folder(client, "c", b"/sys/fs/real", step=0, watch=Watch()).items


def test_of_a_known_folder_nothing_else_is_asked(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):
        made.tar = lambda: [tar([member("d/"), member("d/x", b"x")])]
        found = read_folder(client, "c", b"/d", frozenset({b"/e"}), step=0, watch=Watch())
        assert (list(by_name(found)), found.mounts) == ([b"x"], frozenset({b"/e"}))
        assert len(made.engine.requests) == 3, "two of them to connect"
        made.tar = lambda: [tar([member("d", b"a file by now")])]
        with pytest.raises(NoFolder):
            read_folder(client, "c", b"/d", frozenset(), step=0, watch=Watch())


def test_a_cancel_ends_the_reading(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):
        made.tar = _endless

        def tell(done: int, _total: int) -> None:
            if done > 1_000_000:
                client.cut()

        with pytest.raises(Cancelled):
            read_folder(client, "c", b"/", step=0, watch=Watch(tell=tell))


def test_mounts_are_marked(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):
        made.mounts = ["/etc/b", "/etc"]
        made.tar = lambda: [tar(TREE)]
        items = by_name(read_folder(client, "c", b"/", step=0, watch=Watch()))
    assert [name for name, item in items.items() if item.is_mount] == [b"etc"]


def test_a_large_file_is_read_as_far_as_it_is_shown(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):
        made.tar = lambda: [tar([member("f", b"x" * 3_000_000)])]
        data, has_more = first_bytes(client, "c", b"/f", Watch())
        assert (len(data), has_more) == (1_000_000, True)
        made.tar = lambda: [tar([member("f", b"x")])]
        assert first_bytes(client, "c", b"/f", Watch()) == (b"x", False)
        made.tar = lambda: [tar([member("f", type=tarfile.FIFOTYPE)])]
        with pytest.raises(folders.NoFile):
            first_bytes(client, "c", b"/f", Watch())


def test_a_network_is_spared() -> None:
    assert reach_of("unix:///x", 0) == Reach(64_000_000, 20_000)
    assert reach_of("ssh://h", 0) == Reach(4_000_000, 20_000)
    assert reach_of("tcp://h:1", 2).bytes == 64 * reach_of("tcp://h:1", 0).bytes
