"""Images are saved, loaded and sent: bytes as progress, and the end in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.actions.action import some_names
from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.moving import (
    STDIO,
    LoadImages,
    PlanLoad,
    PlanSend,
    SaveImages,
    SendImages,
)
from tui.contents.source import Watch
from tui.engine.errors import EngineError
from tui.i18n import _, ngettext
from tui.layers.errors import LayerError
from tui.model.progress import Progress
from tui.model.text import exact_size, human_size, visible
from tui.store import events

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.transfer.flow import ByteMeter
    from tui.transfer.saving import Saved


def save_images(action: SaveImages, context: JobContext) -> Ending:
    """Save images to a file that is there whole or not at all."""
    from tui.contents.stream import stream_cost
    from tui.transfer.flow import ByteMeter
    from tui.transfer.packing import Packing
    from tui.transfer.saving import Wish, expected, goes_on, save, spools

    client = context.client()
    context.on_cancel(client.cut)
    size = expected(client, action.names)
    wait = stream_cost(client, size.size) if spools(client.info) else _("Asking the Engine")
    meter = ByteMeter(wait, 0, context.report)
    target = None if action.path == STDIO else Path(action.path)
    wish = Wish(action.names, target, Packing(action.packing), action.overwrite, action.check)
    try:
        saved = save(client, wish, size, _watch(context, meter, _("Saving")))
    except (EngineError, LayerError):
        if context.cancelled.is_set() and not meter.done and goes_on(client.info):
            return Ending(_("The Engine still writes the archive to its own disk for a while."))
        raise
    facts = _saved_facts(action, saved)
    return Ending(_saved_sentence(action, saved), facts=facts)


def _saved_sentence(action: SaveImages, saved: Saved) -> str:
    sizes = exact_size(saved.stored or saved.size)
    text = _("Saved {names} to {path}: {size}.").format(
        names=some_names(action.names), path=visible(action.path), size=sizes
    )
    if not action.check:
        return text
    layers = len({layer.file for image in saved.images for layer in image.layers})
    checked = ngettext(
        " Checked: {count} layer is whole.", " Checked: {count} layers are whole.", layers
    )
    return text + checked.format(count=layers)


def _saved_facts(action: SaveImages, saved: Saved) -> dict[str, Any]:
    return {
        "path": action.path,
        "bytes": saved.stored or saved.size,
        "archive_bytes": saved.size,
        "compression": action.packing,
        "checked": action.check,
        "images": [
            {"id": image.config_id, "tags": list(image.tags), "layers": len(image.layers)}
            for image in saved.images
        ],
    }


def plan_load(action: PlanLoad, context: JobContext) -> Ending:
    """Look into an archive, and at what is here."""
    from tui.transfer.flow import ByteMeter
    from tui.transfer.preview import preview_file

    client = context.client()
    context.on_cancel(client.cut)
    meter = ByteMeter(_("Reading the archive"), 0, context.report)
    watch = _watch(context, meter, _("Reading the archive"))
    plan = preview_file(client, Path(action.path), watch)
    context.tell(events.LoadPlanned(plan))
    return Ending()


def load_images(action: LoadImages, context: JobContext) -> Ending:
    """Load an archive, after a look whether it is one."""
    from tui.transfer.flow import ByteMeter
    from tui.transfer.loading import finishes, load_file
    from tui.transfer.preview import held_in, suits

    client = context.client()
    context.on_cancel(client.cut)
    report = _unheard if action.silent else context.report
    meter = ByteMeter(_("Reading the archive"), 0, report)
    path = None if action.path == STDIO else Path(action.path)
    if path is not None and action.check:
        held = held_in(path, _watch(context, meter, _("Reading the archive")))
        suits(held, client.capabilities.store)
    sending = ByteMeter(_("Sending"), 0, report)
    told = _Told(sending)
    try:
        loaded = load_file(client, path, _watch(context, sending, _("Sending")), told)
    except (EngineError, LayerError):
        if context.cancelled.is_set() and told.has_all and finishes(client.info):
            return Ending(_("The Engine had all of it, and loads it to the end by itself."))
        raise
    text = _("Loaded {names}: {size} read.").format(
        names=some_names(loaded.names) or action.path, size=human_size(loaded.size)
    )
    return Ending(text, facts={"loaded": list(loaded.names), "bytes": loaded.size})


def _unheard(_progress: Progress) -> None:
    """Take what nobody wants to hear."""


class _Told:
    """Shows the Engine's lines beside the bytes that were sent."""

    def __init__(self, meter: ByteMeter) -> None:
        self._meter = meter
        self.has_all = False
        """Whether the Engine has the whole archive."""

    def __call__(self, text: str) -> None:
        from tui.transfer.loading import ALL_SENT

        if text == ALL_SENT:
            self.has_all = True
            text = _(ALL_SENT)
        self._meter.text = text
        self._meter.add(0)


def plan_send(action: PlanSend, context: JobContext) -> Ending:
    """Ask another Engine what it has."""
    from tui.transfer.sending import route_to

    source = context.client()
    context.on_cancel(source.cut)
    with _other(action.to) as target:
        context.on_cancel(target.cut)
        watch = Watch(context.check)
        route = route_to(source, target, action.names, action.to, watch)
    context.tell(events.SendPlanned(route.plan))
    return Ending()


def send_images(action: SendImages, context: JobContext) -> Ending:
    """Send images to another Engine, without the layers it has where that can be."""
    from tui.transfer.flow import ByteMeter
    from tui.transfer.sending import route_to, send

    source = context.client()
    context.on_cancel(source.cut)
    meter = ByteMeter(_("Asking both Engines"), 0, context.report)
    meter.add(0)
    with _other(action.to) as target:
        context.on_cancel(target.cut)
        watch = _watch(context, meter, "")
        route = route_to(source, target, action.names, action.to, watch)
        sent = send(source, target, action.names, route, watch, _Told(meter))
    text = _("{to} has loaded {names}: {size} sent.").format(
        to=visible(action.to), names=some_names(sent.names), size=exact_size(sent.sent)
    )
    if sent.left_out:
        left = ngettext(
            " {count} layer was there already.",
            " {count} layers were there already.",
            sent.left_out,
        )
        text += left.format(count=sent.left_out)
    facts = {
        "to": action.to,
        "loaded": list(sent.names),
        "read_bytes": sent.read,
        "sent_bytes": sent.sent,
        "layers_left_out": sent.left_out,
    }
    return Ending(text, facts=facts)


def _other(to: str) -> EngineClient:
    """Connect to another Engine.

    Raises:
        EngineError: it is not known, or cannot be reached.
    """
    from tui.config.paths import home_directory
    from tui.engine.client import connect
    from tui.engine.endpoint import resolve_endpoint

    host, context = (to, "") if "://" in to else ("", to)
    return connect(resolve_endpoint(host, context, environ=os.environ, home=home_directory()))


def _watch(context: JobContext, meter: ByteMeter, text: str) -> Watch:
    """Return what shows bytes as progress; with its own text from the first byte on."""

    def tell(done: int, total: int) -> None:
        if done and text:
            meter.text = text
        meter.total = total
        meter.add(done - meter.done)

    closer: Callable[[Callable[[], None]], None] = context.on_cancel
    return Watch(context.check, tell, closer)
