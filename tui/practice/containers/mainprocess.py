"""The main process of a container: how it begins, what it says, and what follows its end."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from tui.practice.containers import mountpoints, networks, running
from tui.practice.containers.networks import Endpoint
from tui.practice.containers.process import SIGKILL, Process
from tui.practice.containers.running import CannotRun, Start, environment
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

RESTART_DELAY: Final = 0.1
LONGEST_DELAY: Final = 60.0
LONG_ENOUGH: Final = 10.0
"""Seconds after which a start counts as a success, and the delay begins anew."""

CHANGING: Final = frozenset({"commit", "die", "exec_die", "extract-to-dir", "pause"})
"""Events after which a container's files may be others than before."""


def publish(hold: Hold, container: Container, action: str, **attributes: str) -> None:
    """Tell an event of a container, with its labels, name and image."""
    told = {**container.labels, "image": container.image_name, "name": container.name}
    hold.events.publish("container", action, container.id, **told, **attributes)
    hold.containers.keep(container, files=action in CHANGING)


def begin(hold: Hold, container: Container) -> None:
    """Start the main process. Call it while holding the lock.

    Raises:
        ApiError: 400, there is no such program; 500, a port is taken.
    """
    from tui.practice.containers import health  # it needs what is here

    now = hold.clock()
    _check_network(hold, container)
    try:
        container.endpoint = _endpoint(hold, container)
        mountpoints.make_folders(container, now)
        process = spawn(hold, container, now)
    except CannotRun as error:
        prefix = "failed to create shim task: OCI runtime create failed: runc create failed"
        text = f"{prefix}: unable to start container process: {error}: unknown"
        _failed(hold, container, text, error.exit_code)
        raise ApiError(400, text) from error
    except networks.PortTaken as error:
        text = f"Bind for {error} failed: port is already allocated"
        endpoint = f"on endpoint {container.name} ({secrets.token_hex(32)})"
        text = f"driver failed programming external connectivity {endpoint}: {text}"
        _failed(hold, container, text, 128)
        raise ApiError(500, text) from error
    container.process = process
    container.state.start(process.pid, now)
    _tell_network(hold, container, "connect")
    mountpoints.publish(hold, container, "mount")
    publish(hold, container, "start")
    health.begin(hold, container)
    take_on(hold, process, now)
    hold.containers.keep(container)


def spawn(hold: Hold, container: Container, now: float) -> Process:
    """Return the main process of a container, before its first step.

    Raises:
        CannotRun: there is no such program.
    """
    config = container.config
    return running.spawn(
        container,
        Start(
            command=container.command,
            env=environment(config.get("Env")),
            cwd=config.get("WorkingDir") or "/",
            user=config.get("User") or "",
            tty=container.has_tty,
            size=container.size,
            stdin=container.stdin,
            is_first=not container.host_config.get("Init"),
            pid=hold.containers.pid(),
            now=now,
        ),
        lambda stream, data, time: _wrote(hold, container, stream, data, time),
        lambda code, time: ended(hold, container, code, time),
    )


def place_running(
    hold: Hold, container: Container, started_at: float, *, number: int = 0, paused_at: float = 0.0
) -> None:
    """Put a container there as running for some time; no event tells of it.

    Its program is only made when somebody looks at what it has done meanwhile.

    Args:
        hold: The engine.
        container: A new one.
        started_at: Seconds of the epoch.
        number: Its place in the network, which nobody else may have; 0 is any.
        paused_at: When it was paused; 0 if it was not.

    Raises:
        PortTaken: another container has published one of its ports.
    """
    with hold.lock:
        container.endpoint = (
            Endpoint(number, "bridge", [], secrets.token_hex(32), secrets.token_hex(32))
            if number
            else _endpoint(hold, container)
        )
        container.state.start(hold.containers.pid(), started_at)
        container.state.paused, container.paused_at = paused_at > 0, paused_at


def process_of(hold: Hold, container: Container) -> Process | None:
    """Return the main process of a running container, caught up with the clock.

    One that was put there as running is made now, and gets its log from then on.
    """
    with hold.lock:
        state = container.state
        if container.process is None and state.running and not state.restarting:
            try:
                container.process = spawn(hold, container, state.started_at)
            except CannotRun:
                return None  # put there without its program: it has nothing to say
            container.process.pid = state.pid
            container.process.is_frozen = False
            container.process.step(state.started_at)
            container.process.step(_last_moment(hold, container), catching_up=True)
            container.process.is_frozen = state.paused
        elif container.process is not None:
            take_on(hold, container.process, hold.clock(), catching_up=True)
        return container.process


def _last_moment(hold: Hold, container: Container) -> float:
    """Return until when a container that was put there has run: a paused one not until now."""
    return container.paused_at if container.state.paused else hold.clock()


def take_on(hold: Hold, process: Process, now: float, *, catching_up: bool = False) -> None:
    """Let a process go on, and have it woken when it is due."""
    process.step(now, catching_up=catching_up)
    schedule(hold, process)


def schedule(hold: Hold, process: Process) -> None:
    """Have a process woken when it is due."""
    due = process.due
    if due is not None and due != process.wakes_at:
        process.wakes_at = due
        hold.containers.scheduler.at(due, lambda: _woken(hold, process))


def _woken(hold: Hold, process: Process) -> None:
    process.wakes_at = None
    take_on(hold, process, hold.clock())


def _wrote(hold: Hold, container: Container, stream: int, data: bytes, time: float) -> None:
    container.write(stream, data, time)
    hold.containers.keep_soon(container)
    hold.containers.changed.notify_all()


def _failed(hold: Hold, container: Container, why: str, exit_code: int) -> None:
    """Note that a container could not be started."""
    container.endpoint = None
    container.state.error, container.state.exit_code = why, exit_code
    container.exits += 1
    hold.containers.keep(container)
    hang_up(hold, container)
    if container.host_config.get("AutoRemove"):
        destroy(hold, container, volumes=True)


def _check_network(hold: Hold, container: Container) -> None:
    """See to it that the container's network is there.

    Raises:
        ApiError: 404, it is not.
    """
    mode = container.host_config.get("NetworkMode") or "default"
    kind, _colon, other = mode.partition(":")
    if kind == "container":
        hold.containers.get(other)
    elif mode not in networks.KNOWN:
        text = f"network {mode} not found"
        _failed(hold, container, text, 128)
        raise ApiError(404, text)


def _endpoint(hold: Hold, container: Container) -> Endpoint:
    """Return a place in the network.

    Raises:
        PortTaken: another container has published one of its ports.
    """
    others = [x.endpoint for x in hold.containers.all() if x.endpoint and x is not container]
    given = container.host_config
    mode = networks.network_name(given.get("NetworkMode") or "")
    is_ours = mode not in {"host", "none"} and not mode.startswith("container:")
    exposed = container.config.get("ExposedPorts") or {}
    return Endpoint(
        number=networks.free_number(x.number for x in others) if is_ours else 0,
        mode="bridge" if is_ours else mode,
        bindings=networks.bound(
            given.get("PortBindings"),
            exposed if given.get("PublishAllPorts") else (),
            [binding for x in others for binding in x.bindings],
        )
        if is_ours
        else [],
        sandbox_id=secrets.token_hex(32),
        endpoint_id=secrets.token_hex(32),
    )


def _tell_network(hold: Hold, container: Container, action: str) -> None:
    mode = container.host_config.get("NetworkMode") or ""
    name = networks.network_name(mode)
    kind = {"none": "null", "host": "host"}.get(name, "bridge")
    told = {"container": container.id, "name": name, "type": kind}
    hold.events.publish("network", action, networks.network_id(mode), **told)


# End


def ended(hold: Hold, container: Container, code: int, now: float) -> None:
    """Do what follows the end of the main process."""
    from tui.practice.containers import health  # it needs what is here

    health.end(container)
    ran = now - container.state.started_at
    container.process = None
    container.log.flush(now)
    container.stdin.data.clear()
    # for the next start; a client may close it before that
    container.stdin.is_closed = not (container.has_tty or container.config.get("OpenStdin"))
    for run in [run for run in container.execs.values() if run.process is not None]:
        if run.process is not None:
            run.process.now = now
            run.process.end(128 + SIGKILL)
    container.exits += 1
    container.failures = 0 if ran > LONG_ENOUGH else container.failures
    restarts = _is_restarted(container, code)
    container.state.stop(code, now, restarting=restarts)
    container.endpoint = None
    publish(hold, container, "die", exitCode=str(code))
    _tell_network(hold, container, "disconnect")
    mountpoints.publish(hold, container, "unmount")
    if restarts:
        _restart_later(hold, container, now)
        return
    hang_up(hold, container)
    if container.host_config.get("AutoRemove"):
        destroy(hold, container, volumes=True)


def hang_up(hold: Hold, container: Container) -> None:
    """Tell attached clients that it is over."""
    for listener in container.listeners:
        listener.put(None)
    hold.containers.changed.notify_all()


def _is_restarted(container: Container, code: int) -> bool:
    name, most = container.restart_policy
    if container.stopped_by_hand or container.state.removing:
        return False
    if name == "on-failure":
        return code != 0 and (not most or container.restart_count < most)
    return name in {"always", "unless-stopped"}


def _restart_later(hold: Hold, container: Container, now: float) -> None:
    delay = min(LONGEST_DELAY, RESTART_DELAY * 2 ** min(container.failures, 20))
    container.failures += 1
    marks = container.exits
    hold.containers.changed.notify_all()

    def again() -> None:
        if container.state.restarting and container.exits == marks and not container.is_removed:
            container.restart_count += 1
            try:
                begin(hold, container)
            except ApiError as error:
                container.state.stop(container.state.exit_code or 1, hold.clock())
                container.state.error = error.message
                hold.containers.keep(container)

    hold.containers.scheduler.at(now + delay, again)


def destroy(hold: Hold, container: Container, *, volumes: bool = False) -> None:
    """Take a container that does not run away. Call it while holding the lock.

    Args:
        hold: The engine.
        container: Which one.
        volumes: Also its volumes that were given no name.
    """
    if container.is_removed:
        return  # it was removed by its own end
    container.state.removing = True
    hold.containers.forget(container)
    hang_up(hold, container)
    publish(hold, container, "destroy")
    if volumes:
        mountpoints.let_go(hold, container)
