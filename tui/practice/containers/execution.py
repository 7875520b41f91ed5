"""Creates and starts commands in running containers, and tells the events of it."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any

from tui.practice.containers import attaching, running
from tui.practice.containers.execs import Exec
from tui.practice.containers.mainprocess import publish, take_on
from tui.practice.containers.process import SIGKILL
from tui.practice.containers.running import CannotRun, Start, environment
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold


def create(hold: Hold, container: Container, name: str, body: dict[str, Any]) -> Exec:
    """Note a command, as `POST /containers/ID/exec` asks for it. Call it while holding the lock.

    Raises:
        ApiError: 400, there is no command; 409, the container does not run.
    """
    command = [str(word) for word in body.get("Cmd") or []]
    if not command:
        raise ApiError(400, "No exec command specified")
    if not container.state.running:
        raise ApiError(409, f"Container {container.id} is not running")
    if container.state.paused:
        raise ApiError(409, f"Container {name} is paused, unpause the container before exec")
    if container.state.restarting:
        wait = "wait until the container is running"
        raise ApiError(409, f"Container {container.id} is restarting, {wait}")
    wanted = {key for key in ("stdin", "stdout", "stderr") if body.get(f"Attach{key.title()}")}
    run = Exec(
        id=secrets.token_hex(32),
        container=container,
        command=command,
        tty=bool(body.get("Tty")),
        attaches=frozenset(wanted),
        env=[str(line) for line in body.get("Env") or []],
        user=str(body.get("User") or ""),
        working_dir=str(body.get("WorkingDir") or ""),
        privileged=bool(body.get("Privileged")),
        detach_keys=attaching.keys_of(str(body.get("DetachKeys") or "")),
    )
    hold.containers.add_exec(run)
    publish(hold, container, f"exec_create: {run.spelled}", execID=run.id)
    return run


def check(run: Exec) -> None:
    """See whether a command can be started.

    Raises:
        ApiError: 409, it has run, or its container cannot run it now.
    """
    if run.is_running:
        raise ApiError(409, f"Error: Exec command {run.id} is already running")
    if run.was_started:
        raise ApiError(409, f"Error: Exec command {run.id} has already run")
    check_container(run)


def check_container(run: Exec) -> None:
    """See whether a command's container can run it now; before an attached client is answered.

    Raises:
        ApiError: 409, it cannot.
    """
    if not run.container.state.running:
        raise ApiError(409, f"Container {run.container.id} is not running")
    if run.container.state.paused:
        text = f"Container {run.container.id} is paused, unpause the container before exec"
        raise ApiError(409, text)


def start(hold: Hold, run: Exec) -> None:
    """Start a command. Call it while holding the lock.

    Raises:
        ApiError: 400, there is no such program; 409, see `check`.
    """
    check(run)
    container, now = run.container, hold.clock()
    run.was_started = True
    run.stdin.is_closed = not (run.tty or "stdin" in run.attaches)
    publish(hold, container, f"exec_start: {run.spelled}", execID=run.id)
    config = container.config
    try:
        run.process = running.spawn(
            container,
            Start(
                command=run.command,
                env={**environment(config.get("Env")), **environment(run.env)},
                cwd=run.working_dir or config.get("WorkingDir") or "/",
                user=run.user or config.get("User") or "",
                tty=run.tty,
                size=run.size,
                stdin=run.stdin,
                is_first=False,
                pid=hold.containers.pid(),
                now=now,
            ),
            lambda stream, data, time: _wrote(hold, run, stream, data, time),
            lambda code, _time: _ended(hold, run, code),
        )
    except CannotRun as error:
        run.exit_code = running.NOT_PERMITTED
        prefix = "OCI runtime exec failed: exec failed: unable to start container process"
        raise ApiError(400, f"{prefix}: {error}: unknown") from error
    run.is_running, run.pid = True, run.process.pid
    hold.containers.changed.notify_all()
    take_on(hold, run.process, now)


def give_up(hold: Hold, run: Exec) -> None:
    """End a command whose client has detached, as 20.10 does."""
    with hold.lock:
        if run.process is not None:
            run.process.deliver(SIGKILL, hold.clock())
        run.exit_code = running.NOT_PERMITTED


def inspected(run: Exec) -> dict[str, Any]:
    """Return what `GET /exec/ID/json` tells. Call it while holding the lock."""
    keys = base64.b64encode(run.detach_keys).decode() if run.detach_keys else ""
    user = {"user": run.user} if run.user else {}
    return {
        "ID": run.id,
        "Running": run.is_running,
        "ExitCode": run.exit_code,
        "ProcessConfig": {
            "tty": run.tty,
            "entrypoint": run.command[0],
            "arguments": run.command[1:],
            "privileged": run.privileged,
            **user,
        },
        "OpenStdin": "stdin" in run.attaches,
        "OpenStderr": "stderr" in run.attaches,
        "OpenStdout": "stdout" in run.attaches,
        "CanRemove": False,
        "ContainerID": run.container.id,
        "DetachKeys": keys,
        "Pid": run.pid,
    }


def _wrote(hold: Hold, run: Exec, stream: int, data: bytes, time: float) -> None:
    run.write(stream, data, time)
    hold.containers.changed.notify_all()


def _ended(hold: Hold, run: Exec, code: int) -> None:
    run.is_running, run.process, run.exit_code = False, None, code
    publish(hold, run.container, "exec_die", execID=run.id, exitCode=str(code))
    for listener in run.listeners:
        listener.put(None)
    hold.containers.changed.notify_all()
