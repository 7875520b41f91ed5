"""`orlop registry`: serving a registry of one's own, and telling of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tui.i18n import _, ngettext
from tui.model.ownregistry import Running, Stored
from tui.model.text import human_size, visible

PASSWORD_MAX: Final = 1024
"""Characters of a line that is read as a password."""

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class OwnRegistry:
    """What the command line asks for; empty values where it says nothing."""

    command: str
    """`serve`, `status`, `list`, `stop` or `gc`."""
    json: bool = False
    host: str = ""
    port: int = 0
    root: Path | None = None
    user: str = ""
    htpasswd: Path | None = None
    backend: str = ""
    certificate: Path | None = None
    key: Path | None = None
    verbose: bool = False
    detach: bool = False
    untagged: bool = False
    dry_run: bool = False


def run_registry(asked: OwnRegistry, *, unicode: bool) -> None:
    """Do what is asked; serving in the foreground lasts until a signal.

    Raises:
        ServeError: it cannot be done.
        OSError: standard output cannot be written.
    """
    if asked.command == "serve":
        _serve(asked, unicode=unicode)
        return
    document, lines = _ANSWERS[asked.command](asked)
    _write(asked, document, lines, unicode=unicode)


def _serve(asked: OwnRegistry, *, unicode: bool) -> None:
    """Serve, or start what serves."""
    from tui.distribution.backends import backend_title
    from tui.distribution.serving import ServeOptions, add_user, serve, warnings
    from tui.distribution.starting import start

    if asked.user:
        add_user(asked.root, asked.user, _password(asked.user))
    options = ServeOptions(
        asked.host,
        asked.port,
        asked.root,
        asked.htpasswd,
        asked.backend,
        asked.certificate,
        asked.key,
        asked.verbose,
    )
    if not asked.detach:
        serve(options, _say)
        return
    one = start(options)
    text = _("Registry at {address}, from {root}, served by {backend} until it is stopped.")
    title = backend_title(one.backend)
    lines = [text.format(address=one.address, root=one.root, backend=title)]
    lines += warnings(one)
    _write(asked, _running_document(one, _contents(Path(one.root))), lines, unicode=unicode)


def _status(asked: OwnRegistry) -> tuple[object, list[str]]:
    """Tell what runs; of a folder whose registry does not run, what it holds."""
    from tui.distribution.contents import held
    from tui.distribution.running import all_running
    from tui.distribution.serving import default_root

    found = [each for each in all_running() if asked.port in {0, each.port}]
    if asked.root is not None:
        found = [each for each in found if each.root == str(asked.root.absolute())]
    if found:
        pairs = [(each, _contents(Path(each.root))) for each in found]
        document = [_running_document(one, contents) for one, contents in pairs]
        return document, [line for one, contents in pairs for line in _status_lines(one, contents)]
    root = (asked.root or default_root()).absolute()
    contents = _contents(root)
    lines = [_("No registry runs. {root}: {held}").format(root=root, held=held(contents))]
    return [{"running": False, "root": str(root), **_counts(contents)}], lines


def _list(asked: OwnRegistry) -> tuple[object, list[str]]:
    """List what a folder holds, whether its registry runs or not."""
    from tui.report.tables import Table

    root = asked.root.absolute() if asked.root is not None else _root_at(asked.port)
    contents = _contents(root)
    document: Document = {
        "root": str(root),
        "repositories": [
            {"name": each.name, "tags": [tag._asdict() for tag in each.tags]}
            for each in contents.repositories
        ],
        "size": contents.size,
    }
    rows = [
        (each.name, tag.name, tag.digest.partition(":")[2][:12], human_size(tag.size))
        for each in contents.repositories
        for tag in each.tags
    ]
    rows += [(each.name, "-", "-", "-") for each in contents.repositories if not each.tags]
    if not rows:
        return document, [_("Nothing was pushed to {root} yet.").format(root=root)]
    headings = (_("REPOSITORY"), _("TAG"), _("DIGEST"), _("SIZE"))
    return document, list(Table(headings, tuple(rows), frozenset({3})).lines())


def _stop(asked: OwnRegistry) -> tuple[object, list[str]]:
    from tui.distribution.running import stop, the_running

    one = the_running(asked.port)
    stop(one)
    text = _("The registry at {address} has ended; its contents stay in {root}.")
    document = {"address": one.address, "pid": one.pid, "root": one.root, "stopped": True}
    return document, [text.format(address=one.address, root=one.root)]


def _collect(asked: OwnRegistry) -> tuple[object, list[str]]:
    from tui.distribution.errors import CannotServe
    from tui.distribution.garbage import collect
    from tui.distribution.registry import InUse
    from tui.distribution.serving import default_root

    root = (asked.root or default_root()).absolute()
    try:
        gone = collect(root, untagged=asked.untagged, dry=asked.dry_run)
    except InUse:
        text = _("A registry serves {root}: stop it first.").format(root=root)
        raise CannotServe(text) from None
    except OSError as error:
        raise CannotServe(str(error)) from error
    count = ngettext("{count} blob", "{count} blobs", gone.blobs).format(count=gone.blobs)
    text = _("Would free {size}: {blobs}.") if asked.dry_run else _("Freed {size}: {blobs}.")
    return asdict(gone), [text.format(size=human_size(gone.size), blobs=count)]


_ANSWERS: Final[dict[str, Callable[[OwnRegistry], tuple[object, list[str]]]]] = {
    "status": _status,
    "list": _list,
    "stop": _stop,
    "gc": _collect,
}


def _root_at(port: int) -> Path:
    """Return the folder of the registry at a port; without a port, of the one that runs, or ours.

    Raises:
        NotRunning: none runs at that port.
        SeveralRun: no port is given, and several run.
    """
    from tui.distribution.errors import NotRunning
    from tui.distribution.running import the_running
    from tui.distribution.serving import default_root

    try:
        return Path(the_running(port).root)
    except NotRunning:
        if port:
            raise
        return default_root()


def _contents(root: Path) -> Stored:
    """Return what a folder holds.

    Raises:
        CannotServe: it cannot be read.
    """
    from tui.distribution.contents import read_contents
    from tui.distribution.errors import CannotServe

    try:
        return read_contents(root)
    except OSError as error:
        raise CannotServe(str(error)) from error


def _running_document(one: Running, contents: Stored) -> Document:
    return {"running": True, "address": one.address, **one._asdict(), **_counts(contents)}


def _counts(contents: Stored) -> Document:
    return {
        "repositories": len(contents.repositories),
        "tags": contents.tags,
        "size": contents.size,
    }


def _status_lines(one: Running, contents: Stored) -> Iterator[str]:
    from tui.distribution.backends import backend_title
    from tui.distribution.contents import held

    yield _("Registry at {address}").format(address=one.address)
    yield "  " + _("served by {backend}, process {pid}, since {since}").format(
        backend=backend_title(one.backend), pid=one.pid, since=one.since
    )
    yield "  " + (_("asks for a login") if one.login else _("open to whoever reaches it"))
    yield f"  {one.root}: {held(contents)}"


def _password(user: str) -> str:
    """Ask for a password on the terminal; else take the first line of the standard input.

    Raises:
        BadLogin: there is none, or the second one is another.
    """
    from getpass import getpass

    from tui.distribution.errors import BadLogin

    if not sys.stdin.isatty():
        return sys.stdin.readline(PASSWORD_MAX).rstrip("\r\n")
    try:
        password = getpass(_("Password for {user}: ").format(user=visible(user)))
        again = getpass(_("The same again: "))
    except EOFError:
        raise BadLogin(_("No password was given.")) from None
    if password != again:
        raise BadLogin(_("The two passwords differ."))
    return password


def _write(asked: OwnRegistry, document: object, lines: list[str], *, unicode: bool) -> None:
    from tui.report.output import write_json, write_lines

    if asked.json:
        write_json(document)
    else:
        write_lines(map(visible, lines), unicode=unicode)


def _say(line: str) -> None:
    """Write a line at once: another program may take the process over."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
