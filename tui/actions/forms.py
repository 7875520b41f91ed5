"""Forms: what an action asks for before it can be built. Pure; a screen draws them.

While the user types, the screen builds the action again and again: that gives
the docker line it shows, or the sentence that says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tui.actions.action import Action, PullImage, RenameContainer, SearchImages, TagImage
from tui.actions.selection import Selection
from tui.i18n import N_, _
from tui.model.reference import InvalidReference, parse_reference
from tui.model.text import short_id


class NotYet(ValueError):
    """The form cannot be sent yet; `str()` is the sentence that says why."""


def _nothing(_selection: Selection) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to type or to tick."""

    key: str
    label: str
    help: str = ""
    is_switch: bool = False
    """A tick, worth "yes" or ""."""
    initial: Callable[[Selection], str] = _nothing


@dataclass(frozen=True, slots=True)
class Form:
    """What an action asks for."""

    form_id: str
    title: str
    verb: str
    """The word on the button."""
    fields: tuple[Field, ...]
    build: Callable[[Selection, Mapping[str, str]], Action]
    """Raises NotYet while the values do not do."""


def _build_pull(_selection: Selection, values: Mapping[str, str]) -> Action:
    reference = _checked_reference(values["reference"])
    all_tags = bool(values["all_tags"])
    parsed = parse_reference(reference)
    if all_tags and (parsed.tag or parsed.digest):
        raise NotYet(_("All tags of a repository: leave out the tag."))
    platform = values["platform"].strip()
    if platform and not re.fullmatch(r"[a-z0-9_]+(/[a-z0-9_.]+){0,2}", platform):
        raise NotYet(_("A platform looks like linux/arm64."))
    return PullImage(reference, platform, all_tags)


def _build_tag(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.images:
        raise NotYet(_("Nothing is selected."))
    row = selection.images[0]
    reference = _checked_reference(values["reference"])
    if parse_reference(reference).digest:
        raise NotYet(_("A tag cannot hold a digest."))
    source = row.reference or short_id(row.image.image_id)
    return TagImage(row.image.image_id, source, reference)


def _build_rename(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.containers:
        raise NotYet(_("Nothing is selected."))
    name = values["name"].strip()
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", name):
        raise NotYet(_("A name has two or more letters, digits, _ . or -."))
    return RenameContainer(selection.container_targets[0], name)


def _build_search(_selection: Selection, values: Mapping[str, str]) -> Action:
    term = values["term"].strip()
    if not term:
        raise NotYet(_("Type what to search for."))
    if "://" in term:
        raise NotYet(_("Leave out the scheme: registry.example:5000/term."))
    return SearchImages(term)


def _checked_reference(text: str) -> str:
    if not text.strip():
        raise NotYet(_("Type an image reference, such as nginx:1.27."))
    try:
        return str(parse_reference(text))
    except InvalidReference as error:
        raise NotYet(_("Not an image reference: {why}.").format(why=error)) from error


def _current_reference(selection: Selection) -> str:
    return selection.images[0].reference if selection.images else ""


def _current_repository(selection: Selection) -> str:
    return selection.images[0].repository if selection.images else ""


def _found_name(selection: Selection) -> str:
    return selection.results[0].name if selection.results else ""


def _current_name(selection: Selection) -> str:
    return selection.containers[0].name if selection.containers else ""


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
            Field("all_tags", N_("All tags of the repository"), is_switch=True),
        ),
        _build_pull,
    )


FORMS: Final[Mapping[str, Form]] = {
    form.form_id: form
    for form in (
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
            "rename",
            N_("Rename the container"),
            N_("Rename"),
            (Field("name", N_("New name"), initial=_current_name),),
            _build_rename,
        ),
        Form(
            "search",
            N_("Search Docker Hub"),
            N_("Search"),
            (Field("term", N_("Term"), N_("name, or registry.example:5000/name")),),
            _build_search,
        ),
    )
}
"""Form ID (the same as the action's) → form."""
