"""Verbs of images on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.i18n import _
from tui.report.verb import Given, Told, Verb

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.store.state import State


class AddCommand(Protocol):
    """Adds a command."""

    def __call__(self, name: str, summary: str, *, context_letter: bool = True) -> ArgumentParser:
        """Take its name and what it does; whether `-c` is the docker context there."""


def add_commands(add: AddCommand) -> None:
    """Add the verbs."""
    pull = add("pull", _("download an image"))
    pull.add_argument("reference", metavar="NAME[:TAG|@DIGEST]", help=_("which image"))
    pull.add_argument("-a", "--all-tags", action="store_true", help=_("all tags of the repository"))
    pull.add_argument("--platform", default="", metavar="OS/ARCH", help=_("such as linux/arm64"))
    pull.add_argument(
        "--preview", action="store_true", help=_("tell what it would fetch, and pull nothing")
    )
    pull.set_defaults(verb=Verb(_make_pull, _tell_pull))
    tag = add("tag", _("give an image one more name"))
    tag.add_argument("image", metavar="IMAGE", help=_("name, digest, ID, its first digits"))
    tag.add_argument("reference", metavar="NAME[:TAG]", help=_("the new name"))
    tag.set_defaults(verb=Verb(_make_tag))


def _make_pull(given: Given) -> Action:
    from tui.actions.forms import FORMS
    from tui.actions.selection import EMPTY_SELECTION
    from tui.actions.values.reading import PlanPull

    values = {
        "reference": given["reference"],
        "platform": given["platform"],
        "all_tags": "yes" if given["all_tags"] else "",
    }
    action = FORMS["pull"].build(EMPTY_SELECTION, values)
    if given["preview"]:
        return PlanPull(given["reference"], given["platform"])
    return action


def _tell_pull(ending: Ending, state: State) -> Told:
    from tui.report.doing import told_of
    from tui.report.pullplans import told_plan

    return told_plan(state.pull_plan) if state.pull_plan.reference else told_of(ending)


def _make_tag(given: Given) -> Action:
    from tui.actions.forms.form import checked_tag
    from tui.actions.values.images import TagImage

    return TagImage(given["image"], given["image"], checked_tag(given["reference"]))
