"""Other ways to an Engine's socket: TCP, TLS, and what stands in for ssh."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.engine.fakes import SSH

CERTS: Final = Path(__file__).parents[1] / "engine" / "certs"


@contextmanager
def way(
    kind: str, host: str, folder: Path, gate: threading.Event | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Lend an address of the Engine at `unix://...`, and the environment that it needs.

    Args:
        kind: `unix`, `tcp`, `tls` or `ssh`.
        host: The Engine's address.
        folder: For files.
        gate: While it is not set, new connections by TCP and TLS are not served.
    """
    path = host.removeprefix("unix://")
    if kind == "unix":
        yield host, {}
    elif kind == "ssh":
        yield "ssh://far", {"PATH": f"{_fake_ssh(folder, path)}:/usr/bin:/bin"}
    else:
        with _forwarding(path, gate, encrypted=kind == "tls") as port:
            environ = {}
            if kind == "tls":
                for name, ours in (("ca", "ca"), ("cert", "client"), ("key", "client-key")):
                    (folder / f"{name}.pem").write_bytes((CERTS / f"{ours}.pem").read_bytes())
                environ = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}
            yield f"tcp://127.0.0.1:{port}", environ


def _fake_ssh(folder: Path, path: str) -> Path:
    program = folder / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(SSH.format(python=sys.executable, socket=path, log=str(folder / "ssh.log")))
    program.chmod(0o755)
    return program.parent


@contextmanager
def _forwarding(path: str, gate: threading.Event | None, *, encrypted: bool) -> Iterator[int]:
    """Pass connections to a port on to a socket; an end of one direction is passed on too."""
    context = None
    if encrypted:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(CERTS / "ca.pem"))
        context.load_cert_chain(CERTS / "server.pem", CERTS / "server-key.pem")
        context.verify_mode = ssl.CERT_REQUIRED

    def serve(plain: socket.socket) -> None:
        if gate is not None:
            gate.wait()
        with suppress(OSError), socket.socket(socket.AF_UNIX) as engine:
            engine.connect(path)
            near = context.wrap_socket(plain, server_side=True) if context else plain
            up = threading.Thread(target=_carry, args=(near, engine), daemon=True)
            up.start()
            _carry(engine, near)
            near.close()
            up.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
