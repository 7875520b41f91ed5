"""Comparing a file's content in two layers."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, archive
from tests.layers.tars import member, tar
from tui.contents import filediff
from tui.contents.filediff import compare_in_image, version
from tui.contents.files import place_of
from tui.contents.image import ListedImage
from tui.contents.source import Watch
from tui.layers.filetree import FileTree
from tui.model.filediff import FileDiff
from tui.report.listings import opened_apart

OLD = b"one\ntwo\nthree\n"
NEW = b"one\n\x1b[31mTWO\nthree"
LARGE = bytes(range(256)) * 1000


class Image:
    """An image in a file whose layers have a file each."""

    def __init__(self, folder: Path, *layers: bytes) -> None:
        path = folder / "image.tar"
        path.write_bytes(archive([ImageSpec(layers, tags=("demo:1",))]))
        self.source = f"docker-archive:{path}"
        image, apart = opened_apart(self.source, "")
        self.image: ListedImage = image
        self.apart = apart

    def diff(self, path: bytes, watch: Watch | None = None) -> FileDiff:
        """Compare the last two versions of a file."""
        listings = [layer.listing for layer in self.image.layers]
        (old_layer, old), (layer, new) = FileTree(listings, len(listings)).versions(path)[-2:]
        return compare_in_image(
            self.apart.contents(self.image),
            FileDiff(path, version("old", old), version("new", new)),
            (old_layer, place_of(listings[old_layer - 1].entries, old.path)),
            (layer, place_of(listings[layer - 1].entries, new.path)),
            watch or Watch(),
        )


def of(folder: Path, old: bytes, new: bytes) -> FileDiff:
    """Compare these contents."""
    return Image(folder, tar([member("f", old)]), tar([member("f", new, mode=0o600)])).diff(b"f")


def test_a_text_is_told_line_by_line(tmp_path: Path) -> None:
    diff = of(tmp_path, OLD, NEW)
    assert diff.lines == (
        "@@ -1,3 +1,3 @@",
        " one",
        "-two",
        "-three",
        "+\x1b[31mTWO",
        "+three\n\\ No newline at end of file",
    )
    assert (diff.differs_at, diff.is_binary, diff.has_more) == (4, False, False)
    assert diff.old.digest == f"sha256:{hashlib.sha256(OLD).hexdigest()}"
    assert diff.new.digest == f"sha256:{hashlib.sha256(NEW).hexdigest()}"
    assert (diff.new.mode, diff.new.size) == (0o600, len(NEW))


@pytest.mark.parametrize("place", [0, 1, 65_535, 65_536, 200_000, len(LARGE) - 1])
def test_of_a_binary_file_where_it_begins_to_differ(tmp_path: Path, place: int) -> None:
    changed = LARGE[:place] + bytes([LARGE[place] ^ 1]) + LARGE[place + 1 :]
    diff = of(tmp_path, LARGE, changed)
    assert (diff.differs_at, diff.is_binary, diff.lines) == (place, True, ())


def test_one_that_goes_on_differs_where_the_other_ends(tmp_path: Path) -> None:
    assert of(tmp_path, LARGE, LARGE + b"x").differs_at == len(LARGE)
    assert of(tmp_path, LARGE + b"x", LARGE).differs_at == len(LARGE)
    assert of(tmp_path, b"", LARGE).differs_at == 0


def test_the_same_content_is_the_same(tmp_path: Path) -> None:
    diff = of(tmp_path, LARGE, LARGE)
    assert diff.is_same
    assert diff.differs_at == -1


def test_what_is_too_much_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filediff, "TOLD", 3)
    diff = of(tmp_path, OLD, NEW)
    assert (len(diff.lines), diff.has_more) == (3, True)
    monkeypatch.setattr(filediff, "TEXT", 5)
    assert of(tmp_path, OLD, NEW).is_binary
    monkeypatch.setattr(filediff, "KEPT", 4)
    assert of(tmp_path, OLD, NEW).differs_at == -1
    assert of(tmp_path, OLD, b"o").differs_at == 1


def test_of_a_hardlink_the_file_that_it_names(tmp_path: Path) -> None:
    link = member("link", type=tarfile.LNKTYPE, linkname="f")
    layers = (tar([member("link", b"was\n")]), tar([member("f", b"is\n"), link]))
    assert Image(tmp_path, *layers).diff(b"link").lines == ("@@ -1 +1 @@", "-was", "+is")


def test_a_cancel_ends_it_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    image = Image(tmp_path, tar([member("f", LARGE)]), tar([member("f", LARGE + b"x")]))
    before = sorted(tmp_path.iterdir())
    checks = iter(range(4))

    def check() -> None:
        if next(checks, None) is None:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        image.diff(b"f", Watch(check=check))
    assert sorted(tmp_path.iterdir()) == before
