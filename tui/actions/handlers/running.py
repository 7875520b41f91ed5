"""Running a container from an image: made, started, and told how that went."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.exec import heading, lend
from tui.actions.values.running import ReadNetworks, RunContainer
from tui.engine.errors import Cancelled, EngineError, NotFound
from tui.i18n import _
from tui.model.progress import Progress
from tui.model.runspec import RunMode, RunSpec
from tui.model.text import short_id, visible
from tui.store import events, insides

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.console import Size
    from tui.engine.creating import CreatedContainer
    from tui.engine.starting import MadeContainer
    from tui.engine.waiting import ExitWatch

WATCHED: Final = 1.2
"""Seconds that a detached container is watched: a wrong command ends it sooner."""

SETTLING: Final = 5.0
"""Seconds that the Engine may take to tell an exit code, and to remove what is to be removed."""


_ALWAYS: Final = frozenset({"always", "unless-stopped"})


def run_container(action: RunContainer, context: JobContext) -> Ending:
    """Make a container and start it; with this terminal, if that is asked for.

    An Engine that makes a container cannot be stopped at it: then it is removed again.
    """
    from tui.engine import creating, starting

    spec = action.spec
    context.report(Progress(_("The Engine makes the container")))
    created = creating.create(context.client(), spec, os.environ)
    if context.cancelled.is_set():
        _undo(context, created.container_id)
        raise Cancelled
    client = context.client()
    context.on_cancel(client.cut)
    made = starting.look_at(client, created.container_id)
    try:
        run = _run_detached if spec.mode is RunMode.DETACHED else _run_here
        said = run(action, context, client, made)
    except Cancelled:
        said = _("{name} was made; it is left as it is.").format(name=visible(made.name))
    finally:
        _tell(context, made)
    return Ending(
        _with_warnings(said, created),
        facts={"container_id": made.container_id, "name": made.name},
    )


def read_networks(action: ReadNetworks, context: JobContext) -> Ending:
    """Read the names of the networks."""
    from tui.engine.networks import network_names

    del action
    client = context.client()
    context.on_cancel(client.cut)
    context.tell(insides.NetworksRead(network_names(client)))
    return Ending()


def _run_detached(
    action: RunContainer, context: JobContext, client: EngineClient, made: MadeContainer
) -> str:
    """Start it, and watch for a moment whether it goes on."""
    from tui.engine import containers, starting
    from tui.engine.waiting import watching_exit

    spec, name = action.spec, visible(made.name)
    with ExitStack() as stack:
        with starting.told_why(client, made, auto_remove=spec.auto_remove):
            watch = stack.enter_context(
                watching_exit(client, made.container_id, removed=spec.auto_remove)
            )
            containers.start(client, made.container_id)
        context.report(Progress(_("{name} runs; does it go on?").format(name=name)))
        code = watch.code(WATCHED)
    if code is None:
        return _("{name} runs ({id}).").format(name=name, id=short_id(made.container_id))
    if (spec.restart.name == "on-failure" and code) or spec.restart.name in _ALWAYS:
        return _(
            "{name} ended at once with exit code {code}; it is started again: l shows its log."
        ).format(name=name, code=code)
    if spec.auto_remove:
        return _("{name} ended at once with exit code {code}, and was removed.").format(
            name=name, code=code
        )
    return _("{name} ended at once with exit code {code}: l shows its log.").format(
        name=name, code=code
    )


def _run_here(
    action: RunContainer, context: JobContext, client: EngineClient, made: MadeContainer
) -> str:
    """Attach before the start, so that nothing it writes is lost, and lend it the terminal."""
    from tui.engine import containers, starting
    from tui.engine import exec as engine
    from tui.engine.console import Console
    from tui.engine.detachkeys import detach_keys
    from tui.engine.waiting import watching_exit

    spec = action.spec
    tty = spec.mode is RunMode.INTERACTIVE
    detach = detach_keys(os.environ)
    process = engine.MainProcess(tty=tty, takes_input=tty)

    def resize(size: Size) -> None:
        if tty:
            engine.resize_container(client, made.container_id, size)

    with ExitStack() as stack:
        with starting.told_why(client, made, auto_remove=spec.auto_remove):
            stream = stack.enter_context(
                engine.opened_attach(client, made.container_id, process, detach.words)
            )
            watch = stack.enter_context(
                watching_exit(client, made.container_id, removed=spec.auto_remove)
            )
            containers.start(client, made.container_id)
        console = Console(
            stream,
            heading=heading(action.docker, detach),
            tty=tty,
            takes_input=tty,
            waits=not (tty and made.is_shell),
            detach=detach.keys,
        )
        lend(context, console, resize)
        context.check()
        return _ending_of(spec, made, None if console.was_left else watch)


def _ending_of(spec: RunSpec, made: MadeContainer, watch: ExitWatch | None) -> str:
    name = visible(made.name)
    if watch is None:
        return _("left; {name} goes on.").format(name=name)
    code = watch.code(SETTLING)
    if code is None:
        return _("{name} was left.").format(name=name)
    if spec.auto_remove:
        return _("{name} ended with exit code {code}, and was removed.").format(
            name=name, code=code
        )
    return _("{name} ended with exit code {code}.").format(name=name, code=code)


def _with_warnings(said: str, created: CreatedContainer) -> str:
    """Return the sentence with the Engine's warnings behind it."""
    warnings = " ".join(visible(text) for text in created.warnings)
    if not warnings:
        return said
    return _("{said} The Engine warns: {words}").format(said=said, words=warnings)


def _undo(context: JobContext, container_id: str) -> None:
    """Remove a container that is not wanted any more, with its nameless volumes."""
    from tui.engine import containers

    with suppress(NotFound):
        containers.remove(context.client(), container_id, force=True, volumes=True)


def _tell(context: JobContext, made: MadeContainer) -> None:
    """Tell the store which container was made, and the list with it: the cursor goes there."""
    from tui.engine import containers

    if context.cancelled.is_set():
        return
    with suppress(EngineError):  # the session tells of an Engine that has gone
        listed = containers.list_containers(context.client())
        context.tell(events.ContainersListed(listed))
        context.tell(insides.ContainerRan(made.container_id))
