"""Commands in running containers: create, start, resize, inspect."""

from __future__ import annotations

import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from tui.practice.api.container_streams import LOOK, dimensions
from tui.practice.api.containers import body_of
from tui.practice.containers import attaching, execution
from tui.practice.containers.attaching import Session
from tui.practice.containers.logs import STDERR, STDOUT, frame
from tui.practice.containers.mainprocess import publish
from tui.practice.wire import RAW_STREAM, ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.containers.container import Chunk
    from tui.practice.containers.execs import Exec
    from tui.practice.hold import Hold
    from tui.practice.wire import Stream

READY: Final = 10.0
"""Seconds for which a resize waits for a command to start, as 20.10 does: an attached client is
answered before its command runs."""


@ROUTES.add("POST", "/containers/{name}/exec")
def create(hold: Hold, request: Request) -> Response:
    """Note a command to be run."""
    name = request.names["name"]
    body = body_of(request)
    with hold.lock:
        run = execution.create(hold, hold.containers.get(name), name, body)
    return answer({"Id": run.id}, 201)


@ROUTES.add("GET", "/exec/{name}/json")
def inspect(hold: Hold, request: Request) -> Response:
    """Tell about a command."""
    with hold.lock:
        return answer(execution.inspected(hold.containers.exec(request.names["name"])))


@ROUTES.add("POST", "/exec/{name}/resize")
def resize(hold: Hold, request: Request) -> Response:
    """Tell a command how big its terminal is."""
    size = dimensions(request)
    run = hold.containers.exec(request.names["name"])
    give_up = time.monotonic() + READY
    while not run.was_started and time.monotonic() < give_up:
        with hold.containers.waiting() as changed:
            if not run.was_started:
                changed(LOOK)
    with hold.lock:
        if not run.was_started:
            raise ApiError(500, "timeout waiting for exec session ready")
        if not run.is_running:
            raise ApiError(404, "no such exec")
        run.size = size
        told: dict[str, Any] = {"execID": run.id, "height": str(size[0]), "width": str(size[1])}
        publish(hold, run.container, "exec_resize", **told)
    return Response(200, b"", {}, "")


@ROUTES.add("POST", "/exec/{name}/start")
def start(hold: Hold, request: Request) -> Response:
    """Run a command, with the client as its terminal or without."""
    run = hold.containers.exec(request.names["name"])
    body = body_of(request)
    if body.get("Detach"):
        with hold.lock:
            execution.start(hold, run)
        return Response(200, b"", {}, "")
    with hold.lock:
        execution.check_container(run)
    return Response(
        200, content_type=RAW_STREAM, takes_over=lambda stream: _attached(hold, run, stream)
    )


def _attached(hold: Hold, run: Exec, stream: Stream) -> None:
    output: SimpleQueue[Chunk | None] = SimpleQueue()
    session = Session(
        hold=hold,
        stdin=run.stdin,
        process=lambda: run.process,
        output=output,
        streams=frozenset({STDOUT, STDERR}),
        has_tty=run.tty,
        keys=run.detach_keys or attaching.USUAL_KEYS,
        takes_input="stdin" in run.attaches,
    )
    run.listeners.append(output)
    try:
        with hold.lock:
            execution.start(hold, run)
    except ApiError as error:
        text = error.message.encode() + b"\r\n"
        stream.write(text if run.tty else frame(STDOUT, text))
        return
    session.run(stream)
    if session.detached.is_set():
        execution.give_up(hold, run)
        text = b"exec attach failed: error on attach stdin: read escape sequence\r\n"
        stream.write(text)
