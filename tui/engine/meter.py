"""How far a pull is: the bars of its layers, and their total with speed and time left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from tui.i18n import _
from tui.model.progress import LayerProgress, Progress, PullNote
from tui.model.text import visible

WINDOW: Final = 5.0
"""Seconds over which the speed is averaged."""

_LINES: Final = 50
"""Lines about the whole image that are kept."""

_LOADED: Final = frozenset({"Verifying Checksum", "Download complete", "Extracting"})
"""Words for a layer whose bytes are here, though its work is not done."""

_READY: Final = frozenset({"Pull complete", "Already exists"})


class PullMeter:
    """Adds up a pull's lines; pure but for the clock.

    The total counts what is downloaded. It grows while the Engine has not yet told
    the sizes of all layers, so the time left is known only when it has.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start at zero; `clock` tells seconds, as `time.monotonic` does."""
        self._clock = clock
        self._layers: dict[str, LayerProgress] = {}
        self._bytes: dict[str, tuple[int, int]] = {}
        """Per layer: bytes downloaded, bytes in all (0 = not told)."""
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])
        self.digest = ""
        """Digest of what was pulled, once the Engine told it."""

    def feed(self, line: LayerProgress | PullNote) -> None:
        """Take one line of the stream."""
        if isinstance(line, PullNote):
            self.digest = line.digest or self.digest
            self._lines.append(visible(line.text))
            return
        self._layers[line.layer_id] = line
        done, total = self._bytes.get(line.layer_id, (0, 0))
        if line.status == "Downloading":
            total = max(total, line.total)
            done = min(line.current, total) if total else line.current
        elif line.status in _LOADED or line.status in _READY:
            done = total
        self._bytes[line.layer_id] = (done, total)

    @property
    def done(self) -> int:
        """Bytes downloaded."""
        return sum(done for done, _total in self._bytes.values())

    @property
    def total(self) -> int:
        """Bytes to download, as far as the Engine told."""
        return sum(total for _done, total in self._bytes.values())

    @property
    def seconds_left(self) -> float:
        """Seconds until all is downloaded at this speed; 0 when it cannot be told."""
        speed = self._speed()
        if not speed or any(self._is_unknown(layer) for layer in self._layers.values()):
            return 0.0
        return (self.total - self.done) / speed

    def snapshot(self) -> Progress:
        """Return where the pull stands now."""
        self._sample()
        return Progress(
            text=self._sentence(),
            done=self.done,
            total=self.total,
            in_bytes=True,
            speed=self._speed(),
            parts=tuple(self._layers.values()),
            lines=tuple(self._lines),
        )

    def _is_unknown(self, layer: LayerProgress) -> bool:
        """Whether its bytes are still to come, and nobody knows how many."""
        is_here = layer.status in _LOADED or layer.status in _READY
        return not is_here and not self._bytes[layer.layer_id][1]

    def _sentence(self) -> str:
        layers = self._layers.values()
        if not layers:
            return self._lines[-1] if self._lines else _("Asking the registry")
        ready = sum(layer.status in _READY for layer in layers)
        if ready == len(layers):
            return self._lines[-1] if self._lines else _("Finishing")
        fields = {"ready": ready, "count": len(layers)}
        if all(layer.status in _LOADED or layer.status in _READY for layer in layers):
            return _("Extracting: {ready} of {count} layers ready").format(**fields)
        return _("Downloading: {ready} of {count} layers ready").format(**fields)

    def _sample(self) -> None:
        """Note time and bytes; forget what is older than the window, but for one."""
        now = self._clock()
        self._samples.append((now, self.done))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW:
            self._samples.popleft()

    def _speed(self) -> float:
        """Return bytes a second over the window."""
        (start, before), (end, after) = self._samples[0], self._samples[-1]
        return max(after - before, 0) / (end - start) if end > start else 0.0
