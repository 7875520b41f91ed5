"""Bytes that flow by: how many, how fast, and whether a tar came whole."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from tui.layers.bytesource import BLOCK, ByteSource, Readable
from tui.layers.errors import BadTar
from tui.layers.tarscan import TarScanner
from tui.model.progress import Progress
from tui.transfer.errors import CutOff

CHUNK: Final = 1 << 18
"""Bytes that are read at once."""

WINDOW: Final = 5.0
"""Seconds over which the speed is averaged."""

_END: Final = bytes(BLOCK)


class ByteMeter:
    """Counts bytes and tells how far a transfer is."""

    def __init__(
        self,
        text: str,
        total: int,
        report: Callable[[Progress], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at zero.

        Args:
            text: what happens.
            total: bytes in all, exact or about; 0 where nobody knows.
            report: takes the progress.
            clock: seconds.
        """
        self.text = text
        """What happens now."""
        self.total = total
        """Bytes in all, as far as is known."""
        self._report = report
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])
        self.done = 0

    def add(self, count: int) -> None:
        """Count some more bytes."""
        self.done += count
        now = self._clock()
        self._samples.append((now, self.done))
        while len(self._samples) > 2 and self._samples[0][0] < now - WINDOW:
            self._samples.popleft()
        started, before = self._samples[0]
        speed = (self.done - before) / (now - started) if now > started else 0.0
        total = max(self.total, self.done) if self.total else 0
        self._report(Progress(self.text, self.done, total, in_bytes=True, speed=speed))


class Sink(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take them all."""


class _Tee:
    """A stream that hands on all that is read of it."""

    def __init__(self, stream: Readable, sink: Sink, meter: ByteMeter) -> None:
        self._stream = stream
        self._sink = sink
        self._meter = meter

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(max(size, CHUNK))
        if data:
            self._sink.write(data)
            self._meter.add(len(data))
        return data


class EndSource(ByteSource):
    """Remembers the last header: a tar that is whole ends with an empty one."""

    _last = b""

    def block(self) -> bytes:
        """Return the next 512 bytes; none at the end."""
        self._last = super().block()
        return self._last

    @property
    def has_end(self) -> bool:
        """Whether the end of the tar was read."""
        return self._last == _END


def copy_tar(stream: Readable, sink: Sink, meter: ByteMeter) -> int:
    """Copy a tar byte for byte; returns how many entries it has.

    Raises:
        CutOff: it ended before its end.
    """
    tee = _Tee(stream, sink, meter)
    source = EndSource(tee)
    try:
        count = sum(1 for _entry in TarScanner(source))
    except BadTar as error:
        raise CutOff from error
    if not source.has_end:
        raise CutOff
    while tee.read(CHUNK):
        pass  # what follows the end mark
    return count
