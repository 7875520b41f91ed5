"""`orlop registry serve|status|list|stop|gc`, as real processes."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.distribution.commands import answer, detached, orlop, serving
from tests.distribution.talk import OCI_MANIFEST, ask, digest, push_image
from tests.waiting import until
from tui.credentials.login import Login
from tui.distribution.backends import Serving, configuration, image_line
from tui.model.reference import parse_reference
from tui.registry.client import RegistryClient
from tui.registry.errors import NotThere
from tui.registry.listing import tag_pages
from tui.registry.login import check_login

PASSWORD: Final = "made-up-Passw0rd"
LOGIN: Final = {"Authorization": "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()}

needs_program = pytest.mark.skipif(
    shutil.which("docker-registry") is None, reason="no docker-registry (Debian: docker-registry)"
)

either = pytest.mark.parametrize(
    "backend", ["builtin", pytest.param("docker-registry", marks=needs_program)]
)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serving_in_the_foreground_ends_with_a_signal(tmp_path: Path, number: int) -> None:
    with serving("--backend", "builtin") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        address = first.split()[2].rstrip(",")
        assert f"from {tmp_path}/data/orlop/registry, served by orlop's own server." in first
        lines = [process.stdout.readline(), process.stdout.readline()]
        assert lines == [
            f"  docker tag IMAGE {address}/IMAGE\n",
            f"  docker push {address}/IMAGE\n",
        ]
        assert ask(address, "GET", "/v2/").status == 200
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0
    assert answer("status")[0]["running"] is False


@either
def test_one_in_the_background_is_there_until_it_is_stopped(tmp_path: Path, backend: str) -> None:
    with detached("--backend", backend) as started:
        address = started["address"]
        assert started["backend"] == backend
        pushed = push_image(address, "team/app", "1", b"{}", b"layer")
        (status,) = answer("status")
        assert status == {
            **started,
            "repositories": 1,
            "tags": 1,
            "size": status["size"],
        }
        assert status["size"] > len(b"{}layer")
        listed = answer("list")
        tag = {"name": "1", "digest": pushed, "size": len(b"{}layer"), "is_index": False}
        assert listed["repositories"] == [{"name": "team/app", "tags": [tag]}]
        assert f"team/app     1     {pushed[7:19]}    7 B" in orlop("list").stdout
        refused = orlop("gc")
        assert (refused.returncode, "stop it first" in refused.stderr) == (1, True)
        assert answer("stop")["stopped"] is True
        with pytest.raises(ConnectionRefusedError):
            ask(address, "GET", "/v2/")
    assert answer("status")[0]["repositories"] == 1
    assert orlop("stop").returncode == 1
    assert answer("gc")["blobs"] == 0


@needs_program
def test_either_server_goes_on_with_what_the_other_holds() -> None:
    pushed: dict[str, bytes] = {}
    for number, backend in enumerate(("builtin", "docker-registry", "builtin")):
        with detached("--backend", backend) as started:
            address = started["address"]
            for name, data in pushed.items():
                assert ask(address, "GET", f"/v2/{name}/blobs/{digest(data)}").body == data
                sends = {"Accept": OCI_MANIFEST}
                found = ask(address, "HEAD", f"/v2/{name}/manifests/1", headers=sends)
                assert found.status == 200
            pushed[f"app{number}"] = os.urandom(50_000)
            push_image(address, f"app{number}", "1", b"{}", pushed[f"app{number}"])
    assert [each["name"] for each in answer("list")["repositories"]] == ["app0", "app1", "app2"]


@either
def test_a_login_is_asked_for_until_it_is_removed(tmp_path: Path, backend: str) -> None:
    options = ("--backend", backend)
    with detached(*options, "--user", "me", given=f"{PASSWORD}\n") as started:
        assert started["login"] is True
        refused = ask(started["address"], "GET", "/v2/")
        assert (refused.status, refused.header("WWW-Authenticate")[:6]) == (401, "Basic ")
        assert ask(started["address"], "GET", "/v2/", headers=LOGIN).status == 200
    with detached(*options) as started:  # the folder remembers
        assert ask(started["address"], "GET", "/v2/").status == 401
        assert ask(started["address"], "GET", "/v2/", headers=LOGIN).status == 200
    (tmp_path / "data/orlop/registry/htpasswd").unlink()
    with detached(*options) as started:
        assert ask(started["address"], "GET", "/v2/").status == 200
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()


def test_the_program_is_taken_where_there_is_one_else_the_image_else_our_own(
    tmp_path: Path,
) -> None:
    def program(name: str, text: str) -> None:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def chosen() -> str:
        ran = orlop("serve", "--port", "0", PATH=f"{tmp_path / 'bin'}:/nowhere")
        return ran.stdout + ran.stderr

    here, elsewhere = ("echo unix:///run/docker.sock", "echo ssh://far")
    for host, image in ((here, "exit 1"), (elsewhere, "exit 0")):
        program("docker", f'case "$1" in context) {host};; image) {image};; esac')
        with serving(PATH=str(tmp_path / "bin")) as process:
            assert process.stdout is not None
            assert "served by orlop's own server" in process.stdout.readline()
    program("docker", f'case "$1" in context) {here};; image) exit 0;; *) echo "$@";; esac')
    said = chosen()
    assert "served by the registry image, in a container" in said
    assert said.splitlines()[-1].endswith(" registry:2")
    assert " --publish 127.0.0.1:" in said
    program("docker-registry", 'echo "$@"')
    said = chosen()
    assert "served by the program docker-registry" in said
    assert said.splitlines()[-1].startswith("serve ")


def test_a_backend_that_is_not_here_is_refused() -> None:
    ran = orlop("serve", "--backend", "docker-registry", PATH="/nowhere")
    assert ran.returncode == 1
    assert "There is no program docker-registry" in ran.stderr
    ran = orlop("serve", "--backend", "image", PATH="/nowhere")
    assert "The Engine has none of these images: registry:2" in ran.stderr


def test_what_cannot_be_served_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for more in ((), ("--detach",)):
            ran = orlop("serve", "--backend", "builtin", "--port", port, *more)
            assert ran.returncode == 1
            assert f"127.0.0.1:{port}: " in ran.stderr
            assert "Traceback" not in ran.stderr
    (tmp_path / "file").write_text("")
    for arguments, part in {
        ("--root", str(tmp_path / "file" / "below")): "Not a directory",
        ("--host", "no.such.host.invalid"): "no.such.host.invalid",
        ("--htpasswd", str(tmp_path / "nowhere")): "cannot be read",
        ("--tls-cert", str(tmp_path / "file"), "--tls-key", str(tmp_path / "file")): "",
    }.items():
        ran = orlop("serve", "--backend", "builtin", "--port", "0", *arguments)
        assert (ran.returncode, part in ran.stderr) == (1, True), ran.stderr
        assert "Traceback" not in ran.stderr
    assert orlop("serve", "--port", "70000").returncode == 2
    assert orlop("serve", "--tls-cert", "x").returncode == 2
    assert orlop("serve", "--json").returncode == 2
    assert orlop("serve", "--user", "me", "--backend", "builtin", given="\n").returncode == 1


def test_others_who_can_reach_it_are_warned_about() -> None:
    with detached("--backend", "builtin", "--host", "0.0.0.0") as started:
        assert started["host"] == "0.0.0.0"
        assert ask(started["address"], "GET", "/v2/").status == 200
    with serving("--backend", "builtin", "--host", "0.0.0.0") as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _line in range(5))
        assert "whoever reaches this machine can push and pull" in said
        assert "insecure-registries" in said


@either
def test_tls(tmp_path: Path, backend: str) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1"]
    made += ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "crt")]
    subprocess.run(made, check=True, capture_output=True)
    files = ("--tls-cert", str(tmp_path / "crt"), "--tls-key", str(tmp_path / "key"))
    code = (
        "import ssl, sys, urllib.request as r\n"
        "c = ssl.create_default_context(cafile=sys.argv[1])\n"
        "print(r.urlopen(sys.argv[2], context=c).status)"
    )
    with detached("--backend", backend, *files) as started:
        url = f"https://{started['address']}/v2/"
        asked = [sys.executable, "-c", code, str(tmp_path / "crt"), url]
        ran = subprocess.run(asked, capture_output=True, text=True, check=True)
        assert ran.stdout == "200\n"
        client = RegistryClient(parse_reference(f"{started['address']}/team/app"))
        with pytest.raises(NotThere):
            list(tag_pages(client))
        assert check_login(started["address"], Login("me", PASSWORD)).is_open
        with socket.create_connection(("127.0.0.1", started["port"]), timeout=20) as plain:
            plain.sendall(b"GET /v2/ HTTP/1.1\r\n\r\n")
            plain.settimeout(20)
            assert not plain.recv(65536).startswith(b"HTTP/1.1 200")
    log = tmp_path / "state/orlop/orlop.log"
    assert not log.exists() or "broke" not in log.read_text()


def test_requests_are_told_of_if_asked_for() -> None:
    with serving("--backend", "builtin", "--verbose") as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[2].rstrip(",")
        process.stdout.readline(), process.stdout.readline()
        ask(address, "GET", "/v2/%1b[31m/tags/list")
        assert process.stdout.readline() == "127.0.0.1 GET /v2/%1b[31m/tags/list HTTP/1.1 400\n"


def test_a_killed_registry_holds_no_broken_blob_and_starts_again(tmp_path: Path) -> None:
    root = tmp_path / "data/orlop/registry"
    with serving("--backend", "builtin") as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[2].rstrip(",")
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as half:
            path = "/v2/a/blobs/uploads/?digest=" + digest(b"never whole")
            head = f"POST {path} HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n"
            half.sendall(head.encode() + b"x" * 4_000_000)
            until(lambda: _bytes_in(root / "uploads") > 1_000_000, "half of it is on the disk")
            process.kill()
            process.wait(20)
    assert answer("status")[0] == {
        "running": False,
        "root": str(root),
        "repositories": 0,
        "tags": 0,
        "size": 0,
    }
    with detached("--backend", "builtin"):
        assert list((root / "uploads").iterdir()) == []


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_the_configuration_of_the_program_is_yaml_that_is_json(tmp_path: Path) -> None:
    serving_it = Serving(tmp_path, "::1", 5000, accounts=tmp_path / "htpasswd", quiet=True)
    document = json.loads(configuration(serving_it))
    assert document["http"]["addr"] == "[::1]:5000"
    assert document["auth"]["htpasswd"]["path"] == str(tmp_path / "htpasswd")
    assert document["log"]["accesslog"]["disabled"] is True


def test_the_docker_line_of_the_image(tmp_path: Path) -> None:
    line = image_line(Serving(tmp_path, "127.0.0.1", 5001), "registry:2")
    assert " ".join(line) == (
        "docker run --rm --name orlop-registry-5001 --publish 127.0.0.1:5001:5000 "
        f"--volume {tmp_path}:/var/lib/registry "
        "--env REGISTRY_STORAGE_DELETE_ENABLED=true registry:2"
    )
