"""Faults on demand: what may go wrong with an Engine, switched on and off while it runs.

The command line writes a fault as `NAME` or `NAME:key=value,key=value`; the API takes the same
as JSON at `/practice/faults`. `path` is the beginning of the paths that are meant, without the
API version; `times` is how often the fault strikes before it has gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

Value = int | str

KINDS: Final[Mapping[str, Mapping[str, Value]]] = {
    "slow-link": {"speed": 20_000},
    "drop-pull": {"bytes": 100_000},
    "too-many-requests": {},
    "disk-full": {},
    "status": {"path": "/", "status": 500, "message": "a fault of the practice engine"},
    "hang": {"path": "/"},
    "malformed": {"path": "/"},
    "drop": {"path": "/", "bytes": 100},
    "restart": {"seconds": 2},
    "too-old": {"version": "1.40"},
    "too-new": {"version": "1.52"},
}
"""Each kind of fault and what can be said about it, with what holds if nothing is said.

slow-link: pulls and pushes run at `speed` bytes a second. drop-pull: the connection to the
registry breaks after so many bytes. too-many-requests: the registry refuses pulls. disk-full:
nothing can be written. status: an answer with this status. hang: no answer. malformed: JSON that
is none. drop: the answer ends after so many bytes. restart: the engine is away for a while.
too-old and too-new: the newest, or the oldest, API version that the engine speaks.
"""


class BadFault(ValueError):
    """There is no such fault, or it cannot be told so."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that is switched on."""

    name: str
    parameters: Mapping[str, Value]
    is_over: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)
    """Set when it was switched off, or replaced; not when it has struck often enough."""

    def number(self, name: str) -> int:
        """Return a parameter that is a number."""
        return int(self.parameters[name])

    def text(self, name: str) -> str:
        """Return a parameter that is a text."""
        return str(self.parameters[name])


class Faults:
    """The faults that are switched on; all may be asked and changed from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._left: dict[str, int] = {}
        self._ever: dict[str, Fault] = {}
        self.on_set: Callable[[Fault], None] = lambda _fault: None
        """Called after a fault was switched on; the server restarts by it."""

    def set(self, name: str, /, **parameters: Value) -> Fault:
        """Switch a fault on, in place of the one of the same name.

        Raises:
            BadFault: the name or a parameter is unknown, or a number is none.
        """
        fault, times = _fault(name, parameters)
        with self._lock:
            self._end(name)
            self._faults[name] = self._ever[name] = fault
            if times:
                self._left[name] = times
        self.on_set(fault)
        return fault

    def set_text(self, text: str) -> Fault:
        """Switch a fault on as the command line tells it: `hang:path=/info,times=1`.

        Raises:
            BadFault: it cannot be understood.
        """
        name, _separator, rest = text.partition(":")
        pairs = [pair.partition("=") for pair in rest.split(",") if pair]
        return self.set(name, **{key.strip(): value.strip() for key, _equals, value in pairs})

    def clear(self, name: str = "") -> None:
        """Switch a fault off; without a name all of them."""
        with self._lock:
            for known in [name] if name else list(self._ever):
                self._end(known)

    def all(self) -> list[Fault]:
        """Return the faults that are switched on."""
        with self._lock:
            return list(self._faults.values())

    def strike(self, name: str, path: str = "") -> Fault | None:
        """Return the fault if it is on and means this path; this counts as one of its `times`."""
        if not self._faults:  # asked with every request
            return None
        with self._lock:
            fault = self._faults.get(name)
            if fault is None or not path.startswith(str(fault.parameters.get("path", ""))):
                return None
            left = self._left.get(name)
            if left is not None:
                self._left[name] = left - 1
                if left <= 1:
                    del self._faults[name], self._left[name]
            return fault

    def peek(self, name: str) -> Fault | None:
        """Return the fault if it is on, without counting."""
        return self._faults.get(name)

    def _end(self, name: str) -> None:
        self._faults.pop(name, None)
        self._left.pop(name, None)
        if name in self._ever:
            self._ever.pop(name).is_over.set()

    # What a transfer asks

    def speed(self, usual: int) -> int:
        """Return how many bytes a second a pull or push makes; 0 is as fast as possible."""
        fault = self.peek("slow-link")
        return fault.number("speed") if fault else usual

    def drop_at(self) -> int | None:
        """Return after how many bytes this pull loses its registry; None if it does not.

        To be asked once a pull.
        """
        fault = self.strike("drop-pull")
        return fault.number("bytes") if fault else None

    def is_disk_full(self) -> bool:
        """Tell whether there is `no space left on device`; to be asked once an operation."""
        return self.strike("disk-full") is not None

    def refuses_pulls(self) -> bool:
        """Tell whether the registry says `toomanyrequests`; to be asked once a pull."""
        return self.strike("too-many-requests") is not None


def _fault(name: str, parameters: Mapping[str, Value]) -> tuple[Fault, int]:
    """Return the fault with all its parameters, and how often it strikes; 0 is always."""
    kind = KINDS.get(name)
    if kind is None:
        raise BadFault(f"no such fault: {name} (there are {', '.join(KINDS)})")
    known: dict[str, Value] = {**kind, "times": 0}
    for key, value in parameters.items():
        if key not in known:
            raise BadFault(f"the fault {name} knows no {key} (it knows {', '.join(known)})")
        try:
            known[key] = type(known[key])(value)
        except (ValueError, TypeError) as error:
            raise BadFault(f"{key} of the fault {name} is no number: {value}") from error
    times = int(known.pop("times"))
    return Fault(name, known), times
