"""Who serves: Debian's docker-registry, the `registry` image, or the server that is built in.

The first two replace this process, so that the same process ID and the same locks stay: what holds
for one holds for all, status and stop included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.distribution.disk import write_whole
from tui.distribution.errors import NoBackend
from tui.distribution.layout import Layout
from tui.i18n import _

AUTO: Final = "auto"
BUILTIN: Final = "builtin"
PROGRAM: Final = "docker-registry"
IMAGE: Final = "image"
BACKENDS: Final = (AUTO, BUILTIN, PROGRAM, IMAGE)

IMAGES: Final = ("registry:2", "registry:3", "registry:latest")
"""Names under which the image may be here; none is ever pulled."""

_ASKING_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Serving:
    """What a backend has to know."""

    root: Path
    host: str
    port: int
    accounts: Path | None = None
    """A file as htpasswd writes it; None for everybody."""
    certificate: Path | None = None
    key: Path | None = None
    quiet: bool = False
    """Nobody reads what it writes about requests."""


def choose(wanted: str) -> tuple[str, str]:
    """Return the backend, and the image it is made of, if it is one.

    Raises:
        NoBackend: the one that is wanted is not here.
    """
    if wanted in {AUTO, PROGRAM} and shutil.which(PROGRAM):
        return PROGRAM, ""
    if wanted == PROGRAM:
        raise NoBackend(_("There is no program docker-registry (Debian: docker-registry)."))
    if wanted in {AUTO, IMAGE}:
        image = _image_here()
        if image:
            return IMAGE, image
    if wanted == IMAGE:
        raise NoBackend(
            _("The Engine has none of these images: {images}").format(images=", ".join(IMAGES))
        )
    return BUILTIN, ""


def backend_title(backend: str) -> str:
    """Return how a person calls a backend."""
    titles = {
        BUILTIN: _("orlop's own server"),
        PROGRAM: _("the program docker-registry"),
        IMAGE: _("the registry image, in a container"),
    }
    return titles.get(backend, backend)


def configuration(serving: Serving) -> str:
    """Return the configuration of docker-registry; JSON is YAML too."""
    host = f"[{serving.host}]" if ":" in serving.host else serving.host
    http: dict[str, object] = {"addr": f"{host}:{serving.port}"}
    if serving.certificate and serving.key:
        http["tls"] = {"certificate": str(serving.certificate), "key": str(serving.key)}
    document: dict[str, object] = {
        "version": 0.1,
        "log": {
            "level": "error" if serving.quiet else "info",
            "accesslog": {"disabled": serving.quiet},
        },
        "storage": {
            "filesystem": {"rootdirectory": str(serving.root)},
            "delete": {"enabled": True},
        },
        "http": http,
    }
    if serving.accounts:
        document["auth"] = {"htpasswd": {"realm": "orlop registry", "path": str(serving.accounts)}}
    return json.dumps(document, indent=2) + "\n"


def program_line(serving: Serving, config: Path) -> list[str]:
    """Return the command that serves with docker-registry; its configuration is written.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(config, configuration(serving).encode())
    return [shutil.which(PROGRAM) or PROGRAM, "serve", str(config)]


def image_line(serving: Serving, image: str) -> list[str]:
    """Return the docker command that serves with the image, as a person would type it."""
    host = f"[{serving.host}]" if ":" in serving.host else serving.host
    line = ["docker", "run", "--rm", "--name", f"orlop-registry-{serving.port}"]
    line += ["--publish", f"{host}:{serving.port}:5000"]
    line += ["--volume", f"{serving.root}:/var/lib/registry"]
    settings = {"REGISTRY_STORAGE_DELETE_ENABLED": "true"}
    if serving.accounts:
        line += ["--volume", f"{serving.accounts}:/auth/htpasswd:ro"]
        settings["REGISTRY_AUTH"] = "htpasswd"
        settings["REGISTRY_AUTH_HTPASSWD_REALM"] = "orlop registry"
        settings["REGISTRY_AUTH_HTPASSWD_PATH"] = "/auth/htpasswd"
    if serving.certificate and serving.key:
        line += ["--volume", f"{serving.certificate}:/tls/crt:ro"]
        line += ["--volume", f"{serving.key}:/tls/key:ro"]
        settings["REGISTRY_HTTP_TLS_CERTIFICATE"] = "/tls/crt"
        settings["REGISTRY_HTTP_TLS_KEY"] = "/tls/key"
    for name, value in settings.items():
        line += ["--env", f"{name}={value}"]
    return [*line, image]


def become(line: list[str], *locks: int) -> None:
    """Replace this process by a command that keeps these locks.

    Raises:
        NoBackend: it cannot be run.
    """
    for lock in locks:
        os.set_inheritable(lock, True)
    try:
        os.execvp(line[0], line)
    except OSError as error:
        raise NoBackend(f"{line[0]}: {error.strerror}") from error


def prepared(root: Path) -> Layout:
    """Return the layout of a folder, made if need be.

    Raises:
        OSError: it cannot be made.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Layout(root)


def _image_here() -> str:
    """Return the name of the image if an Engine of this machine has it; empty without.

    The folder and the port are here, so an Engine elsewhere would not do.
    """
    host = _docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    if host is None or not host.startswith("unix://"):
        return ""
    asking = ("image", "inspect", "--format", "{{.Id}}")
    return next((image for image in IMAGES if _docker(*asking, image) is not None), "")


def _docker(*words: str) -> str | None:
    """Return what the docker command answers; None if it refuses, or is not there."""
    try:
        asked = subprocess.run(
            ["docker", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASKING_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.decode(errors="replace") if asked.returncode == 0 else None
