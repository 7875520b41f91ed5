"""Verbs that move images, on the command line: `save`, `load` and `send`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.i18n import _
from tui.report.verb import Given, Told, Unusable, Verb

if TYPE_CHECKING:
    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.arguments.verbs import AddCommand
    from tui.store.state import State


def add_commands(add: AddCommand) -> None:
    """Add the verbs."""
    save = add("save", _("write images to one archive"))
    save.add_argument("images", metavar="IMAGE", nargs="+", help=_("name, digest or ID"))
    save.add_argument(
        "-o", "--output", default="-", metavar="FILE", help=_("where to; - is standard output")
    )
    save.add_argument(
        "--compress",
        choices=("none", "gzip", "zstd"),
        default="",
        help=_("by default as the file's name tells: .gz, .tgz, .zst"),
    )
    save.add_argument("--overwrite", action="store_true", help=_("replace a file that is there"))
    save.add_argument(
        "--no-check", dest="check", action="store_false", help=_("do not check the archive")
    )
    save.set_defaults(verb=Verb(_make_save, _tell_save, changes=False))
    load = add("load", _("take the images of an archive in"))
    load.add_argument(
        "-i", "--input", default="-", metavar="FILE", help=_("where from; else standard input")
    )
    load.add_argument("-q", "--quiet", dest="silent", action="store_true", help=_("say nothing"))
    load.add_argument(
        "--preview", action="store_true", help=_("tell what it would do; load nothing")
    )
    load.add_argument(
        "--no-check", dest="check", action="store_false", help=_("do not look through it before")
    )
    load.set_defaults(verb=Verb(_make_load, _tell_load))
    send = add("send", _("bring images to another Engine, without a file"))
    send.add_argument("images", metavar="IMAGE", nargs="+", help=_("name, digest or ID"))
    send.add_argument(
        "--to", required=True, metavar="CONTEXT|URL", help=_("a docker context, or an address")
    )
    send.add_argument(
        "--preview", action="store_true", help=_("tell what it would do; send nothing")
    )
    send.set_defaults(verb=Verb(_make_send, _tell_send))


def _make_save(given: Given) -> Action:
    from tui.actions.values.moving import STDIO, SaveImages
    from tui.transfer.packing import packing_of

    path = given["output"]
    packing = {"none": "plain"}.get(given["compress"], given["compress"]) or packing_of(path).value
    if given["json"] and path == STDIO:
        raise Unusable(_("The archive and --json cannot both go to the standard output."))
    return SaveImages(tuple(given["images"]), path, packing, given["overwrite"], given["check"])


def _tell_save(ending: Ending, _state: State) -> Told:
    """Tell the end, unless the archive itself went to the standard output."""
    from tui.actions.values.moving import STDIO
    from tui.report.doing import told_of

    return Told() if ending.facts.get("path") == STDIO else told_of(ending)


def _make_load(given: Given) -> Action:
    from tui.actions.values.moving import STDIO, LoadImages, PlanLoad

    if not given["preview"]:
        return LoadImages(given["input"], given["check"], silent=given["silent"])
    if given["input"] == STDIO:
        raise Unusable(_("A preview needs a file: name it with -i FILE."))
    return PlanLoad(given["input"])


def _tell_load(ending: Ending, state: State) -> Told:
    from tui.model.loadplan import NO_LOAD_PLAN
    from tui.report.doing import told_of
    from tui.report.moveplans import told_load

    if state.load_plan != NO_LOAD_PLAN:
        return told_load(state.load_plan)
    return told_of(ending)


def _make_send(given: Given) -> Action:
    from tui.actions.values.moving import PlanSend, SendImages

    names = tuple(given["images"])
    return PlanSend(names, given["to"]) if given["preview"] else SendImages(names, given["to"])


def _tell_send(ending: Ending, state: State) -> Told:
    from tui.model.sendplan import NO_SEND_PLAN
    from tui.report.doing import told_of
    from tui.report.moveplans import told_send

    if state.send_plan != NO_SEND_PLAN:
        return told_send(state.send_plan)
    return told_of(ending)
