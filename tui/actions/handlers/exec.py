"""Programs that get the terminal: started and ended here; the screen carries their bytes."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.exec import AttachContainer, ExecCommand
from tui.engine.errors import EngineError, NotFound
from tui.i18n import _
from tui.model.text import visible
from tui.store import insides

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.engine.client import EngineClient
    from tui.engine.console import Console, Size
    from tui.engine.detachkeys import DetachKeys

KILLED: Final = 137
"""What a program that was killed ends with: 128 and SIGKILL."""


def exec_command(action: ExecCommand, context: JobContext) -> Ending:
    """Run a command, or the best shell there is, in the terminal until it ends or is left."""
    from tui.engine import exec as engine
    from tui.engine.console import Console
    from tui.engine.detachkeys import detach_keys

    client, container_id = _client(context), action.container.container_id
    detach = detach_keys(os.environ)
    command = action.command or (engine.find_shell(client, container_id),)
    exec_id = engine.create_exec(
        client,
        container_id,
        command,
        user=action.user,
        directory=action.directory,
        environment=action.environment,
        privileged=action.privileged,
        terminal=os.environ.get("TERM", ""),
        detach_keys=detach.words,
    )
    with engine.opened_exec(client, exec_id, _size()) as stream:
        console = Console(
            stream,
            heading=heading(action._replace(command=command).docker, detach),
            waits=bool(action.command),
            detach=detach.keys,
        )
        lend(context, console, lambda size: engine.resize_exec(client, exec_id, size))
    return _ending(context, console, visible(command[0]), lambda: engine.exit_code(client, exec_id))


def attach(action: AttachContainer, context: JobContext) -> Ending:
    """Give the terminal to the main process until it ends or is left; ctrl+c does not end it.

    What fills the screen is made to draw itself once more.
    """
    from tui.engine import exec as engine
    from tui.engine.console import Console
    from tui.engine.detachkeys import detach_keys

    client, container_id = _client(context), action.container.container_id
    detach = detach_keys(os.environ)
    process = engine.main_process(client, container_id)

    def resize(size: Size) -> None:
        if process.tty:
            engine.resize_container(client, container_id, size)

    ends_input = client.capabilities.leaving_ends_input and process.takes_input and not process.tty
    with engine.opened_attach(client, container_id, process, detach.words) as stream:
        console = Console(
            stream,
            heading=heading(action.docker, detach, ends_input=ends_input),
            tty=process.tty,
            takes_input=process.takes_input,
            detach=detach.keys,
        )
        lend(context, console, resize, draws_again=True)
    return _ending(
        context,
        console,
        _("the main process"),
        lambda: engine.main_exit_code(client, container_id),
        leaving_may_end_it=ends_input,
    )


def _client(context: JobContext) -> EngineClient:
    client = context.client()
    context.on_cancel(client.cut)
    return client


def _size() -> Size | None:
    """Return the size of the terminal that will be lent, if there is one."""
    from tui.engine.console import Size

    with suppress(OSError):
        size = Size(*os.get_terminal_size())
        return size if all(size) else None
    return None


def lend(
    context: JobContext,
    console: Console,
    resize: Callable[[Size], None],
    *,
    draws_again: bool = False,
) -> None:
    """Have the screen give the terminal to a console, and pass on its sizes until it is left.

    A size that is told again means a terminal that has nothing of the program on it any more: a
    size between has the program draw again. So does the first size, with `draws_again`.
    """
    context.on_cancel(console.end)
    context.tell(insides.ConsoleOpened(console))
    told: Size | None = None
    for size in console.sizes():
        with suppress(EngineError):  # an Engine that has gone ends the stream too
            if size == told or (told is None and draws_again):
                resize(size._replace(columns=size.columns + 1, lines=size.lines + 1))
            resize(size)
        told = size
    console.close()


def heading(docker: str, detach: DetachKeys, *, ends_input: bool = False) -> str:
    """Return the line above a program: its docker command, and the keys that leave it running."""
    words = (
        _("$ {docker}   ({keys} leaves it, and ends its input)")
        if ends_input
        else _("$ {docker}   ({keys} leaves it)")
    )
    return words.format(docker=docker, keys=visible(detach.shown))


def _ending(
    context: JobContext,
    console: Console,
    what: str,
    exit_code: Callable[[], int | None],
    *,
    leaving_may_end_it: bool = False,
) -> Ending:
    """Tell how a program ended; of one that was left, that it goes on.

    Raises:
        EngineError: the Engine has gone.
    """
    context.check()
    if console.was_left and not leaving_may_end_it:
        return Ending(_ending_of(what, None), facts={"exit_code": None})
    try:
        code = exit_code()
    except NotFound:
        return Ending(
            _("{what} ended: the container was removed.").format(what=what),
            facts={"exit_code": None},
        )
    if code is None and not console.was_left and not console.input_ended:
        text = _("the connection broke; {what} goes on.").format(what=what)
        return Ending(text, facts={"exit_code": None})
    return Ending(_ending_of(what, code), facts={"exit_code": code})


def _ending_of(what: str, code: int | None) -> str:
    if code is None:
        return _("left; {what} goes on.").format(what=what)
    if code == KILLED:
        return _("{what} was killed (exit code {code}).").format(what=what, code=code)
    return _("{what} ended with exit code {code}.").format(what=what, code=code)
