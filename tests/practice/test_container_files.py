from __future__ import annotations

import base64
import io
import json
import tarfile

import pytest

from tests.practice.engine import call, data, refusal
from tests.practice.vessels import actions, get, make, output, post, run, told, vessel
from tui.practice.hold import Hold
from tui.practice.tree import Tree

TAR = {"Content-Type": "application/x-tar"}


def packed(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def names(tar: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as found:
        return found.getnames()


def test_a_fresh_container_has_no_changes() -> None:
    hold, _clock = vessel()
    make(hold)
    assert get(hold, "/containers/one/changes") is None
    assert "SizeRw" not in get(hold, "/containers/json?all=1&size=1")[0]


def test_changes() -> None:
    hold, _clock = vessel()
    run(hold, "sh", "-c", "echo hello > /msb.txt; rm /etc/motd; mkdir /d")
    assert get(hold, "/containers/one/changes") == [
        {"Path": "/d", "Kind": 1},
        {"Path": "/etc", "Kind": 0},
        {"Path": "/etc/motd", "Kind": 2},
        {"Path": "/msb.txt", "Kind": 1},
    ]
    assert get(hold, "/containers/json?all=1&size=1")[0]["SizeRw"] == 6


def test_stat() -> None:
    hold, _clock = vessel()
    make(hold)
    response = call(hold, "HEAD", "/containers/one/archive?path=/etc/motd")
    found = json.loads(base64.b64decode(response.headers["X-Docker-Container-Path-Stat"]))
    assert (found["name"], found["size"], found["mode"]) == ("motd", 9, 0o644)
    words = "Could not find the file /nosuch in container one"
    assert refusal(hold, "HEAD", "/containers/one/archive?path=/nosuch") == (404, words)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/etc/motd", ["motd"]), ("/etc/.", [".", "./motd"]), ("/etc", ["etc", "etc/motd"])],
)
def test_copies_out(path: str, expected: list[str]) -> None:
    hold, _clock = vessel()
    make(hold)
    found = names(data(call(hold, "GET", f"/containers/one/archive?path={path}")))
    assert [name for name in found if name in expected] == expected
    assert actions(hold)[-1] == "archive-path"


def test_copies_in() -> None:
    hold, _clock = vessel()
    make(hold, "cat", "/tmp/a")

    def put(path: str, tar: bytes, more: str = "") -> tuple[int, str]:
        return refusal(hold, "PUT", f"/containers/one/archive?path={path}{more}", tar, headers=TAR)

    target = "/containers/one/archive?path=/tmp"
    assert call(hold, "PUT", target, packed(a=b"hello\n"), TAR).status == 200
    assert put("/nosuch", packed(a=b"")) == (
        404,
        "Could not find the file /nosuch in container one",
    )
    assert put("/etc/motd", packed(a=b"")) == (500, "extraction point is not a directory")
    assert put("/tmp", b"garbage" * 200)[1].endswith("archive/tar: invalid tar header")
    outside = put("/tmp", packed(**{"../../x": b""}))
    assert outside[1].endswith('"../../x" is outside of "/tmp"')
    overwrites = put("/", packed(tmp=b""), "&noOverwriteDirNonDir=1")
    assert overwrites[0] == 500
    post(hold, "/containers/one/start")
    assert output(hold.containers.get("one")) == "hello\n"


def test_export() -> None:
    hold, _clock = vessel()
    run(hold, "sh", "-c", "echo hello > /msb.txt")
    found = names(data(call(hold, "GET", "/containers/one/export")))
    assert {"msb.txt", "etc/motd", ".dockerenv", "bin/sh"} <= set(found)
    assert actions(hold)[-1] == "export"


def _commit(hold: Hold, query: str, body: object = None) -> str:
    image_id: str = json.loads(data(post(hold, f"/commit?{query}", body)))["Id"]
    return image_id


def test_a_commit_adds_a_layer_of_the_changes() -> None:
    hold, _clock = vessel()
    run(hold, "sh", "-c", "echo hello > /msb.txt; rm /etc/motd")
    image_id = _commit(hold, "container=one&repo=mine&tag=v1&comment=why&author=me")
    image = hold.images.find("mine:v1")
    assert image.image_id == image_id
    assert image.parent == hold.images.find("box:1").image_id
    layers = hold.layers.stack(image.top)
    assert len(layers) == 2
    assert layers[-1].size == 6
    tree = Tree.stacked(layer.tar() for layer in layers)
    node = tree.get("msb.txt")
    assert node is not None
    assert node.content == b"hello\n"
    assert tree.get("etc/motd") is None
    config = image.parsed()
    assert config["history"][-1]["comment"] == "why"
    assert config["container"] == hold.containers.get("one").id
    assert told(hold, "commit")["imageRef"] == "mine:v1"
    made = run(hold, "cat", "/msb.txt", name="two", Image="mine:v1")
    assert output(made) == "hello\n"


def test_a_commit_of_nothing_adds_no_layer() -> None:
    hold, _clock = vessel()
    make(hold)
    image = hold.images.find(_commit(hold, "container=one"))
    assert image.top == hold.images.find("box:1").top
    assert image.parsed()["history"][-1]["empty_layer"] is True
    assert hold.images.names_of(image.image_id) == ([], [])


def test_a_commit_pauses_what_runs() -> None:
    hold, _clock = vessel()
    container = run(hold, "sleep", "100")
    _commit(hold, "container=one")
    assert actions(hold)[-3:] == ["pause", "commit", "unpause"]
    assert container.state.status == "running"
    _commit(hold, "container=one&pause=0&comment=again")
    assert actions(hold)[-2:] == ["unpause", "commit"]


def test_changes_of_a_commit() -> None:
    hold, _clock = vessel()
    make(hold)
    image = hold.images.find(_commit(hold, 'container=one&changes=CMD ["ls"]&changes=ENV B=2'))
    config = image.parsed()["config"]
    assert config["Cmd"] == ["ls"]
    assert "B=2" in config["Env"]
    before = len(hold.images.all())
    words = "run is not a valid change command"
    assert refusal(hold, "POST", "/commit?container=one&changes=RUN x") == (400, words)
    assert len(hold.images.all()) == before


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, 'invalid name or ID supplied: ""'),
        ("container=nosuch", 404, "No such container: nosuch"),
        (
            "container=one&repo=BAD",
            500,
            "invalid reference format: repository name must be lowercase",
        ),
        ("container=one&repo=bad&tag=-x", 500, "invalid tag format"),
    ],
)
def test_a_commit_that_cannot_be(query: str, status: int, words: str) -> None:
    hold, _clock = vessel()
    make(hold)
    assert refusal(hold, "POST", f"/commit?{query}") == (status, words)


def test_read_only_files_are_not_written() -> None:
    hold, _clock = vessel()
    host = {"ReadonlyRootfs": True, "Binds": ["data:/tmp", "other:/root:ro"]}
    make(hold, HostConfig=host)

    def put(folder: str) -> int:
        target = f"/containers/one/archive?path={folder}"
        return call(hold, "PUT", target, packed(new=b"x"), headers=TAR).status

    root = refusal(hold, "PUT", "/containers/one/archive?path=/etc", packed(new=b"x"), headers=TAR)
    assert root == (500, "container rootfs is marked read-only")
    home = refusal(hold, "PUT", "/containers/one/archive?path=/root", packed(new=b"x"), headers=TAR)
    assert home == (500, "mounted volume is marked read-only")
    assert put("/tmp") == 200
