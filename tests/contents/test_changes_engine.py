"""What a container has changed: as `docker diff` tells it, as large as a process there sees it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.verbs import run_docker
from tests.contents.changed import changed_container, inside
from tests.engines.images import make_layer, runnable
from tests.engines.maker import ImageMaker
from tests.test_cli import answer, orlop
from tui.contents.changes import LOSSY, Changes, ContainerDiff, is_told
from tui.contents.changesasked import Asked
from tui.contents.changesizes import SizesBook, SizeSource, UpperDir, as_told, open_upper
from tui.engine import changes, containers
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import NotFound
from tui.engine.wire_disk import disk_place
from tui.layers.union import Change
from tui.model.listing import Kind

TYPES = {
    stat.S_IFREG: (Kind.FILE, Kind.HARDLINK),
    stat.S_IFDIR: (Kind.DIRECTORY,),
    stat.S_IFLNK: (Kind.SYMLINK,),
    stat.S_IFIFO: (Kind.FIFO,),
}
A, C, D = Change.ADDED, Change.CONTENT, Change.REMOVED


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


def measured(client: EngineClient, container: str, source: SizeSource) -> ContainerDiff:
    """Return the changes with sizes from one source."""
    told, book = Changes(container, "x", changes.changes(client, container)), SizesBook()
    if source is SizeSource.ARCHIVE:
        asked = Asked(client.for_job, told, book)
        asked.start()
        assert asked.ended.wait(40)
        asked.join()
        return told.diff(book.told, source=source)
    place = disk_place(containers.inspect_container(client, container))
    number = open_upper(place.upper)
    if number is None:
        pytest.skip("not on this Engine: the writable layer cannot be read")
    try:
        upper = UpperDir(number)
        assert upper.fits(told)
        upper.read(told, book, lambda: None)
    finally:
        os.close(number)
    return told.diff(book.told, source=source)


def test_it_is_what_docker_tells(client: EngineClient, maker: ImageMaker, engine_host: str) -> None:
    container = changed_container(maker)
    ours = [f"{letter} {path}\n" for letter, path in changes.changes(client, container)]
    theirs = run_docker(engine_host, f"docker diff {container}")
    assert theirs.returncode == 0, theirs.stderr
    assert sorted("".join(ours).splitlines()) == sorted(theirs.stdout.splitlines())
    diff = measured(client, container, SizeSource.ARCHIVE)
    letters = [line[0] for line in ours]
    assert (diff.added, diff.changed, diff.removed) == tuple(map(letters.count, "ACD"))
    with pytest.raises(NotFound):
        next(changes.changes(client, f"{container}x"))


@pytest.mark.parametrize("source", SizeSource)
def test_sizes_are_those_inside(
    client: EngineClient, maker: ImageMaker, source: SizeSource, engine_kind: str
) -> None:
    container = changed_container(maker)
    diff = measured(client, container, source)
    tree = diff.tree()
    nodes = {path: tree.node(path) for path in tree.paths()}
    there = {
        path.decode(): node
        for path, node in nodes.items()
        if node.change is not D and LOSSY not in path and as_told(path) == path
    }
    seen = inside(maker, container, [f"/{path}" for path in there])
    podmans = {"dangling"} if engine_kind == "podman" and source is SizeSource.ARCHIVE else set()
    for path, node in there.items():
        if path in podmans:  # it asks what the link leads to
            continue
        mode, size, uid, gid, mtime = seen[f"/{path}"]
        entry = node.entry
        assert entry is not None
        assert is_told(entry), path
        assert entry.kind in TYPES[stat.S_IFMT(mode)], path
        assert entry.mode == stat.S_IMODE(mode), path
        assert entry.mtime - mtime in {0, int(engine_kind == "podman")}, path  # its tars round
        assert (entry.uid, entry.gid) in {(uid, gid), (-1, -1)}, path
        if not node.is_folder:
            assert node.sums.size == size, path
    assert tree.change_of(b"etc/a") is C
    assert tree.change_of(b"new/big") is A
    assert tree.change_of(b"opt/gone") is D
    assert tree.change_of(b"srv/dir") is C
    assert tree.change_of(b"srv/chmod") is Change.METADATA
    assert tree.change_of(b"etc") is Change.SAME
    assert tree.changes_below(b"etc") == 2
    assert tree.node(b"opt/old").is_folder
    assert tree.change_of(b"opt/old/three") is A
    assert nodes[b"new/bad\xffname"].sums.size == 3  # the tar tells it as it is
    assert nodes[b"new/bad\xfename"].sums.size == 5  # and this, which the Engine writes alike
    assert tree.node(b"new/deep/hard").sums.size == 100_000
    names = 1 if source is SizeSource.DISK else 2  # hard2 is not in the folder that is one tar
    shown = tree.node(b"").sums.size
    assert shown in range(1_000_000 + names * 100_000, 1_000_000 + names * 100_000 + 500)


@pytest.mark.stores("classic")
def test_all_bytes_are_those_of_the_writable_layer(client: EngineClient, maker: ImageMaker) -> None:
    container = changed_container(maker)
    (listed,) = containers.measured_containers(client, [container])
    tree = measured(client, container, SizeSource.DISK).tree()
    assert tree.node(b"").sums.size == listed.size_rw
    assert tree.node(b"bad\xff\xfename").sums.size == 4
    assert tree.node(b"hard2").sums.size == 100_000


@pytest.mark.parametrize("source", SizeSource)
def test_a_container_that_was_never_started(
    client: EngineClient, maker: ImageMaker, source: SizeSource
) -> None:
    maker.load(runnable(maker.name("base:1")))
    container = maker.container(maker.name("base:1"))
    files = {f"new/{number}": b"x" * number for number in range(20)}
    maker.api.put_archive(container, "/", make_layer({**files, "tmp/one": b"12345"}))
    tree = measured(client, container, source).tree()
    assert tree.node(b"new").sums.size == sum(range(20))
    assert tree.node(b"tmp/one").sums.size == 5
    assert not measured(client, container, source).unknown


def test_nothing_was_changed(client: EngineClient, maker: ImageMaker) -> None:
    maker.load(runnable(maker.name("base:1")))
    container = maker.container(maker.name("base:1"))
    diff = measured(client, container, SizeSource.ARCHIVE)
    assert (diff.count, diff.unknown) == (0, 0)
    assert not list(diff.tree().paths())


def test_gone_while_it_is_asked(client: EngineClient, maker: ImageMaker) -> None:
    container = changed_container(maker)
    told, book = Changes(container, "x", changes.changes(client, container)), SizesBook()
    maker.api.remove_container(container, force=True)
    asked = Asked(client.for_job, told, book)
    asked.start()
    assert asked.ended.wait(40)
    with pytest.raises(NotFound):
        asked.join()


def test_on_the_command_line(maker: ImageMaker, engine_host: str) -> None:
    container = changed_container(maker)
    told = answer("changes", container[:20], DOCKER_HOST=engine_host)
    by_path = {one["path"]: one for one in told["changes"]}
    assert told["id"] == container
    assert told["added"] + told["changed"] + told["removed"] == len(maker.api.diff(container))
    assert (by_path["etc/a"]["change"], by_path["etc/a"]["size"]) == ("C", 105)
    assert by_path["opt/gone"]["change"] == "D"
    ran = orlop("changes", f"{maker.prefix}-no-such", DOCKER_HOST=engine_host)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "The container is gone." in ran.stderr
