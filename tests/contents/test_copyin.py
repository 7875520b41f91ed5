"""Packing files of this machine while they are sent: what changes meanwhile, refusals, cancels."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contents.vessel import FOLDER, LINK, vessel
from tests.engine.fakes import answer
from tui.contents.copyin import (
    BadPlace,
    Landing,
    NoSource,
    Packed,
    landing_of,
    measured,
    replaced_by,
)
from tui.engine.archive import put_tar
from tui.engine.errors import Cancelled, EngineError, NotAFolder, NotFound, ReadOnlyFiles


def go_on() -> None:
    return


def members(packed: Packed) -> dict[str, tarfile.TarInfo]:
    data = b"".join(packed.pieces())
    with tarfile.open(fileobj=io.BytesIO(data)) as found:
        return {one.name: one for one in found}


def test_a_file_that_shrinks_is_filled_up_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    log = tmp_path / "src" / "log"
    log.write_bytes(b"x" * 1_000_000)
    (tmp_path / "src" / "next").write_bytes(b"next")
    packed = Packed(f"{tmp_path}/src", b"src", go_on)
    data = b""
    for piece in packed.pieces():
        if piece.startswith(b"x"):
            log.write_bytes(b"")
        data += piece
    with tarfile.open(fileobj=io.BytesIO(data)) as found:
        assert {one.name: one.size for one in found if one.isreg()} == {
            "src/log": 1_000_000,
            "src/next": 4,
        }
    assert packed.sent.failed == [(str(log), "it became shorter while it was read")]


def test_a_file_that_grows_is_as_it_was(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 600_000)
    data = b""
    for piece in Packed(str(log), b"log", go_on).pieces():
        with log.open("ab") as more:
            more.write(b"more")
        data += piece
    with tarfile.open(fileobj=io.BytesIO(data)) as found:
        assert [one.size for one in found] == [600_000]


def test_what_goes_away_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    source = tmp_path / "src"
    (source / "a").mkdir(parents=True)
    (source / "a" / "x").write_bytes(b"x")
    (source / "b").write_bytes(b"b")

    packed = Packed(str(source), b"src", go_on)
    data = b""
    for piece in packed.pieces():
        if piece.startswith(b"src/a"):
            (source / "b").unlink(missing_ok=True)
        data += piece
    with tarfile.open(fileobj=io.BytesIO(data)) as found:
        assert found.getnames() == ["src", "src/a", "src/a/x"]
    assert packed.sent.failed == [(f"{source}/b", "No such file or directory")]


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "f").write_bytes(b"x" * 1000)
    (tmp_path / "secret").write_bytes(b"secret")
    packed = Packed(str(source), b"src", go_on)
    pieces = packed.pieces()
    next(pieces)
    (source / "f").unlink()
    (source / "f").symlink_to(tmp_path / "secret")
    assert b"secret" not in b"".join(pieces).replace(os.fsencode(tmp_path / "secret"), b"")


def test_what_is_in_a_folder_goes_without_the_folder(tmp_path: Path) -> None:
    source = tmp_path / "src"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "f").write_bytes(b"12345")
    assert list(members(Packed(f"{source}/.", b"", go_on))) == ["deep", "deep/er", "f"]
    assert next(iter(members(Packed(f"{source}/.", b"new", go_on)))) == "new"
    assert measured(f"{source}/.", go_on) == 5


def test_where_it_goes_by_the_rules_of_docker_cp(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "f").write_bytes(b"")
    with vessel(tmp_path) as (made, client):
        made.stats |= {"/d": (FOLDER, ""), "/d/src": (FOLDER, ""), "/file": (0o644, "")}
        made.stats |= {"/to-d": (LINK, "/d"), "/to-file": (LINK, "/file"), "/dev": (1 << 26, "")}

        def land(local: str, path: bytes) -> Landing:
            return landing_of(client, "c", f"{tmp_path}/{local}", path)

        assert land("src", b"/d") == Landing(b"/d", b"src", True)
        assert land("src/", b"/d/") == Landing(b"/d", b"src", True)
        assert land("src/.", b"/d") == Landing(b"/d", b"", True)
        assert land("src", b"/d/new") == Landing(b"/d", b"new", False)
        assert land("src/.", b"/to-d/new") == Landing(b"/d", b"new", False)
        assert land("src/f", b"/to-d") == Landing(b"/d", b"f", False)
        assert land("src/f", b"/to-file") == Landing(b"/", b"file", True)
        assert land("src/f", b"/d/../../file") == Landing(b"/", b"file", True)
        for local, path in (
            ("src", b"/file"),
            ("src/f", b"/no/such"),
            ("src/f", b"/no/"),
            ("src/f", b"/file/x"),
            ("src/f", b"/file/"),
            ("src/f", b"/dev"),
        ):
            with pytest.raises(BadPlace):
                land(local, path)
        with pytest.raises(NoSource):
            land("none", b"/d")


def test_of_many_names_the_first_are_looked_up(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    for number in range(300):
        (source / f"{number:03}").write_bytes(b"")
    with vessel(tmp_path) as (made, client):
        made.stats |= {"/d/src/001": (0o644, ""), "/d/src/002": (LINK, "/nowhere")}
        landing = Landing(b"/d", b"src", True)
        found, is_all = replaced_by(client, "c", str(source), landing)
        assert (found, is_all) == ([b"/d/src/001", b"/d/src/002"], False)
        assert len(made.asked) < 250
        landing = landing._replace(is_there=False)
        assert replaced_by(client, "c", str(source), landing) == ([], True)


def _endless() -> Iterator[bytes]:
    while True:
        yield bytes(1 << 18)


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (404, "Could not find the file /x in container c", NotFound),
        (500, "container rootfs is marked read-only", ReadOnlyFiles),
        (400, "mounted volume is marked read-only", ReadOnlyFiles),
        (500, "extraction point is not a directory", NotAFolder),
        (500, 'cannot overwrite directory "/a" with non-directory "/"', NotAFolder),
    ],
)
def test_a_refusal_ends_the_sending(
    tmp_path: Path, status: int, text: str, error: type[EngineError]
) -> None:
    with vessel(tmp_path) as (made, client):
        made.refusal = answer({"message": text}, status)
        with pytest.raises(error):
            put_tar(client, "c", b"/x", _endless())


def test_a_cancel_ends_the_sending(tmp_path: Path) -> None:
    with vessel(tmp_path) as (made, client):

        def pieces() -> Iterator[bytes]:
            yield bytes(1 << 18)
            client.cut()
            yield bytes(1 << 18)

        with pytest.raises(Cancelled):
            put_tar(client, "c", b"/x", pieces())
    assert len(made.taken) <= (1 << 18) + 100


def test_the_tar_that_arrives_is_the_one_that_was_made(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "f").write_bytes(b"content")
    with vessel(tmp_path) as (made, client):
        put_tar(client, "c", b"/d x", Packed(str(source), b"src", go_on).pieces())
        assert made.asked == ["PUT /d x"]
        assert "noOverwriteDirNonDir=true" in made.engine.requests[-1]
    sent = b"".join(Packed(str(source), b"src", go_on).pieces())
    assert sent[:512] in bytes(made.taken)
    assert b"content" in made.taken
