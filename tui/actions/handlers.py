"""The handlers: how each action is done. Plain blocking code, one function a kind.

They run in the job's own thread. They ask the context for a client, report
progress, tell the store what they read, and return how it ended. All that
goes wrong with the Engine is an `EngineError`; the dispatcher tells of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar, cast

from tui.actions.action import (
    Action,
    ChangeContainers,
    ContainerTarget,
    ContainerVerb,
    InspectContainer,
    PullImage,
    ReadContainerSizes,
    ReadFacts,
    RemoveContainers,
    RenameContainer,
    SearchImages,
    TagImage,
)
from tui.actions.dispatcher import Ending, Handler, JobContext
from tui.actions.listing import read_listings
from tui.actions.removal import remove_images
from tui.actions.session import trouble_of
from tui.actions.viewing import view_file
from tui.actions.walking import read_walk
from tui.engine.errors import Cancelled, EngineError, NotFound
from tui.i18n import _, ngettext
from tui.model.image import ImageFacts
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.model.reference import parse_reference
from tui.model.text import visible
from tui.store import events

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

FACTS_BATCH: Final = 50
"""Images whose facts go to the store together."""


def pull(action: PullImage, context: JobContext) -> Ending:
    """Pull with a bar per layer; the stream is cut when the job is cancelled."""
    from tui.engine.meter import PullMeter
    from tui.engine.pull import pull as open_pull

    reference = parse_reference(action.reference)
    stream = open_pull(
        context.client(), reference, platform=action.platform, all_tags=action.all_tags
    )
    context.on_cancel(stream.close)
    meter = PullMeter(time.monotonic)
    for line in stream:
        meter.feed(line)
        context.report(meter.snapshot())
    ended = meter.snapshot()
    context.report(ended)
    status = (
        ended.lines[-1]
        if ended.lines
        else _("{reference} is here.").format(reference=visible(action.reference))
    )
    digest = f"  {meter.digest}" if meter.digest else ""
    return Ending(f"{status}{digest}")


def tag(action: TagImage, context: JobContext) -> Ending:
    """Give the image one more name."""
    from tui.engine import images

    reference = parse_reference(action.reference).with_default_tag()
    images.tag(
        context.client(), action.image_id, repository=reference.repository, tag=reference.tag
    )
    return Ending(
        _("{source} is now also {reference}.").format(
            source=visible(action.source), reference=visible(action.reference)
        )
    )


def search(action: SearchImages, context: JobContext) -> Ending:
    """Search through the Engine; the pane shows results or the reason for none."""
    from tui.engine.images import EngineSearcher

    context.tell(events.SearchStarted(action.term))
    try:
        results = EngineSearcher(context.client()).search(action.term, limit=action.limit)
    except EngineError as error:
        context.tell(events.SearchFailed(action.term, trouble_of(error)))
        return Ending()
    context.tell(events.SearchEnded(action.term, results))
    return Ending()


def read_facts(action: ReadFacts, context: JobContext) -> Ending:
    """Read inspect and history of each image; one that vanished meanwhile is left out."""
    from tui.engine import images

    client = context.client()
    batch: list[ImageFacts] = []
    for number, image_id in enumerate(action.image_ids, 1):
        context.check()
        try:
            batch.append(images.image_facts(client, image_id))
        except NotFound:
            continue
        if len(batch) >= FACTS_BATCH:
            context.tell(events.FactsRead(tuple(batch)))
            batch = []
        context.report(Progress(action.title, number, len(action.image_ids)))
    if batch:
        context.tell(events.FactsRead(tuple(batch)))
    return Ending()


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
    """Read everything of one container."""
    from tui.engine import containers

    container_id = action.container.container_id
    raw = containers.inspect_container(context.client(), container_id)
    context.tell(events.ContainerInspected(container_id, raw))
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
    return _each(action.containers, context, lambda target: change(client, target.container_id))


def rename_container(action: RenameContainer, context: JobContext) -> Ending:
    """Give a container another name."""
    from tui.engine import containers

    containers.rename(context.client(), action.container.container_id, name=action.name)
    return Ending(_("It is now called {name}.").format(name=visible(action.name)))


def remove_containers(action: RemoveContainers, context: JobContext) -> Ending:
    """Remove each container in turn."""
    from tui.engine import containers

    client = context.client()
    return _each(
        action.containers,
        context,
        lambda target: containers.remove(
            client, target.container_id, force=action.force, volumes=action.volumes
        ),
    )


def _each(
    targets: tuple[ContainerTarget, ...],
    context: JobContext,
    change: Callable[[ContainerTarget], None],
) -> Ending:
    """Do something to each target; an error of one does not keep the others from it."""
    outcomes: list[TargetOutcome] = []
    for target in targets:
        outcomes.append(_one(target, context, change))
        lines = tuple(outcome_line(outcome) for outcome in outcomes)
        context.report(Progress(visible(target.name), len(outcomes), len(targets), lines=lines))
    return Ending(summary_of(tuple(outcomes)), tuple(outcomes))


def _one(
    target: ContainerTarget, context: JobContext, change: Callable[[ContainerTarget], None]
) -> TargetOutcome:
    name = visible(target.name)
    if context.cancelled.is_set():
        return TargetOutcome(name, Outcome.SKIPPED, _("stopped before its turn"))
    try:
        change(target)
    except Cancelled:
        return TargetOutcome(name, Outcome.SKIPPED, _("stopped"))
    except EngineError as error:
        return TargetOutcome(name, Outcome.FAILED, error.detail or error.title)
    return TargetOutcome(name, Outcome.DONE)


def outcome_line(outcome: TargetOutcome) -> str:
    """Return one line of a job's report for one target."""
    if outcome.outcome is Outcome.DONE:
        return _("done: {target}").format(target=outcome.target)
    if outcome.outcome is Outcome.SKIPPED:
        return _("skipped: {target}: {why}").format(target=outcome.target, why=outcome.why)
    return _("failed: {target}: {why}").format(target=outcome.target, why=outcome.why)


def summary_of(outcomes: tuple[TargetOutcome, ...]) -> str:
    """Return one sentence: how many went well, and the first reason for those that did not."""
    done = sum(item.outcome is Outcome.DONE for item in outcomes)
    text = ngettext("{done} of {count} done.", "{done} of {count} done.", len(outcomes)).format(
        done=done, count=len(outcomes)
    )
    trouble = next((item for item in outcomes if item.outcome is not Outcome.DONE), None)
    return f"{text} {outcome_line(trouble)}" if trouble else text


A = TypeVar("A", bound=Action)


def _handler(function: Callable[[A, JobContext], Ending]) -> Handler:
    """Forget which action a handler takes; the table below pairs them by kind."""
    return cast(Handler, function)


HANDLERS: Final[Mapping[str, Handler]] = {
    "pull": _handler(pull),
    "tag": _handler(tag),
    "search": _handler(search),
    "read_facts": _handler(read_facts),
    "read_container_sizes": _handler(read_container_sizes),
    "read_listings": _handler(read_listings),
    "read_walk": _handler(read_walk),
    "view_file": _handler(view_file),
    "inspect_container": _handler(inspect_container),
    "change_containers": _handler(change_containers),
    "rename_container": _handler(rename_container),
    "remove_containers": _handler(remove_containers),
    "remove_images": _handler(remove_images),
}
"""Kind of action → handler."""
