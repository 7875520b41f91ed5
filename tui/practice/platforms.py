"""The `platform` of a pull or import: read, completed, and matched with what a list offers."""

from __future__ import annotations

import re
from typing import Final

from tui.practice.registry import HERE, Platform
from tui.practice.wire import ApiError

_SYSTEMS: Final = frozenset({
    "aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux",
    "netbsd", "openbsd", "plan9", "solaris", "windows", "zos",
})  # fmt: skip
_ARCHITECTURES: Final = frozenset({
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64",
    "ppc64le", "riscv64", "s390x", "wasm",
})  # fmt: skip
_ALIASES: Final = {
    "x86_64": ("amd64", ""),
    "x86-64": ("amd64", ""),
    "i386": ("386", ""),
    "aarch64": ("arm64", ""),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
}
_COMPONENT: Final = re.compile("[A-Za-z0-9_-]+")
_VARIANTS: Final = {"arm": "v7", "arm64": "v8"}
"""What is meant if nothing is said."""


def parse(text: str) -> Platform:
    """Return the platform that `linux/arm64/v8`, `arm64` or `linux` means.

    Raises:
        ApiError: 400, it means none.
    """
    parts = text.split("/")
    for part in parts:
        if not _COMPONENT.fullmatch(part):
            raise ApiError(
                400,
                f'"{part}" is an invalid component of "{text}": platform specifier component must '
                'match "^[A-Za-z0-9_-]+$": invalid argument',
            )
    parts = [part.lower() for part in parts]
    if len(parts) == 1:
        architecture, variant = _ALIASES.get(parts[0], (parts[0], ""))
        if architecture in _ARCHITECTURES:
            return Platform(HERE.os, architecture, variant)
        if parts[0] in _SYSTEMS:
            return Platform(parts[0], HERE.architecture)
        message = f'"{text}": unknown operating system or architecture: invalid argument'
        raise ApiError(400, message)
    if len(parts) > 3:
        raise ApiError(400, f'"{text}": cannot parse platform specifier: invalid argument')
    architecture, variant = _ALIASES.get(parts[1], (parts[1], ""))
    return Platform(parts[0], architecture, parts[2] if len(parts) == 3 else variant)


def same(wanted: Platform, offered: Platform) -> bool:
    """Tell whether an image for one platform is what was asked for."""
    return _complete(wanted) == _complete(offered)


def _complete(platform: Platform) -> Platform:
    default = _VARIANTS.get(platform.architecture, "")
    return platform._replace(variant=platform.variant or default)
