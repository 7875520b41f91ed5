"""The commands without a screen: ask the Engine, then write JSON or a table."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tui.contents.image import ListedImage, NoSuchLayer
from tui.contents.source import NoSource
from tui.disk.inventory import Inventory
from tui.disk.reclaim import plan_removal
from tui.engine.errors import EngineError
from tui.i18n import _
from tui.model.engine import Endpoint
from tui.model.removal import RemovalTarget
from tui.report import (
    changelines,
    differences,
    documents,
    filelines,
    tables,
    textdiff,
    walklines,
)
from tui.report.extraction import run_extract
from tui.report.gates import TooWasteful, reasons
from tui.report.gather import read_facts, read_inventory
from tui.report.listings import is_apart, listed_apart, listed_freely, listed_source, opened_source
from tui.report.names import find_image
from tui.report.output import Meter, write_json, write_lines
from tui.report.request import Request
from tui.store.rows import listed_images, users_of_images

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def run_command(endpoint: Endpoint, request: Request) -> None:
    """Answer a request on standard output.

    Raises:
        EngineError: there is no Engine, or not what was asked for.
        LayerError: the files of an image cannot be told, or a limit is passed.
        OSError: standard output cannot be written.
    """
    if request.command == "version":
        _version(endpoint, request)
        return
    if request.source and request.names and all(map(is_apart, request.names)):
        raise NoSource(_("--source is for images of the Engine; others are read where they are."))
    if request.command in FILES and names_file(request.command, request.names):
        FILES[request.command](None, request)
        return
    if names_file(request.command, request.names):
        tell_listing(listed_apart(request.names[0], request.platform, _wanted(request)), request)
        return
    from tui.engine.client import connect

    with connect(endpoint) as client:
        COMMANDS[request.command](client, request)


def _images(client: EngineClient, request: Request) -> None:
    """List the images as `docker images` does; JSON asks each for platform and layers too."""
    from tui.engine import containers, images

    # With the untagged parents, which tell by being parents that they are to be hidden.
    listed = listed_images(images.list_images(client, all=True))
    users = users_of_images(containers.list_containers(client))
    if not request.json:
        _write_table(tables.images_table(listed, users, time.time()), request)
        return
    meter = Meter(sys.stderr, _("reading images: {done} of {total}"))
    try:
        ids = (image.image_id for image in listed)
        facts = read_facts(client, ids, meter.tell, history=False)
    finally:
        meter.wipe()
    details = {image_id: one.details for image_id, one in facts.items()}
    write_json(documents.images_document(listed, users, details))


def _containers(client: EngineClient, request: Request) -> None:
    """List all containers, running or not."""
    from tui.engine import containers

    listed = containers.list_containers(client)
    if request.size:
        ids = (container.container_id for container in listed)
        listed = containers.measured_containers(client, ids)
    if request.json:
        write_json(documents.containers_document(listed, with_size=request.size))
    else:
        _write_table(tables.containers_table(listed, time.time(), with_size=request.size), request)


def names_file(command: str, names: tuple[str, ...]) -> bool:
    """Tell whether a command is about images in files or registries: no Engine is needed."""
    if command in FILES:
        return all(map(is_apart, names))
    return command in LISTINGS and bool(names) and is_apart(names[0])


def _wanted(request: Request) -> slice:
    """Return the layers whose files are asked for: of those in a registry no others are fetched."""
    if request.command == "layers":
        return slice(None if request.files else 0)
    if request.command != "files" or not request.layer:
        return slice(None)
    top = max(request.layer, 0)
    return slice(0 if request.stacked else max(top - 1, 0), top)


def _listing(client: EngineClient, request: Request) -> None:
    """Tell of the files of an image of the Engine."""
    tell_listing(listed_source(client, request.names[0], request), request)


def tell_listing(image: ListedImage, request: Request) -> None:
    """Tell of an image's files what is wanted.

    Raises:
        LayerError: a layer that is needed cannot be read, or a limit is passed.
    """
    LISTINGS[request.command](image, request)


def _listed_layers(image: ListedImage, request: Request) -> None:
    if request.json:
        write_json(filelines.layers_document(image, files=request.files))
    else:
        lines = filelines.layers_lines(image, files=request.files, width=_width())
        write_lines(lines, unicode=request.unicode)


def _listed_files(image: ListedImage, request: Request) -> None:
    """Tell the files of one layer, or those that show up to it, or in the end."""
    if not 0 <= request.layer <= len(image.layers):
        raise NoSuchLayer(str(request.layer))
    if request.layer and not request.stacked:
        layer = image.layers[request.layer - 1]
        if layer.error is not None:
            raise layer.error
        known = all(below.is_read for below in image.layers[: request.layer])
        changes = image.union(request.layer).layers[-1].changes if known else None
        told = filelines.layer_files(layer, changes)
        lines = filelines.files_lines(layer.listing.entries)
    else:
        count = request.layer or len(image.layers)
        image.check(count)
        union = image.union(count)
        told, lines = filelines.shown_files(union), filelines.shown_lines(union)
    if request.json:
        write_json(list(told))
    else:
        write_lines(lines, unicode=request.unicode)


def _waste(image: ListedImage, request: Request) -> None:
    image.check(len(image.layers))
    union = image.union()
    failed = reasons(union, request.max_wasted, request.min_efficiency)
    if request.json:
        write_json(filelines.waste_document(image, union, failed))
    else:
        write_lines(filelines.waste_lines(image, union, width=_width()), unicode=request.unicode)
    if failed:
        raise TooWasteful(" ".join(failed))


LISTINGS: Final[Mapping[str, Callable[[ListedImage, Request], None]]] = {
    "layers": _listed_layers,
    "files": _listed_files,
    "waste": _waste,
}
"""Command → what tells of the files of an image."""


def _diff(client: EngineClient | None, request: Request) -> None:
    """Tell what differs between two images."""
    opened = [opened_source(client, name, request) for name in request.names]
    a, b = (image for image, _contents_of in opened)
    for image in (a, b):
        image.check(len(image.layers))
    if request.text:
        diff = textdiff.text_diff(opened, request.text)
        if request.json:
            write_json(textdiff.text_diff_document(diff))
        else:
            write_lines(textdiff.text_diff_lines(diff), unicode=request.unicode)
    elif request.json:
        write_json(differences.diff_document(a, b))
    else:
        write_lines(differences.diff_lines(a, b, width=_width()), unicode=request.unicode)


FILES: Final[Mapping[str, Callable[[EngineClient | None, Request], None]]] = {
    "diff": _diff,
    "extract": run_extract,
}
"""Command → what answers it, without an Engine where all its images are in files."""


def _layers(client: EngineClient, request: Request) -> None:
    """Tell the layers of one image, and who else has them."""
    if request.files or request.source or request.platform:
        _listing(client, request)
        return
    inventory, (target,) = _inventory_and_targets(client, request)
    image_id = target.image_id
    name = target.reference or inventory.label(image_id)
    if request.json:
        document = documents.layers_document(inventory, image_id, name=name)
        listed = listed_freely(client, image_id, name, read_only=request.read_only)
        write_json(filelines.with_files(document, listed) if listed else document)
    else:
        lines = tables.layers_lines(inventory, image_id, name=name, width=_width())
        write_lines(lines, unicode=request.unicode)


def _path(client: EngineClient, request: Request) -> None:
    """Tell where an image lies on the Engine's disk; or a container, if one is meant."""
    from tui.contents.walk import walk_container, walk_image
    from tui.engine import images

    name = request.names[0]
    if request.container:
        walk = walk_container(client, name)
    else:
        target = find_image(images.list_images(client, all=True), name)
        facts = images.image_facts(client, target.image_id)
        walk = walk_image(client, facts, target.reference or target.image_id)
    if request.json:
        write_json(walklines.walk_document(walk))
    else:
        write_lines(walklines.walk_lines(walk), unicode=request.unicode)


def _changes(client: EngineClient, request: Request) -> None:
    """Tell what a container has changed in its image's files, and how large that is."""
    from tui.contents.changesreading import DiffReading, DiffWatch

    meter = Meter(sys.stderr, _("sizes: {done} of {total}"))

    def report(_text: str, done: int, total: int) -> None:
        if total:
            meter.tell(done, total)

    try:
        diff = DiffReading(client, request.names[0], "", DiffWatch(report=report)).read()
    finally:
        meter.wipe()
    if request.json:
        write_json(changelines.changes_document(diff))
    else:
        write_lines(changelines.changes_lines(diff), unicode=request.unicode)


def _reclaim(client: EngineClient, request: Request) -> None:
    """Tell what removing these images would free; nothing is removed."""
    inventory, targets = _inventory_and_targets(client, request)
    plan = plan_removal(inventory, targets, force=request.force)
    if request.json:
        write_json(documents.reclaim_document(plan))
    else:
        write_lines(tables.reclaim_lines(plan, width=_width()), unicode=request.unicode)


def _inventory_and_targets(
    client: EngineClient, request: Request
) -> tuple[Inventory, tuple[RemovalTarget, ...]]:
    """Read everything and find the images that are meant, which is told before the long read."""
    from tui.engine import images

    every = images.list_images(client, all=True)
    targets = tuple(find_image(every, name) for name in request.names)
    meter = Meter(sys.stderr, _("reading layers: {done} of {total} images"))
    try:
        return read_inventory(client, every, meter.tell), targets
    finally:
        meter.wipe()


def _version(endpoint: Endpoint, request: Request) -> None:
    """Tell what orlop is and what it talks to; also when that does not answer."""
    from tui.engine.client import connect

    info, trouble = None, None
    try:
        with connect(endpoint) as client:
            info = client.info
    except EngineError as error:
        trouble = error
    if request.json:
        write_json(documents.version_document(endpoint, info))
    else:
        write_lines(tables.version_lines(endpoint, info), unicode=request.unicode)
    if trouble is not None:
        raise trouble


COMMANDS: Final[Mapping[str, Callable[[EngineClient, Request], None]]] = {
    "images": _images,
    "containers": _containers,
    **FILES,
    "files": _listing,
    "layers": _layers,
    "path": _path,
    "changes": _changes,
    "waste": _listing,
    "reclaim": _reclaim,
}
"""Command → what answers it; `version` answers without an Engine too."""


def _write_table(table: tables.Table, request: Request) -> None:
    write_lines(table.lines(_width()), unicode=request.unicode)


def _width() -> int:
    """Return the cells of a line; 0 where the output is no terminal and lines stay whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
