"""Starts, stops, kills, pauses, restarts and removes containers, and tells the events of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tui.practice.containers import health
from tui.practice.containers.mainprocess import (
    begin,
    destroy,
    ended,
    hang_up,
    process_of,
    publish,
    schedule,
    take_on,
)
from tui.practice.containers.process import SIGKILL
from tui.practice.containers.signals import number_of
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

STOP_SECONDS: Final = 10
SLICE: Final = 0.1
"""Seconds between two looks at a container that was asked to stop."""

LOST: Final = 255
"""The exit code of a container whose end nobody saw."""


class NotModified(Exception):
    """It is so already: status 304."""


def start(hold: Hold, container: Container) -> None:
    """Start a container.

    Raises:
        NotModified: it is running.
        ApiError: 409, it is paused; 400, there is no such program; 500, a port is taken.
    """
    with hold.lock:
        if container.state.paused:
            raise ApiError(409, "cannot start a paused container, try unpause instead")
        if container.state.running and not container.state.restarting:
            raise NotModified
        if container.state.removing or container.state.dead:
            raise ApiError(409, "container is marked for removal and cannot be started")
        container.stopped_by_hand = False
        container.restart_count = container.failures = 0
        begin(hold, container)


# Stop and kill


def stop(hold: Hold, container: Container, seconds: int | None = None) -> None:
    """Ask a container to end, and make it end after some seconds.

    Args:
        hold: The engine; its lock must not be held by the caller, since this waits.
        container: What is stopped.
        seconds: How long it may take; None is its own timeout, -1 is without end.

    Raises:
        NotModified: it is not running.
    """
    with hold.lock:
        if not container.state.running:
            raise NotModified
        container.stopped_by_hand = True
        if container.state.restarting:
            _give_up(hold, container)
            publish(hold, container, "stop")
            return
        if seconds is None:
            given = container.config.get("StopTimeout")
            seconds = STOP_SECONDS if given is None else int(given)
        send(hold, container, number_of(container.config.get("StopSignal") or "SIGTERM"))
    if not _ends_within(hold, container, seconds):
        with hold.lock:
            if container.state.running:
                send(hold, container, SIGKILL)
    with hold.lock:
        publish(hold, container, "stop")


def _ends_within(hold: Hold, container: Container, seconds: int) -> bool:
    left = float(seconds) if seconds >= 0 else float("inf")
    marks = container.exits
    while container.exits == marks and container.state.running and left > 0:
        hold.sleep(min(SLICE, left))
        left -= SLICE
        hold.containers.run_due()
    return container.exits != marks or not container.state.running


def _give_up(hold: Hold, container: Container) -> None:
    """End the waiting for a restart."""
    state = container.state
    state.running = state.restarting = False
    hang_up(hold, container)


def kill(hold: Hold, container: Container, signal: int) -> None:
    """Send a running container a signal.

    Raises:
        ApiError: 409, it is not running.
    """
    with hold.lock:
        if not container.state.running or container.state.restarting:
            raise ApiError(409, f"Container {container.id} is not running")
        own = number_of(container.config.get("StopSignal") or "SIGTERM")
        if signal in {SIGKILL, own}:
            container.stopped_by_hand = True
        send(hold, container, signal)


def send(hold: Hold, container: Container, signal: int) -> None:
    """Tell the event of a signal, and deliver it. Call it while holding the lock."""
    publish(hold, container, "kill", signal=str(signal))
    process = process_of(hold, container)
    now = hold.clock()
    if process is not None:
        process.deliver(signal, now)
        schedule(hold, process)
    elif signal == SIGKILL or container.state.running:
        ended(hold, container, 128 + signal if signal == SIGKILL else 0, now)


def restart(hold: Hold, container: Container, seconds: int | None = None) -> None:
    """Stop a container if it runs, and start it.

    Raises:
        ApiError: it cannot be started.
    """
    with suppress(NotModified):  # as with dockerd: then it is only started
        stop(hold, container, seconds)
    with hold.lock:
        start(hold, container)
        publish(hold, container, "restart")


def pause(hold: Hold, container: Container) -> None:
    """Freeze a running container.

    Raises:
        ApiError: 409, it is not running, paused already, or about to be restarted.
    """
    with hold.lock:
        freeze(hold, container)
        publish(hold, container, "pause")


def freeze(hold: Hold, container: Container) -> None:
    """Freeze a running container, without an event. Call it while holding the lock.

    Raises:
        ApiError: 409, it is not running, paused already, or about to be restarted.
    """
    state = container.state
    if not state.running:
        raise ApiError(409, f"Container {container.id} is not running")
    if state.paused:
        raise ApiError(409, f"Container {container.id} is already paused")
    if state.restarting:
        wait = "wait until the container is running"
        raise ApiError(409, f"Container {container.id} is restarting, {wait}")
    process_of(hold, container)
    state.paused, container.paused_at = True, hold.clock()
    health.end(container)
    for process in container.processes():
        process.is_frozen = True
    hold.containers.changed.notify_all()


def unpause(hold: Hold, container: Container) -> None:
    """Let a paused container go on.

    Raises:
        ApiError: 500 as in 20.10, it is not paused.
    """
    with hold.lock:
        if not container.state.paused:
            raise ApiError(500, f"Container {container.id} is not paused")
        process_of(hold, container)
        container.state.paused = False
        publish(hold, container, "unpause")
        health.follow(hold, container)
        for process in container.processes():
            process.is_frozen = False
            process.skip(hold.clock())
            take_on(hold, process, hold.clock())
        hold.containers.changed.notify_all()


# Removal


def remove(hold: Hold, container: Container, *, force: bool = False, volumes: bool = False) -> None:
    """Remove a container.

    Args:
        hold: The engine.
        container: Which one.
        force: Also one that runs.
        volumes: Also its volumes that were given no name.

    Raises:
        ApiError: 409, it is running and `force` is not set.
    """
    with hold.lock:
        state = container.state
        if state.running and not force:
            procedure = "Stop the container before attempting removal or force remove"
            if state.paused:
                procedure = f"Unpause and then {procedure[0].lower()}{procedure[1:]}"
            text = f"You cannot remove a {state.status} container {container.id}. {procedure}"
            raise ApiError(409, text)
        container.stopped_by_hand = True
        if state.restarting:
            _give_up(hold, container)
        elif state.running:
            send(hold, container, SIGKILL)
        destroy(hold, container, volumes=volumes)


def after_restart(hold: Hold) -> None:
    """See `ContainerStore.daemon_restarted`. Call it while holding the lock."""
    now = hold.clock()
    for container in hold.containers.all():
        if not container.state.running:
            if container.state.started_at and container.restart_policy[0] == "always":
                _try_start(hold, container)  # even one that was stopped by hand
            continue
        container.process, container.endpoint = None, None
        container.exits += 1
        container.log.flush(now)
        for run in container.execs.values():
            run.is_running, run.process = False, None
        container.state.stop(LOST, now)
        health.end(container)
        hang_up(hold, container)
        if container.host_config.get("AutoRemove"):
            destroy(hold, container, volumes=True)
        elif container.restart_policy[0] in {"always", "unless-stopped", "on-failure"}:
            _try_start(hold, container)
        hold.containers.keep(container)


def _try_start(hold: Hold, container: Container) -> None:
    try:
        begin(hold, container)
    except ApiError:
        return  # the container's state tells why, as with dockerd
