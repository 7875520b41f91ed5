"""What the command line says: the options of `orlop` and of `docker orlop`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from tui import __version__
from tui.config.paths import docker_directory, home_directory
from tui.i18n import _
from tui.model.text import visible
from tui.report.request import NOTHING, Request

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

    from tui.practice.serve import ServeOptions
    from tui.report.ownregistry import OwnRegistry
    from tui.report.verb import Doing, Verb


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; empty values where it says nothing."""

    request: Request = NOTHING
    """What a command shall tell; without a command for the app."""
    doing: Doing | None = None
    """What a command shall do."""
    host: str = ""
    context: str = ""
    practice: bool = False
    """Use the practice engine, which is started for it."""
    serve: ServeOptions | None = None
    """What `orlop practice serve` shall serve."""
    own_registry: OwnRegistry | None = None
    """What `orlop registry` shall do."""
    read_only: bool = False
    ascii: bool = False
    mouse: bool = True


def parse(arguments: Sequence[str], program: str) -> Options:
    """Understand the command line.

    Raises:
        SystemExit: 2 when it is wrong; 0 after --help or --version.
    """
    if not arguments:
        return Options()  # the usual start does without argparse
    parser, commands = _parser(program, arguments)
    try:
        found = parser.parse_args(arguments)
    finally:
        sys.stdout.flush()  # here, where a reader that has gone is handled
    asked = commands.get(found.command, parser)
    try:
        return _options(found)
    except ValueError as error:  # of a verb: what was typed makes no action
        asked.error(visible(str(error)))


def _options(found: Namespace) -> Options:
    given = vars(found)
    if given["command"] == "practice":
        from tui.practice.serve import as_options

        return Options(request=Request("practice"), serve=as_options(given))
    if given["command"] == "registry":
        from tui.arguments.registry import as_command

        command = as_command(given)
        return Options(request=Request("registry", json=command.json), own_registry=command)
    if "verb" in given:
        return _doing(given)
    names = given.get("names") or ()
    given["names"] = tuple([names] if isinstance(names, str) else names)
    shared = {field.name for field in fields(Options)}
    asked = ({field.name for field in fields(Request)} - shared) & given.keys()
    request = Request(**{name: given.pop(name) for name in asked})
    return Options(request=request, **given)


def _doing(given: dict[str, Any]) -> Options:
    """Return the options for a verb, whose own are those that `Options` does not know.

    Raises:
        ValueError: what was typed makes no action.
    """
    from tui.report.verb import Doing, may_change

    verb: Verb = given.pop("verb")
    request = Request(given.pop("command"), json=given["json"])
    shared = {field.name: given.pop(field.name) for field in fields(Options) if field.name in given}
    given["read_only"] = shared.get("read_only", False)
    action = verb.make(given)
    if verb.changes and not action.quiet:
        may_change(read_only=given["read_only"])
    doing = Doing(action, verb.tell, verb.then, json=request.json)
    return Options(request=request, doing=doing, **shared)


def _parser(
    program: str, arguments: Sequence[str]
) -> tuple[ArgumentParser, Mapping[str, ArgumentParser]]:
    """Return the parser of all, and those of the commands by their names."""
    from argparse import ArgumentParser

    from tui.arguments import (
        accounts,
        contents,
        lists,
        mirrors,
        moving,
        registries,
        tars,
        verbs,
    )

    shared = _shared_options()
    parser = ArgumentParser(
        prog=program,
        parents=[shared],
        allow_abbrev=False,
        description=_("Without a command: start the app. With one: answer and end."),
    )
    parser.add_argument("--version", action="version", version=f"orlop {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=_("commands"))
    parser.set_defaults(command="")

    def add(name: str, summary: str, *, context_letter: bool = True) -> ArgumentParser:
        parents = [shared if context_letter else _shared_options("--context")]
        command = commands.add_parser(
            name, parents=parents, allow_abbrev=False, help=summary, description=summary
        )
        command.add_argument(
            "--json", action="store_true", help=_("write JSON: sizes in bytes, times in UTC")
        )
        return command

    for module in (lists, contents, verbs, accounts, moving, tars, registries):
        module.add_commands(add)
    mirrors.add_commands(add, shared)
    _add_servers(commands, arguments)
    return parser, commands.choices


def _add_servers(commands: _SubParsersAction[ArgumentParser], arguments: Sequence[str]) -> None:
    """Add what serves others: the practice engine, a registry. Their own words only if wanted."""
    practice = commands.add_parser(
        "practice", allow_abbrev=False, help=_("serve the practice engine to others")
    )
    if "practice" in arguments:
        from tui.practice.serve import add_commands

        add_commands(practice)
    registry = commands.add_parser(
        "registry", allow_abbrev=False, help=_("serve a registry of your own, for a class")
    )
    if "registry" in arguments:
        from tui.arguments import registry as own_registry

        own_registry.add_commands(registry)


def _shared_options(*context: str) -> ArgumentParser:
    """Return the options that may stand before and after the command.

    `context`: how that option is written, where its letter means something else.
    What is not given sets nothing, so that the place after does not undo the one before.
    """
    from argparse import SUPPRESS, ArgumentParser

    shared = ArgumentParser(add_help=False, argument_default=SUPPRESS)
    shared.add_argument("-H", "--host", metavar="URL", help=_("the Engine's address"))
    written = context or ("-c", "--context")
    shared.add_argument(*written, metavar="NAME", help=_("the docker context to use"))
    shared.add_argument(
        "--practice",
        action="store_true",
        help=_("use the practice engine, which needs no Docker and ends with orlop"),
    )
    shared.add_argument(
        "--read-only", action="store_true", help=_("leave out whatever changes anything")
    )
    shared.add_argument("--ascii", action="store_true", help=_("draw with ASCII only"))
    shared.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help=_("leave the mouse to the terminal")
    )
    return shared


def from_docker(arguments: Sequence[str]) -> list[str]:
    """Return the arguments as `orlop` takes them.

    The docker command hands on all of its own: its global options, the plugin's name,
    then ours. Options that are variables of the environment for orlop are set there.

    Raises:
        SystemExit: 2 for an option that orlop cannot follow.
    """
    from argparse import REMAINDER, SUPPRESS, ArgumentParser

    parser = ArgumentParser(prog="docker", add_help=False, allow_abbrev=False)
    parser.add_argument("-H", "--host", default="")
    parser.add_argument("-c", "--context", default="")
    parser.add_argument("--config", default="")
    parser.add_argument("-l", "--log-level")
    parser.add_argument("-D", "--debug", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--tlsverify", action="store_true")
    for option in ("--tlscacert", "--tlscert", "--tlskey"):
        parser.add_argument(option, dest="file", help=SUPPRESS)
    parser.add_argument("plugin", choices=["orlop"])
    parser.add_argument("rest", nargs=REMAINDER)
    found = parser.parse_args(arguments)
    if found.file:
        parser.error(_("orlop takes the files of TLS from DOCKER_CERT_PATH or from a context"))
    if found.config:
        os.environ["DOCKER_CONFIG"] = found.config
    if found.tlsverify:
        os.environ["DOCKER_TLS_VERIFY"] = "1"
    elif found.tls and not os.environ.get("DOCKER_CERT_PATH"):
        os.environ["DOCKER_CERT_PATH"] = str(docker_directory(os.environ, home_directory()))
    options = [("--host", found.host), ("--context", found.context)]
    return [*(part for option in options if option[1] for part in option), *found.rest]
