"""Paths as they are typed: completion, what is there, and names that are no text."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config import filenames
from tui.config.filenames import PathKind, complete, expand, facts_of, shown_path, typed_path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "centos.tar").write_bytes(b"x" * 10)
    (tmp_path / "images" / "centos7.tar").write_bytes(b"x" * 20)
    (tmp_path / "images" / "old").mkdir()
    (tmp_path / ".hidden").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ("images/",)),
        ("im", ("images/",)),
        ("images/", ("images/centos.tar", "images/centos7.tar", "images/old/")),
        ("images/centos7", ("images/centos7.tar",)),
        ("~", ("~/",)),
        ("~/im", ("~/images/",)),
        (".", (".hidden/",)),
        ("nothing/x", ()),
        ("images/centos.tar/x", ()),
        ("bad\0name", ()),
    ],
)
def test_what_a_path_could_become(home: Path, text: str, found: tuple[str, ...]) -> None:
    assert complete(text).found == found


def test_only_folders_where_only_they_do(home: Path) -> None:
    assert complete("images/", folders_only=True).found == ("images/old/",)


def test_names_go_together_as_far_as_they_are_the_same(home: Path) -> None:
    assert complete("images/c").common == "images/centos"
    assert complete("nothing").common == "nothing"


def test_names_that_were_cut_do_not_complete(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filenames, "FOUND_MAX", 1)
    found = complete("images/")
    assert (found.is_cut, found.common) == (True, "images/")


def test_a_home_is_put_in_place_of_the_tilde(home: Path) -> None:
    assert expand("~/a b") == f"{home}/a b"


def test_a_name_that_is_no_text_is_kept(home: Path) -> None:
    os.close(os.open(os.fsencode(home) + b"/caf\xe9", os.O_CREAT | os.O_WRONLY))
    (text,) = complete("caf").found
    assert os.fsencode(text) == b"caf\xe9"
    assert facts_of(text).kind is PathKind.FILE
    assert shown_path(text) == "caf\\xe9"
    assert typed_path("caf\\xe9") == text


def test_what_a_terminal_would_obey_is_spelled_out() -> None:
    assert shown_path("a\x1b[2J\u202eb\\n c") == "a\\x1b[2J\\xe2\\x80\\xaeb\\\\n c"


def test_a_backslash_of_a_person_in_a_hurry_is_left() -> None:
    assert typed_path("a\\b") == "a\\b"


@given(st.binary(max_size=40))
def test_every_name_comes_back_from_the_line(name: bytes) -> None:
    path = name.decode("utf-8", "surrogateescape")
    shown = shown_path(path)
    assert typed_path(shown) == path
    assert shown.isprintable()


def test_facts_of_a_file(home: Path) -> None:
    path = home / "a.tar.gz"
    path.write_bytes(gzip.compress(b"x"))
    facts = facts_of("~/a.tar.gz")
    assert (facts.path, facts.kind, facts.form) == (str(path), PathKind.FILE, "gzip")
    assert facts.size == path.stat().st_size
    assert facts.folder == str(home)
    assert facts.free > 0


def test_facts_of_a_folder(home: Path) -> None:
    facts = facts_of("images")
    assert (facts.kind, facts.count, facts.size) == (PathKind.FOLDER, 3, 30)
    assert facts.folder == str(home / "images")
    assert facts.has_folder


def test_facts_of_what_is_not_there_yet(home: Path) -> None:
    facts = facts_of("images/new.tar")
    assert (facts.kind, facts.has_folder, facts.is_writable) == (PathKind.NOTHING, True, True)
    far = facts_of("images/no/such/new.tar")
    assert (far.kind, far.has_folder) == (PathKind.NOTHING, False)
    assert far.folder == str(home / "images")


def test_a_pipe_is_not_opened(home: Path) -> None:
    os.mkfifo(home / "pipe")
    assert facts_of("pipe").kind is PathKind.OTHER


def test_a_link_that_leads_in_a_circle_is_a_name_all_the_same(home: Path) -> None:
    (home / "loop").symlink_to("loop")
    assert complete("loo").found == ("loop",)
    assert facts_of("loop").kind is PathKind.UNKNOWN
