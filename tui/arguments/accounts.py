"""Logging in and out of registries, and pushing, on the command line.

A password comes from the terminal, unseen, or from standard input; there is no option for it, since
every process of the machine can read options.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from tui.arguments.verbs import AddCommand
from tui.i18n import _
from tui.report.verb import Given, Told, Unusable, Verb, may_change

if TYPE_CHECKING:
    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.credentials.login import Place
    from tui.store.state import State

SECRET_MAX: Final = 1 << 16
"""Characters of a password that are read."""


def add_commands(add: AddCommand) -> None:
    """Add the verbs."""
    server = _("host[:port]; without one, Docker Hub")
    login = add("login", _("log in to a registry; the registry itself is asked whether it is good"))
    login.add_argument("server", metavar="SERVER", nargs="?", default="", help=server)
    login.add_argument("-u", "--username", default="", metavar="USER", help=_("who"))
    login.add_argument(
        "--password-stdin", action="store_true", help=_("read the password from standard input")
    )
    login.add_argument(
        "--keep",
        default="",
        metavar="PLACE",
        help=_("helper, helper:NAME, file (config.json, not encrypted) or no; asks if need be"),
    )
    login.add_argument("--list", action="store_true", help=_("tell the logins, without secrets"))
    login.set_defaults(verb=Verb(_make_login, _tell))
    logout = add("logout", _("drop the login to a registry"))
    logout.add_argument("server", metavar="SERVER", nargs="?", default="", help=server)
    logout.set_defaults(verb=Verb(_make_logout))
    accounts = add("accounts", _("tell the logins to registries, without secrets"))
    accounts.set_defaults(verb=Verb(_make_list, _tell_accounts, changes=False))
    push = add("push", _("send an image to a registry"))
    push.add_argument("reference", metavar="NAME[:TAG]", help=_("which image; tag it first"))
    push.add_argument("-a", "--all-tags", action="store_true", help=_("all tags of the repository"))
    push.set_defaults(verb=Verb(_make_push, _tell_push))


def _make_login(given: Given) -> Action:
    """Ask for what was not given, and make the action.

    Raises:
        Unusable: nobody can be asked.
    """
    from tui.actions.forms.accounts import checked_login

    if given["list"]:
        return _make_list(given)
    may_change(read_only=given["read_only"])  # before anything is asked for
    if given["password_stdin"] and not given["username"]:
        raise Unusable(_("--password-stdin needs --username."))
    user = given["username"] or _asked(_("User name: "))
    secret = _piped() if given["password_stdin"] else _asked_secret()
    action = checked_login(given["server"], user, secret, "")
    return action._replace(place=_place(given["keep"], action.registry))


def _place(wanted: str, registry: str) -> Place | None:
    """Return where a login is kept: as was said, else by a helper, else after a question.

    Raises:
        ValueError: it cannot be kept there, or nobody can be asked.
    """
    from tui.actions.forms.accounts import place_named
    from tui.credentials.accounts import places
    from tui.credentials.errors import CredentialsError
    from tui.credentials.login import IN_FILE, Keeper

    if wanted == "no":
        return None
    if wanted:
        if wanted == Keeper.SESSION:  # which ends with this command
            raise Unusable(_("A login is kept by: helper, helper:NAME, file; or --keep no."))
        return place_named(wanted, registry)
    try:
        found = places(registry)
    except CredentialsError as error:
        raise Unusable(f"{error.title} {error.detail} {error.remedy}") from error
    if found[0].keeper is Keeper.HELPER:
        return found[0]
    if IN_FILE not in found:
        raise Unusable(_("The credential helper of docker's config.json is not installed."))
    return IN_FILE if _agrees_to_the_file() else None


def _agrees_to_the_file() -> bool:
    """Ask whether a password may be written down without encryption.

    Raises:
        Unusable: nobody can be asked.
    """
    from tui.credentials.configfile import config_path
    from tui.model.text import visible

    where = visible(str(config_path(os.environ)))
    if not sys.stdin.isatty():
        told = _(
            "No credential helper is on this machine. --keep file writes to {path}; --keep no."
        )
        raise Unusable(told.format(path=where))
    question = _(
        "No credential helper is on this machine. Keep the login in {path}? It is not encrypted:"
        " whoever can read the file has it. [y/N] "
    )
    return _asked(question.format(path=where)).lower() in ("y", "yes")


def _make_logout(given: Given) -> Action:
    from tui.actions.values.accounts import LogOut
    from tui.credentials.login import registry_named

    return LogOut(registry_named(given["server"]))


def _make_list(_given: Given) -> Action:
    from tui.actions.values.accounts import ListAccounts

    return ListAccounts()


def _make_push(given: Given) -> Action:
    from tui.actions.forms.form import checked_tag
    from tui.actions.values.accounts import PushImage
    from tui.model.reference import parse_reference

    reference = checked_tag(given["reference"])
    if given["all_tags"] and parse_reference(reference).tag:
        raise Unusable(_("All tags of a repository: leave out the tag."))
    return PushImage(reference, reference, reference, all_tags=given["all_tags"])


def _tell(ending: Ending, state: State) -> Told:
    """Tell how a login ended; or the logins, if those were asked for."""
    from tui.report.doing import told_of

    return told_of(ending) if ending.facts else _tell_accounts(ending, state)


def _tell_accounts(_ending: Ending, state: State) -> Told:
    from tui.report.accounts import accounts_document, accounts_lines

    code = 1 if state.logins.troubles else 0
    return Told(accounts_lines(state.logins), accounts_document(state.logins), code)


def _tell_push(ending: Ending, _state: State) -> Told:
    """Tell how a push ended; each line by which others pull stands alone."""
    from dataclasses import replace

    from tui.report.doing import told_of

    told = told_of(ending)
    pull = ending.facts.get("pull")
    if not isinstance(pull, list) or len(pull) < 2:
        return told
    return replace(told, lines=(*told.lines, *map(str, pull)))


def _asked(question: str) -> str:
    """Ask on the terminal.

    Raises:
        Unusable: there is none.
    """
    if not sys.stdin.isatty():
        raise Unusable(_("There is no terminal to ask on: use --username and --password-stdin."))
    print(question, end="", file=sys.stderr, flush=True)  # noqa: T201
    return sys.stdin.readline().strip()


def _asked_secret() -> str:
    """Ask on the terminal, which shows nothing of the answer.

    Raises:
        Unusable: there is none.
    """
    import getpass
    import warnings

    if not sys.stdin.isatty():
        raise Unusable(_("There is no terminal to ask on: use --username and --password-stdin."))
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(_("Password or token: "), stream=sys.stderr)
        except (EOFError, getpass.GetPassWarning):
            raise Unusable(_("The password cannot be typed unseen here.")) from None


def _piped() -> str:
    """Return what comes from standard input, without the end of its line."""
    try:
        text = sys.stdin.read(SECRET_MAX + 1)
    except UnicodeDecodeError:
        raise Unusable(_("The password is no text.")) from None
    if len(text) > SECRET_MAX:
        raise Unusable(_("That is too long for a password."))
    return text.removesuffix("\n").removesuffix("\r")
