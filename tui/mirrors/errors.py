"""What can go wrong with mirrors: one family of errors, each a sentence and a remedy.

MirrorsError
├── BadDaemonFile     daemon.json cannot be understood, so nobody may change it
├── BadMirror         an address that the Engine would refuse
├── NotListed         a mirror that is to go is not there
├── NotEditable       there is no file here that could be changed
├── FlagInTheWay      the mirrors are options of dockerd's command line
├── NotAgreed         the user did not say yes
├── NotPermitted      the file, or the daemon, is not for this user
├── ChangedMeanwhile  the file is not as it was when the change was shown
├── NotAccepted       the daemon did not take the new settings over; the old ones are back
├── NothingToUndo     there is no backup
└── CannotWrite       the disk refuses
"""

from __future__ import annotations

from tui.engine.errors import EngineError
from tui.i18n import N_


class MirrorsError(EngineError):
    """Anything that keeps mirrors from being read or changed."""

    TITLE = N_("The mirrors could not be changed.")


class BadDaemonFile(MirrorsError):
    """It cannot be understood, so nobody may change it."""

    TITLE = N_("{path} cannot be understood.")
    REMEDY = N_("Repair it first: dockerd would refuse it as well. Nothing was changed.")

    def __init__(self, detail: str = "", *, path: str = "daemon.json") -> None:
        super().__init__(detail, path=path)


class BadMirror(MirrorsError):
    """The Engine would refuse the address."""

    TITLE = N_("{url} is no address of a mirror.")
    REMEDY = N_("Write https://mirror.example or http://10.0.0.5:5000.")

    def __init__(self, detail: str = "", *, url: str) -> None:
        super().__init__(detail, url=url)


class NotListed(MirrorsError):
    """A mirror that is to go is not there."""

    TITLE = N_("{url} is not among the mirrors in the file.")
    REMEDY = N_("orlop mirrors lists them.")

    def __init__(self, detail: str = "", *, url: str) -> None:
        super().__init__(detail, url=url)


class NotEditable(MirrorsError):
    """There is no file here that could be changed."""

    TITLE = N_("The mirrors of this Engine cannot be changed from here.")
    REMEDY = N_("orlop mirrors set URL... --dry-run shows the text to put in place there.")


class FlagInTheWay(MirrorsError):
    """The mirrors are options of dockerd's command line."""

    TITLE = N_("dockerd is started with --registry-mirror; it refuses the same in {path}.")
    REMEDY = N_("Take the option out there, restart the Engine, then come back.")

    def __init__(self, detail: str = "", *, path: str) -> None:
        super().__init__(detail, path=path)


class NotAgreed(MirrorsError):
    """The user did not say yes, or could not be asked."""

    TITLE = N_("Nothing was written.")
    REMEDY = N_("--yes writes it without asking.")


class NotPermitted(MirrorsError):
    """The file, or the daemon, is not for this user."""

    TITLE = N_("You may not do this: {what}.")
    REMEDY = N_("Allow sudo, run orlop with sudo, or paste the text yourself.")

    def __init__(self, detail: str = "", *, what: str) -> None:
        super().__init__(detail, what=what)


class ChangedMeanwhile(MirrorsError):
    """The file is not as it was when the change was shown."""

    TITLE = N_("{path} was changed meanwhile; nothing was written.")
    REMEDY = N_("Look at it again.")

    def __init__(self, detail: str = "", *, path: str) -> None:
        super().__init__(detail, path=path)


class NotAccepted(MirrorsError):
    """The daemon did not take the new settings over."""

    TITLE = N_("The Engine did not take the new mirrors over; the file is as it was before.")
    REMEDY = N_("Read what it says, and its log (journalctl -u docker -n 20).")


class NothingToUndo(MirrorsError):
    """There is no backup."""

    TITLE = N_("There is nothing to roll back: orlop has made no change here.")
    REMEDY = N_("Backups are called daemon.json.orlop-TIME and lie beside the file.")


class CannotWrite(MirrorsError):
    """The disk refuses."""

    TITLE = N_("{path} cannot be written; it is as it was.")
    REMEDY = N_("See why, and try again.")

    def __init__(self, detail: str = "", *, path: str) -> None:
        super().__init__(detail, path=path)
