"""What is mounted, as `-v`, `--mount` and `--tmpfs` take it."""

from __future__ import annotations

import pytest

from tui.model.mountspec import InvalidMount, MountKind, MountSpec, parse_mount, parse_tmpfs

BIND, VOLUME, TMPFS = MountKind.BIND, MountKind.VOLUME, MountKind.TMPFS

ROWS = [
    ("data:/data", MountSpec("-v", "data:/data", VOLUME, "/data", "data")),
    ("/data", MountSpec("-v", "/data", VOLUME, "/data")),
    ("/h:/d:ro", MountSpec("-v", "/h:/d:ro", BIND, "/d", "/h", "ro", True)),
    ("data:/d:ro,z", MountSpec("-v", "data:/d:ro,z", VOLUME, "/d", "data", "ro,z", True)),
    ("d1:/d:nocopy", MountSpec("-v", "d1:/d:nocopy", VOLUME, "/d", "d1", "nocopy")),
    ("/a b:/c d", MountSpec("-v", "/a b:/c d", BIND, "/c d", "/a b")),
    (".:/x", MountSpec("-v", "/here:/x", BIND, "/x", "/here")),
    ("./a:/x:ro", MountSpec("-v", "/here/a:/x:ro", BIND, "/x", "/here/a", "ro", True)),
    ("../a:/x", MountSpec("-v", "/a:/x", BIND, "/x", "/a")),
    ("~/a:/x", MountSpec("-v", "/root/a:/x", BIND, "/x", "/root/a")),
    (
        "type=bind,src=./a,dst=/b,ro",
        MountSpec("--mount", "type=bind,src=/here/a,dst=/b,ro", BIND, "/b", "/here/a", "", True),
    ),
    (
        "type=volume,source=data,target=/b,readonly=false",
        MountSpec(
            "--mount", "type=volume,source=data,target=/b,readonly=false", VOLUME, "/b", "data"
        ),
    ),
    ("type=volume,dst=/b", MountSpec("--mount", "type=volume,dst=/b", VOLUME, "/b")),
    ("type=tmpfs,dst=/b", MountSpec("--mount", "type=tmpfs,dst=/b", TMPFS, "/b")),
]


@pytest.mark.parametrize(("word", "spec"), ROWS, ids=lambda value: str(value)[:30])
def test_a_word_mounts_this(word: str, spec: MountSpec) -> None:
    assert parse_mount(word, folder="/here", home="/root") == spec


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("", "write data:/data"),
        (":", "write data:/data"),
        (":/a", "write data:/data"),
        ("a:", "write data:/data"),
        ("/a:/b:ro:x", "write data:/data"),
        ("data", "begins with /"),
        ("data:data", "begins with /"),
        ("/", "over the container's /"),
        ("/a:/", "over the container's /"),
        ("data:/./", "over the container's /"),
        ("rel/x:/x", "a volume's name has no /"),
        ("~bob/x:/x", "a volume's name has no /"),
        ("a:/x", "two characters"),
        ("-a:/x", "two characters"),
        ("ä1:/x", "two characters"),
        ("/a:/b:bad", "ro, rw"),
        ("/a:/b:ro,rw", "ro, rw"),
        ("/a:/b:ro,ro", "ro, rw"),
        ("type=foo,dst=/b", "bind, volume or tmpfs"),
        ("type=bind,dst=/b", "two characters"),
        ("type=bind,src=data,dst=/b", "the source is a folder"),
        ("type=volume,src=/a,dst=/b", "has no /"),
        ("type=tmpfs,src=/a,dst=/b", "tmpfs has no source"),
        ("type=volume", "begins with /"),
        ("type=volume,dst=/b,volume-driver=x", "can be said here"),
        ("type=volume,dst=/b,ro=maybe", "true or false"),
        ("/a\x1b[2J:x", "\\x1b"),
    ],
)
def test_what_cannot_be_mounted_is_refused_with_a_reason(word: str, why: str) -> None:
    with pytest.raises(InvalidMount) as caught:
        parse_mount(word, folder="/here", home="/root")
    assert why in str(caught.value)
    assert str(caught.value).isprintable()


def test_only_a_short_bind_makes_its_folder() -> None:
    made = [
        parse_mount(word, folder="/", home="/").makes_folder
        for word in ("/a:/b", "data:/b", "/b", "type=bind,src=/a,dst=/b")
    ]
    assert made == [True, False, False, False]


def test_tmpfs_has_a_place_and_options() -> None:
    assert parse_tmpfs("/t") == MountSpec("--tmpfs", "/t", TMPFS, "/t")
    assert parse_tmpfs("/t:size=1m") == MountSpec(
        "--tmpfs", "/t:size=1m", TMPFS, "/t", "", "size=1m"
    )
    with pytest.raises(InvalidMount, match="begins with /"):
        parse_tmpfs("t")
