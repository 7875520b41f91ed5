"""The app in a terminal of tmux: what a person sees, and what is left behind."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

from tests.waiting import until

ROOT: Final = Path(__file__).parents[2]
ENDED: Final = "it ended with"


class Tmux:
    """`orlop ARGUMENTS` below a shell in a tmux server of its own."""

    def __init__(self, *arguments: str, size: tuple[int, int], home: Path, **environ: str) -> None:
        """Start it; `environ` comes on top of a plain UTF-8 environment."""
        self._server = f"orlop-{secrets.token_hex(4)}"
        variables = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TERM": "screen-256color",
            "LANG": "C.UTF-8",
            **environ,
        }
        words = [f"{name}={value}" for name, value in variables.items()]
        app = shlex.join([sys.executable, "-m", "tui.cli", *arguments])
        script = (
            f'stty -a >before; {app} 2>errors; echo "{ENDED} $?";'
            " stty -a >after.part; mv after.part after; exec sleep 999"
        )
        command = shlex.join(["env", "-i", *words, "sh", "-c", script])
        width, height = size
        self._home = home
        self._tmux("-f", "/dev/null", "-u", "new-session", "-d", "-c", str(home),
                   "-x", str(width), "-y", str(height), command)  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> str:
        program = shutil.which("tmux")
        if program is None and os.environ.get("ORLOP_REQUIRE_ENGINE") != "1":
            pytest.skip("no tmux (Debian: tmux)")
        assert program, "no tmux (Debian: tmux)"
        ran = subprocess.run(
            [program, "-L", self._server, *words],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"SHELL": "/bin/sh"},  # it runs the command in the user's own shell
        )
        return ran.stdout

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names (Enter, Escape, Space) or letters."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        self._tmux("send-keys", "-l", text)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def shown(self) -> str:
        """The text on the screen."""
        return self._tmux("capture-pane", "-p")

    def lines(self) -> list[str]:
        """The lines on the screen, without the blanks around them."""
        return [line.strip() for line in self.shown().splitlines()]

    def styled(self) -> str:
        """The same, with the SGR sequences of its colours and attributes."""
        return self._tmux("capture-pane", "-p", "-e")

    def wait(self, *texts: str, seconds: float = 30.0) -> str:
        """Return the screen once all texts are on it."""

        def found() -> str:
            shown = self.shown()
            return shown if all(text in shown for text in texts) else ""

        try:
            return until(found, f"{texts} on the screen", seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.shown()}\n{self._errors()}") from None

    def wait_gone(self, text: str) -> str:
        """Return the screen once a text has left it."""
        until(lambda: text not in self.shown(), f"{text!r} gone")
        return self.shown()

    def _errors(self) -> str:
        return (self._home / "errors").read_text()

    def assert_sane(self, code: int = 0) -> None:
        """The app has ended; line settings, cursor, screen and mouse are the shell's again."""
        self.wait(f"{ENDED} {code}")
        until(lambda: (self._home / "after").exists(), "the shell goes on")
        modes = (
            "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{insert_flag} #{keypad_cursor_flag}"
        )
        assert self._tmux("display-message", "-p", modes).split() == ["0", "1", "0", "0", "0"]
        assert (self._home / "before").read_text() == (self._home / "after").read_text()
        assert self._errors() == ""
