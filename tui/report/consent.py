"""Asking on a terminal whether what was shown shall be done."""

from __future__ import annotations

import subprocess
import sys

from tui.actions.action import Action
from tui.actions.values.mirrors import ChangeMirrors, Consent, RollBackMirrors
from tui.i18n import _
from tui.mirrors.errors import NotAgreed
from tui.store.state import State

YES = frozenset({"y", "yes"})


def agreed_change(action: Action, state: State) -> Action | None:
    """Return the change that the user says yes to; None where it was a trial, or is done.

    Raises:
        NotAgreed: he says no, or nobody can be asked.
    """
    if not isinstance(action, ChangeMirrors | RollBackMirrors) or action.consent is not Consent.ASK:
        return None
    found = state.mirrors
    assert found is not None  # the trial has read them
    if not ask(_("Write this and have the Engine read it?")):
        raise NotAgreed
    sudo = found.needs_sudo
    if sudo and not (ask(_("Only root may do that: use sudo?")) and _sudo_knows_us()):
        raise NotAgreed
    return action._replace(consent=Consent.GIVEN, expected=found.data, sudo=sudo)


def ask(question: str) -> bool:
    """Ask on standard error for a yes; without a terminal the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in YES


def _sudo_knows_us() -> bool:
    """Let sudo ask for its password on the terminal."""
    try:
        return subprocess.run(["sudo", "-v"], check=False).returncode == 0
    except OSError:
        return False
