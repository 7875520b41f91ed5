"""The JSON of images: manifests, indexes and configs, which are as hostile as tars."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Sequence
from typing import Any, Final

from tui.i18n import _
from tui.layers.errors import BadSource, NoPlatform

LAYERS: Final = 1024
"""Layers of one image; Docker allows 127."""

_DIGEST: Final = re.compile(r"[a-z0-9]{1,16}:[0-9a-fA-F]{32,128}\Z")
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


def json_of(data: bytes, name: str) -> Any:
    """Return a document's value.

    Raises:
        BadSource: it is no JSON.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise BadSource(_("its JSON is nested too deeply")) from None
    except ValueError as error:
        raise BadSource(f"{name}: {error}") from error


def object_of(value: Any) -> dict[str, Any]:
    """Return an object; an empty one for null.

    Raises:
        BadSource: it is something else.
    """
    if value is not None and not isinstance(value, dict):
        raise BadSource(_("its JSON is not what it should be"))
    return value or {}


def list_of(value: Any) -> list[Any]:
    """Return an array; an empty one for null.

    Raises:
        BadSource: it is something else.
    """
    if value is not None and not isinstance(value, list):
        raise BadSource(_("its JSON is not what it should be"))
    return value or []


def text_of(value: Any) -> str:
    """Return a string.

    Raises:
        BadSource: it is something else.
    """
    if not isinstance(value, str) or "\0" in value:
        raise BadSource(_("its JSON is not what it should be"))
    return value


def digest_of(descriptor: dict[str, Any]) -> str:
    """Return the digest of what a descriptor names.

    Raises:
        BadSource: it names nothing.
    """
    digest = text_of(descriptor.get("digest"))
    if not _DIGEST.match(digest):
        raise BadSource(digest)
    return digest


def diff_ids_of(config: dict[str, Any], count: int) -> list[str]:
    """Return the diff IDs of a config, whose manifest tells so many layers.

    Raises:
        BadSource: the config tells another number.
    """
    found = [text_of(one) for one in list_of(object_of(config.get("rootfs")).get("diff_ids"))]
    if len(found) != count:
        raise BadSource(_("its config and its manifest tell different layers"))
    return found


def commands_of(config: dict[str, Any], count: int) -> list[str]:
    """Return the command of each layer; none where the config's history does not fit."""
    steps = [object_of(step) for step in list_of(config.get("history"))]
    made = [
        step["created_by"] if isinstance(step.get("created_by"), str) else ""
        for step in steps
        if not step.get("empty_layer")
    ]
    return made if len(made) == count else [""] * count


def platform_of(descriptor: dict[str, Any]) -> str:
    """Return the platform that a descriptor tells: `os/architecture[/variant]`; empty for none."""
    told = object_of(descriptor.get("platform"))
    names = (told.get(name) for name in ("os", "architecture", "variant"))
    return "/".join(name for name in names if name and isinstance(name, str))


def fits(platform: str, wanted: str) -> bool:
    """Tell whether an image for a platform does for the wanted one.

    As containerd has it, a lower variant of the architecture does; so does any where one of the
    two names none.
    """
    own, asked = platform.split("/"), wanted.split("/")
    return own[:2] == asked[:2] and (not own[2:] or not asked[2:] or own[2:] <= asked[2:])


def for_platform(every: Sequence[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """Return the descriptor of an index that is for a platform.

    Args:
        every: All of them; not empty.
        wanted: `os/architecture[/variant]`; empty for the nearest to this machine.

    Raises:
        NoPlatform: there is none.
    """
    if not wanted:
        return min(every, key=foreignness)
    found = [one for one in every if fits(platform_of(one), wanted)]
    if not found:
        names = dict.fromkeys(platform_of(one) for one in every)
        raise NoPlatform(", ".join(name for name in names if name and "unknown" not in name))
    return max(found, key=lambda one: (platform_of(one) == wanted, platform_of(one)))


def foreignness(descriptor: dict[str, Any]) -> tuple[bool, bool]:
    """Return how far a descriptor's platform is from this machine's; the least is the best."""
    told = object_of(descriptor.get("platform"))
    own = _MACHINES.get(platform.machine(), platform.machine())
    return told.get("os") != "linux", told.get("architecture") != own
