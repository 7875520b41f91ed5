"""How tags read: rows, order, fields, and the question before one is deleted. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tui.i18n import _, ngettext
from tui.model.image import ImageSummary
from tui.model.reference import InvalidReference, parse_reference
from tui.model.registry import (
    NO_QUOTA,
    UNKNOWN_BYTES,
    Deletion,
    Quota,
    RemoteTag,
    TagDetails,
    natural_order,
)
from tui.model.text import age, exact_size, human_size, short_id, utc_time, visible
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.details import config_fields
from tui.ui.screens.text import FieldValue
from tui.ui.widgets.columns import CellText, Row

LISTED: Final = 12
"""Tags that a question names."""


class Here:
    """Which digests and tags of a repository are on the Engine."""

    def __init__(self, images: Iterable[ImageSummary], repository: str) -> None:
        self._digests: set[str] = set()
        self._tags: set[str] = set()
        if repository:
            for image in images:
                for name in image.references:
                    self._note(name, repository)

    def _note(self, name: str, repository: str) -> None:
        try:
            reference = parse_reference(name)
        except InvalidReference:
            return
        if reference.repository == repository:
            self._digests.add(reference.digest)
            self._tags.add(reference.tag)

    def cell(self, tag: RemoteTag) -> CellText:
        """Tell in a word whether a tag is here, or an older image of its name."""
        if tag.digest and tag.digest in self._digests:
            return CellText(_("here"), "good")
        if tag.name in self._tags:
            return CellText(_("older") if tag.digest else _("name"), "warn")
        return CellText("")


def sort_tags(tags: list[RemoteTag], sort: tuple[str, bool], here: Here) -> list[RemoteTag]:
    """Return tags in an order; what is not known comes last either way."""
    column, descending = sort
    if column == "name":
        return sorted(tags, key=lambda tag: natural_order(tag.name), reverse=descending)
    if column == "here":
        return sorted(tags, key=lambda tag: not here.cell(tag).text, reverse=descending)
    if column not in ("updated", "size"):
        return tags[::-1] if descending else tags
    sign = -1 if descending else 1

    def key(tag: RemoteTag) -> tuple[bool, int]:
        value = tag.updated or UNKNOWN_BYTES if column == "updated" else tag.size
        return value == UNKNOWN_BYTES, sign * value

    return sorted(tags, key=key)


def tag_row(tag: RemoteTag, *, here: Here, now: float) -> Row:
    """Return one tag as the list shows it."""
    platforms = ", ".join(one.platform.removeprefix("linux/") for one in tag.platforms)
    size = human_size(tag.size) if tag.size != UNKNOWN_BYTES else ""
    when = age(tag.updated, now) if tag.updated else ""
    told = CellText(tag.trouble, "warn") if tag.trouble else platforms
    return Row(tag.name, (tag.name, here.cell(tag), when, size, short_id(tag.digest), told))


def quota_text(quota: Quota) -> str:
    """Return how many pulls are left, in words; empty where nobody told."""
    if quota == NO_QUOTA or not quota.limit:
        return ""
    return _("pulls left: {left} of {limit} in {hours} h").format(
        left=quota.remaining, limit=quota.limit, hours=max(round(quota.seconds / 3600), 1)
    )


def deletion_question(deletion: Deletion) -> ConfirmScreen:
    """Return the question before a digest is deleted: it names every tag that goes with it."""
    names = [visible(name) for name in deletion.tags[:LISTED]]
    more = len(deletion.tags) - len(names)
    names += [_("and {count} more").format(count=more)] if more > 0 else []
    lines = [
        _("Registries delete by digest, so ALL tags of it go:"),
        "  " + ", ".join(names),
        visible(deletion.digest),
    ]
    if deletion.unchecked:
        lines.append(
            ngettext(
                "{count} more tag was not compared, and may go too.",
                "{count} more tags were not compared, and may go too.",
                deletion.unchecked,
            ).format(count=deletion.unchecked)
        )
    lines.append(_("Nobody can pull it afterwards. Images on Engines stay."))
    name = f"{deletion.repository}:{deletion.tag}"
    return ConfirmScreen(
        _("Delete {name} in its registry?").format(name=visible(name)),
        _("Delete"),
        text="\n".join(lines),
    )


def tag_fields(reference: str, tag: RemoteTag) -> list[FieldValue]:
    """Return what is known of a tag; what is not known is left out."""
    size = exact_size(tag.size) if tag.size != UNKNOWN_BYTES else ""
    by_digest = f"{reference.rpartition(':')[0]}@{tag.digest}" if tag.digest else ""
    fields = [
        FieldValue(_("Name"), reference),
        FieldValue(_("Digest"), tag.digest),
        FieldValue(_("By digest"), by_digest),
        FieldValue(_("Date"), utc_time(tag.updated) if tag.updated else ""),
        FieldValue(_("Download"), size),
        *(FieldValue(_("Platform"), _platform_text(one.platform, one.size, one.digest))
          for one in tag.platforms),
        FieldValue(_("Trouble"), tag.trouble),
    ]  # fmt: skip
    return [field for field in fields if field.value]


def _platform_text(platform: str, size: int, digest: str) -> str:
    told = human_size(size) if size != UNKNOWN_BYTES else ""
    return "  ".join(filter(None, (platform, told, digest)))


def details_fields(details: TagDetails) -> list[FieldValue]:
    """Return everything of a tag: itself, its layers, its config."""
    total = sum(layer.size for layer in details.layers)
    count = sum(1 for layer in details.layers if layer.digest or layer.size)
    fields = tag_fields(details.reference, details.tag)
    layers = ngettext("{count} layer, {size} of {platform}", "{count} layers, {size} of {platform}",
                      count)  # fmt: skip
    text = layers.format(count=count, size=human_size(total), platform=details.platform.platform)
    fields.append(FieldValue(_("Layers"), text))
    for number, layer in enumerate(details.layers, 1):
        size = human_size(layer.size) if layer.digest or layer.size else _("no layer")
        parts = (f"{size:>8}", short_id(layer.digest), layer.created_by)
        fields.append(
            FieldValue(_("Layer {number}").format(number=number), "  ".join(filter(None, parts)))
        )
    if details.media_type:
        fields.append(FieldValue(_("Media type"), details.media_type))
    return fields + config_fields(details.config)
