"""What can go wrong with a registry of one's own, as sentences for its owner.

ServeError
├── CannotServe       the address or the folder cannot be had
├── NoBackend         the program that shall serve is not here, or cannot do what is asked
├── BadLogin          the file of accounts, a name or a password will not do
├── NotRunning        there is none to stop
├── SeveralRun        it is not clear which is meant
└── WillNotStop       it does not end
"""

from __future__ import annotations

from tui.i18n import N_
from tui.layers.errors import LayerError


class ServeError(LayerError):
    """Anything that keeps a registry of one's own from being served or stopped."""

    TITLE = N_("The registry cannot be served.")


class CannotServe(ServeError):
    """The address or the folder cannot be had."""

    TITLE = N_("The registry cannot be started.")
    REMEDY = N_("Choose another port (--port) or folder (--root), or stop what has it.")


class NoBackend(ServeError):
    """The program that shall serve is not here, or cannot do what is asked."""

    TITLE = N_("This kind of registry cannot be had here.")
    REMEDY = N_("Leave --backend out, or take --backend builtin, which is always here.")


class BadLogin(ServeError):
    """The file of accounts, a name or a password will not do."""

    TITLE = N_("The login for the registry will not do.")


class NotRunning(ServeError):
    """There is no such registry."""

    TITLE = N_("No registry of yours is running.")
    REMEDY = N_("Start one with: orlop registry serve")


class SeveralRun(ServeError):
    """Several run, and it is not clear which is meant."""

    TITLE = N_("Several registries are running.")
    REMEDY = N_("Say which one: --port N.")


class WillNotStop(ServeError):
    """It was told to end, and has not."""

    TITLE = N_("The registry does not end.")
    REMEDY = N_("It may be busy: try again, or end its process.")
