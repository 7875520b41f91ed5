"""The log file: made when there is something to say, small, and never a reason to fail.

Warnings and faults go there, with traces but without the values of variables,
requests or answers, so that no secret of an image or a login does.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Final, TextIO

MAX_BYTES: Final = 1_000_000
"""Size at which a new file is begun; the full one is kept as `orlop.log.1`."""

FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LogFile(logging.Handler):
    """Writes to a file that is opened with the first record, and begun anew when it is full.

    A disk that is full or may not be written loses the record, nothing else.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter(FORMAT))
        self.path = path
        self.has_written = False
        """Whether there was a record, and the last one is in the file."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; they are too rare to keep the file open."""
        try:
            with self._opened() as file:
                file.write(self.format(record) + "\n")
            self.has_written = True
        except OSError:
            self.has_written = False

    def _opened(self) -> TextIO:
        """Open the file for this user alone, a new one when it is full.

        Raises:
            OSError: as the disk tells.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        if self.path.stat().st_size >= MAX_BYTES:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
            self.path.touch(mode=0o600)
        return self.path.open("a", encoding="utf-8", errors="backslashreplace")


def start_logging(path: Path) -> LogFile:
    """Send what the program and its libraries log, and faults of threads, to the file at `path`.

    Nothing reaches the terminal, which the app owns.
    """
    handler = LogFile(path)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable
    return handler


def _log_thread(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_type is not SystemExit and fault.exc_value is not None:
        name = fault.thread.name if fault.thread else "?"
        logging.getLogger(__name__).critical("thread %s broke", name, exc_info=fault.exc_value)


def _log_unraisable(fault: sys.UnraisableHookArgs) -> None:
    logging.getLogger(__name__).error("a fault nobody waits for", exc_info=fault.exc_value)
