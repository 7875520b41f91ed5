"""Containers: how they are changed, removed, measured and inspected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.outcomes import for_each
from tui.actions.values.containers import (
    ChangeContainers,
    ContainerVerb,
    RemoveContainers,
    RenameContainer,
)
from tui.actions.values.reading import InspectContainer, ReadContainerSizes
from tui.i18n import _
from tui.model.text import visible
from tui.store import events, insides

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def read_container_sizes(_action: ReadContainerSizes, context: JobContext) -> Ending:
    """Measure the writable layer of every container."""
    from tui.engine import containers

    client = context.client()
    listed = containers.measured_containers(
        client, (item.container_id for item in containers.list_containers(client))
    )
    context.tell(events.ContainerSizesRead({item.container_id: item.size_rw for item in listed}))
    return Ending()


def inspect_container(action: InspectContainer, context: JobContext) -> Ending:
    """Read everything of some containers; one of several that vanished meanwhile is left out."""
    from tui.engine import containers
    from tui.engine.errors import NotFound

    client, details = context.client(), []
    for target in (action.container, *action.others):
        context.check()
        try:
            details.append(containers.container_details(client, target.container_id))
        except NotFound:
            if not action.others:
                raise
    context.tell(insides.ContainersInspected(tuple(details)))
    return Ending()


def change_containers(action: ChangeContainers, context: JobContext) -> Ending:
    """Do one verb to each container in turn."""
    from tui.engine import containers

    verbs: dict[ContainerVerb, Callable[[EngineClient, str], None]] = {
        ContainerVerb.START: containers.start,
        ContainerVerb.STOP: containers.stop,
        ContainerVerb.RESTART: containers.restart,
        ContainerVerb.KILL: containers.kill,
        ContainerVerb.PAUSE: containers.pause,
        ContainerVerb.UNPAUSE: containers.unpause,
    }
    client, change = context.client(), verbs[action.verb]
    return for_each(action.containers, context, lambda target: change(client, target.container_id))


def rename_container(action: RenameContainer, context: JobContext) -> Ending:
    """Give a container another name."""
    from tui.engine import containers

    containers.rename(context.client(), action.container.container_id, name=action.name)
    return Ending(_("It is now called {name}.").format(name=visible(action.name)))


def remove_containers(action: RemoveContainers, context: JobContext) -> Ending:
    """Remove each container in turn."""
    from tui.engine import containers

    client = context.client()
    return for_each(
        action.containers,
        context,
        lambda target: containers.remove(
            client, target.container_id, force=action.force, volumes=action.volumes
        ),
    )
