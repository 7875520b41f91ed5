"""The config of an image: the JSON whose digest is the image's ID, in the order of the Engine."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

VERSION: Final = "20.10.24"
"""The Engine that made the image."""


def container_config(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what a container starts with, all fields there, in the Engine's order.

    Args:
        given: Fields that are not empty: `Env`, `Cmd`, `ExposedPorts`, `Labels`, ...
    """
    empty: dict[str, Any] = {
        "Hostname": "",
        "Domainname": "",
        "User": "",
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "ExposedPorts": None,
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Env": None,
        "Cmd": None,
        "Healthcheck": None,
        "Image": "",
        "Volumes": None,
        "WorkingDir": "",
        "Entrypoint": None,
        "OnBuild": None,
        "Labels": None,
    }
    whole = empty | dict(given or {})
    for optional in ("ExposedPorts", "Healthcheck"):
        if whole[optional] is None:
            del whole[optional]
    return whole


def config_json(
    *,
    config: Mapping[str, Any],
    created: str,
    history: Iterable[Mapping[str, Any]],
    diff_ids: Iterable[str],
    platform: tuple[str, str, str] = ("linux", "amd64", ""),
    **more: Any,
) -> bytes:
    """Return the bytes of an image's config.

    Args:
        config: What its containers start with.
        created: A time as `timestamp` writes it.
        history: Its steps, oldest first, in Docker's keys.
        diff_ids: Of its layers, bottom first.
        platform: Operating system, architecture and variant.
        **more: Other fields: `author`, `comment`, `container_config`, `docker_version`, ...
    """
    os, architecture, variant = platform
    whole: dict[str, Any] = {
        "architecture": architecture,
        "config": dict(config),
        "created": created,
        "history": [dict(step) for step in history],
        "os": os,
        "rootfs": {"type": "layers", "diff_ids": list(diff_ids)},
        **({"variant": variant} if variant else {}),
        **more,
    }
    ordered = {key: whole[key] for key in sorted(whole)}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()


def timestamp(seconds: float) -> str:
    """Return seconds of the epoch as Docker writes a time: `2026-11-24T08:30:00.25Z`."""
    whole, nanoseconds = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    return f"{text}{fraction}Z"
