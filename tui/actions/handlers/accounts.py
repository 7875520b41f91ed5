"""Logging in and out of registries, and telling where one is logged in.

A login is checked by orlop itself, since an Engine says yes too readily; the Engine is asked
where only it reaches the registry, and then that is said.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.accounts import ListAccounts, LogIn, LogOut
from tui.engine.errors import AuthRequired, EngineError
from tui.i18n import _
from tui.model.progress import Progress
from tui.model.text import visible
from tui.store import events
from tui.store.state import Trouble

if TYPE_CHECKING:
    from tui.credentials.errors import CredentialsError
    from tui.credentials.login import Login, Place
    from tui.registry.errors import Unreachable
    from tui.registry.login import Checked


def log_in(action: LogIn, context: JobContext) -> Ending:
    """Check a login and keep it; an open registry needs none, so none is kept for it."""
    from tui.credentials.accounts import keep

    registry = visible(action.registry)
    context.report(Progress(_("Asking {registry}").format(registry=registry)))
    checked, by_engine = _checked(action, context)
    context.check()
    facts: dict[str, object] = {
        "registry": action.registry,
        "user": action.login.user,
        "open": checked.is_open,
        "checked_by": "engine" if by_engine else "orlop",
        "token": bool(checked.login.identity_token),
        "kept": action.place.keeper.value if action.place and not checked.is_open else "",
    }
    if checked.is_open:
        sentence = _("{registry} lets everybody in: no login is needed, and none was kept.")
        return Ending(sentence.format(registry=registry), facts=facts)
    if action.place is not None:
        keep(action.registry, checked.login, action.place)
        tell_accounts(context)
    return Ending(_login_sentence(action, checked.login, by_engine=by_engine), facts=facts)


def _login_sentence(action: LogIn, login: Login, *, by_engine: bool) -> str:
    """Return how a login ended: who, as what it is kept, where, and who says so."""
    names = {"registry": visible(action.registry), "user": visible(action.login.user)}
    if action.place is None:
        sentences = [_("{registry} takes this login of {user}; it was not kept.").format(**names)]
    else:
        kept = _("Kept by: {place}.")
        if login.identity_token:
            kept = _("A token is kept, not the password: {place}.")
        sentences = [
            _("Logged in to {registry} as {user}.").format(**names),
            kept.format(place=action.place.label),
        ]
    if by_engine:
        sentences.append(
            _("Only the Engine reaches this registry, and it says yes also where none is needed.")
        )
    return " ".join(sentences)


def _checked(action: LogIn, context: JobContext) -> tuple[Checked, bool]:
    """Check a login; returns whether it was the Engine that did it.

    Raises:
        RegistryError: the registry does not take it, or nobody reaches it.
    """
    from tui.registry.errors import BadTls, Unreachable
    from tui.registry.login import check_login, way_to

    way = way_to(action.registry)
    context.on_cancel(way.hang_up)
    try:
        return check_login(action.registry, action.login, connections=way), False
    except BadTls as error:
        context.check()
        if _is_trusted(action.registry, context):
            return _without_certificates(action, context), False
        return _by_engine(action, context, error), True
    except Unreachable as error:
        context.check()
        return _by_engine(action, context, error), True


def _is_trusted(registry: str, context: JobContext) -> bool:
    """Tell whether the Engine is set to reach a registry without a good certificate."""
    from tui.engine.registries import is_trusted, trusted_registries

    try:
        return is_trusted(registry, trusted_registries(context.client()))
    except EngineError:  # no Engine that could be set to anything
        return False


def _without_certificates(action: LogIn, context: JobContext) -> Checked:
    from tui.registry.login import check_login, way_to

    way = way_to(action.registry, is_insecure=True)
    context.on_cancel(way.hang_up)
    return check_login(action.registry, action.login, is_insecure=True, connections=way)


def _by_engine(action: LogIn, context: JobContext, why: Unreachable) -> Checked:
    """Have the Engine check a login, which may sit in another network.

    Raises:
        Unreachable: why orlop does not reach the registry; the Engine does not either.
        WrongPassword: the Engine reaches it, and it does not take the login.
    """
    from tui.engine.registries import log_in as engine_log_in
    from tui.registry.errors import WrongPassword
    from tui.registry.login import Checked

    try:
        client = context.client()
        context.on_cancel(client.cut)
        return Checked(engine_log_in(client, action.registry, action.login))
    except AuthRequired as error:
        raise WrongPassword(error.detail) from None
    except EngineError:
        context.check()
        raise why from None


def log_out(action: LogOut, context: JobContext) -> Ending:
    """Drop a login from wherever it is kept."""
    from tui.credentials.accounts import drop
    from tui.credentials.login import IN_ENVIRONMENT
    from tui.credentials.stored import environment_accounts

    gone = drop(action.registry)
    tell_accounts(context)
    stays = any(one.registry == action.registry for one in environment_accounts(os.environ))
    facts = {"registry": action.registry, "dropped": [place.keeper.value for place in gone]}
    sentence = _dropped_sentence(visible(action.registry), gone)
    if stays:
        told = _("The login in {name} stays: take it out of the environment.")
        sentence = f"{sentence} {told.format(name=IN_ENVIRONMENT.label)}"
    return Ending(sentence, facts=facts)


def _dropped_sentence(registry: str, gone: tuple[Place, ...]) -> str:
    if not gone:
        return _("There was no login to {registry}.").format(registry=registry)
    places = ", ".join(place.label for place in gone)
    return _("Logged out of {registry}. It was kept by: {places}.").format(
        registry=registry, places=places
    )


def list_accounts(action: ListAccounts, context: JobContext) -> Ending:
    """Read the logins, and the registries that the Engine trusts."""
    from tui.engine.registries import trusted_registries

    trusted: tuple[str, ...] = ()
    if action.asks_engine:
        try:
            trusted = trusted_registries(context.client())
        except EngineError:  # these are for completing names alone
            trusted = ()
    tell_accounts(context, tuple(one for one in trusted if "/" not in one))
    return Ending()


def tell_accounts(context: JobContext, registries: tuple[str, ...] = ()) -> None:
    """Read the logins and tell the store."""
    from tui.credentials.accounts import list_accounts as read_accounts

    found = read_accounts()
    troubles = tuple(map(_trouble, found.troubles))
    context.tell(events.AccountsListed(found.accounts, troubles, registries))


def _trouble(error: CredentialsError) -> Trouble:
    return Trouble(error.title, error.remedy, error.detail)
