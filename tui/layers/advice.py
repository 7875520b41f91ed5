"""Advice on an image: known patterns of what makes it larger than it must be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from tui.i18n import N_, _
from tui.layers.union import Change, Union
from tui.model.text import human_size

LEAST: Final = 100_000
"""Bytes below which nothing is said."""


class Advice(NamedTuple):
    """One pattern that was found."""

    pattern: str
    """A fixed name, for programs: `package cache`, `copied`, `removed later`..."""
    about: str
    """The layer or the package manager that it is about; may be empty."""
    bytes: int
    text: str
    """A sentence: how many bytes, where, what to do."""


_CACHES: Final = (
    (rb"var/(lib/apt/lists|cache/apt)/", "apt", "rm -rf /var/lib/apt/lists/* /var/cache/apt"),
    (rb"var/cache/(yum|dnf|libdnf5)/", "dnf", "dnf clean all"),
    (rb"var/cache/apk/", "apk", "apk add --no-cache"),
    (rb"var/cache/pacman/", "pacman", "pacman -Scc --noconfirm"),
    (rb"(root|home/[^/]+)/\.cache/(pip|uv)/", "pip", "pip install --no-cache-dir"),
    (rb"(root|home/[^/]+)/\.npm/", "npm", "npm cache clean --force"),
    (rb"(usr/local/share|root|home/[^/]+)/\.cache/yarn/", "yarn", "yarn cache clean"),
    (rb"(opt|root|home/[^/]+)/[^/]*conda[^/]*/pkgs/", "conda", "conda clean --all --yes"),
    (rb"(root|home/[^/]+)/\.(cargo/registry|m2/repository|gradle/caches)/", "build", ""),
    (rb"(root|home/[^/]+)/go/pkg/mod/cache/", "go", "go clean -modcache"),
)
"""Where package managers keep what they fetched, and what clears it."""

_VCS: Final = re.compile(rb"(^|/)\.(git|hg|svn)/")
_COMPILERS: Final = re.compile(rb"(^|/)(cc1|cc1plus|lto1|gnat1|f951)$")


def advice(union: Union) -> list[Advice]:
    """Return what could be better, the most bytes first."""
    found = [*_caches(union), *_hidden(union), *_folders(union)]
    return sorted(
        (one for one in found if one.bytes >= LEAST), key=lambda one: (-one.bytes, one.text)
    )


def _caches(union: Union) -> list[Advice]:
    """Return the caches of package managers that show in the end."""
    found = []
    for pattern, name, remedy in _CACHES:
        size = _shown_bytes(union, re.compile(pattern).match)
        text = _("{size} are the cache of {name}.").format(size=human_size(size), name=name)
        if remedy:
            text += " " + _("In the step that fills it: {remedy}").format(remedy=remedy)
        found.append(Advice("package cache", name, size, text))
    return found


_HIDDEN: Final = {
    Change.REMOVED: (
        "removed later",
        N_("{size} are removed by layer {layer}, after they are in the image: remove them in the"
           " step that makes them, or use several stages."),
    ),
    Change.METADATA: (
        "copied",
        N_("{size} are copied by layer {layer} only for another mode, owner or time: use COPY"
           " --chown or --chmod, or do it in the step that makes them."),
    ),
    Change.CONTENT: (
        "overwritten",
        N_("{size} are overwritten by layer {layer}: write them once, as they shall be."),
    ),
}  # fmt: skip


def _hidden(union: Union) -> list[Advice]:
    """Return what layers hide, by layer and kind."""
    sums: dict[tuple[int, Change], int] = {}
    for one in union.wasted:
        key = one.hidden_by, one.change
        sums[key] = sums.get(key, 0) + one.size
    found = []
    for (layer, change), size in sums.items():
        if change not in _HIDDEN:
            continue
        pattern, sentence = _HIDDEN[change]
        text = _(sentence).format(size=human_size(size), layer=layer)
        found.append(Advice(pattern, str(layer), size, text))
    return found


def _folders(union: Union) -> list[Advice]:
    """Return histories of version control and compilers that show in the end."""
    history = _shown_bytes(union, _VCS.search)
    compilers = _shown_bytes(union, _COMPILERS.search)
    return [
        Advice(
            "version control",
            "",
            history,
            _("{size} are the history of a version control: leave it out by .dockerignore.").format(
                size=human_size(history)
            ),
        ),
        Advice(
            "build tools",
            "",
            compilers,
            _("A compiler ({size} and its libraries) is in the image: build in a stage of its"
              " own.").format(size=human_size(compilers)),
        ),
    ]  # fmt: skip


def _shown_bytes(union: Union, fits: Callable[[bytes], object]) -> int:
    return sum(shown.entry.size for path, shown in union.shown.items() if fits(path))
