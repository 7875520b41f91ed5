"""The forms of images: what to pull, how to call it, what to search for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import (
    Field,
    FieldKind,
    Form,
    NotYet,
    checked_platform,
    checked_reference,
    checked_tag,
)
from tui.actions.selection import Selection
from tui.actions.values.images import PullImage, SearchImages, TagImage
from tui.i18n import N_, _
from tui.model.reference import parse_reference
from tui.model.text import short_id


def _build_pull(_selection: Selection, values: Mapping[str, str]) -> Action:
    reference = checked_reference(values["reference"])
    all_tags = bool(values["all_tags"])
    parsed = parse_reference(reference)
    if all_tags and (parsed.tag or parsed.digest):
        raise NotYet(_("All tags of a repository: leave out the tag."))
    return PullImage(reference, checked_platform(values["platform"]), all_tags)


def _build_tag(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.images:
        raise NotYet(_("Nothing is selected."))
    row = selection.images[0]
    reference = checked_tag(values["reference"])
    source = row.reference or short_id(row.image.image_id)
    return TagImage(row.image.image_id, source, reference)


def _build_search(_selection: Selection, values: Mapping[str, str]) -> Action:
    term = values["term"].strip()
    if not term:
        raise NotYet(_("Type what to search for."))
    if "://" in term:
        raise NotYet(_("Leave out the scheme: registry.example:5000/term."))
    return SearchImages(term)


def _current_reference(selection: Selection) -> str:
    return selection.images[0].reference if selection.images else ""


def _current_repository(selection: Selection) -> str:
    return selection.images[0].repository if selection.images else ""


def _found_name(selection: Selection) -> str:
    return selection.results[0].name if selection.results else ""


def _pull_form(form_id: str, initial: Callable[[Selection], str]) -> Form:
    return Form(
        form_id,
        N_("Pull an image"),
        N_("Pull"),
        (
            Field(
                "reference",
                N_("Reference"),
                N_("[registry/]name[:tag][@digest]"),
                initial=initial,
            ),
            Field("platform", N_("Platform"), N_("such as linux/arm64; empty: the Engine's own")),
            Field("all_tags", N_("All tags of the repository"), kind=FieldKind.SWITCH),
        ),
        _build_pull,
    )


IMAGE_FORMS: Final = (
    _pull_form("pull", _current_reference),
    _pull_form("pull_result", _found_name),
    Form(
        "tag",
        N_("Tag the image"),
        N_("Tag"),
        (Field("reference", N_("New name"), N_("name[:tag]"), initial=_current_repository),),
        _build_tag,
    ),
    Form(
        "search",
        N_("Search Docker Hub"),
        N_("Search"),
        (Field("term", N_("Term"), N_("name, or registry.example:5000/name")),),
        _build_search,
    ),
)
