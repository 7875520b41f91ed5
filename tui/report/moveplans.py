"""What loading an archive, or sending images, would do: as lines and as JSON."""

from __future__ import annotations

from tui.i18n import _, ngettext
from tui.model.loadplan import LoadedImage, LoadPlan, Move, TagChange
from tui.model.sendplan import SendPlan
from tui.model.text import exact_size, human_size, short_id, visible
from tui.report.verb import Told


def told_load(plan: LoadPlan) -> Told:
    """Return a plan of loading for people and for programs."""
    count = len(plan.images)
    head = ngettext("{path}, {size}: {count} image", "{path}, {size}: {count} images", count)
    lines = [head.format(path=visible(plan.path), size=exact_size(plan.size), count=count)]
    for image in plan.images:
        lines.append(f"{short_id(image.image_id)}  {image_text(image)}")
        lines += [f"    {tag_text(tag, image)}" for tag in image.tags]
    document = {
        "path": plan.path,
        "size": plan.size,
        "images": [_image_document(image) for image in plan.images],
    }
    return Told(tuple(lines), document)


def image_text(image: LoadedImage) -> str:
    """Return what becomes of an image."""
    size = human_size(image.size)
    if image.is_here:
        return _("{size}, {platform}, is here already").format(
            size=size, platform=visible(image.platform)
        )
    text = _("{size}, {platform}, {here} of {count} layers are here ({bytes})")
    return text.format(
        size=size,
        platform=visible(image.platform),
        here=image.layers_here,
        count=image.layers,
        bytes=human_size(image.size_here),
    )


def tag_text(tag: TagChange, image: LoadedImage) -> str:
    """Return what becomes of a tag."""
    name = visible(tag.tag)
    if tag.move is Move.NEW:
        return _("{tag} is new").format(tag=name)
    if tag.move is Move.SAME:
        return _("{tag} stays as it is").format(tag=name)
    text = _("{tag} MOVES from {before} to {after}").format(
        tag=name, before=short_id(tag.before), after=short_id(image.image_id)
    )
    return text + (_("; the old image is left without a name") if tag.leaves_untagged else "")


def _image_document(image: LoadedImage) -> dict[str, object]:
    return {
        "id": image.image_id,
        "platform": image.platform,
        "size": image.size,
        "here": image.is_here,
        "layers": image.layers,
        "layers_here": image.layers_here,
        "size_here": image.size_here,
        "tags": [
            {
                "tag": tag.tag,
                "move": tag.move.value,
                "before": tag.before or None,
                "leaves_untagged": tag.leaves_untagged,
            }
            for tag in image.tags
        ],
    }


def told_send(plan: SendPlan) -> Told:
    """Return a plan of sending for people and for programs."""
    document = {
        "to": plan.to,
        "engine": plan.engine,
        "size": plan.size,
        "layers": plan.layers,
        "layers_there": plan.layers_there,
        "size_there": plan.size_there,
        "layers_left_out": plan.layers_there if plan.is_thin else 0,
    }
    return Told(send_lines(plan), document)


def send_lines(plan: SendPlan) -> tuple[str, ...]:
    """Return what sending would do, in sentences."""
    head = _("{to} ({engine}) has {there} of {count} layers.").format(
        to=visible(plan.to),
        engine=visible(plan.engine),
        there=plan.layers_there,
        count=plan.layers,
    )
    if plan.is_thin:
        text = _("About {size} go over; {there} are there and left out.")
    elif plan.layers_there:
        text = _("About {all} go over: between these two Engines no layer can be left out.")
    else:
        text = _("About {all} go over.")
    sizes = text.format(
        size=human_size(max(plan.size - plan.size_there, 0)),
        there=human_size(plan.size_there),
        all=human_size(plan.size),
    )
    return head, sizes
