"""Limits of containers as `docker run` and `docker update` write them: memory, CPUs, restarts.

What is read here is what the docker command reads, and what is written it reads back as the same
value. What it would not take raises InvalidLimit, with a sentence that says what it takes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from tui.i18n import _
from tui.model.text import visible

UNLIMITED: Final = -1
"""No limit, where docker has a word for that: memory with swap, and processes."""

LEAST_MEMORY: Final = 6 * 1024**2
"""Bytes; the Engine takes no lower limit."""

NANO: Final = 10**9
"""NanoCpus of one CPU."""

LARGEST: Final = 2**63 - 1
"""What fits into the Engine's numbers."""

_UNITS: Final = {unit: 1024**power for power, unit in enumerate("bkmgtp")}
_MEMORY: Final = re.compile(r"(\d+\.?\d*|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?", re.ASCII)
_CPUS: Final = re.compile(r"\d+\.?\d{0,9}|\.\d{1,9}", re.ASCII)
_CPUSET: Final = re.compile(r"\d{1,6}(?:-\d{1,6})?(?:,\d{1,6}(?:-\d{1,6})?)*", re.ASCII)
_RETRIES: Final = "on-failure"
_NUMBER: Final = re.compile(r"-?\d{1,19}", re.ASCII)

RESTARTS: Final = ("no", "on-failure", "always", "unless-stopped")
"""The restart policies, the laziest first."""


class InvalidLimit(ValueError):
    """What was typed is no such limit; `str()` is the sentence that says why."""


class RestartPolicy(NamedTuple):
    """When the Engine starts a container again: `HostConfig.RestartPolicy`."""

    name: str = "no"
    retries: int = 0
    """Of `on-failure`: after how many it gives up; 0 for never."""

    def __str__(self) -> str:
        """As `--restart` takes it: `on-failure:3`."""
        return f"{self.name}:{self.retries}" if self.retries else self.name


NO_RESTART: Final = RestartPolicy()


def parse_memory(text: str) -> int:
    """Return the bytes of `512m`, `1.5g`, `2GiB` or `1048576`: units are powers of 1024.

    Raises:
        InvalidLimit: it is no size.
    """
    typed = text.strip().lower()
    match = _MEMORY.fullmatch(typed)
    if match is None:
        raise InvalidLimit(_not_that(text, _("is no size: write 512m or 1.5g (b, k, m, g)")))
    size = int(Decimal(match[1]) * _UNITS[match[2] or "b"])
    if size > LARGEST:
        raise InvalidLimit(_not_that(text, _("is more than an Engine can count")))
    return size


def parse_memory_limit(text: str) -> int:
    """Return the bytes of a limit that an Engine takes.

    Raises:
        InvalidLimit: it is no size, or too small.
    """
    if text.strip() == str(UNLIMITED):
        raise InvalidLimit(_("docker has no word for memory without a limit: give a high one."))
    size = parse_memory(text)
    if size < LEAST_MEMORY:
        raise InvalidLimit(_not_that(text, _("is too little: an Engine takes 6m or more")))
    return size


def parse_swap(text: str) -> int:
    """Return the bytes of memory and swap together; UNLIMITED for `-1`.

    Raises:
        InvalidLimit: it is neither a size nor -1.
    """
    return UNLIMITED if text.strip() == str(UNLIMITED) else parse_memory_limit(text)


def memory_text(size: int) -> str:
    """Return bytes as docker takes them, exactly: `512m`, `1.5g`, `1000b`; `-1` for UNLIMITED."""
    if size <= 0:
        return str(size)
    for unit in "gmk":
        quarters, rest = divmod(size * 4, _UNITS[unit])
        if quarters >= 4 and not rest:
            return f"{_short(Decimal(quarters) / 4)}{unit}"
    return f"{size}b"


def parse_cpus(text: str) -> int:
    """Return the NanoCpus of `1.5`.

    Raises:
        InvalidLimit: it is no number of CPUs.
    """
    typed = text.strip()
    if not _CPUS.fullmatch(typed):
        raise InvalidLimit(_not_that(text, _("is no number of CPUs: write 2 or 0.5")))
    nano = int(Decimal(typed) * NANO)
    if not 0 < nano <= LARGEST:
        raise InvalidLimit(_not_that(text, _("is no number of CPUs: write 2 or 0.5")))
    return nano


def cpus_text(nano: int) -> str:
    """Return NanoCpus as `--cpus` takes them: `1.5`."""
    return _short(Decimal(nano) / NANO)


def parse_cpuset(text: str) -> str:
    """Return which CPUs may be used, `0-2,4`: by numbers from 0.

    Raises:
        InvalidLimit: it is no such list.
    """
    typed = text.strip()
    if not _CPUSET.fullmatch(typed):
        raise InvalidLimit(_not_that(text, _("names no CPUs: write 0-2 or 0,3")))
    return typed


def parse_shares(text: str) -> int:
    """Return a weight for CPU time, 2 to 262144; a container without one has 1024.

    Raises:
        InvalidLimit: it is none.
    """
    return _whole(text, 2, 2**18, _("is no weight: write a number from 2 to 262144"))


def parse_pids(text: str) -> int:
    """Return how many processes and threads there may be; UNLIMITED for `-1`.

    Raises:
        InvalidLimit: it is no such number.
    """
    if text.strip() == str(UNLIMITED):
        return UNLIMITED
    return _whole(text, 1, 2**31 - 1, _("is no number of processes: write 100, or -1 for no limit"))


def parse_restart(text: str) -> RestartPolicy:
    """Return the restart policy of `no`, `always`, `unless-stopped` or `on-failure[:N]`.

    Raises:
        InvalidLimit: there is no such policy, or it takes no count.
    """
    name, colon, count = text.strip().partition(":")
    if name not in RESTARTS:
        raise InvalidLimit(
            _not_that(text, _("is no restart policy: {names}").format(names=", ".join(RESTARTS)))
        )
    if not colon:
        return RestartPolicy(name)
    if name != _RETRIES:
        raise InvalidLimit(_("Only on-failure takes a number of retries."))
    return RestartPolicy(
        name, _whole(count, 0, 2**31 - 1, _("is no number of retries: write on-failure:3"))
    )


def _whole(text: str, least: int, most: int, why: str) -> int:
    typed = text.strip()
    if not _NUMBER.fullmatch(typed) or not least <= int(typed) <= most:
        raise InvalidLimit(_not_that(text, why))
    return int(typed)


def _short(number: Decimal) -> str:
    """Return a number without zeros at its end."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def _not_that(text: str, why: str) -> str:
    return _("{text} {why}.").format(text=visible(text.strip()) or '""', why=why)
