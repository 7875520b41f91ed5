"""References to images: read, written in full and as people write them, matched by filters.

The grammar is that of the distribution project's reference package (facts, own words): a domain,
a path of lower-case parts, a tag, a digest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tui.practice.wire import ApiError

HUB: Final = "docker.io"
"""The registry of names that have none."""

_COMPONENT: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DOMAIN_PART: Final = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN: Final = rf"{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*(?::[0-9]+)?"
_DIGEST: Final = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE: Final = re.compile(
    rf"(?P<name>(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    rf"(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>{_DIGEST}))?",
    re.ASCII,
)
_HEX64: Final = re.compile("[a-f0-9]{64}")
_SHA256: Final = re.compile("sha256:[a-f0-9]{64}")
_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of an image, with a tag or a digest, both, or none."""

    repository: str
    """In full: `docker.io/library/nginx`."""
    tag: str = ""
    digest: str = ""

    @property
    def familiar_repository(self) -> str:
        """The repository as people write it: `nginx`, `me/web`, `ghcr.io/me/web`."""
        return familiar_repository(self.repository)

    @property
    def familiar(self) -> str:
        """The reference as people write it: `nginx:1`."""
        return self._with(self.familiar_repository)

    @property
    def full(self) -> str:
        """The reference with its registry: `docker.io/library/nginx:1`."""
        return self._with(self.repository)

    @property
    def tagged(self) -> Reference:
        """The reference with the tag `latest` if it has neither tag nor digest."""
        return self if self.tag or self.digest else Reference(self.repository, "latest")

    @property
    def domain(self) -> str:
        """The registry: `docker.io`, `127.0.0.1:5000`."""
        return self.repository.partition("/")[0]

    @property
    def path(self) -> str:
        """The repository inside the registry: `library/nginx`."""
        return self.repository.partition("/")[2]

    def _with(self, repository: str) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{repository}{tag}@{self.digest}" if self.digest else f"{repository}{tag}"


@lru_cache(maxsize=65536)
def parse(text: str) -> Reference:
    """Return the reference that a text means.

    Raises:
        ApiError: 400, it means none.
    """
    if _HEX64.fullmatch(text):
        raise ApiError(
            400, f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    domain, rest = _split(text)
    name_only = rest.partition("@")[0].partition(":")[0]
    if name_only != name_only.lower():
        raise ApiError(400, "invalid reference format: repository name must be lowercase")
    found = _REFERENCE.fullmatch(f"{domain}/{rest}")
    if not found:
        raise ApiError(400, "invalid reference format")
    if len(found["name"]) > _LONGEST:
        raise ApiError(400, f"repository name must not be more than {_LONGEST} characters")
    digest = found["digest"] or ""
    if digest.startswith("sha256:") and not _SHA256.fullmatch(digest):
        raise ApiError(400, "invalid checksum digest length")
    if digest and not digest.startswith("sha256:"):
        raise ApiError(400, "unsupported digest algorithm")
    return Reference(found["name"], found["tag"] or "", digest)


@lru_cache(maxsize=65536)
def familiar_repository(repository: str) -> str:
    """Return a full repository name as people write it."""
    domain, _slash, path = repository.partition("/")
    if domain != HUB:
        return repository
    first, _slash, rest = path.partition("/")
    return rest if first == "library" and rest and "/" not in rest else path


def image_id_of(text: str) -> str | None:
    """Return the image ID that a text spells out in full, with `sha256:` or without, or None."""
    if _HEX64.fullmatch(text):
        return f"sha256:{text}"
    return text if _SHA256.fullmatch(text) else None


def matches(pattern: str, reference: Reference) -> bool:
    """Tell whether a `reference` filter means a name: with its tag, or the repository alone.

    Raises:
        ApiError: 500 as in 20.10, the pattern is malformed.
    """
    compiled = glob(pattern)
    return bool(
        compiled.fullmatch(reference.familiar) or compiled.fullmatch(reference.familiar_repository)
    )


@lru_cache(maxsize=256)
def glob(pattern: str) -> re.Pattern[str]:
    """Return a pattern of Go's path.Match as a regular expression: `*` stops at a slash.

    Raises:
        ApiError: 500 as in 20.10, it is malformed.
    """
    out, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "[":
            end = pattern.find("]", at + 1 + (pattern[at : at + 1] == "^"))
            if end < 0:
                raise ApiError(500, "syntax error in pattern")
            inside = pattern[at:end]
            no = "^" if inside.startswith("^") else ""
            inside = re.sub(r"[\[\\^&~|]", r"\\\g<0>", inside.removeprefix("^"))
            out += f"[{no}{inside}]"
            at = end + 1
        else:
            if char == "\\" and at < len(pattern):
                char, at = pattern[at], at + 1
            out += re.escape(char)
    try:
        return re.compile(out, re.DOTALL)
    except re.error as error:
        raise ApiError(500, "syntax error in pattern") from error


def _split(text: str) -> tuple[str, str]:
    """Return registry and rest of a reference; a first part without dot or colon is no registry."""
    first, slash, rest = text.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = HUB, text
    if first == "index.docker.io":
        first = HUB
    if first == HUB and "/" not in rest:
        rest = f"library/{rest}"
    return first, rest
