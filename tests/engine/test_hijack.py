"""Connections that a request takes over, on the fake Engine and on a real one."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engine.fakes import Answer, FakeEngine, answer
from tests.engines.images import BUSYBOX, ImageSpec, Link, make_layer, runnable
from tests.engines.maker import ImageMaker
from tui.engine import exec as programs
from tui.engine.client import EngineClient, connect
from tui.engine.console import Size
from tui.engine.errors import BadAnswer, Cancelled, Conflict, EngineGone, EngineRefused, NotFound
from tui.engine.hijack import HijackedStream, hijacked
from tui.model.engine import Endpoint

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
DEADLINE = 20.0
CERTS = Path(__file__).parent / "certs"


def everything(stream: HijackedStream, until: bytes = b"") -> bytes:
    """Read up to some bytes, or to the end."""
    seen, latest = b"", time.monotonic() + DEADLINE
    while time.monotonic() < latest:
        if not stream.has_more:
            select.select([stream], [], [], 0.2)
        data = stream.read()
        seen += data or b""
        if data == b"" or (until and until in seen):
            return seen
    raise AssertionError(seen)


def client_of(folder: Path, told: Answer) -> Iterator[EngineClient]:
    with FakeEngine(folder, {"/x": told}) as engine, connect(engine.endpoint) as client:
        yield client


def echo(connection: socket.socket) -> None:
    connection.sendall(UPGRADED + b"first")
    while data := connection.recv(100):
        connection.sendall(data.upper())


def test_what_comes_with_the_head_is_not_lost(tmp_path: Path) -> None:
    for client in client_of(tmp_path, echo):
        with hijacked(client, "/x", {"Tty": True}) as stream:
            assert stream.has_more
            assert stream.read() == b"first"
            assert stream.read() is None
            assert stream.write(b"second") == 6
            assert everything(stream, b"SECOND") == b"SECOND"
            stream.end_input()
            assert everything(stream) == b""


def test_a_stream_that_takes_nothing_blocks_nobody(tmp_path: Path) -> None:
    def deaf(connection: socket.socket) -> None:
        connection.sendall(UPGRADED)
        while connection.recv(1) != b"!":
            time.sleep(0.01)

    for client in client_of(tmp_path, deaf):
        with hijacked(client, "/x") as stream:
            while stream.write(b"x" * 65536):
                pass
            assert stream.write(b"y") == 0


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        (answer({"message": "Container x is not running"}, 409), Conflict, "is not running"),
        (b"HTTP/1.1 404 Word\r\n\r\nno length", NotFound, "no length"),
        (b"SSH-2.0-x\r\n\r\n", BadAnswer, "SSH-2.0"),
        (b"x" * 70000, BadAnswer, "cannot be understood"),
        (b"", EngineGone, "broke"),
    ],
    ids=["refused", "no length", "another protocol", "no head", "nothing"],
)
def test_refusals(told: bytes, kind: type[Exception], words: str, tmp_path: Path) -> None:
    for client in client_of(tmp_path, told):
        with pytest.raises(kind, match=words), hijacked(client, "/x"):
            raise AssertionError("it was taken over")


def test_a_cut_ends_it_from_another_thread(tmp_path: Path) -> None:
    for client in client_of(tmp_path, echo):
        with hijacked(client, "/x") as stream:
            client.cut()
            assert everything(stream) in (b"", b"first")
        with pytest.raises(Cancelled), hijacked(client, "/x"):
            raise AssertionError("it was taken over")


def tls_pair() -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """Return two ends of a connection by TLS: the Engine's and ours."""
    theirs, ours = socket.socketpair()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(CERTS / "server.pem", CERTS / "server-key.pem")
    client = ssl.create_default_context(cafile=str(CERTS / "ca.pem"))
    theirs.settimeout(DEADLINE)
    with ThreadPoolExecutor(1) as pool:
        shaking = pool.submit(server.wrap_socket, theirs, server_side=True)
        mine = client.wrap_socket(ours, server_hostname="127.0.0.1")
        return shaking.result(), mine


def test_by_tls_the_input_ends_and_the_output_goes_on() -> None:
    """Also what was written while nobody read."""
    engine, mine = tls_pair()
    with engine, mine:
        stream = HijackedStream(mine)
        assert stream.write(b"typed") == 5
        engine.sendall(b"written before " * 5000)
        stream.end_input()
        seen = b""
        while (data := stream.read()) is not None:
            seen += data
        assert seen == b"written before " * 5000
        assert engine.recv(100) == b"typed"
        assert engine.recv(100) == b""
        engine.sendall(b"written afterwards")
        engine.shutdown(socket.SHUT_RDWR)
        assert everything(stream).endswith(b"written afterwards")


def test_terminals_that_small_images_do_not_know() -> None:
    assert programs.known_terminal("screen-256color") == "screen-256color"
    assert programs.known_terminal("xterm-kitty") == "xterm-256color"


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    with connect(Endpoint(engine_host, "--host")) as client:
        yield client


def test_a_program_in_a_terminal(client: EngineClient, maker: ImageMaker) -> None:
    (image,) = maker.load(runnable(maker.name("box:1")))
    container = maker.container(image, start=True)
    assert programs.find_shell(client, container) == "sh"
    command = ("sh", "-c", "pwd; read x; stty size; echo $TERM $A; exit 7")
    exec_id = programs.create_exec(
        client,
        container,
        command,
        user="0",
        directory="/tmp",
        environment=("A=two words",),
        terminal="vt100",
    )
    with programs.opened_exec(client, exec_id) as stream:
        assert everything(stream, b"\r\n") == b"/tmp\r\n"
        programs.resize_exec(client, exec_id, Size(91, 17))
        stream.write(b"go\n")
        assert everything(stream).endswith(b"17 91\r\nvt100 two words\r\n")
    assert programs.exit_code(client, exec_id) == 7
    programs.resize_exec(client, exec_id, Size(80, 24))  # too late, and no fault


@pytest.mark.parametrize("privileged", [False, True])
def test_a_program_with_privileges(
    privileged: bool, client: EngineClient, maker: ImageMaker
) -> None:
    """Only prepared: not every machine of tests lets one be started."""
    (image,) = maker.load(runnable(maker.name("box:1")))
    container = maker.container(image, start=True)
    exec_id = programs.create_exec(client, container, ("id",), privileged=privileged)
    assert maker.api.exec_inspect(exec_id)["ProcessConfig"]["privileged"] is privileged


def test_newer_engines_know_the_size_from_the_first_moment_on(
    client: EngineClient, maker: ImageMaker
) -> None:
    (image,) = maker.load(runnable(maker.name("box:1")))
    container = maker.container(image, start=True)
    exec_id = programs.create_exec(client, container, ("stty", "size"))
    with programs.opened_exec(client, exec_id, Size(91, 17)) as stream:
        is_told = client.api_version not in {"1.41"}
        assert (everything(stream) == b"17 91\r\n") is is_told


@pytest.mark.parametrize(
    ("place", "variables", "found"),
    [
        ("opt/strange/ash", ["PATH=relative:/bin:/opt/strange"], "ash"),
        ("busybox/sh", ["PATH=/usr/bin:/bin"], "/busybox/sh"),
        ("usr/local/bin/bash", [], "bash"),
    ],
)
def test_a_shell_is_found_where_it_is(
    place: str, variables: list[str], found: str, client: EngineClient, maker: ImageMaker
) -> None:
    layer = make_layer({"bb": BUSYBOX.read_bytes(), place: Link("/bb")})
    (image,) = maker.load(ImageSpec((layer,), (), (maker.name("s:1"),), {"Env": variables}))
    container = maker.container(image, command=("/bb", "sleep", "99"), start=True)
    assert programs.find_shell(client, container) == found


def test_no_shell_and_no_life(client: EngineClient, maker: ImageMaker) -> None:
    layer = make_layer({"bb": BUSYBOX.read_bytes()})
    (image,) = maker.load(ImageSpec((layer,), tags=(maker.name("n:1"),)))
    container = maker.container(image, command=("/bb", "sleep", "99"))
    with pytest.raises(programs.NoShell):
        programs.find_shell(client, container)
    with pytest.raises((Conflict, EngineRefused), match="running"):  # Podman: 500
        programs.create_exec(client, container, ("/bb", "sh"))


def test_the_main_process(client: EngineClient, maker: ImageMaker) -> None:
    (image,) = maker.load(runnable(maker.name("box:1")))
    container = maker.container(image, command=("sh", "-c", "sleep 1; echo out; exit 5"))
    process = programs.main_process(client, container)
    assert (process.tty, process.takes_input) == (False, False)
    with programs.opened_attach(client, container, process) as stream:
        maker.api.start(container)
        assert everything(stream) == b"\1\0\0\0\0\0\0\4out\n"
    assert programs.main_exit_code(client, container) == 5
