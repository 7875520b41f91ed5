"""What goes on between a container and a client: wait, logs, stats, attach, resize."""

from __future__ import annotations

import json
from collections.abc import Iterator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from tui.practice.containers import attaching, mainprocess, stats
from tui.practice.containers.attaching import Session
from tui.practice.containers.logs import STDERR, STDOUT, Selection
from tui.practice.containers.mainprocess import publish
from tui.practice.wire import RAW_STREAM, ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.containers.container import Chunk, Container
    from tui.practice.containers.logs import Line
    from tui.practice.hold import Hold
    from tui.practice.wire import Stream

LOOK: Final = 0.25
"""Seconds between two looks whether the client is still there."""


# Wait


@ROUTES.add("POST", "/containers/{name}/wait")
def wait(hold: Hold, request: Request) -> Response:
    """Answer when a container has ended, or is gone."""
    with hold.lock:
        container = hold.containers.get(request.names["name"])
        condition = request.first("condition")
        exits = container.exits
    return Response(200, _waited(hold, container, condition, exits))


def _waited(hold: Hold, container: Container, condition: str, exits: int) -> Iterator[bytes]:
    while True:
        with hold.containers.waiting() as changed:
            is_over = {
                "next-exit": container.exits != exits,
                "removed": container.is_removed,
            }.get(condition, not container.state.running) or container.is_removed
            code = container.state.exit_code
            if not is_over:
                changed(LOOK)
        if is_over:
            yield b'{"Error":null,"StatusCode":%d}\n' % code
            return
        yield b""


# Logs


@ROUTES.add("GET", "/containers/{name}/logs")
def logs(hold: Hold, request: Request) -> Response:
    """Send what a container has written, and perhaps what it goes on to write."""
    streams = {STDOUT: request.flag("stdout"), STDERR: request.flag("stderr")}
    if not any(streams.values()):
        raise ApiError(400, "Bad parameters: you must choose at least one stream")
    tail = request.first("tail")
    with hold.lock:
        container = hold.containers.get(request.names["name"])
        selection = Selection(
            frozenset(stream for stream, wanted in streams.items() if wanted),
            _moment(request.first("since")),
            _moment(request.first("until")),
            request.flag("timestamps"),
            not container.has_tty,
        )
        mainprocess.process_of(hold, container)
        count = int(tail) if tail.isdecimal() else -1
        lines = container.log.lines(count, selection)
        last = container.log.count
    follows = request.flag("follow")
    body = (
        _followed(hold, container, selection, lines, last) if follows else _shown(selection, lines)
    )
    return Response(200, body, {}, "")


def _moment(text: str) -> float:
    """Return seconds of the epoch, perhaps with a fraction; 0 for none.

    Raises:
        ApiError: 500, it is no number.
    """
    whole, _dot, fraction = text.partition(".")
    try:
        return int(whole or "0") + (float(f"0.{fraction}") if fraction else 0.0)
    except ValueError as error:
        raise ApiError(500, f'strconv.ParseInt: parsing "{whole}": invalid syntax') from error


def _shown(selection: Selection, lines: list[Line]) -> Iterator[bytes]:
    """Yield lines, many at once."""
    for at in range(0, len(lines), 256):
        yield b"".join(selection.shown(line) for line in lines[at : at + 256])


def _followed(
    hold: Hold, container: Container, selection: Selection, lines: list[Line], last: int
) -> Iterator[bytes]:
    """Yield lines until the container does not run any more."""
    yield from _shown(selection, lines)
    while True:
        with hold.containers.waiting() as changed:
            mainprocess.process_of(hold, container)
            lines = container.log.after(last)
            is_over = not container.state.running or container.is_removed
            if selection.until and hold.clock() > selection.until:
                is_over = True
            if not lines and not is_over:
                changed(LOOK)
        last = lines[-1].number if lines else last
        yield b"".join(selection.shown(line) for line in lines if selection.wants(line))
        if is_over:
            return


# Stats


@ROUTES.add("GET", "/containers/{name}/stats")
def container_stats(hold: Hold, request: Request) -> Response:
    """Tell how much a container uses, once or every second."""
    container = hold.containers.get(request.names["name"])
    streams = not request.first("stream") or request.flag("stream")
    if streams:
        return Response(200, _stats(hold, container), content_type="")
    with hold.lock:
        now = hold.clock()
        before = None if request.flag("one-shot") else now - 1
        return answer(stats.reading(container, now, before=before))


def _stats(hold: Hold, container: Container) -> Iterator[bytes]:
    before: float | None = None
    while True:
        with hold.lock:
            if container.is_removed:
                return
            now = hold.clock()
            told = stats.reading(container, now, before=before)
            before = now if container.state.running else None
        yield json.dumps(told, separators=(",", ":")).encode() + b"\n"
        for _look in range(4):
            hold.sleep(LOOK)
            yield b""


# Attach


@ROUTES.add("POST", "/containers/{name}/attach")
def attach(hold: Hold, request: Request) -> Response:
    """Connect a client with a container's main process."""
    try:
        keys = attaching.keys_of(request.first("detachKeys")) or attaching.USUAL_KEYS
        container = hold.containers.get(request.names["name"])
        _check_attached(container, request.names["name"])
    except ApiError as error:  # dockerd has taken the connection over by then
        text = error.message.encode("utf-8", "surrogateescape") + b"\r\n"
        return Response(error.status, text, {}, RAW_STREAM)
    streams = {STDOUT: request.flag("stdout"), STDERR: request.flag("stderr")}
    output: SimpleQueue[Chunk | None] = SimpleQueue()
    session = Session(
        hold=hold,
        stdin=container.stdin,
        process=lambda: container.process,
        output=output,
        streams=frozenset(stream for stream, wanted in streams.items() if wanted),
        has_tty=container.has_tty,
        keys=keys,
        takes_input=request.flag("stdin") and bool(container.config.get("OpenStdin")),
        closes_input=bool(container.config.get("StdinOnce")),
    )
    with hold.lock:
        mainprocess.process_of(hold, container)
        before = [(line.stream, line.data) for line in container.log.lines()]
        if request.flag("stream"):
            container.listeners.append(output)  # now: what it writes after this answer is not lost
        else:
            output.put(None)
        publish(hold, container, "attach")
    shown = before if request.flag("logs") else []

    def carry(stream: Stream) -> None:
        try:
            session.run(stream, shown)
        finally:
            _detached(hold, container, session)

    return Response(200, content_type=RAW_STREAM, takes_over=carry)


def _check_attached(container: Container, name: str) -> None:
    """See whether a client can be attached.

    Raises:
        ApiError: 409, the container is paused or about to be restarted.
    """
    if container.state.paused:
        raise ApiError(409, f"Container {name} is paused, unpause the container before attach.")
    if container.state.restarting:
        wait = "wait until the container is running"
        raise ApiError(409, f"Container {name} is restarting, {wait}")


def _detached(hold: Hold, container: Container, session: Session) -> None:
    with hold.lock:
        if session.output in container.listeners:
            container.listeners.remove(session.output)
        if session.detached.is_set():
            publish(hold, container, "detach")


@ROUTES.add("POST", "/containers/{name}/resize")
def resize(hold: Hold, request: Request) -> Response:
    """Tell a container how big its terminal is."""
    size = dimensions(request)
    with hold.lock:
        container = hold.containers.get(request.names["name"])
        if not container.state.running:
            raise ApiError(409, f"Container {container.id} is not running")
        container.size = size
        publish(hold, container, "resize", height=str(size[0]), width=str(size[1]))
    return Response(200, b"", {}, "")


def dimensions(request: Request) -> tuple[int, int]:
    """Return rows and columns.

    Raises:
        ApiError: 400, they are no numbers.
    """
    found = []
    for name in ("h", "w"):
        text = request.first(name)
        try:
            found.append(int(text))
        except ValueError as error:
            why = f'strconv.Atoi: parsing "{text}": invalid syntax'
            raise ApiError(400, why) from error
    return found[0], found[1]
