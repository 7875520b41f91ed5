"""`orlop registry`: a registry of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.i18n import _
from tui.report.ownregistry import OwnRegistry

if TYPE_CHECKING:
    from argparse import ArgumentParser


CHANGING: Final = frozenset({"serve", "stop", "gc"})
"""Commands that are not for --read-only."""


def add_commands(parser: ArgumentParser) -> None:
    """Add what follows `orlop registry`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="registry_command")

    def add(name: str, summary: str) -> ArgumentParser:
        command = commands.add_parser(name, allow_abbrev=False, help=summary, description=summary)
        command.add_argument(
            "--json", action="store_true", help=_("write JSON: sizes in bytes, times in UTC")
        )
        return command

    _add_serve(add("serve", _("serve a registry that Engines push to and pull from")))
    status = add("status", _("tell which registries run, and what they hold"))
    listing = add("list", _("list repositories and tags with their sizes"))
    stop = add("stop", _("end a registry; its contents stay"))
    collect = add("gc", _("remove what no manifest refers to; not while a registry runs"))
    for command in (status, listing, stop):
        command.add_argument("--port", type=_port, default=0, help=_("the registry at this port"))
    for command in (status, listing, collect):
        command.add_argument("--root", type=Path, metavar="DIR", help=_("the folder of a registry"))
    collect.add_argument(
        "--untagged", action="store_true", help=_("manifests that no tag leads to go too")
    )
    collect.add_argument("--dry-run", action="store_true", help=_("only tell what would go"))


def _add_serve(serve: ArgumentParser) -> None:
    """Add the options of `orlop registry serve`."""
    from tui.distribution.backends import AUTO, BACKENDS
    from tui.distribution.serving import LOOPBACK, PORT

    def add(name: str, text: str, **more: Any) -> None:
        serve.add_argument(name, help=text, **more)

    add(
        "--host",
        _("where to listen; other than {default}, others reach it too").format(default=LOOPBACK),
        default=LOOPBACK,
    )
    add("--port", _("default {port}; 0 for any").format(port=PORT), type=_port, default=PORT)
    add(
        "--root",
        _("the folder with the contents (default ~/.local/share/orlop/registry)"),
        type=Path,
        metavar="DIR",
    )
    logins = serve.add_mutually_exclusive_group()
    logins.add_argument(
        "--user",
        metavar="NAME",
        default="",
        help=_("let NAME log in, and nobody without a login; the password is asked for"),
    )
    logins.add_argument(
        "--htpasswd", type=Path, metavar="FILE", help=_("let those in FILE log in (htpasswd -B)")
    )
    add(
        "--backend",
        _("who serves: docker-registry, else the image registry:2, else what is built in"),
        choices=BACKENDS,
        default=AUTO,
    )
    add("--tls-cert", _("the certificate, as PEM"), type=Path, metavar="FILE")
    add("--tls-key", _("its key"), type=Path, metavar="FILE")
    serve.add_argument("--verbose", action="store_true", help=_("tell of each request"))
    serve.add_argument(
        "-d", "--detach", action="store_true", help=_("go on in the background, until stopped")
    )


def as_command(given: Mapping[str, Any]) -> OwnRegistry:
    """Return what the command line said, as argparse understood it.

    Raises:
        ValueError: it does not fit together.
    """
    from tui.report.verb import may_change

    if given["registry_command"] in CHANGING and not given.get("dry_run"):
        may_change(read_only=given.get("read_only", False))
    if bool(given.get("tls_cert")) != bool(given.get("tls_key")):
        raise ValueError(_("--tls-cert and --tls-key belong together"))
    if given["registry_command"] == "serve" and given["json"] and not given["detach"]:
        raise ValueError(_("--json goes with --detach: in the foreground lines are for people"))
    return OwnRegistry(
        given["registry_command"],
        json=given["json"],
        host=given.get("host", ""),
        port=given.get("port", 0),
        root=given.get("root"),
        user=given.get("user", ""),
        htpasswd=given.get("htpasswd"),
        backend=given.get("backend", ""),
        certificate=given.get("tls_cert"),
        key=given.get("tls_key"),
        verbose=given.get("verbose", False),
        detach=given.get("detach", False),
        untagged=given.get("untagged", False),
        dry_run=given.get("dry_run", False),
    )


def _port(text: str) -> int:
    """Return a port; argparse tells of what is none."""
    from argparse import ArgumentTypeError

    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ArgumentTypeError(_("a port is a number from 0 to 65535"))
    return int(text)
