"""Looking into registries and Docker Hub on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.i18n import _
from tui.report.verb import Given, Told, Unusable, Verb

if TYPE_CHECKING:
    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.arguments.verbs import AddCommand
    from tui.store.state import State

LIMIT_MAX = 100
"""Results of a search that Docker Hub gives at most."""


def add_commands(add: AddCommand) -> None:
    """Add the commands."""
    search = add("search", _("search Docker Hub, or the registry that the term names"))
    search.add_argument("term", metavar="TERM", help=_("name, or registry.example:5000/name"))
    search.add_argument(
        "--limit", type=int, default=25, metavar="N", help=_("results at most: 1 to 100")
    )
    search.add_argument(
        "-f", "--filter", action="append", default=[], metavar="KEY=VALUE",
        help=_("is-official=true, stars=N"),
    )  # fmt: skip
    search.set_defaults(verb=Verb(_make_search, _tell_search, changes=False))
    tags = add("tags", _("list the tags of a repository in its registry"))
    tags.add_argument("repository", metavar="REPOSITORY", help=_("as nginx, or host:5000/app"))
    tags.add_argument(
        "--names", action="store_true", help=_("names alone, which takes a registry no time")
    )
    tags.set_defaults(verb=Verb(_make_tags, _tell_tags, changes=False))
    outdated = add("outdated", _("tell which images have a newer one in their registry"))
    outdated.add_argument(
        "wanted", metavar="IMAGE", nargs="*", help=_("names, IDs; all images without any")
    )
    outdated.set_defaults(verb=Verb(_make_outdated, _tell_outdated, changes=False))


def _make_search(given: Given) -> Action:
    from tui.actions.values.images import SearchImages

    if not 1 <= given["limit"] <= LIMIT_MAX:
        raise Unusable(_("--limit is a number from 1 to 100."))
    if not given["term"].strip() or "://" in given["term"]:
        raise Unusable(_("A term is a name, without a scheme."))
    official, stars = False, 0
    for one in given["filter"]:
        key, _equals, value = one.partition("=")
        if key == "is-official" and value in ("true", "1", "false", "0"):
            official = value in ("true", "1")
        elif key == "stars" and value.isascii() and value.isdigit():
            stars = int(value)
        else:
            raise Unusable(
                _("Filters are is-official=true and stars=N, not {text}.").format(text=one)
            )
    return SearchImages(given["term"].strip(), given["limit"], official, stars)


def _tell_search(ending: Ending, state: State) -> Told:
    from tui.report.registries import tell_search

    return tell_search(ending, state)


def _make_tags(given: Given) -> Action:
    from tui.actions.values.registries import ReadTags
    from tui.model.reference import parse_reference

    reference = parse_reference(given["repository"])
    if reference.tag or reference.digest:
        raise Unusable(
            _("A repository has no tag: write {name}.").format(name=reference.repository)
        )
    return ReadTags(reference.repository, with_facts=not given["names"])


def _tell_tags(ending: Ending, state: State) -> Told:
    from tui.report.registries import tell_tags

    return tell_tags(ending, state)


def _make_outdated(given: Given) -> Action:
    from tui.actions.values.registries import CheckNewer

    return CheckNewer(wanted=tuple(given["wanted"]))


def _tell_outdated(ending: Ending, state: State) -> Told:
    from tui.report.registries import tell_outdated

    return tell_outdated(ending, state)
