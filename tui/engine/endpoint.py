"""Which Engine to ask: the docker command's order, then the usual places.

Sources: the docker command's rules for `--host`, `--context`, DOCKER_HOST,
DOCKER_CONTEXT and `currentContext`; the context store
`~/.docker/contexts/meta/<sha256 of the name>/meta.json` with its TLS files in
`~/.docker/contexts/tls/<sha256>/docker/`. Files are read, nothing is connected.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tui.config.paths import docker_directory
from tui.engine.errors import (
    BadConfig,
    BadEndpoint,
    ConflictingOptions,
    EndpointError,
    UnknownContext,
)
from tui.model.engine import ContextInfo, Endpoint

DEFAULT_SOCKET: Path = Path("/var/run/docker.sock")
"""Where a Docker Engine of the system listens."""

PODMAN_SOCKET: Path = Path("/run/podman/podman.sock")
"""Where a Podman of the system listens."""

RUNTIME_ROOT: Path = Path("/run/user")
"""Holds one directory a user, named by its number, where XDG_RUNTIME_DIR is not set."""

DEFAULT_CONTEXT: Final = "default"
"""Name of the context that stands for DOCKER_HOST or the default socket."""

_PORT: Final = 2375
_TLS_PORT: Final = 2376


@dataclass(frozen=True, slots=True)
class _Tls:
    """TLS as one source of an endpoint tells it; paths are empty where there is no file."""

    verify: bool = False
    ca: str = ""
    cert: str = ""
    key: str = ""


def resolve_endpoint(
    host: str, context: str, *, environ: Mapping[str, str], home: Path
) -> Endpoint:
    """Return the endpoint that the docker command would use.

    Args:
        host: Value of `--host`, or empty.
        context: Value of `--context`, or empty.
        environ: DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY,
            DOCKER_CERT_PATH and XDG_RUNTIME_DIR are looked at.
        home: The user's home directory.

    Raises:
        EndpointError: ConflictingOptions, BadEndpoint, UnknownContext or BadConfig.
    """
    if host and context:
        raise ConflictingOptions
    if host:
        return _from_address(host, "--host", environ=environ, home=home)
    if context:
        return _from_context(context, "--context", environ=environ, home=home)
    if environ.get("DOCKER_HOST"):
        return _from_address(environ["DOCKER_HOST"], "DOCKER_HOST", environ=environ, home=home)
    if environ.get("DOCKER_CONTEXT"):
        name = environ["DOCKER_CONTEXT"]
        return _from_context(name, "DOCKER_CONTEXT", environ=environ, home=home)
    name = _current_context(environ, home)
    return _from_context(name, "context", environ=environ, home=home)


def list_contexts(environ: Mapping[str, str], home: Path) -> tuple[ContextInfo, ...]:
    """Return the contexts to choose from, `default` first, the others by name.

    What cannot be read is left out, so that one may still leave a broken context.
    """
    current = first = ""
    with suppress(EndpointError):
        current = _current_name(environ, home)
    with suppress(EndpointError):
        first = _from_context(DEFAULT_CONTEXT, "context", environ=environ, home=home).url
    contexts = [ContextInfo(DEFAULT_CONTEXT, first, is_current=current == DEFAULT_CONTEXT)]
    for name, meta in sorted(_stored_contexts(environ, home)):
        details = _table(meta.get("Metadata"))
        contexts.append(
            ContextInfo(
                name,
                _text(_docker_part(meta).get("Host")),
                _text(details.get("Description")),
                is_current=name == current,
            )
        )
    return tuple(contexts)


def _from_address(address: str, origin: str, *, environ: Mapping[str, str], home: Path) -> Endpoint:
    tls = _tls_of_environment(environ, home) if "://" not in address or _is_tcp(address) else None
    return _endpoint(address, origin, tls=tls)


def _from_context(name: str, origin: str, *, environ: Mapping[str, str], home: Path) -> Endpoint:
    if name == DEFAULT_CONTEXT:
        return _default(origin, environ=environ, home=home)
    meta_file = _context_path(name, environ, home) / "meta.json"
    if not meta_file.is_file():
        known = [
            DEFAULT_CONTEXT,
            *sorted(known for known, _meta in _stored_contexts(environ, home)),
        ]
        raise UnknownContext(name=name, known=", ".join(known), origin=origin)
    docker = _docker_part(_read(meta_file))
    skip_verify = docker.get("SkipTLSVerify") is True
    folder = meta_file.parents[2] / "tls" / meta_file.parent.name / "docker"
    ca, cert, key = (_if_file(folder / f"{kind}.pem") for kind in ("ca", "cert", "key"))
    has_tls = bool(skip_verify or ca or cert or key)
    tls = _Tls(not skip_verify, ca, cert, key) if has_tls else None
    return _endpoint(_text(docker.get("Host")), origin, context=name, tls=tls)


def _default(origin: str, *, environ: Mapping[str, str], home: Path) -> Endpoint:
    """Return what the context `default` stands for: DOCKER_HOST, else a socket."""
    if environ.get("DOCKER_HOST"):
        return _from_address(environ["DOCKER_HOST"], "DOCKER_HOST", environ=environ, home=home)
    if DEFAULT_SOCKET.exists():
        return Endpoint(f"unix://{DEFAULT_SOCKET}", "default" if origin == "context" else origin)
    for socket in _usual_sockets(environ, home):
        if _is_socket(socket):
            return Endpoint(f"unix://{socket}", "found")
    return Endpoint(f"unix://{DEFAULT_SOCKET}", "default")


def _usual_sockets(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Yield where Engines listen beside the default: rootless, Docker Desktop, Podman."""
    runtime = [RUNTIME_ROOT / str(os.getuid())]
    if environ.get("XDG_RUNTIME_DIR"):
        runtime.insert(0, Path(environ["XDG_RUNTIME_DIR"]))
    yield from (folder / "docker.sock" for folder in runtime)
    yield home / ".docker" / "desktop" / "docker.sock"
    yield home / ".docker" / "run" / "docker.sock"
    yield PODMAN_SOCKET
    yield from (folder / "podman" / "podman.sock" for folder in runtime)


def _endpoint(address: str, origin: str, *, context: str = "", tls: _Tls | None = None) -> Endpoint:
    """Return the endpoint for an address as people write it.

    Raises:
        BadEndpoint: the scheme is none of unix, tcp, http, https, ssh; a part is missing.
    """
    url = _unix_or_ssh(address) or _tcp(address, has_tls=tls is not None)
    if tls is None and address.startswith("https://"):
        tls = _Tls(verify=True)
    if tls is None or not url.startswith("tcp://"):
        return Endpoint(url, origin, context)
    return Endpoint(url, origin, context, True, tls.verify, tls.ca, tls.cert, tls.key)


def _unix_or_ssh(address: str) -> str:
    """Return the address if it is one of these and good; empty for another scheme."""
    scheme, _separator, rest = address.partition("://")
    if scheme == "unix":
        if not rest.startswith("/"):
            raise BadEndpoint(url=address)
        return address
    if scheme != "ssh":
        return ""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadEndpoint(str(error), url=address) from error
    # A name that begins with a dash would be an option to the ssh command.
    bad_name = not host or host.startswith("-") or (parts.username or "").startswith("-")
    if bad_name or port == 0 or parts.password is not None or parts.query or parts.fragment:
        raise BadEndpoint(url=address)
    return address


def _is_tcp(address: str) -> bool:
    return address.partition("://")[0] in {"tcp", "http", "https"}


def _tcp(address: str, *, has_tls: bool) -> str:
    """Return `tcp://host:port`; a missing port is the Engine's usual one."""
    text = address if "://" in address else f"tcp://{address}"
    if not _is_tcp(text):
        raise BadEndpoint(url=address)
    has_tls = has_tls or text.startswith("https://")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadEndpoint(str(error), url=address) from error
    if not host or port == 0 or parts.path not in {"", "/"} or not host.isprintable():
        raise BadEndpoint(url=address)
    name = f"[{host}]" if ":" in host else host
    return f"tcp://{name}:{port or (_TLS_PORT if has_tls else _PORT)}"


def _tls_of_environment(environ: Mapping[str, str], home: Path) -> _Tls | None:
    """Return what DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say; None = no TLS."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    folder = environ.get("DOCKER_CERT_PATH")
    if not verify and not folder:
        return None
    directory = Path(folder) if folder else docker_directory(environ, home)
    ca, cert, key = (_if_file(directory / f"{kind}.pem") for kind in ("ca", "cert", "key"))
    return _Tls(verify, ca, cert, key)


def _current_name(environ: Mapping[str, str], home: Path) -> str:
    """Return the context that is used without further words."""
    if environ.get("DOCKER_HOST"):
        return DEFAULT_CONTEXT
    return environ.get("DOCKER_CONTEXT") or _current_context(environ, home)


def _current_context(environ: Mapping[str, str], home: Path) -> str:
    config = docker_directory(environ, home) / "config.json"
    if not _exists(config):
        return DEFAULT_CONTEXT
    return _text(_read(config).get("currentContext")) or DEFAULT_CONTEXT


def _stored_contexts(
    environ: Mapping[str, str], home: Path
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield name and metadata of the contexts in the store; broken ones are left out."""
    store = docker_directory(environ, home) / "contexts" / "meta"
    try:
        folders = sorted(store.iterdir())
    except OSError:
        return
    for folder in folders:
        try:
            meta = _read(folder / "meta.json")
        except BadConfig:
            continue
        name = _text(meta.get("Name"))
        if name:
            yield name, meta


def _context_path(name: str, environ: Mapping[str, str], home: Path) -> Path:
    import hashlib  # loads OpenSSL, which only named contexts need

    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return docker_directory(environ, home) / "contexts" / "meta" / digest


def _read(path: Path) -> dict[str, object]:
    """Return the JSON object in a file.

    Raises:
        BadConfig: it cannot be read, is no JSON or no object.
    """
    try:
        content: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadConfig(str(error), path=str(path)) from error
    if not isinstance(content, dict):
        raise BadConfig(path=str(path))
    return content


def _exists(path: Path) -> bool:
    """Whether there is something to read; a directory that is closed to us is an error later."""
    try:
        return path.exists()
    except OSError:
        return True


def _docker_part(meta: Mapping[str, object]) -> dict[str, object]:
    return _table(_table(meta.get("Endpoints")).get("docker"))


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _if_file(path: Path) -> str:
    try:
        return str(path) if path.is_file() else ""
    except OSError:
        return ""


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False
