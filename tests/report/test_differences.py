"""`orlop diff` over archives, without an Engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, archive, diff_id
from tests.layers.tars import member, tar
from tests.test_cli import answer, orlop
from tui.report.differences import SHOWN

BASE = tar([member("a", b"x" * 5000), member("b/"), member("b/caf\udce9\x1b[31m", b"y" * 999)])
OLD = tar([member("mode", b"12"), member("old", b"1")])
NEW = tar([member("mode", b"12", mode=0o600), member("a", b"z" * 6000), member("b/new", b"22")])
SAME = tar([member("same", b"1")])


@pytest.fixture
def sources(tmp_path: Path) -> tuple[str, str]:
    a, b = tmp_path / "a.tar", tmp_path / "b.tar"
    a.write_bytes(archive([ImageSpec((BASE, OLD, SAME), tags=("demo:1",))]))
    b.write_bytes(archive([ImageSpec((BASE, NEW, SAME), tags=("demo:2",))]))
    return f"docker-archive:{a}", f"docker-archive:{b}"


def test_layers_files_and_sums(sources: tuple[str, str]) -> None:
    told = answer("diff", *sources)
    assert (told["a"]["image"], told["b"]["source"]) == ("demo:1", "archive")
    assert [(one["a"], one["b"], one["same_chain"]) for one in told["layers"]["shared"]] == [
        (1, 1, True),
        (3, 3, False),
    ]
    assert [one["diff_id"] for one in told["layers"]["only_b"]] == [diff_id(NEW)]
    files = told["files"]
    assert [one["path"] for one in files["added"]] == ["b/new"]
    assert [one["path"] for one in files["removed"]] == ["old"]
    assert [(one["path"], one["change"]) for one in files["changed"]] == [
        ("a", "modified"),
        ("mode", "metadata"),
    ]
    assert [files["changed"][0][side]["size"] for side in "ab"] == [5000, 6000]
    assert [files["changed"][1][side]["mode"] for side in "ab"] == ["0644", "0600"]
    assert told["sums"]["added"] == {"count": 1, "bytes": 2}
    assert told["sums"]["unmodified"]["count"] == 3
    assert told["config"] == []


def test_one_image_is_no_different_from_itself(sources: tuple[str, str]) -> None:
    told = answer("diff", sources[0], sources[0])
    assert [*told["files"]["added"], *told["files"]["removed"], *told["files"]["changed"]] == []
    assert told["layers"]["only_a"] == []


def test_the_table_is_harmless_and_bounded(tmp_path: Path, sources: tuple[str, str]) -> None:
    many = [member(f"f{n}\x1b[2J", b"x" * n) for n in range(SHOWN + 5)]
    path = tmp_path / "c.tar"
    path.write_bytes(archive([ImageSpec((tar(many),), tags=("c:1",))]))
    ran = orlop("diff", sources[0], f"docker-archive:{path}")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout
    assert "and 11 more" in ran.stdout
    ran = orlop("diff", *sources)
    assert "the lowest 1 of them" in ran.stdout
    assert "5 kB > 6 kB" in ran.stdout


def test_a_file_that_is_no_image(tmp_path: Path, sources: tuple[str, str]) -> None:
    ran = orlop("diff", sources[0], f"oci:{tmp_path}")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert orlop("diff", sources[0]).returncode == 2


def _text(folder: Path, old: bytes, new: bytes) -> tuple[str, str]:
    """Return images whose `etc/conf` has these contents; the second one's stands in two layers."""
    a, b = folder / "old.tar", folder / "new.tar"
    below = tar([member("etc/conf", old)])
    a.write_bytes(archive([ImageSpec((below,), tags=("demo:1",))]))
    b.write_bytes(archive([ImageSpec((below, tar([member("etc/conf", new)])), tags=("demo:2",))]))
    return f"docker-archive:{a}", f"docker-archive:{b}"


def test_the_text_of_a_file_line_by_line(tmp_path: Path) -> None:
    sources = _text(tmp_path, b"one\ntwo\n", b"one\n\x1b[31mtwo\nthree")
    ran = orlop("diff", *sources, "--text", "/etc/conf")
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        "--- demo:1:/etc/conf",
        "+++ demo:2:/etc/conf",
        "@@ -1,2 +1,3 @@",
        " one",
        "-two",
        "+\\x1b[31mtwo",
        "+three",
        "\\ No newline at end of file",
    ]
    told = answer("diff", *sources, "--text", "etc/conf")
    assert told["diff"].startswith("@@ -1,2 +1,3 @@\n one\n-two\n+\x1b[31mtwo\n")
    assert (told["differs_at"], told["binary"], told["same"]) == (4, False, False)
    assert (told["a"]["size"], told["b"]["size"]) == (8, 18)


def test_of_a_binary_file_where_it_differs(tmp_path: Path) -> None:
    sources = _text(tmp_path, b"\0one", b"\0two!")
    told = answer("diff", *sources, "--text", "/etc/conf")
    assert (told["binary"], told["diff"], told["differs_at"]) == (True, None, 1)
    assert "differs is at 1." in orlop("diff", *sources, "--text", "/etc/conf").stdout
    same = answer("diff", sources[0], sources[0], "--text", "etc/conf")
    assert (same["same"], same["differs_at"], same["diff"]) == (True, None, None)


def test_what_is_no_file_has_no_text(tmp_path: Path) -> None:
    sources = _text(tmp_path, b"1", b"2")
    for path in ("/etc", "/no/such"):
        ran = orlop("diff", *sources, "--text", path)
        assert ran.returncode == 1
        assert f"demo:1: {path} is no file" in ran.stderr
