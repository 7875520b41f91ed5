"""What the details of an image, a container, a layer or a result consist of. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from tui.i18n import _
from tui.layers.command import clean_command, full_command
from tui.model.container import UNKNOWN_SIZE, ContainerSummary
from tui.model.engine import Capabilities
from tui.model.image import ImageDetails, ImageFacts, SearchResult
from tui.model.layer import Layer, LayerStack
from tui.model.text import exact_size, short_id
from tui.store.rows import ImageRow, listed_images
from tui.store.state import State
from tui.ui.screens.text import FieldValue


def image_fields(row: ImageRow, facts: ImageFacts) -> tuple[FieldValue, ...]:
    """Return the fields of an image, the most asked for first."""
    details = facts.details
    fields = [
        FieldValue(_("Name"), row.reference or "<none>"),
        FieldValue(_("Image ID"), details.image_id),
        *_many(_("Tag"), details.tags),
        *_many(_("Digest"), details.digests),
        FieldValue(_("Created"), details.created),
        FieldValue(_("Size"), exact_size(row.image.size)),
        FieldValue(_("Platform"), details.platform),
        FieldValue(_("Parent"), details.parent_id),
        *config_fields(details),
        *_many(_("Diff ID"), details.diff_ids),
        *_history(facts),
    ]
    return tuple(field for field in fields if field.value)


def config_fields(details: ImageDetails) -> list[FieldValue]:
    """Return what an image's config says about running it; what is empty is left out."""
    fields = [
        FieldValue(_("Author"), details.author),
        FieldValue(_("Comment"), details.comment),
        FieldValue(_("User"), details.user),
        FieldValue(_("Working dir"), details.working_dir),
        FieldValue(_("Entrypoint"), _command(details.entrypoint)),
        FieldValue(_("Cmd"), _command(details.cmd)),
        FieldValue(_("Stop signal"), details.stop_signal),
        *_many(_("Exposed port"), details.exposed_ports),
        *_many(_("Volume"), details.volumes),
        *_many(_("Env"), details.env),
        *_many(_("Label"), (f"{key}={value}" for key, value in details.labels)),
    ]
    return [field for field in fields if field.value]


def _history(facts: ImageFacts) -> Iterable[FieldValue]:
    for number, step in enumerate(facts.history, 1):
        text = clean_command(step.created_by)
        yield FieldValue(_("History {number}").format(number=number), text or step.comment)


def _many(label: str, values: Iterable[str]) -> list[FieldValue]:
    return [FieldValue(label, value) for value in values]


def _command(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False) if words else ""


def container_fields(container: ContainerSummary) -> tuple[FieldValue, ...]:
    """Return the fields of a container."""
    size = "" if container.size_rw == UNKNOWN_SIZE else exact_size(container.size_rw)
    fields = [
        FieldValue(_("Name"), container.name),
        FieldValue(_("Container ID"), container.container_id),
        FieldValue(_("Image"), container.image),
        FieldValue(_("Image ID"), container.image_id),
        FieldValue(_("State"), container.state),
        FieldValue(_("Status"), container.status),
        FieldValue(_("Health"), container.health),
        FieldValue(_("Command"), container.command),
        FieldValue(_("Writable layer"), size),
        *_many(_("Port"), (str(port) for port in container.ports)),
        *_many(_("Label"), (f"{key}={value}" for key, value in container.labels)),
    ]
    return tuple(field for field in fields if field.value)


def layer_fields(layer: Layer, stack: LayerStack, sharers: Iterable[str]) -> tuple[FieldValue, ...]:
    """Return the fields of a layer, with the formula of its chain ID filled in."""
    below = next((item for item in stack.layers if item.index == layer.index - 1), None)
    if below is None:
        formula = _("the bottom layer: chain ID = diff ID")
    else:
        formula = f'sha256("{below.chain_id} {layer.diff_id}")'
    fields = [
        FieldValue(_("Layer"), f"{layer.index} / {len(stack.layers)}"),
        FieldValue(_("Size"), exact_size(layer.size) if layer.size >= 0 else _("not known")),
        FieldValue(_("Diff ID"), layer.diff_id),
        FieldValue(_("Chain ID"), layer.chain_id),
        FieldValue(_("Chain ID is"), formula),
        FieldValue(_("Created by"), full_command(layer.created_by)),
        FieldValue(_("As recorded"), layer.created_by),
        *_many(_("Also in"), sharers),
    ]
    return tuple(field for field in fields if field.value)


def result_fields(result: SearchResult, address: str) -> tuple[FieldValue, ...]:
    """Return the fields of a search result."""
    fields = [
        FieldValue(_("Name"), result.name),
        FieldValue(_("Description"), result.description),
        FieldValue(_("Stars"), f"{result.stars:,}"),
        FieldValue(_("Pulls"), f"{result.pulls:,}" if result.pulls >= 0 else ""),
        FieldValue(_("Official"), _("yes") if result.is_official else _("no")),
        FieldValue(_("Badge"), _(result.badge) if result.badge else ""),
        FieldValue(_("Web page"), address),
    ]
    return tuple(field for field in fields if field.value)


def engine_fields(state: State) -> tuple[FieldValue, ...]:
    """Return what the Engine is, and what its image store allows."""
    engine, endpoint, gauge = state.engine, state.connection.endpoint, state.gauge
    fields = [
        FieldValue(_("Address"), endpoint.url),
        FieldValue(_("Chosen by"), endpoint.origin),
        FieldValue(_("Context"), endpoint.context),
        FieldValue(_("Host"), engine.name),
        FieldValue(_("Engine"), f"{engine.product} {engine.version}"),
        FieldValue(_("API spoken"), engine.api_version),
        FieldValue(_("Platform"), f"{engine.os}/{engine.architecture}"),
        FieldValue(_("Storage driver"), engine.storage_driver),
        FieldValue(_("Image store"), engine.capabilities.store),
        FieldValue(_("Data root"), engine.data_root),
        FieldValue(_("Disk used"), exact_size(gauge.used) if gauge.total else ""),
        FieldValue(_("Disk free"), exact_size(gauge.free) if gauge.total else ""),
        FieldValue(_("Images"), str(len(listed_images(state.images)))),
        FieldValue(_("Containers"), str(len(state.containers))),
        *_many(_("It can"), capability_sentences(engine.capabilities)),
    ]
    return tuple(field for field in fields if field.value)


def capability_sentences(capabilities: Capabilities) -> tuple[str, ...]:
    """Return what an Engine of this kind can and cannot do, a sentence each."""
    return (
        _("Freed bytes are told to the byte.")
        if capabilities.exact_reclaim
        else _("Freed bytes are told as a range: the store does not tell the size of each blob."),
        _("A forced removal of an image also REMOVES the stopped containers that use it.")
        if capabilities.force_removes_containers
        else _("A forced removal of an image leaves the stopped containers that use it."),
        _("An image stays while images that were made from it stay.")
        if capabilities.parents_block
        else _("An image can go although others were made from it."),
        _("Images of other platforms can be pulled.")
        if capabilities.pull_platform
        else _("Only images of its own platform can be pulled."),
        _("It searches Docker Hub and registries.")
        if capabilities.search
        else _("It does not search registries."),
        *(
            (_("Short names come back with a registry in front: docker.io/library/x."),)
            if capabilities.changes_image_names
            else ()
        ),
    )


def copy_fields(row: ImageRow) -> tuple[FieldValue, ...]:
    """Return what can be copied of an image without asking the Engine."""
    image = row.image
    fields = [
        FieldValue(_("Name"), row.reference),
        FieldValue(_("Short ID"), short_id(image.image_id)),
        FieldValue(_("Image ID"), image.image_id),
        *_many(_("Tag"), image.tags),
        *_many(_("Digest"), image.digests),
        FieldValue(_("Size"), str(image.size)),
    ]
    return tuple(field for field in fields if field.value)


def web_address(name: str) -> str:
    """Return the web page of a repository on Docker Hub; empty for other registries."""
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first):
        if first not in {"docker.io", "index.docker.io"}:
            return ""
        first, slash, rest = rest.partition("/")
    if slash and first != "library":
        return f"https://hub.docker.com/r/{_quoted(first)}/{_quoted(rest)}"
    return f"https://hub.docker.com/_/{_quoted(rest if slash else first)}"


def _quoted(name: str) -> str:
    """Return a part of a name as it can stand in an address, whatever it holds."""
    return quote(name, errors="replace")
