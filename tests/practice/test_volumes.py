"""Volumes of the practice engine: shared, kept, read again at the start; and folders of no host."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.practice.engine import call, data, refusal
from tests.practice.vessels import Clock, get, make, output, post, run, vessel
from tui.practice.containers.mounted import Busy, Mounted, Place, ReadOnly
from tui.practice.hold import Hold
from tui.practice.nodes import Kind, Node
from tui.practice.tree import Tree


def shell(hold: Hold, clock: Clock, line: str, *binds: str, name: str = "one", **host: Any) -> str:
    """Run a line in a container of its own; returns what it put out."""
    container = run(hold, "sh", "-c", line, name=name, HostConfig={"Binds": list(binds), **host})
    clock.sleep(1)
    said = output(container) + output(container, 2)
    call(hold, "DELETE", f"/containers/{name}?v=1&force=1")
    return said


def names(hold: Hold) -> list[str]:
    return sorted(volume["Name"] for volume in get(hold, "/volumes")["Volumes"])


def test_a_volume_outlives_its_containers() -> None:
    hold, clock = vessel()
    shell(hold, clock, "echo kept > /data/a", "data:/data")
    assert shell(hold, clock, "cat /other/a", "data:/other:ro") == "kept\n"
    assert names(hold) == ["data"]
    told = get(hold, "/system/df")["Volumes"]
    assert [one["UsageData"] for one in told] == [{"RefCount": 0, "Size": 5}]


def test_two_containers_see_each_others_files_at_once() -> None:
    hold, clock = vessel()
    run(hold, "sh", "-c", "sleep 5; cat /a/x", name="reader", HostConfig={"Binds": ["vv:/a"]})
    shell(hold, clock, "echo hi > /b/x", "vv:/b")
    clock.sleep(9)
    hold.containers.run_due()
    assert output(hold.containers.get("reader")) == "hi\n"


def test_a_new_volume_begins_with_the_images_files_and_an_old_one_does_not() -> None:
    hold, clock = vessel()
    assert "motd" in shell(hold, clock, "ls /etc", "conf:/etc")
    shell(hold, clock, "rm /etc/motd; echo mine > /etc/mine", "conf:/etc")
    said = shell(hold, clock, "ls /etc", "conf:/etc")
    assert "mine" in said
    assert "motd" not in said
    assert shell(hold, clock, "ls /etc", "bare:/etc:nocopy") == ""


def test_nameless_volumes_go_with_rm_v_and_named_ones_stay() -> None:
    hold, _clock = vessel()
    make(hold, "sh", Volumes={"/anon": {}}, HostConfig={"Binds": ["named:/named"]})
    assert len(names(hold)) == 2
    call(hold, "DELETE", "/containers/one?v=1")
    assert names(hold) == ["named"]
    make(hold, "sh", Volumes={"/anon": {}})
    call(hold, "DELETE", "/containers/one")
    assert len(names(hold)) == 2
    pruned = json.loads(data(post(hold, "/volumes/prune")))
    assert len(pruned["VolumesDeleted"]) == 2
    assert names(hold) == []


def test_what_is_removed_at_its_end_takes_its_nameless_volumes_along() -> None:
    hold, clock = vessel()
    run(hold, "sh", "-c", "sleep 1", Volumes={"/anon": {}}, HostConfig={"AutoRemove": True})
    clock.sleep(2)
    hold.containers.run_due()
    assert names(hold) == []
    assert hold.containers.all() == []


def test_mounts_are_no_part_of_the_containers_own_files() -> None:
    hold, clock = vessel()
    run(hold, "sh", "-c", "echo x > /data/x; echo y > /y", HostConfig={"Binds": ["data:/data"]})
    clock.sleep(1)
    changes = get(hold, "/containers/one/changes")
    assert changes == [{"Path": "/data", "Kind": 1}, {"Path": "/y", "Kind": 1}]
    image_id = json.loads(data(post(hold, "/commit?container=one")))["Id"]
    tree = hold.layers.tree(hold.images.get(image_id).top)
    assert tree.get("data/x") is None
    assert tree.get("y") is not None
    head = call(hold, "HEAD", "/containers/one/archive?path=/data/x")
    assert head.status == 200, "docker cp sees what is mounted"


def test_what_is_read_only_is_not_changed() -> None:
    hold, clock = vessel()
    shell(hold, clock, "echo kept > /data/a", "data:/data")
    said = shell(hold, clock, "echo x > /data/a; rm /data/a; cat /data/a", "data:/data:ro")
    assert said.count("Read-only file system") == 2
    assert "kept" in said
    said = shell(
        hold, clock, "echo x > /own; echo y > /data/b; ls /data", "data:/data", ReadonlyRootfs=True
    )
    assert said.count("Read-only file system") == 1
    assert "b" in said


def test_what_is_mounted_cannot_be_removed() -> None:
    hold, clock = vessel()
    said = shell(hold, clock, "touch /data/a; rm -r /data; ls /data", "data:/data")
    assert "Device or resource busy" in said
    assert shell(hold, clock, "ls /data", "data:/data") == ""


def test_memory_is_empty_at_each_container_and_never_kept() -> None:
    hold, clock = vessel()
    said = shell(hold, clock, "echo x > /t/x; cat /t/x", Tmpfs={"/t": ""})
    assert said == "x\n"
    assert names(hold) == []


def test_a_folder_of_the_host_is_made_up(tmp_path: Path) -> None:
    """Nothing of this machine is looked at or changed; containers share what they put there."""
    hold, clock = vessel()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "secret").write_text("mine")
    created = post(
        hold,
        "/containers/create?name=look",
        {"Image": "box:1", "Cmd": ["ls", "/b"], "HostConfig": {"Binds": [f"{mine}:/b"]}},
    )
    (warning,) = json.loads(data(created))["Warnings"]
    assert str(mine) in warning
    assert "practice engine" in warning
    assert shell(hold, clock, "ls /b; echo x > /b/x", f"{mine}:/b") == ""
    assert shell(hold, clock, "cat /c/mine/x", f"{tmp_path}:/c") == "x\n"
    assert [path.name for path in mine.iterdir()] == ["secret"]


def test_the_long_form_does_not_make_a_folder() -> None:
    hold, _clock = vessel()
    body = {
        "Image": "box:1",
        "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/srv", "Target": "/b"}]},
    }
    sent = json.dumps(body).encode()
    assert refusal(hold, "POST", "/containers/create", sent) == (
        400,
        'invalid mount config for type "bind": bind source path does not exist: /srv',
    )
    assert hold.containers.all() == []


def test_volumes_are_read_again_with_their_containers(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    post(hold, "/volumes/create", {"Name": "mine", "Labels": {"k": "v"}})
    run(
        hold, "sh", "-c", "echo kept > /data/a; echo z > /anon/z",
        Volumes={"/anon": {}}, HostConfig={"Binds": ["mine:/data:z"]},
    )  # fmt: skip
    clock.sleep(1)
    before = get(hold, "/containers/one/json")["Mounts"]
    assert (tmp_path / "volumes/mine/_data/a").read_text() == "kept\n"
    hold.containers.keep_all()
    again = Hold(hold.settings, clock=clock, sleep=clock.sleep)
    assert get(again, "/containers/one/json")["Mounts"] == before
    assert get(again, "/volumes/mine")["Labels"] == {"k": "v"}
    assert shell(again, clock, "cat /x/a", "mine:/x", name="two") == "kept\n"
    call(again, "DELETE", "/containers/one?v=1")
    assert names(again) == ["mine"]
    call(again, "DELETE", "/volumes/mine")
    assert list((tmp_path / "volumes").iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"CreatedAt": "x", "Labels": null, "Options": null}', '{"CreatedAt": 1}'],
)
def test_a_damaged_volume_is_left_out(tmp_path: Path, text: str) -> None:
    hold, clock = vessel(tmp_path)
    post(hold, "/volumes/create", {"Name": "good"})
    post(hold, "/volumes/create", {"Name": "bad"})
    (tmp_path / "volumes/bad/opts.json").write_text(text)
    again = Hold(hold.settings, clock=clock, sleep=clock.sleep)
    assert names(again) == ["good"]


def test_a_volume_is_no_link_to_somewhere_else(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path / "root")
    post(hold, "/volumes/create", {"Name": "good"})
    (tmp_path / "root/volumes/evil").symlink_to(tmp_path / "root/volumes/good")
    again = Hold(hold.settings, clock=clock, sleep=clock.sleep)
    assert names(again) == ["good"]


def test_events_tell_of_volumes() -> None:
    hold, clock = vessel()
    shell(hold, clock, "true", "data:/data")
    call(hold, "DELETE", "/volumes/data")
    told = [event["Action"] for event in hold.events.since(0) if event["Type"] == "volume"]
    assert told == ["create", "mount", "unmount", "destroy"]


@pytest.mark.parametrize(
    ("first", "second", "is_taken"),
    [
        ({"HostPort": "80"}, {"HostPort": "80"}, True),
        ({"HostPort": "80"}, {"HostPort": "81"}, False),
        ({"HostPort": "80"}, {"HostIp": "127.0.0.1", "HostPort": "80"}, True),
        ({"HostIp": "127.0.0.1", "HostPort": "80"}, {"HostPort": "80"}, True),
        (
            {"HostIp": "127.0.0.1", "HostPort": "80"},
            {"HostIp": "127.0.0.2", "HostPort": "80"},
            False,
        ),
        ({"HostPort": "80"}, {"HostPort": "80-81"}, False),
        ({"HostPort": "80-80"}, {"HostPort": "80-80"}, True),
        ({"HostPort": ""}, {"HostPort": ""}, False),
    ],
)
def test_a_published_port_is_taken(
    first: dict[str, str], second: dict[str, str], is_taken: bool
) -> None:
    hold, _clock = vessel()
    run(hold, "sleep", "9", name="a1", HostConfig={"PortBindings": {"80/tcp": [first]}})
    make(hold, "sleep", "9", name="b1", HostConfig={"PortBindings": {"80/tcp": [second]}})
    if not is_taken:
        assert post(hold, "/containers/b1/start").status == 204
        return
    status, words = refusal(hold, "POST", "/containers/b1/start")
    assert status == 500
    assert words.endswith("failed: port is already allocated")


def test_a_mounted_tree_is_one_to_look_at() -> None:
    own, volume, inner = Tree(), Tree(), Tree()
    own.put("a/own", Node(content=b"own"))
    own.put("link", Node(Kind.SYMLINK, target="/m/in/x"))
    own.put("m", Node(Kind.DIRECTORY))
    volume.put("v", Node(content=b"v"))
    volume.put("in", Node(Kind.DIRECTORY))
    inner.put("x", Node(content=b"x"))
    tree = Mounted(own, {"m": Place(volume, ""), "m/in": Place(inner, "", writable=False)})
    assert [path for path, _node in tree.walk()] == [
        "", "a", "a/own", "link", "m", "m/in", "m/in/x", "m/v",
    ]  # fmt: skip
    found = tree.get("link", follow=True)
    assert found is not None
    assert found.content == b"x"
    assert tree.children("m") == ["in", "v"]
    tree.put("m/new", Node(content=b"n"))
    assert volume.get("new") is not None
    assert own.get("m/new") is None
    with pytest.raises(ReadOnly):
        tree.put("m/in/y", Node())
    with pytest.raises(ReadOnly):
        tree.remove("m/in/x")
    assert len(tree.copy()) == len(tree)
    above = Mounted(own, {"m": Place(volume, "")})
    with pytest.raises(Busy):
        above.remove("m")
    assert above.children("m") == []
