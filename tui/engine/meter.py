"""How far a pull or a push is: the bars of its layers, their total, its speed, the time left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import ClassVar, Final

from tui.i18n import N_, _
from tui.model.progress import LayerProgress, Progress, PullNote
from tui.model.text import visible

WINDOW: Final = 5.0
"""Seconds over which the speed is averaged."""

_LINES: Final = 50
"""Lines about the whole image that are kept."""


class LayerMeter:
    """Adds up the lines of a stream; pure but for the clock.

    The total counts what is moved. It grows while the Engine has not yet told
    the sizes of all layers, so the time left is known only when it has.
    The class variables are the beginnings of the Engine's words for a layer.
    """

    MOVING: ClassVar[str]
    """Its bytes are on their way."""
    MOVED: ClassVar[tuple[str, ...]] = ()
    """Its bytes are where they shall be, though its work is not done."""
    READY: ClassVar[tuple[str, ...]]
    """Nothing is left to do."""
    ON_THE_WAY: ClassVar[str]
    """A sentence for layers that are moved."""
    AT_WORK: ClassVar[str] = ""
    """A sentence for layers that are all moved, and worked on."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start at zero; `clock` tells seconds, as `time.monotonic` does."""
        self._clock = clock
        self._layers: dict[str, LayerProgress] = {}
        self._bytes: dict[str, tuple[int, int]] = {}
        """Per layer: bytes moved, bytes in all (0 = not told)."""
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])
        self.digest = ""
        """Digest of what was moved, once the Engine told it."""

    def feed(self, line: LayerProgress | PullNote) -> None:
        """Take one line of the stream."""
        if isinstance(line, PullNote):
            self.digest = line.digest or self.digest
            if line.text:
                self._lines.append(visible(line.text))
            return
        self._layers[line.layer_id] = line
        done, total = self._bytes.get(line.layer_id, (0, 0))
        if line.status == self.MOVING:
            total = max(total, line.total)
            # A push counts the tar's headers, its total does not; and it starts over after a retry.
            done = max(done, min(line.current, total) if total else line.current)
        elif line.status.startswith(self.MOVED + self.READY):
            done = total = max(done, total)
        self._bytes[line.layer_id] = (done, total)

    @property
    def done(self) -> int:
        """Bytes moved."""
        return sum(done for done, _total in self._bytes.values())

    @property
    def total(self) -> int:
        """Bytes to move, as far as the Engine told."""
        return sum(total for _done, total in self._bytes.values())

    @property
    def seconds_left(self) -> float:
        """Seconds until all is moved at this speed; 0 when it cannot be told."""
        speed = self._speed()
        if not speed or any(self._is_unknown(layer) for layer in self._layers.values()):
            return 0.0
        return (self.total - self.done) / speed

    def snapshot(self) -> Progress:
        """Return where it stands now."""
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
        is_there = layer.status.startswith(self.MOVED + self.READY)
        return not is_there and not self._bytes[layer.layer_id][1]

    def _sentence(self) -> str:
        layers = self._layers.values()
        if not layers:
            return self._lines[-1] if self._lines else _("Asking the registry")
        ready = sum(layer.status.startswith(self.READY) for layer in layers)
        if ready == len(layers):
            return self._lines[-1] if self._lines else _("Finishing")
        are_moved = all(layer.status.startswith(self.MOVED + self.READY) for layer in layers)
        sentence = self.AT_WORK if are_moved else self.ON_THE_WAY
        return _(sentence).format(ready=ready, count=len(layers))

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


class PullMeter(LayerMeter):
    """How far a pull is."""

    MOVING = "Downloading"
    MOVED = ("Verifying Checksum", "Download complete", "Extracting")
    READY = ("Pull complete", "Already exists")
    ON_THE_WAY = N_("Downloading: {ready} of {count} layers ready")
    AT_WORK = N_("Extracting: {ready} of {count} layers ready")


class PushMeter(LayerMeter):
    """How far a push is; remembers the digest of each tag."""

    MOVING = "Pushing"
    READY = ("Pushed", "Layer already exists", "Mounted from ", "Skipped ")
    ON_THE_WAY = N_("Pushing: {ready} of {count} layers there")

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start at zero; `clock` tells seconds, as `time.monotonic` does."""
        super().__init__(clock)
        self.digests: dict[str, str] = {}
        """Tag → digest, of all that is in the registry now."""

    def feed(self, line: LayerProgress | PullNote) -> None:
        """Take one line of the stream."""
        super().feed(line)
        if isinstance(line, PullNote) and line.tag and line.digest:
            self.digests[line.tag] = line.digest
