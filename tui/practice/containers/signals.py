"""The signals of Linux by name, as `docker kill` and `STOPSIGNAL` take them."""

from __future__ import annotations

from typing import Final

from tui.practice.wire import ApiError

_NAMES: Final = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP "  # noqa: SIM905
    "TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split()
)
NUMBERS: Final = {name: number for number, name in enumerate(_NAMES, 1)} | {"IOT": 6, "POLL": 29}
LAST_REALTIME: Final = 64


def number_of(text: str) -> int:
    """Return the number of a signal: `9`, `KILL`, `SIGKILL`.

    Raises:
        ApiError: 400, there is no such name.
    """
    if text.isdecimal() and int(text):
        return int(text)
    number = NUMBERS.get(text.upper().removeprefix("SIG"))
    if number is None:
        raise ApiError(400, f"Invalid signal: {text}")
    return number


def is_known(number: int) -> bool:
    """Tell whether Linux has a signal of this number."""
    return number in NUMBERS.values() or 34 <= number <= LAST_REALTIME
