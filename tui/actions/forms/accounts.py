"""The forms about registries: who the user is to one, and what an image is called there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tui.actions.action import Action
from tui.actions.forms.form import Field, FieldKind, Form, NotYet, checked_tag
from tui.actions.selection import Selection
from tui.actions.values.accounts import LogIn, PushImage
from tui.i18n import N_, _
from tui.model.reference import HUB, ImageReference, InvalidReference, parse_reference
from tui.model.text import short_id

if TYPE_CHECKING:
    from tui.credentials.login import Place


def login_form(registry: str = "", user: str = "", environ: Mapping[str, str] = os.environ) -> Form:
    """Return the form of a login, with the places of this machine where one can be kept."""
    from tui.credentials.accounts import places
    from tui.credentials.errors import CredentialsError
    from tui.credentials.login import IN_FILE, IN_SESSION

    try:
        found = places(registry or HUB, environ)
    except CredentialsError:  # config.json is broken: it is not for us to touch
        found = (IN_SESSION,)
    ordered = sorted(found, key=lambda place: place == IN_FILE)  # the least safe comes last
    return Form(
        "login",
        N_("Log in to a registry"),
        N_("Log in"),
        (
            Field(
                "registry",
                N_("Registry"),
                N_("host[:port]; empty for Docker Hub"),
                initial=lambda _selection: "" if registry == HUB else registry,
            ),
            Field("user", N_("User"), initial=lambda _selection: user),
            Field("secret", N_("Password"), N_("or a token"), kind=FieldKind.SECRET),
            Field(
                "place",
                N_("Kept by"),
                kind=FieldKind.CHOICE,
                choices=tuple((place_name(place), place.label) for place in ordered),
            ),
        ),
        _build_login,
    )


def place_name(place: Place) -> str:
    """Return a place as a form and the command line name it: `file`, `session`, `helper:pass`."""
    return f"{place.keeper.value}:{place.helper}" if place.helper else place.keeper.value


def place_named(name: str, registry: str, environ: Mapping[str, str] = os.environ) -> Place:
    """Return where a login to a registry shall be kept.

    Raises:
        NotYet: it cannot be kept there.
    """
    from tui.credentials.accounts import places
    from tui.credentials.errors import CredentialsError
    from tui.credentials.login import IN_SESSION

    if name == place_name(IN_SESSION):
        return IN_SESSION
    try:
        found = places(registry, environ)
    except CredentialsError as error:
        raise NotYet(f"{error.title} {error.detail}") from error
    for place in found:
        if name in (place_name(place), place.keeper.value):
            return place
    known = ", ".join(map(place_name, found))
    raise NotYet(_("Logins to this registry can be kept by: {places}.").format(places=known))


def _build_login(_selection: Selection, values: Mapping[str, str]) -> Action:
    return checked_login(
        values["registry"], values["user"], values["secret"], values.get("place", "")
    )


def checked_login(registry: str, user: str, secret: str, place: str = "") -> LogIn:
    """Return the action for a login that was typed; without a place it is checked alone.

    Raises:
        NotYet: something is missing, or wrong.
    """
    from tui.credentials.login import Login, registry_named

    try:
        named = registry_named(registry)
    except ValueError as error:
        raise NotYet(_("Not a registry: {why}.").format(why=error)) from error
    user = user.strip()
    if not user:
        raise NotYet(_("Type the user name."))
    if ":" in user or not user.isprintable():
        raise NotYet(_("A user name has no colon."))
    if not secret:
        raise NotYet(_("Type the password, or a token."))
    login = Login(user, str.__str__(secret))
    return LogIn(named, login, place_named(place, named) if place else None)


def _build_push(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.images:
        raise NotYet(_("Nothing is selected."))
    row = selection.images[0]
    reference = parse_reference(checked_tag(values["reference"]))
    _require_owner(reference)
    names = [_parsed(name) for name in row.image.tags]
    source = row.reference or short_id(row.image.image_id)
    if values.get("all_tags"):
        if reference.tag:
            raise NotYet(_("All tags of a repository: leave out the tag."))
        if not any(name and name.repository == reference.repository for name in names):
            raise NotYet(_("All tags: name a repository that the image is in."))
        return PushImage(row.image.image_id, source, str(reference), all_tags=True)
    whole = reference.with_default_tag()
    return PushImage(row.image.image_id, source, str(whole), tags_first=whole not in names)


def _require_owner(reference: ImageReference) -> None:
    """Raise NotYet for a name without an owner at Docker Hub: nobody may push those."""
    if reference.domain == HUB and reference.path.startswith("library/"):
        name = reference.path.removeprefix("library/")
        raise NotYet(
            _("At Docker Hub a name begins with your user name: USER/{name}.").format(name=name)
        )


def _parsed(name: str) -> ImageReference | None:
    """Return a name of an image; None for one that is none, as only a broken Engine lists."""
    try:
        return parse_reference(name).with_default_tag()
    except InvalidReference:
        return None


def _current_name(selection: Selection) -> str:
    return selection.images[0].reference.partition("@")[0] if selection.images else ""


ACCOUNT_FORMS: Final = (
    Form(
        "push",
        N_("Push the image"),
        N_("Push"),
        (
            Field(
                "reference",
                N_("Name there"),
                N_("[registry/]user/name[:tag]; right arrow completes"),
                initial=_current_name,
            ),
            Field("all_tags", N_("All tags of the repository"), kind=FieldKind.SWITCH),
        ),
        _build_push,
    ),
)
