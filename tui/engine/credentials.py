"""What the Engine is told to log in to a registry: the docker command's stored logins.

Sources: `auths`, `credHelpers` and `credsStore` of `~/.docker/config.json`, and the
protocol of the `docker-credential-*` programs (`get`, the registry on standard input).
docker-py reads the same, but a broken helper stops even anonymous pulls there,
and a helper's own words would be written over the screen.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tui.engine import wire
from tui.engine.endpoint import docker_directory
from tui.model.reference import HUB

HUB_KEY: Final = "https://index.docker.io/v1/"
"""Docker Hub's name in the configuration."""

_HELPER_TIMEOUT: Final = 15.0
"""Seconds for a helper; one that wants to ask somebody cannot."""

_HELPER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_TOKEN_USER: Final = "<token>"
"""User name by which a helper says that the secret is an identity token."""


class CredentialsUnreadable(Exception):
    """A login is stored, but cannot be read; `str()` says why."""


def registry_login(registry: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the value of `X-Registry-Auth` for a registry; empty without a stored login.

    Raises:
        CredentialsUnreadable: pull without a login then.
    """
    login = stored_login(registry, environ)
    return base64.urlsafe_b64encode(json.dumps(login).encode()).decode() if login else ""


def stored_login(registry: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return a stored login: `username` and `password`, or `identitytoken`; nothing for none.

    Raises:
        CredentialsUnreadable: go on without a login then.
    """
    config = _config(environ)
    key = HUB_KEY if registry == HUB else registry
    helper = wire.text(wire.table(config.get("credHelpers")).get(key))
    helper = helper or wire.text(config.get("credsStore"))
    return _from_helper(helper, key) if helper else _from_file(config, key)


def _config(environ: Mapping[str, str]) -> wire.Table:
    path = docker_directory(environ, Path.home()) / "config.json"
    try:
        return wire.table(wire.loads(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CredentialsUnreadable(f"{path}: {error}") from error


def _from_file(config: wire.Table, key: str) -> dict[str, str]:
    """Return the login that is written in the file itself."""
    logins = wire.table(config.get("auths"))
    entry = wire.table(logins.get(key) or logins.get(f"https://{key}"))
    token = wire.text(entry.get("identitytoken"))
    if token:
        return {"identitytoken": token, "serveraddress": key}
    try:
        user, colon, secret = base64.b64decode(wire.text(entry.get("auth"))).decode().partition(":")
    except ValueError as error:
        raise CredentialsUnreadable(f"{key}: {error}") from error
    if not colon:
        return {}
    return {"username": user, "password": secret.rstrip("\0"), "serveraddress": key}


def _from_helper(helper: str, key: str) -> dict[str, str]:
    """Ask `docker-credential-<helper>`; nothing found is no login."""
    if not _HELPER_NAME.match(helper):
        raise CredentialsUnreadable(helper)
    command = [f"docker-credential-{helper}", "get"]
    try:
        done = subprocess.run(
            command,
            input=key.encode(),
            capture_output=True,
            timeout=_HELPER_TIMEOUT,
            check=False,
            start_new_session=True,  # away from the terminal, where it might ask
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CredentialsUnreadable(str(error)) from error
    if done.returncode:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        if "not found" in said.lower():
            return {}
        raise CredentialsUnreadable(f"{command[0]}: {said}")
    try:
        answer = wire.table(wire.loads(done.stdout))
    except ValueError as error:
        raise CredentialsUnreadable(f"{command[0]}: {error}") from error
    user, secret = wire.text(answer.get("Username")), wire.text(answer.get("Secret"))
    if not secret:
        return {}
    if user == _TOKEN_USER:
        return {"identitytoken": secret, "serveraddress": key}
    return {"username": user, "password": secret, "serveraddress": key}
