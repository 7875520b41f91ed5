"""Which Engine is asked: the docker command's order over made homes."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.engine import endpoint as module
from tui.engine.endpoint import list_contexts, resolve_endpoint
from tui.engine.errors import (
    BadConfig,
    BadEndpoint,
    ConflictingOptions,
    EndpointError,
    UnknownContext,
)
from tui.model.engine import Endpoint


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without anything, on a machine without any Engine."""
    for name in ("DEFAULT_SOCKET", "PODMAN_SOCKET", "RUNTIME_ROOT"):
        monkeypatch.setattr(module, name, tmp_path / "machine" / name.lower())
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[list[socket.socket]]:
    sockets: list[socket.socket] = []
    yield sockets
    for each in sockets:
        each.close()


def _listen(path: Path, kept: list[socket.socket]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept.append(socket.socket(socket.AF_UNIX))
    kept[-1].bind(str(path))
    return path


def _configure(home: Path, content: object) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_text(json.dumps(content))


def _add_context(home: Path, name: str, host: str, *, skip: bool = False, tls: str = "") -> Path:
    key = hashlib.sha256(name.encode()).hexdigest()
    folder = home / ".docker" / "contexts" / "meta" / key
    folder.mkdir(parents=True)
    docker = {"Host": host, "SkipTLSVerify": skip}
    meta = {
        "Name": name,
        "Metadata": {"Description": f"of {name}"},
        "Endpoints": {"docker": docker},
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    files = home / ".docker" / "contexts" / "tls" / key / "docker"
    files.mkdir(parents=True)
    for kind in tls.split():
        (files / f"{kind}.pem").write_text("x")
    return files


def _resolve(
    home: Path, host: str = "", context: str = "", environ: dict[str, str] | None = None
) -> Endpoint:
    return resolve_endpoint(host, context, environ=environ or {}, home=home)


ALL = {"DOCKER_HOST": "unix:///env.sock", "DOCKER_CONTEXT": "one"}


@pytest.mark.parametrize(
    ("host", "context", "environ", "current", "url", "origin", "name"),
    [
        ("unix:///h.sock", "", ALL, "two", "unix:///h.sock", "--host", ""),
        ("", "two", ALL, "one", "unix:///two.sock", "--context", "two"),
        ("", "default", ALL, "one", "unix:///env.sock", "DOCKER_HOST", ""),
        ("", "", ALL, "two", "unix:///env.sock", "DOCKER_HOST", ""),
        ("", "", {"DOCKER_CONTEXT": "one"}, "two", "unix:///one.sock", "DOCKER_CONTEXT", "one"),
        ("", "", {}, "two", "unix:///two.sock", "context", "two"),
    ],
)
def test_the_order_is_that_of_the_docker_command(
    home: Path,
    host: str,
    context: str,
    environ: dict[str, str],
    current: str,
    url: str,
    origin: str,
    name: str,
) -> None:
    _add_context(home, "one", "unix:///one.sock")
    _add_context(home, "two", "unix:///two.sock")
    _configure(home, {"currentContext": current})
    found = _resolve(home, host, context, environ)
    assert (found.url, found.origin, found.context) == (url, origin, name)


def test_the_default_socket_comes_before_found_ones(
    home: Path, listening: list[socket.socket]
) -> None:
    _listen(home / ".docker" / "run" / "docker.sock", listening)
    default = _listen(module.DEFAULT_SOCKET, listening)
    assert _resolve(home) == Endpoint(f"unix://{default}", "default")


@pytest.mark.parametrize(
    "place",
    [
        "run/docker.sock",
        "home/.docker/desktop/docker.sock",
        "home/.docker/run/docker.sock",
        "run/podman/podman.sock",
    ],
)
def test_usual_places_are_looked_at(home: Path, place: str, listening: list[socket.socket]) -> None:
    socket_path = _listen(home.parent / place, listening)
    environ = {"XDG_RUNTIME_DIR": str(home.parent / "run")}
    assert _resolve(home, environ=environ) == Endpoint(f"unix://{socket_path}", "found")


def test_rootless_docker_comes_before_podman(home: Path, listening: list[socket.socket]) -> None:
    _listen(module.PODMAN_SOCKET, listening)
    rootless = _listen(home.parent / "run" / "docker.sock", listening)
    environ = {"XDG_RUNTIME_DIR": str(home.parent / "run")}
    assert _resolve(home, environ=environ).url == f"unix://{rootless}"


def test_a_file_that_is_no_socket_is_not_found(home: Path) -> None:
    place = home / ".docker" / "run" / "docker.sock"
    place.parent.mkdir(parents=True)
    place.touch()
    assert _resolve(home) == Endpoint(f"unix://{module.DEFAULT_SOCKET}", "default")


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("tcp://h", "tcp://h:2375"),
        ("tcp://h:1", "tcp://h:1"),
        ("h:1", "tcp://h:1"),
        ("http://h", "tcp://h:2375"),
        ("tcp://[::1]:7", "tcp://[::1]:7"),
        ("ssh://me@h:22", "ssh://me@h:22"),
        ("ssh://h/run/docker.sock", "ssh://h/run/docker.sock"),
    ],
)
def test_addresses_are_understood(home: Path, address: str, url: str) -> None:
    found = _resolve(home, address)
    assert (found.url, found.tls) == (url, False)


@pytest.mark.parametrize(
    "address",
    [
        "unix://relative",
        "fd://",
        "npipe:////./pipe/docker",
        "tcp://",
        "tcp://h:99999",
        "tcp://h:x",
        "tcp://h/path",
        "ssh://",
        "ssh://-oProxyCommand=x",
        "ssh://-oProxyCommand=x@h",
        "ssh://me:secret@h",
        "tcp://[::1",
        "\x1b]0;x\x07://h",
    ],
)
def test_bad_addresses_are_told(home: Path, address: str) -> None:
    with pytest.raises(BadEndpoint) as caught:
        _resolve(home, address)
    assert "\x1b" not in caught.value.title


def test_host_and_context_exclude_each_other(home: Path) -> None:
    with pytest.raises(ConflictingOptions):
        _resolve(home, "unix:///x", "one")


@pytest.mark.parametrize(
    ("context", "environ", "config", "origin"),
    [
        ("nosuch", {}, {}, "--context"),
        ("", {"DOCKER_CONTEXT": "nosuch"}, {}, "DOCKER_CONTEXT"),
        ("", {}, {"currentContext": "nosuch"}, "context"),
    ],
)
def test_an_unknown_context_is_an_error_that_names_the_known(
    home: Path, context: str, environ: dict[str, str], config: object, origin: str
) -> None:
    _add_context(home, "two", "unix:///two.sock")
    _configure(home, config)
    with pytest.raises(UnknownContext) as caught:
        _resolve(home, "", context, environ)
    assert "nosuch" in caught.value.title
    assert "default, two" in caught.value.remedy
    assert origin in caught.value.remedy


@pytest.mark.parametrize(
    ("environ", "tls", "verify"),
    [
        ({}, False, False),
        ({"DOCKER_TLS_VERIFY": "1"}, True, True),
        ({"DOCKER_TLS_VERIFY": ""}, False, False),
        ({"DOCKER_TLS_VERIFY": "0", "DOCKER_CERT_PATH": "certs"}, True, True),
        ({"DOCKER_CERT_PATH": "certs"}, True, False),
    ],
)
def test_tls_of_the_environment(
    home: Path, environ: dict[str, str], tls: bool, verify: bool
) -> None:
    if "DOCKER_CERT_PATH" in environ:
        certs = home / "certs"
        certs.mkdir()
        (certs / "ca.pem").touch()
        environ["DOCKER_CERT_PATH"] = str(certs)
    found = _resolve(home, "tcp://h", environ=environ)
    assert (found.tls, found.tls_verify) == (tls, verify)
    assert found.url == ("tcp://h:2376" if tls else "tcp://h:2375")
    assert found.tls_ca.endswith("ca.pem") == ("DOCKER_CERT_PATH" in environ)


def test_tls_means_nothing_to_a_socket(home: Path) -> None:
    assert not _resolve(home, "unix:///x", environ={"DOCKER_TLS_VERIFY": "1"}).tls


def test_a_context_brings_its_own_tls(home: Path) -> None:
    files = _add_context(home, "far", "tcp://far:2376", tls="ca cert key")
    found = _resolve(home, "", "far", {"DOCKER_CERT_PATH": "/elsewhere"})
    assert (found.tls, found.tls_verify) == (True, True)
    assert found.tls_ca == str(files / "ca.pem")
    assert (found.tls_cert, found.tls_key) == (str(files / "cert.pem"), str(files / "key.pem"))


def test_a_context_may_skip_verification(home: Path) -> None:
    _add_context(home, "far", "tcp://far", skip=True)
    found = _resolve(home, "", "far")
    assert (found.url, found.tls, found.tls_verify) == ("tcp://far:2376", True, False)


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"7", b""], ids=range(6)
)
def test_a_broken_configuration_is_told(home: Path, content: bytes) -> None:
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_bytes(content)
    with pytest.raises(BadConfig) as caught:
        _resolve(home)
    assert "config.json" in caught.value.title
    assert _resolve(home, "unix:///x").url == "unix:///x"


@pytest.mark.parametrize("meta", [b"{", b"{}", b'{"Endpoints": {"docker": {"Host": 7}}}'])
def test_broken_metadata_is_told(home: Path, meta: bytes) -> None:
    _add_context(home, "two", "unix:///two.sock")
    next(home.glob(".docker/contexts/meta/*/meta.json")).write_bytes(meta)
    with pytest.raises(EndpointError):
        _resolve(home, "", "two")


def test_docker_config_moves_everything(home: Path) -> None:
    _add_context(home, "two", "unix:///two.sock")
    (home / ".docker").rename(home / "moved")
    found = _resolve(home, "", "two", {"DOCKER_CONFIG": str(home / "moved")})
    assert found.url == "unix:///two.sock"


def test_contexts_are_listed_with_the_current_one(home: Path) -> None:
    _add_context(home, "two", "unix:///two.sock")
    _add_context(home, "one", "ssh://me@one")
    _configure(home, {"currentContext": "two"})
    contexts = list_contexts({}, home)
    assert [each.name for each in contexts] == ["default", "one", "two"]
    assert [each.name for each in contexts if each.is_current] == ["two"]
    assert contexts[1].url == "ssh://me@one"
    assert contexts[1].description == "of one"
    with_host = list_contexts({"DOCKER_HOST": "unix:///x"}, home)
    assert [each.name for each in with_host if each.is_current] == ["default"]


def test_contexts_are_listed_beside_a_broken_configuration(home: Path) -> None:
    _add_context(home, "two", "unix:///two.sock")
    (home / ".docker" / "config.json").write_text("{")
    assert [each.name for each in list_contexts({}, home)] == ["default", "two"]
