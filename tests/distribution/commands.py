"""`orlop registry ...` in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]


def orlop(*arguments: str, given: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", "registry", *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, **environ},
    )


def answer(*arguments: str, given: str = "", **environ: str) -> Any:
    """Return what a command answers as JSON; it has to end well."""
    ran = orlop(*arguments, "--json", given=given, **environ)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@contextmanager
def detached(*arguments: str, given: str = "", **environ: str) -> Iterator[dict[str, Any]]:
    """Start a registry in the background; it is stopped at the end if it still runs."""
    started = answer("serve", "--detach", "--port", "0", *arguments, given=given, **environ)
    try:
        yield started
    finally:
        orlop("stop", "--port", str(started["port"]), **environ)


@contextmanager
def serving(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Serve in the foreground; the process is ended at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "registry", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    ) as process:
        try:
            yield process
        finally:
            process.kill()
