"""tmux's own judgement of the terminal that orlop leaves after a signal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.ui.tmux import Tmux
from tests.waiting import until

pytestmark = pytest.mark.terminal


def _pid_of_orlop(home: Path) -> int:
    """Return the process of the app whose HOME it is; 0 when there is none."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is not ours
            words = (process / "cmdline").read_bytes().split(b"\0")
            variables = (process / "environ").read_bytes().split(b"\0")
            if words[0] == os.fsencode(sys.executable) and b"HOME=" + bytes(home) in variables:
                return int(process.name)
    return 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_the_terminal_is_sane_after_a_signal(
    number: signal.Signals, size: tuple[int, int], tmp_path: Path
) -> None:
    host = "unix:///nowhere/docker.sock"
    with Tmux("--host", host, size=size, home=tmp_path) as terminal:
        terminal.wait("There is no Engine")
        os.kill(until(lambda: _pid_of_orlop(tmp_path), "the app"), number)
        terminal.assert_sane(128 + number)
