"""Mirrors for pictures: one that works, one that does not, one that only the Engine has."""

from __future__ import annotations

from typing import Final

from tui.model.mirrors import MirrorPlace, MirrorProbe, Mirrors, PlaceKind, Verdict
from tui.store import events

PLACE: Final = MirrorPlace(PlaceKind.FILE, "/etc/docker/daemon.json", pid=700)
FOUND: Final = Mirrors(
    PLACE,
    version="28.5.2",
    in_force=("https://mirror.example/", "https://old.example/"),
    data=b'{"registry-mirrors": ["https://mirror.example", "http://10.0.0.5:5000"]}',
    has_file=True,
    in_file=("https://mirror.example", "http://10.0.0.5:5000"),
    has_key=True,
    notes=("The Engine has not read the file again since it was changed.",),
)
_IMAGE: Final = "busybox:1.36"
PROBES: Final = (
    MirrorProbe(
        "https://mirror.example/",
        _IMAGE,
        Verdict.FINE,
        first_byte=0.132,
        size=2_150_000,
        rate=4_200_000.0,
    ),
    MirrorProbe("http://10.0.0.5:5000/", _IMAGE, Verdict.HANGS),
    MirrorProbe("https://old.example/", _IMAGE, Verdict.TLS_EXPIRED),
)
MIRRORS: Final[tuple[events.Event, ...]] = (
    events.MirrorsRead(FOUND),
    *(events.MirrorProbed(probe) for probe in PROBES),
)
