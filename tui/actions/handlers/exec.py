"""Programs that get the terminal: started and ended here; the screen carries their bytes."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.exec import AttachContainer, ExecCommand
from tui.engine.errors import EngineError
from tui.i18n import _
from tui.model.text import visible
from tui.store import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.engine.client import EngineClient
    from tui.engine.console import Console, Size

KILLED: Final = 137
"""What a program that was killed ends with: 128 and SIGKILL."""


def exec_command(action: ExecCommand, context: JobContext) -> Ending:
    """Run a command, or the best shell there is, in the terminal until it ends or is left."""
    from tui.engine import exec as engine
    from tui.engine.console import Console

    client, container_id = _client(context), action.container.container_id
    command = action.command or (engine.find_shell(client, container_id),)
    exec_id = engine.create_exec(
        client,
        container_id,
        command,
        user=action.user,
        directory=action.directory,
        terminal=os.environ.get("TERM", ""),
    )
    with engine.opened_exec(client, exec_id) as stream:
        console = Console(stream, heading=_heading(action.docker), waits=bool(action.command))
        lend(context, console, lambda size: engine.resize_exec(client, exec_id, size))
    context.check()
    code = None if console.was_left else engine.exit_code(client, exec_id)
    what = visible(command[0])
    return Ending(_ending_of(what, code), facts={"exit_code": code})


def attach(action: AttachContainer, context: JobContext) -> Ending:
    """Give the terminal to the main process until it ends or is left; ctrl+c does not end it."""
    from tui.engine import exec as engine
    from tui.engine.console import Console, Size

    client, container_id = _client(context), action.container.container_id
    process = engine.main_process(client, container_id)

    def resize(size: Size) -> None:
        """Twice, when it is new: what fills the screen then draws itself again."""
        if process.tty and size not in seen:
            larger = Size(size.columns + 1, size.lines + 1)
            engine.resize_container(client, container_id, larger)
        seen[:] = [size]
        if process.tty:
            engine.resize_container(client, container_id, size)

    seen: list[Size] = []
    with engine.opened_attach(client, container_id, process) as stream:
        console = Console(
            stream,
            heading=_heading(action.docker),
            tty=process.tty,
            takes_input=process.takes_input,
        )
        lend(context, console, resize)
    context.check()
    code = None if console.was_left else engine.main_exit_code(client, container_id)
    return Ending(_ending_of(_("the main process"), code), facts={"exit_code": code})


def _client(context: JobContext) -> EngineClient:
    client = context.client()
    context.on_cancel(client.cut)
    return client


def lend(context: JobContext, console: Console, resize: Callable[[Size], None]) -> None:
    """Have the screen give the terminal to a console, and pass on its sizes until it is left."""
    context.on_cancel(console.end)
    context.tell(events.ConsoleOpened(console))
    for size in console.sizes():
        with suppress(EngineError):  # an Engine that has gone ends the stream too
            resize(size)
    console.close()


def _heading(docker: str) -> str:
    return _("$ {docker}   (ctrl+p ctrl+q leaves it)").format(docker=docker)


def _ending_of(what: str, code: int | None) -> str:
    if code is None:
        return _("left; {what} goes on.").format(what=what)
    if code == KILLED:
        return _("{what} was killed (exit code {code}).").format(what=what, code=code)
    return _("{what} ended with exit code {code}.").format(what=what, code=code)
