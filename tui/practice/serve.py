"""`orlop practice serve`: makes an engine, fills it, and serves it until it is told to end."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.i18n import _

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.practice.hold import Hold, Settings

SPEED: Final = 2_000_000
"""Bytes a second of a pull, if nothing else is said."""


class BadOptions(Exception):
    """The options cannot be obeyed; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line says about an engine."""

    socket: str
    data_root: str = ""
    """Empty: a temporary folder, or memory alone for an engine of a given size."""
    speed: int = SPEED
    images: int = 0
    containers: int = 0
    fault: tuple[str, ...] = ()
    empty: bool = False
    die_with_stdin: bool = False
    """End when the standard input ends, as it does with the process that gave it."""
    listen_fd: int = -1
    """A socket that listens already; negative if the engine has to make it."""
    own_folder: bool = False
    """The folder of the socket is the engine's: its data lie there, and it goes with the engine."""


def as_options(given: Mapping[str, Any]) -> ServeOptions:
    """Return what the command line said, as argparse understood it."""
    known = {field.name for field in fields(ServeOptions)}
    found = {name: value for name, value in given.items() if name in known}
    return ServeOptions(**{**found, "fault": tuple(found["fault"])})


def add_commands(parser: ArgumentParser) -> None:
    """Add what follows `orlop practice`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="practice_command")
    text = _("serve a practice engine at a socket until it is told to end")
    _add_options(commands.add_parser("serve", allow_abbrev=False, help=text, description=text))


def _add_options(parser: ArgumentParser) -> None:
    """Add the options of `orlop practice serve`."""
    from argparse import SUPPRESS

    def add(name: str, text: str, **more: Any) -> None:
        parser.add_argument(name, help=text, **more)

    add("--socket", _("where to listen: the path of a unix socket"), metavar="PATH", required=True)
    add(
        "--data-root",
        _("keep the data there, and go on with what lies there (else a temporary folder)"),
        metavar="DIR",
        default="",
    )
    add(
        "--speed",
        _("bytes a second of a pull or push; 0 is as fast as possible (default {count})").format(
            count=SPEED
        ),
        metavar="BYTES",
        type=_count,
        default=SPEED,
    )
    add("--images", _("be filled with N images"), metavar="N", type=_count, default=0)
    add("--containers", _("be filled with N containers"), metavar="N", type=_count, default=0)
    add(
        "--fault",
        _("switch a fault on: NAME or NAME:key=value,... (may be given again)"),
        metavar="NAME",
        action="append",
        default=[],
    )
    parser.add_argument("--empty", action="store_true", help=_("begin without images"))
    for name in ("--die-with-stdin", "--own-folder"):
        parser.add_argument(name, action="store_true", help=SUPPRESS)
    parser.add_argument("--listen-fd", type=int, default=-1, help=SUPPRESS)


def _count(text: str) -> int:
    """Return a number that is not negative; argparse tells of others."""
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def serve(options: ServeOptions) -> None:
    """Serve until SIGTERM, SIGINT or the end of the standard input.

    Raises:
        CannotServe: the socket cannot be had.
        BadOptions: a fault is unknown, or the data root cannot be used.
    """
    from tui.practice.server import PracticeServer

    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    if options.die_with_stdin:
        threading.Thread(target=_await_end_of_input, args=(end,), daemon=True).start()
    with _data_root(options) as data_root:
        hold = _hold(options, data_root)
        server = PracticeServer(options.socket, hold, listen_fd=options.listen_fd)
        _reload_on_hangup(hold)
        with server:
            _say(f"export DOCKER_HOST={server.url}")
            end.wait()
        hold.containers.keep_all()


def build_hold(
    settings: Settings, *, seeds: bool = True, images: int = 0, containers: int = 0
) -> Hold:
    """Return an engine in one of its fixed start states.

    Args:
        settings: How it behaves; a data root that holds images already keeps them.
        seeds: Fill it with the images and containers of a class; otherwise it begins empty.
        images: Fill it with so many images instead.
        containers: And with so many containers.
    """
    from tui.practice import seeds as images_of_a_class
    from tui.practice.hold import Hold

    hold = Hold(settings)
    if images or containers:
        from tui.practice import sizes

        sizes.fill(hold, images, 0 if hold.containers.all() else containers)
    elif seeds and not hold.images.all() and not hold.containers.all():
        from tui.practice.containers.seeds import fill as fill_containers

        images_of_a_class.fill(hold)
        fill_containers(hold)
    if not hold.registry.repositories():
        images_of_a_class.fill_registry(hold.registry)
    return hold


def _hold(options: ServeOptions, data_root: Path | None) -> Hold:
    from tui.practice.daemonconfig import FILE_NAME, BadDaemonConfig, mirrors_of, normal
    from tui.practice.faults import BadFault
    from tui.practice.hold import Settings

    settings = Settings(speed=options.speed, data_root=data_root)
    try:
        hold = build_hold(
            settings,
            seeds=not options.empty,
            images=options.images,
            containers=options.containers,
        )
        for text in options.fault:
            hold.faults.set_text(text)
        if data_root is not None and (data_root / FILE_NAME).exists():
            text = (data_root / FILE_NAME).read_text(encoding="utf-8")
            hold.mirrors = [normal(mirror) for mirror in mirrors_of(text) or []]
    except (BadFault, BadDaemonConfig, UnicodeDecodeError) as error:
        raise BadOptions(str(error)) from error
    except OSError as error:
        raise BadOptions(_("The data root cannot be used: {why}").format(why=error)) from error
    return hold


class _DataRoot:
    """Where the data lie: a folder that is kept, one that is removed at the end, or none."""

    def __init__(self, folder: Path | None, removed: Callable[[], None]) -> None:
        self._folder = folder
        self._removed = removed

    def __enter__(self) -> Path | None:
        return self._folder

    def __exit__(self, *_about: object) -> None:
        self._removed()


def _data_root(options: ServeOptions) -> _DataRoot:
    """Return where the data lie.

    Raises:
        BadOptions: the folder cannot be made.
    """
    import shutil

    if options.data_root:
        folder = Path(options.data_root).absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadOptions(_("The data root cannot be used: {why}").format(why=error)) from error
        return _DataRoot(folder, lambda: None)
    if options.own_folder:
        above = Path(options.socket).parent
        return _DataRoot(above / "data", lambda: shutil.rmtree(above, ignore_errors=True))
    if options.images or options.containers:
        return _DataRoot(None, lambda: None)
    made = Path(tempfile.mkdtemp(prefix="orlop-practice-"))
    return _DataRoot(made, lambda: shutil.rmtree(made, ignore_errors=True))


def _reload_on_hangup(hold: Hold) -> None:
    """Read `daemon.json` in the data root again on SIGHUP, as dockerd does."""
    from tui.practice.daemonconfig import FILE_NAME, reload_file

    root = hold.settings.data_root
    if root is None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        return
    # In a thread: the handler runs in the middle of anything, which may hold the lock.
    read = threading.Thread
    signal.signal(
        signal.SIGHUP,
        lambda *_: read(target=reload_file, args=(hold, root / FILE_NAME), daemon=True).start(),
    )


def _await_end_of_input(end: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    end.set()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
