"""How the registry says no: the error envelope of the distribution specification.

The messages are the protocol's and go to whatever program asked, so they are not translated.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Refused(Exception):
    """A request that is answered with a code of the specification."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def envelope(self) -> bytes:
        """Return the body of the answer.

        The detail says nothing, but without one dockerd takes a refusal for a passing fault, and
        tries again for fifty seconds.
        """
        error = {"code": self.code, "message": self.message, "detail": {}}
        return json.dumps({"errors": [error]}).encode()


def blob_unknown(digest: str) -> Refused:
    """Return what is said about a blob that the repository does not have."""
    return Refused(404, "BLOB_UNKNOWN", f"blob unknown to repository: {digest}")


def manifest_unknown(reference: str) -> Refused:
    """Return what is said about a tag or a digest without a manifest."""
    return Refused(404, "MANIFEST_UNKNOWN", f"manifest unknown: {reference}")


def upload_unknown() -> Refused:
    """Return what is said about an upload that has ended, or never began."""
    return Refused(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")


def disk_refused(error: OSError) -> Refused:
    """Return what a failing disk means to who asked; a full one is told apart."""
    if error.errno in _FULL:
        return Refused(507, "UNAVAILABLE", "the disk of the registry is full")
    return Refused(500, "UNAVAILABLE", f"the disk of the registry fails: {error.strerror}")
