"""The practice engine on a unix socket: connections, API versions, errors, faults."""

from __future__ import annotations

import errno
import logging
import os
import selectors
import socket
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from tui.i18n import _
from tui.practice.connection import Connection

if TYPE_CHECKING:
    from tui.practice.faults import Fault
    from tui.practice.hold import Hold

LOG: Final = logging.getLogger(__name__)

PATH_MAX: Final = 107
"""Bytes that the path of a unix socket may have on Linux."""

BACKLOG: Final = 128


class CannotServe(Exception):
    """The socket cannot be had; the text is a sentence for the user."""


class PracticeServer:
    """Serves a hold on a unix socket until it is stopped; a context manager."""

    def __init__(self, socket_path: str | Path, hold: Hold, *, listen_fd: int = -1) -> None:
        """Prepare to serve.

        Args:
            socket_path: Where.
            hold: What.
            listen_fd: A socket that somebody else has bound there and that listens already;
                its clients have not had to wait for this engine to be made.
        """
        self._given_fd = listen_fd
        self.path = Path(socket_path)
        self.hold = hold
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._listener: Listener | None = None
        self._is_ending = threading.Event()

    @property
    def url(self) -> str:
        """What DOCKER_HOST has to say."""
        return f"unix://{self.path.absolute()}"

    def __enter__(self) -> PracticeServer:
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when clients may come.

        Raises:
            CannotServe: the socket cannot be had.
        """
        from tui.practice.api import load_routes

        load_routes()
        self.hold.faults.on_set = self._fault_set
        self._listen()

    def stop(self) -> None:
        """End all connections, and remove the socket."""
        self._is_ending.set()
        self._go_away()

    def restart(self, seconds: float, asker: threading.Thread | None = None) -> None:
        """Be away for some seconds, and come back as dockerd does after its restart.

        Args:
            seconds: How long.
            asker: The thread of the connection that asked for it, and waits for an answer.
        """
        self._go_away(asker)
        if self._is_ending.wait(seconds):
            return
        with self.hold.lock:
            self.hold.containers.daemon_restarted()
        try:
            self._listen()
        except CannotServe:
            LOG.exception("the socket could not be had again")

    def _fault_set(self, fault: Fault) -> None:
        if fault.name == "restart":
            self.hold.faults.clear("restart")
            arguments = (fault.number("seconds"), threading.current_thread())
            threading.Thread(target=self.restart, args=arguments, daemon=True).start()

    def _listen(self) -> None:
        given, self._given_fd = self._given_fd, -1
        sock = _bound(self.path) if given < 0 else socket.socket(fileno=given)
        with self._lock:
            self._listener = Listener(self.path, sock, self._accepted)

    def _go_away(self, asker: threading.Thread | None = None) -> None:
        """Listen no more, and hang up; who asked for it gets its answer first."""
        with self._lock:
            listener, self._listener = self._listener, None
            connections = list(self._connections)
        if listener is not None:
            listener.close()
        for connection in connections:
            if connection.thread is not asker:
                connection.hang_up()
            connection.is_last = True

    def _accepted(self, sock: socket.socket) -> None:
        connection = Connection(sock, self.hold)
        with self._lock:
            self._connections.add(connection)
        connection.thread = threading.Thread(
            target=self._serve, args=(connection,), name="practice-connection", daemon=True
        )
        connection.thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        except Exception:
            LOG.exception("a connection broke")
        finally:
            connection.close()
            with self._lock:
                self._connections.discard(connection)


class Listener:
    """A unix socket that accepts connections in a thread of its own."""

    def __init__(
        self, path: Path, sock: socket.socket, accepted: Callable[[socket.socket], None]
    ) -> None:
        """Begin to accept.

        Args:
            path: Where the socket's file is.
            sock: It listens already.
            accepted: Called with each connection.
        """
        self._path = path
        self._accepted = accepted
        self._socket = sock
        self._file = _identity(path)
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="practice-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more, and remove the socket's file if it is still ours."""
        self._waker.close()
        self._thread.join()
        self._socket.close()
        self._wake.close()
        if _identity(self._path) == self._file:
            with suppress(OSError):  # somebody else removed it
                self._path.unlink()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _events in selector.select()]
                if self._wake in ready:
                    return
                try:
                    self._accepted(self._socket.accept()[0])
                except OSError as error:  # the client has gone, or there are no files left
                    LOG.warning("a connection was not accepted: %s", error)
                    if error.errno in {errno.EMFILE, errno.ENFILE}:
                        time.sleep(0.1)  # or the next attempt would fail in the same way


def _bound(path: Path) -> socket.socket:
    """Return a listening socket that only this user may use.

    A socket that nobody answers on any more is replaced.

    Raises:
        CannotServe: the path is too long, taken, or cannot be written.
    """
    if len(os.fsencode(path)) > PATH_MAX:
        raise CannotServe(
            _("The path of a socket has at most {count} bytes: {path}").format(
                count=PATH_MAX, path=path
            )
        )
    _make_room(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)  # so that the file is never open to others, not even for a moment
    try:
        sock.bind(str(path))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise CannotServe(
            _("The socket {path} cannot be made: {why}").format(path=path, why=error.strerror)
        ) from error
    finally:
        os.umask(mask)
    return sock


def _make_room(path: Path) -> None:
    """Remove a socket that is left from a process that has ended.

    Raises:
        CannotServe: somebody answers on it, or the file is no socket.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:
        return  # nothing there; what else is wrong, binding will tell
    if not stat.S_ISSOCK(mode):
        raise CannotServe(_("{path} is there already, and it is no socket.").format(path=path))
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        probe.settimeout(1.0)
        probe.connect(str(path))
    except ConnectionRefusedError:
        with suppress(OSError):  # binding will tell
            path.unlink()
    except OSError as error:
        raise CannotServe(
            _("The socket {path} cannot be made: {why}").format(path=path, why=error.strerror)
        ) from error
    else:
        raise CannotServe(_("Another Engine answers on {path}.").format(path=path))
    finally:
        probe.close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
