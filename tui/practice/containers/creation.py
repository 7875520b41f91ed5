"""Makes a container of what a client asks for: checks it, and puts the image's config into it."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tui.practice.configs import container_config
from tui.practice.containers import healthstate, mountpoints
from tui.practice.containers.mainprocess import publish
from tui.practice.containers.signals import number_of
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

LEAST_MEMORY: Final = 6 << 20
_POLICIES: Final = frozenset({"", "no", "always", "unless-stopped", "on-failure"})
_LISTS: Final = ("Cmd", "Entrypoint")


def create(hold: Hold, name: str, body: dict[str, Any]) -> Container:
    """Create a container as `POST /containers/create` asks for it.

    Raises:
        ApiError: 400, 404 or 409, it cannot be.
    """
    host_config = body.get("HostConfig") or {}
    given = {key: value for key, value in body.items() if key not in _BESIDES}
    if not given:
        raise ApiError(400, "Config cannot be empty in order to create a container")
    check_config(given)
    check_host_config(host_config)
    image_name = str(given.get("Image") or "")
    if not image_name:
        raise ApiError(400, "No command specified")
    with hold.lock:
        image = hold.images.find(image_name)
        config = merged(_listed(given), image.parsed().get("config") or {})
        if not (config.get("Cmd") or config.get("Entrypoint")):
            raise ApiError(400, "No command specified")
        mounts = mountpoints.wanted(config, host_config)
        mountpoints.check_sources(hold, host_config)
        container = hold.containers.create(
            image, config, _adapted(host_config), name=name, image_name=image_name
        )
        mountpoints.make(hold, container, mounts)
        publish(hold, container, "create")
        return container


_BESIDES: Final = frozenset({"HostConfig", "NetworkingConfig"})


def check_config(config: Mapping[str, Any]) -> None:
    """Check the fields of a config.

    Raises:
        ApiError: 400, one makes no sense.
    """
    folder = config.get("WorkingDir") or "/"
    if not str(folder).startswith("/"):
        text = f"the working directory '{folder}' is invalid, it needs to be an absolute path"
        raise ApiError(400, text)
    if config.get("StopSignal"):
        number_of(str(config["StopSignal"]))
    healthstate.check_given(config.get("Healthcheck"))
    for line in config.get("Env") or []:
        if not str(line).partition("=")[0]:
            raise ApiError(400, f"invalid environment variable: {line}")


def check_host_config(given: Mapping[str, Any]) -> None:
    """Check the fields of a `HostConfig`.

    Raises:
        ApiError: 400, one makes no sense.
    """
    policy = given.get("RestartPolicy") or {}
    name, count = policy.get("Name") or "", policy.get("MaximumRetryCount") or 0
    if name not in _POLICIES:
        raise ApiError(400, f"invalid restart policy '{name}'")
    if name in {"always", "unless-stopped", "no"} and count:
        raise ApiError(400, f"maximum retry count cannot be used with restart policy '{name}'")
    if count < 0:
        raise ApiError(400, "maximum retry count cannot be negative")
    if given.get("AutoRemove") and name not in {"", "no"}:
        raise ApiError(400, "can't create 'AutoRemove' container with restart policy")
    check_memory(given)
    check_cpus(given)
    check_ports(given)


def check_ports(given: Mapping[str, Any]) -> None:
    """Check the numbers of published ports.

    Raises:
        ApiError: 400, one is none.
    """
    for inside, places in (given.get("PortBindings") or {}).items():
        outside = [str((place or {}).get("HostPort") or "") for place in places or []]
        for text in (inside.partition("/")[0], *outside):
            numbers = [one for one in text.split("-") if one] if text else []
            if len(numbers) > 2 or not all(_is_port(one) for one in numbers):
                raise ApiError(400, f'invalid port specification: "{text}"')


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < 1 << 16


def check_memory(given: Mapping[str, Any]) -> None:
    """Check what is said about memory.

    Raises:
        ApiError: 400, it makes no sense.
    """
    memory, swap = given.get("Memory") or 0, given.get("MemorySwap") or 0
    if memory and memory < LEAST_MEMORY:
        raise ApiError(400, "Minimum memory limit allowed is 6MB")
    if memory and 0 < swap < memory:
        why = "Minimum memoryswap limit should be larger than memory limit, see usage"
        raise ApiError(400, why)
    reserved = given.get("MemoryReservation") or 0
    if 0 < reserved < LEAST_MEMORY:
        raise ApiError(400, "Minimum memory reservation allowed is 6MB")
    if 0 < memory < reserved:
        why = "Minimum memory limit can not be less than memory reservation limit, see usage"
        raise ApiError(400, why)


def check_cpus(given: Mapping[str, Any]) -> None:
    """Check what is said about processors.

    Raises:
        ApiError: 400, it makes no sense, or there are not as many.
    """
    nano, count = given.get("NanoCpus") or 0, os.cpu_count() or 1
    for field, called in (("CpuPeriod", "CPU Period"), ("CpuQuota", "CPU Quota")):
        if nano > 0 and (given.get(field) or 0) > 0:
            raise ApiError(400, f"Conflicting options: Nano CPUs and {called} cannot both be set")
    if nano < 0 or nano > count * 10**9:
        why = f"Range of CPUs is from 0.01 to {count}.00, as there are only {count} CPUs available"
        raise ApiError(400, why)
    wanted = str(given.get("CpusetCpus") or "")
    numbers = [int(number) for number in re.findall(r"\d{1,9}", wanted)]
    if numbers and max(numbers) >= count:
        there = f"0-{count - 1}" if count > 1 else "0"
        why = f"Requested CPUs are not available - requested {wanted}, available: {there}"
        raise ApiError(400, why)


def merged(given: Mapping[str, Any], image: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config with what the image says where it says nothing itself."""
    config = {**container_config(given)}
    if not config["Entrypoint"]:
        if not config["Cmd"]:
            config["Cmd"] = image.get("Cmd")
        if config["Entrypoint"] is None:
            config["Entrypoint"] = image.get("Entrypoint")
    if config["Entrypoint"] == [""]:
        config["Entrypoint"] = None
    own = {line.partition("=")[0] for line in config["Env"] or []}
    below = [line for line in image.get("Env") or [] if line.partition("=")[0] not in own]
    config["Env"] = [*(config["Env"] or []), *below] or config["Env"]
    config["Volumes"] = config["Volumes"] or None
    for field in ("Labels", "ExposedPorts", "Volumes"):
        both = {**(image.get(field) or {}), **(config.get(field) or {})}
        config[field] = both or ({} if field == "Labels" else config.get(field))
    if check := healthstate.merged(config.get("Healthcheck"), image.get("Healthcheck")):
        config["Healthcheck"] = check
    for field in ("User", "WorkingDir", "StopSignal", "StopTimeout", "Shell"):
        if not config.get(field) and image.get(field):
            config[field] = image[field]
    if config["WorkingDir"]:
        config["WorkingDir"] = posixpath.normpath(config["WorkingDir"])
    return config


def _listed(given: dict[str, Any]) -> dict[str, Any]:
    """Return a config whose commands are lists: clients may send one text."""
    changed = dict(given)
    for field in _LISTS:
        if isinstance(changed.get(field), str):
            changed[field] = [changed[field]]
    return changed


def _adapted(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `HostConfig` as dockerd keeps it: without what says nothing, and with swap."""
    kept = {key: value for key, value in given.items() if value not in (None, "")}
    for field, nothing in (("MemorySwappiness", -1), ("PidsLimit", 0)):
        if kept.get(field) == nothing:
            del kept[field]
    if (kept.get("Memory") or 0) > 0 and not kept.get("MemorySwap"):
        kept["MemorySwap"] = 2 * kept["Memory"]
    return kept
