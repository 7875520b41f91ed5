"""Commit, export and import on the command line, with docker's own flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.i18n import _
from tui.report.verb import Given, Told, Verb

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.arguments.verbs import AddCommand
    from tui.store.state import State


def add_commands(add: AddCommand) -> None:
    """Add the verbs."""
    commit = add("commit", _("make an image of a container"), context_letter=False)
    commit.add_argument("container", metavar="CONTAINER", help=_("name or ID"))
    commit.add_argument("reference", metavar="NAME[:TAG]", nargs="?", default="")
    commit.add_argument("-a", "--author", default="", help=_("who made it"))
    _add_what_it_is(commit)
    commit.add_argument(
        "--no-pause", dest="pause", action="store_false", help=_("let its processes go on")
    )
    commit.set_defaults(verb=Verb(_make_commit, _tell_commit))
    export = add("export", _("write the files of a container to a tar"))
    export.add_argument("container", metavar="CONTAINER", help=_("name or ID"))
    export.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        default="-",
        help=_("compressed if it ends in .tar.gz or .tar.zst; without: standard output"),
    )
    export.add_argument("--overwrite", action="store_true", help=_("replace a file that is there"))
    export.set_defaults(verb=Verb(_make_export, _tell_export, changes=False))
    taken = add("import", _("make an image of a tar of files"), context_letter=False)
    taken.add_argument("source", metavar="FILE|URL|-", help=_("plain or compressed"))
    taken.add_argument("reference", metavar="NAME[:TAG]", nargs="?", default="")
    _add_what_it_is(taken)
    taken.add_argument("--platform", default="", metavar="OS/ARCH", help=_("such as linux/arm64"))
    taken.set_defaults(verb=Verb(_make_import))


def _add_what_it_is(command: ArgumentParser) -> None:
    command.add_argument("-m", "--message", default="", help=_("a line about the image"))
    command.add_argument(
        "-c",
        "--change",
        dest="changes",
        action="append",
        default=[],
        metavar="INSTRUCTION",
        help=_("such as 'CMD [\"bash\"]'; may be given several times"),
    )


def _make_commit(given: Given) -> Action:
    from tui.actions.forms.committing import checked_changes, optional_tag
    from tui.actions.values.committing import CommitContainer
    from tui.actions.values.containers import ContainerTarget

    return CommitContainer(
        ContainerTarget(given["container"], given["container"]),
        optional_tag(given["reference"]),
        author=given["author"],
        message=given["message"],
        changes=checked_changes("\n".join(given["changes"])),
        pause=given["pause"],
    )


def _tell_commit(ending: Ending, _state: State) -> Told:
    """Tell how it ended, and which layers are the base's own."""
    from dataclasses import replace

    from tui.report.doing import told_of

    told = told_of(ending)
    words = (("shared_layers", _("base")), ("new_layers", _("new")))
    lines = [f"{word}  {diff_id}" for key, word in words for diff_id in _strings(ending, key)]
    return replace(told, lines=(*told.lines, *lines))


def _strings(ending: Ending, key: str) -> tuple[str, ...]:
    found = ending.facts.get(key)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _make_export(given: Given) -> Action:
    from tui.actions.values.containers import ContainerTarget
    from tui.actions.values.exporting import ExportContainer

    container = ContainerTarget(given["container"], given["container"])
    return ExportContainer(container, given["output"], given["overwrite"])


def _tell_export(ending: Ending, _state: State) -> Told:
    """Tell how it ended, but nothing where the tar itself went to standard output."""
    from tui.actions.values.exporting import STANDARD
    from tui.report.doing import told_of

    return Told() if ending.facts.get("path") == STANDARD else told_of(ending)


def _make_import(given: Given) -> Action:
    from tui.actions.forms.exporting import import_of

    values = {**given, "changes": "\n".join(given["changes"])}
    return import_of(given["source"], values)
