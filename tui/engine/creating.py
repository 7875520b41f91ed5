"""Containers that are made (`POST /containers/create`), with the body that `docker run` sends.

`container` is always a name or an ID.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from tui.engine import wire
from tui.engine.client import EngineClient
from tui.engine.errors import BadAnswer, Conflict, EngineRefused, NotFound
from tui.i18n import N_
from tui.model.limits import parse_cpus, parse_memory
from tui.model.mountspec import MountSpec
from tui.model.runspec import RunMode, RunSpec

_LISTS: Final = (
    "BlkioDeviceReadBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteBps", "BlkioDeviceWriteIOps",
    "BlkioWeightDevice", "Devices", "Dns", "DnsOptions", "DnsSearch", "Ulimits",
)  # fmt: skip
"""What the docker command sends as empty lists, so that inspect tells the same of both."""

_AS_USUAL: Final = -1
"""Of `MemorySwappiness`: the kernel's own."""


_NO_COMMAND: Final = "no command"
"""What an Engine says of an image that names none: `No command specified`."""


_NAME_IN_USE: Final = "name is already in use"
"""What Podman says, with the status 500, where another container has the name."""


class NameTaken(Conflict):
    """Another container has the name."""

    TITLE = N_("There is a container of this name already.")
    REMEDY = N_("Choose another name, or rename or remove that container in pane 2.")


class ImageGone(NotFound):
    """The image was removed meanwhile."""

    TITLE = N_("The image is not here any more.")
    REMEDY = N_("Pull it again: p.")


class NoCommand(EngineRefused):
    """Neither the image nor the user named a command."""

    TITLE = N_("The image names no command, so one has to be typed.")
    REMEDY = N_("Run it again with a command that its files have: f shows them.")


@dataclass(frozen=True, slots=True)
class CreatedContainer:
    """A container that was made and not started."""

    container_id: str
    warnings: tuple[str, ...] = ()
    """The Engine's words."""


def create(client: EngineClient, spec: RunSpec, environment: Mapping[str, str]) -> CreatedContainer:
    """Make a container; it is not started. The Engine may copy files into new volumes.

    Args:
        client: The Engine.
        spec: What it is to be.
        environment: Of this process: the values of variables that are named without one.

    Raises:
        ImageGone: there is no such image.
        NameTaken: another container has the name.
        NoCommand: neither the image nor `spec` names one.
        EngineError: as the Engine tells.
    """
    query = f"?{urlencode({'name': spec.name})}" if spec.name else ""
    body = json.dumps(body_of(spec, environment)).encode()
    with _explained():
        answer = wire.table(client.post(f"/containers/create{query}", body, timeout=None))
    container_id = wire.text(answer.get("Id"))
    if not container_id:
        raise BadAnswer(wire.raw_json(answer)[:200])
    warnings = tuple(text for text in wire.strings(answer.get("Warnings")) if text)
    return CreatedContainer(container_id, warnings)


@contextmanager
def _explained() -> Iterator[None]:
    """Tell apart what the Engine refuses."""
    try:
        yield
    except Conflict as error:
        raise NameTaken(error.detail) from error
    except NotFound as error:
        if "image" in error.detail.lower():
            raise ImageGone(error.detail) from error
        raise
    except EngineRefused as error:
        words = error.detail.lower()
        if _NAME_IN_USE in words:
            raise NameTaken(error.detail) from error
        if _NO_COMMAND in words:
            raise NoCommand(error.detail, status=error.status) from error
        raise


def body_of(spec: RunSpec, environment: Mapping[str, str]) -> dict[str, object]:
    """Return the body that makes a container."""
    is_attached = spec.mode is not RunMode.DETACHED
    is_interactive = spec.mode is RunMode.INTERACTIVE
    exposed: dict[str, object] = {one.inside: {} for ports in spec.ports for one in ports.mappings}
    return {
        "Hostname": spec.hostname,
        "User": spec.user,
        "AttachStdin": is_interactive,
        "AttachStdout": is_attached,
        "AttachStderr": is_attached,
        "Tty": is_interactive,
        "OpenStdin": is_interactive,
        "StdinOnce": is_interactive,
        "Env": list(variables_of(spec.environment, environment)) or None,
        "Cmd": list(spec.command) or None,
        "Image": spec.image,
        "Volumes": {
            mount.word: {} for mount in spec.mounts if mount.option == "-v" and not mount.source
        },
        "WorkingDir": spec.directory,
        "Entrypoint": [spec.entrypoint] if spec.entrypoint else None,
        "Labels": dict(_pair(label) for label in spec.labels),
        **({"ExposedPorts": exposed} if exposed else {}),
        "HostConfig": _host_config(spec),
    }


def variables_of(words: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return variables as the Engine takes them: with their values here, the last of a name.

    One that has no value here is sent without: then the container has none either.
    """
    found: dict[str, str] = {}
    for word in words:
        name, has_value, _value = word.partition("=")
        is_known = not has_value and name in environment
        found[name] = f"{name}={environment[name]}" if is_known else word
    return tuple(found.values())


def _host_config(spec: RunSpec) -> dict[str, object]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for ports in spec.ports:
        for one in ports.mappings:
            place = {"HostIp": one.address, "HostPort": one.host_port}
            bindings.setdefault(one.inside, []).append(place)
    policy = {"Name": spec.restart.name, "MaximumRetryCount": spec.restart.retries}
    mounts = [_mount(mount) for mount in spec.mounts if mount.option == "--mount"]
    tmpfs = {mount.target: mount.options for mount in spec.mounts if mount.option == "--tmpfs"}
    return {
        **{name: [] for name in _LISTS},
        "Binds": [m.word for m in spec.mounts if m.option == "-v" and m.source] or None,
        "NetworkMode": spec.network or "default",
        "PortBindings": bindings,
        "RestartPolicy": policy,
        "AutoRemove": spec.auto_remove,
        "ReadonlyRootfs": spec.read_only,
        "Memory": parse_memory(spec.memory) if spec.memory else 0,
        "NanoCpus": parse_cpus(spec.cpus) if spec.cpus else 0,
        "MemorySwappiness": _AS_USUAL,
        "PidsLimit": 0,
        "OomKillDisable": False,
        **({"Mounts": mounts} if mounts else {}),
        **({"Tmpfs": tmpfs} if tmpfs else {}),
        **({"Init": True} if spec.init else {}),
    }


def _mount(mount: MountSpec) -> dict[str, object]:
    return {
        "Type": str(mount.kind),
        "Target": mount.target,
        **({"Source": mount.source} if mount.source else {}),
        **({"ReadOnly": True} if mount.read_only else {}),
    }


def _pair(label: str) -> tuple[str, str]:
    name, _is, value = label.partition("=")
    return name, value
