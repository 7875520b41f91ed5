"""The walk to an image of Podman's store: images.json, layers.json, overlay."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from tui.contents.dataroot import DataRoot, NotThere, digits_of
from tui.contents.walk_classic import OVERLAYS, diff_ids_step, overlay_steps
from tui.contents.walkplace import Place, Seen, quoted, sha256_seen
from tui.engine.wire_disk import disk_place
from tui.i18n import _
from tui.model.engine import EngineInfo
from tui.model.image import ImageFacts
from tui.model.layer import LayerStack
from tui.model.walk import Facts, WalkStep

Entry = Mapping[str, object]


def image_steps(
    place: Place, info: EngineInfo, facts: ImageFacts, stack: LayerStack
) -> tuple[WalkStep, ...]:
    """Return the walk from the ID of an image to the files of its layers."""
    driver, details = info.storage_driver, facts.details
    images = place.root / f"{driver}-images"
    digits = digits_of(details.image_id)
    path = images / digits / big_data_name(details.image_id)
    told = disk_place(details.raw)
    top = Path(told.upper).parent.name if told.upper else ""
    image = _entry_step(
        place,
        _("Names"),
        _("images.json has an entry for each image: its names, and the ID of its top layer."),
        images / "images.json",
        digits,
        _image_facts,
        instead=(
            *((_("Name"), name) for name in (*details.tags, *details.digests)),
            *((("layer", top),) if top else ()),
        ),
    )
    config = place.step(
        _("Image ID"),
        _("The image's configuration; its SHA-256 is the image ID. The file's name is the ID in "
          "base64."),
        path,
        f"sha256sum {quoted(path)}",
        lambda disk: sha256_seen(disk.read(path), digits, path),
        instead=((_("Image ID"), details.image_id),),
    )  # fmt: skip
    steps = [image, config, diff_ids_step(place, path, details.diff_ids)]
    return (*steps, *_layer_steps(place, driver, dict(image.facts).get("layer", ""), stack))


def big_data_name(key: str) -> str:
    """Return what containers/storage calls the file of a key that has a colon."""
    return "=" + base64.b64encode(key.encode()).decode()


def _layer_steps(place: Place, driver: str, top: str, stack: LayerStack) -> list[WalkStep]:
    """Return the steps to the layers, the bottom first; layers.json is followed from the top."""
    groups: list[list[WalkStep]] = []
    name = top
    for layer in reversed(stack.layers):
        if not re.fullmatch("[0-9a-f]{64}", name):
            break
        entry = _entry_step(
            place,
            _("Layer {index}: metadata").format(index=layer.index),
            _("layers.json: the layer's parent and its diff ID; its own ID names its folder."),
            place.root / f"{driver}-layers" / "layers.json",
            name,
            _layer_facts,
            layer=layer.index,
        )
        folder = place.root / driver / name
        overlay = driver in {*OVERLAYS, "overlay"}
        more = overlay_steps(place, folder, layer.index, "") if overlay else ()
        groups.insert(0, [entry, *more])
        name = dict(entry.facts).get("parent", "")
    return [step for group in groups for step in group]


def _entry_step(
    place: Place,
    title: str,
    explanation: str,
    path: Path,
    digits: str,
    tell: Callable[[Entry], Facts],
    *,
    instead: Facts = (),
    layer: int = 0,
) -> WalkStep:
    """Return the step to an entry of a JSON array of objects with an ID each."""
    pattern = f'"id":"{digits}"[^}}]*'

    def look(disk: DataRoot) -> Seen:
        text = disk.text(path)
        found = re.findall(pattern.replace("[^}]", "[^}\n]"), text)
        output = "".join(f"{one}\n" for one in found)
        return Seen(tell(_entry(text, digits)), output)

    return place.step(
        title,
        explanation,
        path,
        f"grep -o {shlex.quote(pattern)} {quoted(path)}",
        look,
        instead=((_("ID"), digits), *instead),
        layer=layer,
    )


def _entry(text: str, digits: str) -> Entry:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotThere(_("It is damaged.")) from error
    for entry in answer if isinstance(answer, list) else ():
        if isinstance(entry, dict) and entry.get("id") == digits:
            return entry
    raise NotThere(_("It has no such entry."))


def _image_facts(entry: Entry) -> Facts:
    names = entry.get("names")
    listed = names if isinstance(names, list) else []
    return (
        *((_("Name"), name) for name in listed if isinstance(name, str)),
        *_texts(entry, ("id", "layer")),
    )


def _layer_facts(entry: Entry) -> Facts:
    size = entry.get("diff-size")
    facts = _texts(entry, ("id", "parent", "diff-digest", "compressed-diff-digest"))
    return (*facts, *((("diff-size", str(size)),) if isinstance(size, int) else ()))


def _texts(entry: Entry, keys: tuple[str, ...]) -> Facts:
    values = ((key, entry.get(key)) for key in keys)
    return tuple((key, value) for key, value in values if isinstance(value, str))
