"""Image references: `[domain/]path[:tag][@digest]`.

Source: the grammar of the OCI distribution specification and the docker
command's rules for familiar names (`nginx` is `docker.io/library/nginx`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tui.i18n import _

HUB: Final = "docker.io"
"""Domain of a reference that names none."""

REGISTRY: Final = "registry:"
"""What stands before a reference that shall be read in its registry."""

DEFAULT_TAG: Final = "latest"

PATH_MAX: Final = 255
"""Characters of a repository's path (RepositoryNameTotalLengthMax of distribution/reference)."""

_COMPONENT: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DOMAIN: Final = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"  # noqa: E501
_PATH_RE: Final = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*\Z")
_DOMAIN_RE: Final = re.compile(rf"{_DOMAIN}\Z")
_TAG_RE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST_RE: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}\Z"
)
_HEX_ID: Final = re.compile(r"(?:sha256:)?[0-9a-f]{64}\Z")


class InvalidReference(ValueError):
    """The text is no image reference; `str()` is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A parsed image reference; `tag` and `digest` are empty when not given."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def repository(self) -> str:
        """The repository in its familiar form: `nginx`, `me/app`, `host:5000/app`."""
        if self.domain != HUB:
            return f"{self.domain}/{self.path}"
        return self.path.removeprefix("library/")

    @property
    def tag_or_default(self) -> str:
        """The tag that the Engine would use: `latest` where neither tag nor digest is given."""
        return self.tag or ("" if self.digest else DEFAULT_TAG)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"

    def with_default_tag(self) -> ImageReference:
        """Return the reference with the tag `latest` where it has neither tag nor digest."""
        return ImageReference(self.domain, self.path, self.tag_or_default, self.digest)


def parse_reference(text: str) -> ImageReference:
    """Parse `[domain/]path[:tag][@digest]`.

    Raises:
        InvalidReference: with the reason, as a sentence.
    """
    name, _at, digest = text.strip().partition("@")
    tag = ""
    colon = name.rfind(":")
    if colon > name.rfind("/"):
        name, tag = name[:colon], name[colon + 1 :]
        _require(bool(_TAG_RE.match(tag)), _("the tag may hold letters, digits, _ . and -"))
    if _at:
        _require(bool(_DIGEST_RE.match(digest)), _("a digest looks like sha256:0123abcd…"))
    domain, path = _split_domain(name)
    _require(bool(path), _("the name is empty"))
    _require(len(path) <= PATH_MAX, _("the name is too long"))
    _require(path == path.lower(), _("a repository name is in lower case"))
    _require(bool(_PATH_RE.match(path)), _("a name holds letters, digits and single . _ - /"))
    _require(not _HEX_ID.match(name), _("this is an image ID, not a name"))
    return ImageReference(domain, path, tag, digest)


def _split_domain(name: str) -> tuple[str, str]:
    """Split off the registry: a first part with a dot or a colon, or `localhost`."""
    first, slash, rest = name.partition("/")
    looks_like_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    if not slash or not looks_like_host:
        return HUB, name if slash else f"library/{name}" if name else ""
    _require(bool(_DOMAIN_RE.match(first)), _("the registry is no host name"))
    if first in {HUB, "index.docker.io"}:
        return HUB, rest if "/" in rest else f"library/{rest}" if rest else ""
    return first, rest


def is_remote(source: str) -> bool:
    """Tell whether a source names an image in a registry: `registry:REFERENCE`.

    `registry:2` is an image of the Engine that is called registry, so a name alone does not do.
    """
    return source.startswith(REGISTRY) and any(mark in source[len(REGISTRY) :] for mark in "/:@")


def _require(condition: bool, why: str) -> None:
    if not condition:
        raise InvalidReference(why)


def split_tag(reference: str) -> tuple[str, str]:
    """Split what the Engine lists (`repository:tag`) at the tag; never fails.

    A port is no tag: `host:5000/app` gives `("host:5000/app", "")`.
    """
    name = reference.partition("@")[0]
    colon = name.rfind(":")
    if colon > name.rfind("/"):
        return name[:colon], name[colon + 1 :]
    return name, ""
