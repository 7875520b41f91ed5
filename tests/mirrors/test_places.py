"""Where an Engine's mirrors are written down."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tui.mirrors import daemon, places
from tui.mirrors.daemon import Daemon, daemon_behind, process
from tui.mirrors.places import find_place, mentions
from tui.model.engine import Capabilities, Endpoint, EngineInfo, StoreKind
from tui.model.mirrors import EngineMirrors, MirrorPlace, PlaceKind

HERE = EngineInfo(name=os.uname().nodename, version="20.10.24")
PLAIN = EngineMirrors()
LOCAL = Endpoint("unix:///nowhere", "default")


@dataclass
class Processes:
    """A /proc with what a test puts there."""

    folder: Path
    pids: list[int] = field(default_factory=list)

    def add(self, pid: int, *arguments: str, name: str = "dockerd", root: str = "/") -> None:
        own = self.folder / str(pid)
        own.mkdir()
        (own / "comm").write_text(f"{name}\n")
        (own / "cmdline").write_bytes(b"".join(os.fsencode(word) + b"\0" for word in arguments))
        (own / "root").symlink_to(root)
        (own / "cwd").symlink_to("/srv")


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Processes:
    folder = tmp_path / "proc"
    folder.mkdir()
    monkeypatch.setattr(daemon, "PROC", folder)
    monkeypatch.setattr(places, "PROC", folder)
    return Processes(folder)


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Endpoint]:
    """A socket that this very process listens on."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
        sock.listen()
        yield Endpoint(f"unix://{path}", "default")


def _place(
    endpoint: Endpoint = LOCAL,
    info: EngineInfo = HERE,
    told: EngineMirrors = PLAIN,
    **environ: str,
) -> MirrorPlace:
    return find_place(endpoint, info, told, environ=environ, home=Path("/home/me"))


def test_who_listens_is_the_daemon(processes: Processes, listener: Endpoint) -> None:
    processes.add(os.getpid(), "dockerd", "--config-file=/srv/daemon.json")
    place = _place(listener)
    assert (place.kind, place.pid) == (PlaceKind.FILE, os.getpid())
    assert place.path == place.real == "/srv/daemon.json"
    assert place.certificates == "/etc/docker/certs.d"


def test_who_listens_but_is_no_daemon_is_let_alone(
    processes: Processes, listener: Endpoint
) -> None:
    processes.add(os.getpid(), "ssh", "-L", "s:s", name="ssh")
    place = _place(listener)
    assert (place.pid, place.path) == (0, "/etc/docker/daemon.json")


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("--config-file", "/a/b.json"), "/a/b.json"),
        (("--config-file=/x", "--config-file=/y"), "/y"),
        (("--config-file", "own.json"), "/srv/own.json"),
        (("--debug",), "/etc/docker/daemon.json"),
        (("--config-file",), "/etc/docker/daemon.json"),
    ],
)
def test_the_file_is_that_of_the_command_line(
    processes: Processes, listener: Endpoint, arguments: tuple[str, ...], path: str
) -> None:
    processes.add(os.getpid(), "dockerd", *arguments)
    assert _place(listener).path == path


def test_a_socket_of_systemd_belongs_to_the_one_daemon_that_took_it(processes: Processes) -> None:
    processes.add(1, "/sbin/init", name="systemd")
    processes.add(70, "dockerd", "-H", "unix:///other", "--config-file=/other")
    assert daemon_behind(LOCAL) is None
    processes.add(71, "dockerd", "-H", "fd://", "--containerd=/run/containerd.sock")
    found = daemon_behind(LOCAL)
    assert found is not None
    assert found.pid == 71
    processes.add(72, "dockerd", "--host=fd://")
    assert daemon_behind(LOCAL) is None, "which of the two, nobody can tell"
    assert daemon_behind(Endpoint("tcp://x:1", "")) is None


def test_options_of_a_command_line() -> None:
    one = Daemon(1, ("dockerd", "--registry-mirror", "https://a", "--registry-mirror=https://b"))
    assert one.options("--registry-mirror") == ("https://a", "https://b")
    assert one.option("--data-root") == ""
    assert process(0) is None


def test_mirrors_on_the_command_line(
    processes: Processes, listener: Endpoint, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "etc/default").mkdir(parents=True)
    defaults = root / "etc/default/docker"
    defaults.write_text('# --registry-mirror=no\nDOCKER_OPTS="--registry-mirror=https://a"\n')
    processes.add(os.getpid(), "dockerd", "--registry-mirror=https://a", root=str(root))
    place = _place(listener)
    assert place.flags == ("https://a",)
    assert place.flags_from.endswith("/root/etc/default/docker")
    assert place.root == f"{processes.folder}/{os.getpid()}/root"
    assert place.real == f"{place.root}/etc/docker/daemon.json"
    defaults.write_text("# DOCKER_OPTS=--registry-mirror\n")
    assert list(mentions(str(root))) == []
    drop_in = root / "etc/systemd/system/docker.service.d/mirror.conf"
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Service]\nExecStart=/usr/bin/dockerd --registry-mirror https://a\n")
    assert list(mentions(str(root))) == [str(drop_in)]


def test_a_rootless_engine_has_its_file_in_the_home(processes: Processes) -> None:
    told = EngineMirrors(is_rootless=True)
    assert _place(told=told).path == "/home/me/.config/docker/daemon.json"
    place = _place(told=told, XDG_CONFIG_HOME="/conf")
    assert (place.path, place.is_rootless) == ("/conf/docker/daemon.json", True)
    assert place.certificates == "/conf/docker/certs.d"


def test_what_cannot_be_changed_from_here(processes: Processes) -> None:
    podman = replace(HERE, capabilities=Capabilities(store=StoreKind.PODMAN))
    assert _place(info=podman).kind is PlaceKind.PODMAN
    desktop = _place(told=EngineMirrors(is_desktop=True))
    assert (desktop.kind, desktop.path) == (PlaceKind.DESKTOP, "/home/me/.docker/daemon.json")
    for url in ("tcp://10.0.0.1:2376", "ssh://me@host"):
        assert _place(Endpoint(url, "--host")).kind is PlaceKind.REMOTE
    elsewhere = replace(HERE, name="another-host")
    assert _place(info=elsewhere).kind is PlaceKind.REMOTE, "a socket that ssh brought here"


def test_a_practice_engine_has_its_file_in_its_data_root(
    processes: Processes, listener: Endpoint, tmp_path: Path
) -> None:
    practice = replace(HERE, name="practice", practice=True)
    assert _place(listener, practice).kind is PlaceKind.NONE
    words = ("python", "orlop", "practice", "serve", "--data-root", str(tmp_path))
    processes.add(os.getpid(), *words, name="python")
    place = _place(listener, practice)
    assert (place.kind, place.path) == (PlaceKind.FILE, f"{tmp_path}/daemon.json")


def test_a_symbolic_link_is_followed(
    processes: Processes, listener: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real.json")
    processes.add(os.getpid(), "dockerd", f"--config-file={tmp_path}/link")
    place = _place(listener)
    assert place.path == f"{tmp_path}/link"
    assert place.real == f"{tmp_path}/real.json"
