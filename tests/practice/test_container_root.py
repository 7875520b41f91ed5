from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests.practice.engine import call, data
from tests.practice.vessels import Clock, get, make, output, post, run, vessel
from tui.practice import serve
from tui.practice.containers import lifecycle
from tui.practice.containers.container import Container
from tui.practice.hold import Hold, Settings
from tui.practice.nodes import Kind, Node
from tui.practice.tars import write_changes


def again(hold: Hold, clock: Clock) -> Hold:
    """The engine ends, and is started on the same folder."""
    hold.containers.keep_all()
    return Hold(hold.settings, clock=clock, sleep=clock.sleep)


def mount(root: Path, container: Container) -> Path:
    """The way that a class walks: container ID, mount ID, folder."""
    entry = root / "image/overlay2/layerdb/mounts" / container.id
    return root / "overlay2" / (entry / "mount-id").read_text()


def left(root: Path) -> set[str]:
    """What there is of containers and layers."""
    store = root / "image/overlay2/layerdb"
    folders = (root / "containers", root / "overlay2", root / "overlay2/l", store / "mounts")
    return {f"{folder.name}/{path.name}" for folder in folders for path in folder.iterdir()}


def commit(hold: Hold, name: str) -> list[str]:
    """Commit a container, and return the diff IDs of the image."""
    image_id = json.loads(data(post(hold, f"/commit?container={name}")))["Id"]
    found: list[str] = hold.images.get(image_id).parsed()["rootfs"]["diff_ids"]
    return found


def test_a_container_lies_there_as_dockerd_would_lay_it(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    one = run(hold, "sh", "-c", "echo hi; echo err >&2; echo note > /root/note; rm /etc/motd")
    clock.sleep(1)
    folder = tmp_path / "containers" / one.id
    assert {path.name for path in folder.iterdir()} == {
        "checkpoints", "config.v2.json", "hostconfig.json", f"{one.id}-json.log",
    }  # fmt: skip
    config = json.loads((folder / "config.v2.json").read_text())
    assert (config["ID"], config["Name"], config["Image"]) == (one.id, "/one", one.image_id)
    assert (config["State"]["Running"], config["State"]["ExitCode"]) == (False, 0)
    assert json.loads((folder / "hostconfig.json").read_text())["NetworkMode"] == "default"
    lines = [json.loads(line) for line in (folder / f"{one.id}-json.log").read_text().splitlines()]
    assert [(line["log"], line["stream"]) for line in lines] == [
        ("hi\n", "stdout"),
        ("err\n", "stderr"),
    ]
    assert all(line["time"].endswith("Z") for line in lines)
    own = mount(tmp_path, one)
    assert own.name == one.cache_id
    assert {path.name for path in own.iterdir()} == {"diff", "link", "lower", "work"}
    assert (own / "diff/root/note").read_text() == "note\n"
    init = own.with_name(f"{own.name}-init")
    assert (init / "diff/.dockerenv").exists()
    assert (init / "committed").exists()
    below = (own / "lower").read_text().split(":")
    assert below[0] == "l/" + (init / "link").read_text()
    assert (tmp_path / "overlay2" / below[1]).resolve().joinpath("etc/motd").exists()
    entry = tmp_path / "image/overlay2/layerdb/mounts" / one.id
    assert (entry / "init-id").read_text() == init.name
    assert (entry / "parent").read_text() == one.top


def test_what_a_container_wrote_and_said_is_there_after_a_restart(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    one = run(hold, "sh", "-c", "echo hi; echo note > /root/note; rm /etc/motd; exit 3")
    post(hold, "/containers/one/rename?name=other")
    before = get(hold, "/containers/other/json")
    clock.sleep(60)
    new = again(hold, clock)
    assert get(new, "/containers/other/json") == before
    found = new.containers.get(one.id)
    assert (found.state, output(found)) == (one.state, "hi\n")
    assert get(new, "/containers/other/changes") == get(hold, "/containers/other/changes")
    node = found.tree.get("root/note")
    assert node is not None
    assert node.content == b"note\n"
    post(new, "/containers/other/start")
    assert output(found) == "hi\nhi\n"
    assert output(again(new, clock).containers.get(one.id)) == "hi\nhi\n"


def test_a_commit_after_the_restart_makes_the_same_layer(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    one = run(hold, "sh", "-c", "echo note > /root/note; rm /etc/motd; rm -r /tmp")
    owned = Node(Kind.FILE, 0o4755, 1000, 1001, 5, b"x", xattrs={"user.a": b"\xff"})
    one.tree.put("srv/owned", owned)
    one.tree.put("srv/linked", owned)
    one.tree.put("srv/device", Node(Kind.CHARACTER, 0o600, device=(1, 3)))
    tar = write_changes(one.lower, one.tree)
    new = again(hold, clock)
    found = new.containers.get("one")
    assert write_changes(found.lower, found.tree) == tar
    assert commit(new, "one")[1:] == [f"sha256:{hashlib.sha256(tar).hexdigest()}"]


def test_what_ran_has_exited_or_is_started_by_its_policy(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    for name, policy in (("plain", ""), ("always", "always"), ("unless", "unless-stopped")):
        limits = {"RestartPolicy": {"Name": policy}}
        run(hold, "sleep", "900", name=name, HostConfig=limits)
        run(hold, "sleep", "900", name=f"{name}-stopped", HostConfig=limits)
        post(hold, f"/containers/{name}-stopped/kill")
    make(hold, name="fresh")
    run(hold, "sleep", "900", name="gone", HostConfig={"AutoRemove": True})
    new = again(hold, clock)
    states = {x.name: (x.state.status, x.state.exit_code) for x in new.containers.all()}
    assert states == {
        "plain": ("exited", 255),
        "plain-stopped": ("exited", 137),
        "always": ("running", 0),
        "always-stopped": ("running", 0),
        "unless": ("running", 0),
        "unless-stopped": ("exited", 137),
        "fresh": ("created", 0),
    }
    assert len(list((tmp_path / "containers").iterdir())) == len(states)


def test_the_files_of_a_running_container_lie_there(tmp_path: Path) -> None:
    hold, _clock = vessel(tmp_path)
    one = run(hold, "sleep", "900")
    command = {"Cmd": ["sh", "-c", "echo a > /root/a"]}
    run_id = json.loads(data(post(hold, "/containers/one/exec", command)))["Id"]
    post(hold, f"/exec/{run_id}/start", {"Detach": True})
    assert (mount(tmp_path, one) / "diff/root/a").read_text() == "a\n"


def test_a_removed_container_leaves_nothing(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    before = left(tmp_path)
    run(hold, "sh", "-c", "echo note > /root/note")
    assert left(tmp_path) != before
    new = again(hold, clock)
    lifecycle.remove(new, new.containers.get("one"))
    assert left(tmp_path) == before
    assert again(new, clock).containers.all() == []


def test_layers_that_only_a_container_holds_survive(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    one = make(hold)
    call(hold, "DELETE", "/images/box:1?force=1")
    new = again(hold, clock)
    assert new.images.all() == []
    assert one.top in new.layers
    lifecycle.remove(new, new.containers.get("one"))
    assert one.top not in new.layers


def test_seeds_are_kept_and_not_put_there_twice(tmp_path: Path) -> None:
    settings = Settings(speed=0, data_root=tmp_path)
    first = serve.build_hold(settings)
    ids = {container.id: container.name for container in first.containers.all()}
    second = serve.build_hold(settings)
    assert ids
    assert {x.id: x.name for x in second.containers.all()} == ids


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.v2.json", "{"),
        ("config.v2.json", "[]"),
        ("config.v2.json", '{"ID": "../../x"}'),
        ("config.v2.json", "[" * 100_000),
        ("hostconfig.json", "7"),
        ("hostconfig.json", '{"PortBindings": {"80/tcp": 5}}'),
        ("hostconfig.json", '{"UTSMode": "\\ud800"}'),
        ("hostconfig.json", '{"ShmSize": 1e999}'),
        ("mount-id", "../../../outside"),
        ("parent", "sha256:" + "0" * 64),
        ("tar.gz", "no gzip"),
    ],
)
def test_a_damaged_container_is_left_out(
    tmp_path: Path, name: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    hold, clock = vessel(tmp_path)
    run(hold, "sh", "-c", "echo note > /root/note")
    make(hold, name="good")
    bad = hold.containers.get("one").id
    folder = tmp_path / "containers" / bad
    if not (folder / name).exists():
        folder = tmp_path / "image/overlay2/layerdb/mounts" / bad
    (folder / name).write_text(text)
    new = Hold(hold.settings, clock=clock, sleep=clock.sleep)
    assert [container.name for container in new.containers.all()] == ["good"]
    assert bad in caplog.text


def test_a_container_cannot_have_the_folder_of_a_layer(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    one = make(hold)
    layer = hold.layers.get(one.top)
    (tmp_path / "image/overlay2/layerdb/mounts" / one.id / "mount-id").write_text(layer.cache_id)
    assert again(hold, clock).containers.all() == []


@pytest.mark.parametrize("what", ["folder", "config.v2.json", "log", "mount", "diff"])
def test_links_are_not_followed(tmp_path: Path, what: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    hold, clock = vessel(root)
    one = run(hold, "sh", "-c", "echo hi")
    folder = root / "containers" / one.id
    place = {
        "folder": folder,
        "log": folder / f"{one.id}-json.log",
        "mount": mount(root, one),
        "diff": mount(root, one) / "diff",
    }.get(what, folder / what)
    place.rename(outside)
    place.symlink_to(outside)
    assert Hold(hold.settings, clock=clock, sleep=clock.sleep).containers.all() == []
    assert outside.exists()


def test_names_that_lead_out_stay_in_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    hold, _clock = vessel(root)
    one = make(hold)
    one.tree.put("srv", Node(Kind.SYMLINK, target=str(tmp_path)))
    one.tree.put("../../escaped", Node(content=b"x"))
    hold.containers.keep(one)
    diff = mount(root, one) / "diff"
    assert os.readlink(diff / "srv") == str(tmp_path)
    assert (diff / "escaped").read_bytes() == b"x"
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_a_damaged_line_of_a_log_is_left_out(tmp_path: Path) -> None:
    hold, clock = vessel(tmp_path)
    one = run(hold, "echo", "hi")
    file = tmp_path / "containers" / one.id / f"{one.id}-json.log"
    file.write_bytes(b'{"log": 1}\n\xff\n' + file.read_bytes() + b'{"log":"half')
    new = again(hold, clock)
    assert output(new.containers.get("one")) == "hi\n"
    post(new, "/containers/one/start")
    assert output(again(new, clock).containers.get("one")) == "hi\nhi\n"


def test_a_disk_that_cannot_be_written_is_no_end(tmp_path: Path) -> None:
    hold, _clock = vessel(tmp_path)
    (tmp_path / "containers").rmdir()
    one = run(hold, "echo", "hi")
    assert output(one) == "hi\n"
