"""The `orlop` command: starts the app, or answers without it.

Exit codes: 0 fine; 1 what was asked for is not there, or the Engine refused; 2 wrong
usage, a --host or context that is none, or no terminal for the app; 3 no Engine, or its
configuration cannot be read; 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP;
141 when the reader of the output has gone.

Every module that takes time is imported where it is needed: a start of the app asks the
Engine for its lists first and imports Textual while the Engine thinks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from tui import __version__
from tui.arguments import Options, from_docker, parse
from tui.config.logs import LogFile, start_logging
from tui.config.paths import home_directory, log_path
from tui.credentials.errors import CredentialsError
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import (
    BadConfig,
    ConflictingOptions,
    EndpointError,
    EngineError,
    EngineUnreachable,
)
from tui.i18n import _, install
from tui.layers.errors import LayerError
from tui.model.engine import Endpoint
from tui.model.text import visible
from tui.ui.terminal import STOCK_DRIVER, TerminalFacts, judge, original_environ

if TYPE_CHECKING:
    from tui.engine.practice import PracticeEngine
    from tui.practice.serve import ServeOptions

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
NO_ENGINE: Final = 3
INTERRUPTED: Final = 130
NO_READER: Final = 141

METADATA: Final = "docker-cli-plugin-metadata"
"""What the docker command asks each of its plugins."""

TEXTUALS_LOGS: Final = ("TEXTUAL", "TEXTUAL_LOG")
"""Have Textual log each key that is pressed, passwords among them; not in this app."""

DESCRIPTION: Final = "Docker images, what they are made of, and what deleting them really frees"


def main() -> int:
    """Run `orlop`; returns the exit code."""
    return guarded(lambda log: _run(parse(sys.argv[1:], "orlop"), log))


def plugin_main() -> int:
    """Run `docker orlop`, as the docker command calls its plugins; returns the exit code."""
    if sys.argv[1:2] == [METADATA]:
        return guarded(lambda _log: _tell_metadata())
    return guarded(lambda log: _run(parse(from_docker(sys.argv[1:]), "docker orlop"), log))


def guarded(run: Callable[[LogFile], int]) -> int:
    """Run something so that whatever goes wrong ends in a sentence and an exit code."""
    _open_streams()
    log = start_logging(log_path(os.environ, home_directory()))
    try:
        return run(log)
    except EngineError as error:
        _explain(error)
        return _code_of(error)
    except (LayerError, CredentialsError) as error:
        _explain(error)
        return FAILED
    except BrokenPipeError:
        # Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        _say(_("The output cannot be written: {why}").format(why=visible(str(error))))
        return FAILED
    except Exception:
        import logging

        logging.getLogger(__name__).critical("orlop broke", exc_info=True)
        tell_fault(log)
        return FAILED


def tell_fault(log: LogFile) -> None:
    """Say in a sentence that orlop broke, and where the trace is."""
    if log.has_written:
        sentence = _("A fault in orlop ended it. The trace is in {path}")
        _say(sentence.format(path=visible(str(log.path))))
    else:
        _say(_("A fault in orlop ended it, and its log cannot be written."))


def _open_streams() -> None:
    """Give streams that were closed before the start a place that takes everything."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _run(options: Options, log: LogFile) -> int:
    """Do what the options say."""
    if not options.request.json:  # JSON is for programs and never translated
        install()
    if options.serve is not None:
        return _serve(options.serve)
    if options.own_registry is not None:
        from tui.report.ownregistry import run_registry

        run_registry(options.own_registry, unicode=_judge_terminal(options).unicode)
        return OK
    if _names_file(options):
        return _answer(options, Endpoint("", ""), _judge_terminal(options))
    practice = _practice(options)
    if practice is not None:
        endpoint = practice.endpoint
    else:
        endpoint = resolve_endpoint(
            options.host, options.context, environ=os.environ, home=home_directory()
        )
    facts = _judge_terminal(options)
    if not options.request.command and not facts.dumb:
        _start_app(options, endpoint, facts, log, practice)
    try:
        return _answer(options, endpoint, facts)
    finally:
        if practice is not None:
            practice.stop()


def _names_file(options: Options) -> bool:
    """Tell whether the command is about an image in a file: then no Engine is asked."""
    if not options.request.command:
        return False
    from tui.report.commands import names_file

    return names_file(options.request.command, options.request.names)


def _practice(options: Options) -> PracticeEngine | None:
    """Start the practice engine if it is wanted.

    Raises:
        EngineError: other options name another Engine, or it cannot be started.
    """
    if not options.practice:
        return None
    if options.host or options.context:
        raise ConflictingOptions
    from tui.engine.practice import PracticeEngine

    practice = PracticeEngine()
    practice.start()
    return practice


def _serve(options: ServeOptions) -> int:
    """Be a practice engine until it is told to end."""
    from tui.practice.serve import BadOptions, serve
    from tui.practice.server import CannotServe

    try:
        serve(options)
    except BadOptions as error:
        _say(visible(str(error)))
        return USAGE
    except CannotServe as error:
        _say(visible(str(error)))
        return FAILED
    return OK


def _answer(options: Options, endpoint: Endpoint, facts: TerminalFacts) -> int:
    """Answer without the app."""
    from dataclasses import replace

    from tui.report.commands import run_command
    from tui.report.request import Request

    if options.doing is not None:
        from tui.report.doing import do

        return do(endpoint, options.doing, unicode=facts.unicode)
    if options.request.command:
        read_only = options.read_only
        request = replace(options.request, unicode=facts.unicode, read_only=read_only)
        run_command(endpoint, request)
        return OK
    _say(_("orlop needs a terminal that can move its cursor; here is the list of images."))
    run_command(endpoint, Request("images", unicode=facts.unicode))
    return USAGE


def _start_app(
    options: Options,
    endpoint: Endpoint,
    facts: TerminalFacts,
    log: LogFile,
    practice: PracticeEngine | None,
) -> NoReturn:
    """Ask the Engine for its lists, load the app meanwhile, run it, and end the process."""
    import gc

    from tui.engine.early import EarlyLists

    gc.disable()  # until the first frame: imports make much, and none of it is garbage
    early = EarlyLists(endpoint)
    from tui.ui.firstpaint import FirstPaint

    first = FirstPaint(endpoint, facts)
    try:
        if not os.environ.get(STOCK_DRIVER):
            first.begin()
        early.tell(first.show)
        _load_asyncio()
        for name in TEXTUALS_LOGS:
            os.environ.pop(name, None)
        from tui.ui.launch import run_app

        ending = run_app(
            endpoint,
            facts,
            early=early,
            first=first,
            read_only=options.read_only,
            practice=practice,
        )
    finally:
        first.give_up()
    if ending.broke:
        tell_fault(log)
    _end(ending.code or (OK if ending.was_connected else NO_ENGINE))


def _load_asyncio() -> None:
    """Load asyncio without ssl, which its loops only know for connections we do not make.

    That saves some ten milliseconds; who needs ssl loads it after the first frame.
    """
    if "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]  # "cannot be imported"
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def _end(code: int) -> NoReturn:
    """End the process without Python's own end.

    That hangs if a thread was importing (the session's loads docker) when it stopped, and it
    makes another exit code of a terminal that has gone.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


def _judge_terminal(options: Options) -> TerminalFacts:
    from dataclasses import replace

    facts = judge(
        original_environ(),
        stdin_isatty=sys.stdin is not None and sys.stdin.isatty(),
        stdout_isatty=sys.stdout.isatty(),
    )
    return replace(
        facts, unicode=facts.unicode and not options.ascii, mouse=facts.mouse and options.mouse
    )


def _code_of(error: EngineError) -> int:
    if isinstance(error, EngineUnreachable | BadConfig):
        return NO_ENGINE
    return USAGE if isinstance(error, EndpointError) else FAILED


def _explain(error: EngineError | LayerError | CredentialsError) -> None:
    """Write title, detail and remedy."""
    for sentence in (error.title, error.detail, error.remedy):
        if sentence:
            _say(sentence)


def _say(sentence: str) -> None:
    """Write a line to standard error, which may be gone too."""
    try:
        sys.stderr.write(f"orlop: {sentence}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


# A plugin of the docker command


def _tell_metadata() -> int:
    """Answer the docker command's question about its plugin."""
    from tui.report.output import write_json

    write_json(
        {
            "SchemaVersion": "0.1.0",
            "Vendor": "orlop",
            "Version": __version__,
            "ShortDescription": DESCRIPTION,
        }
    )
    return OK


if __name__ == "__main__":
    sys.exit(main())
