"""A registry of one's own: starting, stopping, looking into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.ownregistry import ReadOwnRegistry, StartOwnRegistry, StopOwnRegistry
from tui.i18n import _
from tui.store import events

if TYPE_CHECKING:
    from tui.model.ownregistry import OwnRegistry


def read_own_registry(_action: ReadOwnRegistry, context: JobContext) -> Ending:
    """Tell which registries run, and what the folder of the first one holds."""
    context.tell(events.OwnRegistryRead(_look()))
    return Ending()


def start_own_registry(action: StartOwnRegistry, context: JobContext) -> Ending:
    """Start a registry that goes on when orlop ends."""
    from tui.distribution.backends import backend_title
    from tui.distribution.serving import ServeOptions, add_user, warnings
    from tui.distribution.starting import start

    if action.user:
        add_user(None, action.user, action.password)
    options = ServeOptions(action.host, action.port, backend=action.backend)
    one = start(options, context.check)
    context.tell(events.OwnRegistryRead(_look()))
    text = _("{address} is served by {backend} until it is stopped")
    served = text.format(address=one.address, backend=backend_title(one.backend))
    return Ending("\n".join((served, *warnings(one))))


def stop_own_registry(action: StopOwnRegistry, context: JobContext) -> Ending:
    """End a registry; its contents stay."""
    from tui.distribution.running import stop, the_running

    one = the_running(action.port)
    stop(one)
    context.tell(events.OwnRegistryRead(_look()))
    return Ending(_("{address} has ended; its contents stay").format(address=one.address))


def _look() -> OwnRegistry:
    """Return what runs and what is there.

    Raises:
        CannotServe: the disk cannot be read.
    """
    from tui.distribution.contents import read_contents
    from tui.distribution.running import all_running
    from tui.distribution.serving import default_root, told
    from tui.model.ownregistry import OwnRegistry

    with told():
        running = tuple(all_running())
        root = Path(running[0].root) if running else default_root()
        return OwnRegistry(str(root), running, read_contents(root))
