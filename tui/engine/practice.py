"""The practice engine as a child process: started when it is asked for, gone with orlop.

The socket is made here and listens at once, so that nobody has to wait until the child has
begun: what is asked of it meanwhile waits in the socket. The child ends when the pipe at its
standard input does, however this process may end.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cached_property
from pathlib import Path
from typing import Final

import tui
from tui.engine.errors import EngineUnreachable
from tui.model.engine import PRACTICE, Endpoint

PATH_MAX: Final = 107
"""Bytes that the path of a unix socket may have."""

BACKLOG: Final = 128

PATIENCE: Final = 2.0
"""Seconds that the child may take to clean up."""

_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import tui.cli; sys.exit(tui.cli.main())"
)
"""Runs this very orlop, whatever else is called `tui` where it is started."""


class PracticeEngine:
    """One practice engine; may be asked from any thread."""

    def __init__(self, *options: str) -> None:
        """Prepare it.

        Args:
            options: More options of `orlop practice serve`.
        """
        self._options = options
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_ours = False  # the folder: another's of the same name is not used

    @cached_property
    def path(self) -> Path:
        """Where its socket is, or will be, in a folder of its own."""
        name = f"orlop-{os.urandom(4).hex()}/engine.sock"
        path = Path(tempfile.gettempdir()) / name
        return path if len(os.fsencode(path)) <= PATH_MAX else Path("/tmp") / name

    @property
    def endpoint(self) -> Endpoint:
        """Its endpoint, whether it runs or not."""
        return Endpoint(f"unix://{self.path}", PRACTICE)

    @property
    def is_running(self) -> bool:
        """Whether the child is there."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start it if it does not run; returns when it may be asked.

        Raises:
            EngineUnreachable: the child or its socket cannot be made.
        """
        with self._lock:
            if self.is_running:
                return
            self._forget()
            try:
                self._child = self._start()
            except OSError as error:
                raise EngineUnreachable(str(error), url=self.endpoint.url) from error

    def stop(self) -> None:
        """End it, if it runs, and wait until it has gone; it removes its folder itself."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        """Let the child go, if there is one."""
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        child.stdin.close()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self.path.parent.mkdir(mode=0o700, exist_ok=self._is_ours)
        self._is_ours = True
        self.path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self.path))
            self.path.chmod(0o600)  # before anybody can speak: it does not listen yet
            listener.listen(BACKLOG)
            folder = str(Path(tui.__file__).parents[1])
            own = ("--die-with-stdin", "--own-folder", f"--listen-fd={listener.fileno()}")
            serve = ("practice", "serve", f"--socket={self.path}", *own, *self._options)
            return subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, folder, *serve],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(listener.fileno(),),
                start_new_session=True,  # the terminal's signals are not for it
            )
