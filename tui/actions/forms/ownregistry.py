"""The form of a registry of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import Field, FieldKind, Form, NotYet, Secret
from tui.actions.selection import Selection
from tui.actions.values.ownregistry import StartOwnRegistry
from tui.i18n import N_, _

PORTS: Final = range(1, 65536)


def _build_start(_selection: Selection, values: Mapping[str, str]) -> Action:
    port = values["port"].strip()
    if not port.isascii() or not port.isdecimal() or int(port[:6]) not in PORTS:
        raise NotYet(_("A port is a number from 1 to 65535; 5000 is usual."))
    user, password = values["user"].strip(), values["password"]
    if ":" in user or not user.isprintable():
        raise NotYet(_("A user name has letters and digits, and no colon."))
    if user and not password:
        raise NotYet(_("Type a password for {user}.").format(user=user))
    if password and not user:
        raise NotYet(_("Type the name that goes with the password."))
    return StartOwnRegistry(values["host"], int(port), values["backend"], user, Secret(password))


def _about(_selection: Selection) -> str:
    return _("It goes on when orlop ends, until it is stopped here or with: orlop registry stop")


START_FORM: Final = Form(
    "start_own_registry",
    N_("Serve a registry"),
    N_("Start"),
    (
        Field("port", N_("Port"), initial=lambda _selection: "5000"),
        Field(
            "host",
            N_("Who reaches it"),
            kind=FieldKind.CHOICE,
            choices=(
                ("127.0.0.1", N_("this machine")),
                ("0.0.0.0", N_("everybody in the network, without TLS")),
            ),
        ),
        Field(
            "backend",
            N_("Served by"),
            kind=FieldKind.CHOICE,
            choices=(
                ("auto", N_("docker-registry or the image, where there is one")),
                ("builtin", N_("orlop's own server")),
            ),
        ),
        Field("user", N_("User"), N_("empty: no login, or those it has already")),
        Field("password", N_("Password"), kind=FieldKind.SECRET),
    ),
    _build_start,
    _about,
)
