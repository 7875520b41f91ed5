"""Limits of containers: read for a form, changed, and refusals in words of one's own."""

from __future__ import annotations

import re
from typing import Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.outcomes import for_each
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.updating import ReadResources, UpdateContainers
from tui.engine.errors import Conflict, EngineError, EngineRefused
from tui.i18n import N_, _
from tui.model.text import memory_size, visible
from tui.store import insides

_REFUSALS: Final = (
    (
        "already set memoryswap limit",
        N_("Memory with swap has to be set too: the Engine wants at least the memory."),
    ),
    (
        "autoremove is enabled",
        N_("It was made with --rm: such a container is never started again."),
    ),
    (
        "as cpu period has already been set",
        N_("It was made with --cpu-period or --cpu-quota: the Engine takes no CPUs for it."),
    ),
    (
        "as cpu quota has already been set",
        N_("It was made with --cpu-period or --cpu-quota: the Engine takes no CPUs for it."),
    ),
    ("minimum memory limit", N_("The Engine takes no memory limit below 6m.")),
    (
        "memory.memsw.limit_in_bytes: invalid argument",
        N_("Memory with swap must be at least the memory, so that needs a limit too."),
    ),
    (
        "cpu.cfs_quota_us: invalid argument",
        N_("That is too little CPU: the kernel takes 0.01 or more."),
    ),
    ("device or resource busy", N_("It uses more than that now: give more, or stop it first.")),
)
"""What Engines and runtimes write, in small letters → what it means."""

_USED: Final = re.compile(r"current usage: (\d{1,18})")
_CANNOT: Final = re.compile(r"Cannot update container [0-9a-f]{64}: ")


def read_resources(action: ReadResources, context: JobContext) -> Ending:
    """Read what each container may use."""
    from tui.engine.updating import resources

    client = context.client()
    context.on_cancel(client.cut)
    read = tuple(resources(client, target.container_id) for target in action.containers)
    context.tell(insides.ResourcesRead(read))
    return Ending()


def update_containers(action: UpdateContainers, context: JobContext) -> Ending:
    """Set the same limits for each container in turn."""
    from tui.engine.updating import update

    client, warned = context.client(), dict[str, None]()

    def change(target: ContainerTarget) -> None:
        try:
            warned.update(dict.fromkeys(update(client, target.container_id, action.config)))
        except (Conflict, EngineRefused) as error:
            raise EngineRefused(in_words(error)) from error

    ending = for_each(action.containers, context, change)
    if not warned:
        return ending
    text = _("The Engine warns: {warnings}").format(warnings=" ".join(map(visible, warned)))
    return Ending(f"{ending.summary} {text}", ending.outcomes)


def in_words(error: EngineError) -> str:
    """Return why limits were refused, as far as it is known what that means."""
    if used := _USED.search(error.detail):
        text = _("It uses {size} now: give more, or stop it first.")
        return text.format(size=memory_size(int(used[1])))
    words = error.detail.lower()
    known = next((text for mark, text in _REFUSALS if mark in words), "")
    return _(known) if known else _CANNOT.sub("", error.detail) or error.title
