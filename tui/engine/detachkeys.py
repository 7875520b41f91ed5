r"""The keys that leave a program and let it go on: docker's `detachKeys`.

As the docker command and the Engine have them (moby/term, `ToBytes`): words with commas between,
each a letter or sign for itself, `ctrl-` and one of `@`, `a` to `z`, `[`, `\`, `]`, `^`, `_`, or
`DEL`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.credentials.configfile import read_config
from tui.credentials.errors import CredentialsError

OPTION: Final = "detachKeys"
"""Where docker's config.json has them."""

CONTROL: Final = "ctrl-"
_SIGNS: Final = "@abcdefghijklmnopqrstuvwxyz[\\]^_"
"""What follows `ctrl-`; the place is the byte."""
_DELETE: Final = 0x7F


@dataclass(frozen=True, slots=True)
class DetachKeys:
    """A sequence of keys."""

    words: str
    """As the Engine takes them: `ctrl-p,ctrl-q`."""
    keys: bytes
    """What a terminal sends for them."""

    @property
    def shown(self) -> str:
        """As orlop writes keys: `ctrl+p ctrl+q`."""
        keys = self.words.split(",")
        return " ".join(
            f"ctrl+{key.removeprefix(CONTROL)}" if key.startswith(CONTROL) else key for key in keys
        )


USUAL: Final = DetachKeys("ctrl-p,ctrl-q", b"\x10\x11")
"""Where nothing else is said."""


def parse_detach_keys(words: str) -> DetachKeys:
    """Return the keys that some words mean.

    Raises:
        ValueError: they mean none.
    """
    return DetachKeys(words, bytes(_byte(word) for word in words.split(",")))


def detach_keys(environ: Mapping[str, str]) -> DetachKeys:
    """Return the keys of docker's config.json; the usual ones where it has none that can be used.

    Nobody is kept from a program by a broken file: which keys it is to be is shown beforehand.
    """
    try:
        words = read_config(environ).get(OPTION)
        return parse_detach_keys(words) if words and isinstance(words, str) else USUAL
    except (CredentialsError, ValueError):
        return USUAL


def _byte(word: str) -> int:
    if len(word) == 1 and word.isascii():
        return ord(word)
    sign = word.removeprefix(CONTROL)
    if len(word) == len(CONTROL) + 1 and word.startswith(CONTROL) and sign in _SIGNS:
        return _SIGNS.index(sign)
    if word == "DEL":
        return _DELETE
    raise ValueError(word)
