"""Credential helpers: the programs `docker-credential-*`, spoken to over their standard input.

Source: the protocol of docker/docker-credential-helpers (`get`, `store`, `erase`, `list`).
What a helper says of a failure is told without the secret that it was given.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from tui.credentials.configfile import table, text
from tui.credentials.errors import HelperFailed, HelperMissing
from tui.credentials.login import TOKEN_USER, Login
from tui.i18n import _

PREFIX: Final = "docker-credential-"
SECONDS: Final = 15.0
"""For a helper; one that wants to ask somebody cannot."""

ANSWER_MAX: Final = 1 << 20
"""Characters of an answer that are looked at."""

GENERAL: Final = ("pass", "secretservice", "osxkeychain", "wincred", "desktop")
"""Helpers that keep any login. Others give out logins of one cloud and may take what they are told
to store without keeping it, so those are used only where docker's config.json names them."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_NOT_FOUND: Final = "not found"
"""In a helper's words for: there is no such login."""


def is_installed(helper: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a helper's program is in PATH."""
    return bool(_NAME.match(helper) and shutil.which(PREFIX + helper, path=environ.get("PATH")))


def installed(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the helpers in PATH that keep any login."""
    return tuple(name for name in GENERAL if is_installed(name, environ))


def default_helper(environ: Mapping[str, str] = os.environ) -> str:
    """Return the helper that the docker command takes where nothing is configured; may be empty.

    On Linux `pass` where the program pass is installed, else `secretservice`.
    """
    name = "pass" if shutil.which("pass", path=environ.get("PATH")) else "secretservice"
    return name if is_installed(name, environ) else ""


def get(helper: str, key: str, environ: Mapping[str, str] = os.environ) -> Login | None:
    """Return the login that a helper keeps; None where it has none.

    Raises:
        HelperFailed: it cannot be asked, or refuses.
    """
    try:
        told = table(_json(helper, _run(helper, "get", key, environ)))
    except _NothingFound:
        return None
    user, secret = text(told.get("Username")), text(told.get("Secret"))
    if not secret:
        return None
    return Login(identity_token=secret) if user == TOKEN_USER else Login(user, secret)


def store(helper: str, key: str, login: Login, environ: Mapping[str, str] = os.environ) -> None:
    """Have a helper keep a login, and see that it did.

    Raises:
        HelperFailed: it refuses, or takes it and does not keep it.
    """
    secret = login.identity_token or login.secret
    user = TOKEN_USER if login.identity_token else login.user
    told = {"ServerURL": key, "Username": user, "Secret": secret}
    try:
        _run(helper, "store", json.dumps(told), environ, secret=secret)
    except _NothingFound as error:
        raise HelperFailed(str(error)) from None
    kept = get(helper, key, environ)
    if kept is None or secret not in (kept.secret, kept.identity_token):
        raise HelperFailed(_("{helper} did not keep it").format(helper=PREFIX + helper))


def erase(helper: str, key: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Have a helper drop a login; tells whether it had one.

    Raises:
        HelperFailed: it refuses.
    """
    try:
        _run(helper, "erase", key, environ)
    except _NothingFound:
        return False
    return True


def listed(helper: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the users of the logins that a helper keeps, by their names in the configuration.

    Raises:
        HelperFailed: it refuses.
    """
    try:
        told = table(_json(helper, _run(helper, "list", "", environ)))
    except _NothingFound:
        return {}
    return {key: text(user) for key, user in told.items()}


class _NothingFound(Exception):
    """The helper has no such login; `str()` is what it says."""


def _run(
    helper: str, verb: str, given: str, environ: Mapping[str, str], *, secret: str = ""
) -> bytes:
    """Run `docker-credential-<helper> VERB` and return its answer.

    Raises:
        HelperFailed: it is missing, refuses, or takes too long.
        _NothingFound: it has no such login.
    """
    program = PREFIX + helper
    if not is_installed(helper, environ):
        raise HelperMissing(program)
    try:
        done = subprocess.run(
            [shutil.which(program, path=environ.get("PATH")) or program, verb],
            input=given.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=dict(environ),
            start_new_session=True,  # away from the terminal, where it might ask
        )
    except subprocess.TimeoutExpired:
        raise HelperFailed(f"{program} {verb}: {SECONDS:.0f} s") from None
    except OSError as error:
        raise HelperFailed(f"{program}: {error.strerror}") from None
    if done.returncode:
        said = (done.stdout + done.stderr)[:ANSWER_MAX].decode("utf-8", "replace").strip()
        said = said.replace(secret, "***") if secret else said
        if _NOT_FOUND in said.lower():
            raise _NothingFound(said)
        raise HelperFailed(f"{program} {verb}: {said or done.returncode}")
    return done.stdout


def _json(helper: str, answer: bytes) -> object:
    """Return a helper's answer; nothing said is nothing known.

    Raises:
        HelperFailed: it is no JSON.
    """
    if not answer.strip():
        return {}
    try:
        value: object = json.loads(answer[:ANSWER_MAX].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise HelperFailed(f"{PREFIX}{helper}: no JSON") from None
    return value
