"""The ways to an Engine: sockets of others, TCP, TLS and ssh."""

from __future__ import annotations

import grp
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.engine import shapes
from tests.engine.fakes import SSH, FakeEngine, answer
from tests.engine.threads import in_thread
from tests.waiting import until
from tui.engine import client as client_module
from tui.engine import errors, images
from tui.engine.client import connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.pull import pull
from tui.engine.transport import ssh_command
from tui.model.engine import Endpoint
from tui.model.reference import parse_reference

DENIED = """
import os, socket, sys
from pathlib import Path
from tui.engine import client as client_module
from tui.engine.client import connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import PermissionDenied
from tui.model.engine import Endpoint
path = sys.argv[1]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
if os.geteuid() == 0:
    os.chown(path, 0, 4)
    os.chmod(path, 0o660)
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
else:
    os.chmod(path, 0o060)
try:
    connect(Endpoint(f"unix://{path}", "default"))
except PermissionDenied as error:
    print(error.title, error.remedy)
listener.close()
"""


def test_a_socket_of_others_names_its_group() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = f"{folder}/engine.sock"
        command = [sys.executable, "-W", "error", "-c", DENIED, path]
        environ = os.environ | {"DOCKER_CONFIG": folder, "HOME": folder}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    group = grp.getgrgid(4 if os.geteuid() == 0 else os.getgid()).gr_name
    assert done.stderr == ""
    assert f"You may not use the Engine at unix://{path}." in done.stdout
    assert f"group {group}: join it (sudo usermod -aG {group} " in done.stdout


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("ssh://h", ["--", "h", "docker", "system", "dial-stdio"]),
        ("ssh://me@h:7", ["-l", "me", "-p", "7", "--", "h", "docker", "system", "dial-stdio"]),
        (
            "ssh://h/run/a b;c.sock",
            ["--", "h", "docker", "--host=unix://'/run/a b;c.sock'", "system", "dial-stdio"],
        ),
    ],
)
def test_the_ssh_command(url: str, command: list[str]) -> None:
    start = ["ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=8"]
    assert ssh_command(url, 8.0) == start + command


def _fake_ssh(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    program = folder / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(code)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")


def test_through_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = str(tmp_path / "ssh.log")
    with FakeEngine(tmp_path, {"/images/json": answer([shapes.LIST_20])}) as engine:
        code = SSH.format(python=sys.executable, socket=str(engine.path), log=log)
        _fake_ssh(tmp_path, monkeypatch, code)
        engine.answers["/images/create"] = engine.begin_then_hang(b"")
        with connect(Endpoint("ssh://me@far", "--host")) as client:
            assert images.list_images(client)[0].image_id == shapes.ID
            stream = pull(client, parse_reference("x"))
            raised = in_thread(lambda: list(stream))
            until(lambda: len(engine.requests) == 4, "the request is on its way")
            stream.close()
            assert isinstance(raised(), errors.Cancelled)
        assert engine.hung_up.wait(10)
    assert "-l me -- far docker system dial-stdio" in Path(log).read_text()


def test_what_ssh_says_is_told_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "#!/bin/sh\necho 'far: Permission denied (publickey).' >&2\nexit 255\n"
    _fake_ssh(tmp_path, monkeypatch, code)
    with pytest.raises(errors.SshFailed) as caught:
        connect(Endpoint("ssh://far", "--host"))
    assert caught.value.detail == "far: Permission denied (publickey)."
    assert capfd.readouterr() == ("", "")


def test_a_machine_without_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.SshFailed):
        connect(Endpoint("ssh://far", "--host"))


CERTS = Path(__file__).parent / "certs"


def _server_tls(*, wants_client: bool = False) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(CERTS / "ca.pem"))
    context.load_cert_chain(CERTS / "server.pem", CERTS / "server-key.pem")
    if wants_client:
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # refuses within the handshake
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _certificates(folder: Path, *, client: bool) -> dict[str, str]:
    """Lay the files out as the docker command wants them, and return the environment."""
    folder.mkdir()
    shutil.copy(CERTS / "ca.pem", folder / "ca.pem")
    if client:
        shutil.copy(CERTS / "client.pem", folder / "cert.pem")
        shutil.copy(CERTS / "client-key.pem", folder / "key.pem")
    return {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}


def _endpoint(engine: FakeEngine, environ: dict[str, str]) -> Endpoint:
    return resolve_endpoint(engine.endpoint.url, "", environ=environ, home=Path("/nonexistent"))


def test_over_tcp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with (
        FakeEngine(tmp_path, {"/images/json": answer([])}, tcp=True) as engine,
        connect(_endpoint(engine, {})) as client,
    ):
        assert images.list_images(client) == ()
        assert not client.endpoint.is_local


@pytest.mark.parametrize("wants_client", [False, True])
def test_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wants_client: bool) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "of-another-program.pem"))
    environ = _certificates(tmp_path / "certs", client=wants_client)
    tls = _server_tls(wants_client=wants_client)
    with (
        FakeEngine(tmp_path, {"/images/json": answer([])}, tcp=True, tls=tls) as engine,
        connect(_endpoint(engine, environ)) as client,
    ):
        assert images.list_images(client) == ()


def test_cut_wakes_a_pull_over_tls(tmp_path: Path) -> None:
    environ = _certificates(tmp_path / "certs", client=False)
    with FakeEngine(tmp_path, tcp=True, tls=_server_tls()) as engine:
        engine.answers["/images/create"] = engine.hang
        with connect(_endpoint(engine, environ)) as client:
            stream = pull(client, parse_reference("x"))
            raised = in_thread(lambda: list(stream))
            until(lambda: len(engine.requests) == 3, "the request is on its way")
            stream.close()
            assert isinstance(raised(), errors.Cancelled)
        assert engine.hung_up.wait(10)


def test_an_unknown_authority_is_refused_unless_verifying_is_off(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with FakeEngine(tmp_path, tcp=True, tls=_server_tls()) as engine:
        with pytest.raises(errors.TlsFailed):
            connect(_endpoint(engine, {"DOCKER_TLS_VERIFY": "1"}))
        lax = _endpoint(engine, {"DOCKER_CERT_PATH": str(tmp_path / "empty")})
        with connect(lax) as client:
            assert client.info.name == "fake"


def test_a_missing_client_certificate_is_told(tmp_path: Path) -> None:
    environ = _certificates(tmp_path / "certs", client=False)
    tls = _server_tls(wants_client=True)
    with FakeEngine(tmp_path, tcp=True, tls=tls) as engine, pytest.raises(errors.TlsFailed):
        connect(_endpoint(engine, environ))


def test_a_broken_certificate_file_is_told(tmp_path: Path) -> None:
    environ = _certificates(tmp_path / "certs", client=True)
    (tmp_path / "certs" / "key.pem").write_text("no key")
    with (
        FakeEngine(tmp_path, tcp=True, tls=_server_tls()) as engine,
        pytest.raises(errors.TlsFailed),
    ):
        connect(_endpoint(engine, environ))


def test_tls_to_a_plain_engine_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT", 0.2)
    environ = _certificates(tmp_path / "certs", client=False)
    with FakeEngine(tmp_path, tcp=True) as engine, pytest.raises(errors.EngineUnreachable):
        connect(_endpoint(engine, environ))
    with (
        FakeEngine(tmp_path, tcp=True, tls=_server_tls()) as engine,
        pytest.raises(errors.EngineUnreachable),
    ):
        connect(_endpoint(engine, {}))
