"""How healthy a container is, and what is run to find out: values, and their JSON of 20.10."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tui.practice.configs import timestamp
from tui.practice.times import nanoseconds
from tui.practice.wire import ApiError

STARTING: Final = "starting"
HEALTHY: Final = "healthy"
UNHEALTHY: Final = "unhealthy"
NONE: Final = "none"
LOG_MAX: Final = 5
"""Runs that are kept."""

LEAST: Final = 1_000_000
"""Nanoseconds of the shortest time that may be given."""

USUAL_SECONDS: Final = 30.0
USUAL_RETRIES: Final = 3
_NANO: Final = 1_000_000_000
_TIMES: Final = ("Interval", "Timeout", "StartPeriod")


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of the test. Times are seconds of the epoch."""

    start: float
    end: float
    exit_code: int
    output: str


@dataclass(slots=True)
class Health:
    """How healthy a container is."""

    status: str = STARTING
    streak: int = 0
    """Runs that failed in a row."""
    log: list[Probe] = field(default_factory=list)
    """Oldest first."""
    turn: int = 0
    """Grows whenever the runs begin or end, so that those of before are told from those of now."""

    def told(self) -> dict[str, Any]:
        """Return it as `State.Health`."""
        return {
            "Status": self.status,
            "FailingStreak": self.streak,
            "Log": [
                {
                    "Start": timestamp(probe.start),
                    "End": timestamp(probe.end),
                    "ExitCode": probe.exit_code,
                    "Output": probe.output,
                }
                for probe in self.log
            ],
        }

    @property
    def words(self) -> str:
        """What stands in brackets behind `Up 5 minutes`."""
        return "health: starting" if self.status == STARTING else self.status


def read(told: Any) -> Health | None:
    """Return the health of a `State.Health`; None without one.

    Raises:
        ValueError: it is damaged; KeyError and TypeError too.
    """
    if told is None:
        return None
    log = [
        Probe(
            nanoseconds(probe["Start"]) / _NANO,
            nanoseconds(probe["End"]) / _NANO,
            int(probe["ExitCode"]),
            str(probe["Output"]),
        )
        for probe in told["Log"][-LOG_MAX:]
    ]
    status = str(told["Status"])
    if status not in {STARTING, HEALTHY, UNHEALTHY}:
        raise ValueError(f"no health: {status!r:.40}")
    return Health(status, int(told["FailingStreak"]), log)


@dataclass(frozen=True, slots=True)
class Check:
    """What is run. Times in seconds."""

    command: tuple[str, ...]
    interval: float
    timeout: float
    retries: int
    start_period: float


def check_of(config: Mapping[str, Any]) -> Check | None:
    """Return the health check of a container's config; None if it has none."""
    given = config.get("Healthcheck") or {}
    kind, *words = given.get("Test") or [NONE.upper()]
    if kind == "CMD-SHELL":
        command = [*(config.get("Shell") or ["/bin/sh", "-c"]), *words]
    elif kind == "CMD":
        command = words
    else:
        return None
    if not words:
        return None
    interval, timeout, start_period = (int(given.get(name) or 0) / _NANO for name in _TIMES)
    return Check(
        tuple(command),
        interval or USUAL_SECONDS,
        timeout or USUAL_SECONDS,
        int(given.get("Retries") or USUAL_RETRIES),
        start_period,
    )


def check_given(given: Any) -> None:
    """Check what a client says of a health check.

    Raises:
        ApiError: 400, it makes no sense.
    """
    if given is None:
        return
    if not isinstance(given, dict) or not isinstance(given.get("Test") or [], list):
        raise ApiError(400, "json: cannot unmarshal the Healthcheck of the config")
    for name in _TIMES:
        value = given.get(name) or 0
        if not isinstance(value, int):
            raise ApiError(400, f"json: cannot unmarshal Healthcheck.{name}")
        if value and value < LEAST:
            raise ApiError(400, f"{name} in Healthcheck cannot be less than 1ms")
    retries = given.get("Retries") or 0
    if not isinstance(retries, int):
        raise ApiError(400, "json: cannot unmarshal Healthcheck.Retries")
    if retries < 0:
        raise ApiError(400, "Retries in Healthcheck cannot be negative")


def merged(given: Any, image: Any) -> Any:
    """Return a health check with what the image says of what it leaves open."""
    if not given:
        return image
    return {**(image or {}), **{key: value for key, value in given.items() if value}}
