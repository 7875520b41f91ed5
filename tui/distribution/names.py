"""Names, tags and digests, as the specification's grammar has them.

Whatever becomes a part of a path on the disk has passed through here first: no such text holds
`..`, a leading `_` or a slash that is not between two components.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from tui.distribution.refusals import Refused

NAME_MAX: Final = 255
"""Characters of a repository's name."""

_COMPONENT: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG: Final = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def is_name(text: str) -> bool:
    """Tell whether a text is a repository's name."""
    return len(text) <= NAME_MAX and _NAME.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Tell whether a text is a tag."""
    return _TAG.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Tell whether a text is a digest of an algorithm that the registry computes."""
    return _DIGEST.fullmatch(text) is not None


def checked_name(text: str) -> str:
    """Return a repository's name.

    Raises:
        Refused: it is none.
    """
    if not is_name(text):
        raise Refused(400, "NAME_INVALID", "invalid repository name")
    return text


def checked_digest(text: str) -> str:
    """Return a digest.

    Raises:
        Refused: it is none.
    """
    if not is_digest(text):
        raise Refused(400, "DIGEST_INVALID", "provided digest is not of the form sha256:<hex>")
    return text


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """Return the digest of some bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def algorithm_of(digest: str) -> str:
    """Return the algorithm of a digest: `sha256` or `sha512`."""
    return digest.partition(":")[0]
