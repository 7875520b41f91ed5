"""`orlop mirrors ...` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.arguments.verbs import AddCommand
from tui.i18n import _
from tui.report.verb import Given, Told, Unusable, Verb

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.store.state import State


def add_commands(add: AddCommand, shared: ArgumentParser) -> None:
    """Add the verbs; `shared` has the options that may stand anywhere."""
    from argparse import SUPPRESS

    mirrors = add("mirrors", _("list, test and change the mirrors of Docker Hub"))
    mirrors.set_defaults(verb=Verb(_make_list, _tell_list, changes=False))
    verbs = mirrors.add_subparsers(metavar="VERB", title=_("verbs"))

    def verb(name: str, summary: str) -> ArgumentParser:
        parser = verbs.add_parser(
            name, parents=[shared], allow_abbrev=False, help=summary, description=summary
        )
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help=SUPPRESS)
        return parser

    verb("list", _("those in force and those in the file (this is done without a verb too)"))
    test = verb("test", _("ask mirrors what the Engine would ask them"))
    test.add_argument("mirrors", metavar="URL", nargs="*", help=_("which; all without one"))
    test.add_argument("--image", default="", metavar="NAME", help=_("by default hello-world"))
    test.set_defaults(verb=Verb(_make_test, _tell_test, changes=False))
    more = verb("add", _("add mirrors at the end"))
    more.add_argument("mirrors", metavar="URL", nargs="+", help=_("https://mirror.example"))
    more.add_argument("--first", action="store_true", help=_("at the beginning"))
    less = verb("remove", _("remove mirrors"))
    less.add_argument("mirrors", metavar="URL", nargs="+", help=_("as it is listed"))
    exactly = verb("set", _("have exactly these mirrors, in this order; without one, none"))
    exactly.add_argument("mirrors", metavar="URL", nargs="*", help=_("https://mirror.example"))
    back = verb("rollback", _("have the file again that was there before the last change"))
    for parser, edit in ((more, "add"), (less, "remove"), (exactly, "set"), (back, "")):
        _add_consent(parser)
        parser.set_defaults(verb=Verb(_make_change, then=_ask), edit=edit)


def _add_consent(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help=_("only show what would change"))
    parser.add_argument("-y", "--yes", action="store_true", help=_("write without asking"))
    parser.add_argument("--sudo", action="store_true", help=_("with --yes: by sudo, if need be"))


def _make_list(_given: Given) -> Action:
    from tui.actions.values.mirrors import ReadMirrors

    return ReadMirrors()


def _make_test(given: Given) -> Action:
    from tui.actions.values.mirrors import ProbeMirrors
    from tui.mirrors.probing import image_of

    image_of(given["image"])
    return ProbeMirrors(tuple(given["mirrors"]), given["image"])


def _make_change(given: Given) -> Action:
    """Return the change, with what the user has agreed to so far."""
    from tui.actions.values.mirrors import ChangeMirrors, Consent, MirrorEdit, RollBackMirrors

    if given["dry_run"] and given["yes"]:
        raise Unusable(_("--dry-run and --yes: one of them."))
    consent = Consent.TRIAL if given["dry_run"] else Consent.ASK
    if given["yes"]:
        consent = Consent.GIVEN
    if not given["edit"]:
        return RollBackMirrors(consent, sudo=given["sudo"])
    edit = MirrorEdit.ADD_FIRST if given.get("first") else MirrorEdit(given["edit"])
    return ChangeMirrors(edit, tuple(given["mirrors"]), consent, sudo=given["sudo"])


def _tell_list(_ending: Ending, state: State) -> Told:
    from tui.report.mirrorlines import list_told

    return list_told(state)


def _tell_test(ending: Ending, state: State) -> Told:
    from tui.report.mirrorlines import test_told

    return test_told(ending, state)


def _ask(action: Action, state: State) -> Action | None:
    from tui.report.consent import agreed_change

    return agreed_change(action, state)
