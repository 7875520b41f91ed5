"""One repository of one registry: manifests, blobs, and parts of blobs; what may be deleted.

Source: the OCI distribution specification, and what Docker Hub and distribution 2.8 do beyond it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from tui.credentials.login import Login
from tui.i18n import _
from tui.model.reference import HUB, ImageReference
from tui.registry.connection import Answer, Connections, is_near
from tui.registry.errors import (
    BadManifest,
    LoginRefused,
    NoDeletion,
    NoParts,
    NotARegistry,
    NotThere,
    PullsUsedUp,
    RegistryError,
    RegistryRefused,
    Unreachable,
    WrongDigest,
)
from tui.registry.tokens import authorization, challenge_of, said

MANIFEST_MAX: Final = 4 << 20
"""Bytes of the longest manifest or index, as registries take them."""

HUB_HOST: Final = "registry-1.docker.io"
"""Where Docker Hub's registry is."""

INDEXES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_ACCEPT: Final = ", ".join((*INDEXES, *MANIFESTS))
"""Without all four, registries say there is nothing, or make an old manifest of another digest."""

_VERSION: Final = "Docker-Distribution-Api-Version"
_OK: Final = 200
_ACCEPTED: Final = 202
_PART: Final = 206
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_MISSING: Final = 404
_BAD_REQUEST: Final = 400
_NOT_ALLOWED: Final = 405
_BAD_RANGE: Final = 416
_TOO_MANY: Final = 429
_TEXT_MAX: Final = 1 << 16
_DIGITS: Final = 19
_DIGEST: Final = re.compile(r"[a-z0-9]{1,16}:[0-9a-fA-F]{32,128}\Z")


class Manifest(NamedTuple):
    """A manifest or an index, as it came."""

    data: bytes
    digest: str
    media_type: str


class Head(NamedTuple):
    """What a registry tells of a manifest without sending it."""

    digest: str
    """Empty where it does not tell."""
    media_type: str
    size: int
    """Bytes of the manifest; 0 where it does not tell."""


class RegistryClient:
    """Reads from a repository. Uses one connection at a time, so one thread."""

    def __init__(
        self,
        reference: ImageReference,
        login: Callable[[], Login | None] = lambda: None,
        connections: Connections | None = None,
        hub: str = HUB_HOST,
    ) -> None:
        """Prepare; asks nothing.

        Args:
            reference: An image of the repository; without a path, the registry itself.
            login: Tells who the user is; asked when the registry does.
            connections: The way to it; of the environment by default.
            hub: Where Docker Hub's registry is.
        """
        self.reference = reference
        self._login = login
        host = hub if reference.domain == HUB else reference.domain
        self._secure = not is_near(host)
        self._is_known = self._secure
        self._base = f"{'https' if self._secure else 'http'}://{host}/v2/"
        self._authorization = ""
        self.connections = connections or Connections(host)

    def is_registry(self) -> bool:
        """Tell whether what answers is a registry, whether or not it lets us in."""
        with self._send("", {}) as answer:
            asks = challenge_of(answer.headers("WWW-Authenticate")) is not None
            told = answer.header(_VERSION).startswith("registry/2")
            fine = answer.status == _OK and "json" in answer.header("Content-Type")
            return told or fine or (answer.status == _UNAUTHORIZED and asks)

    def manifest(self, which: str) -> Manifest:
        """Return the manifest or index of a tag or a digest.

        Raises:
            RegistryError: there is none, or it does not fit its digest.
        """
        path = f"{self.reference.path}/manifests/{which}"
        with self.ask(path, {"Accept": _ACCEPT}) as answer:
            media_type = answer.header("Content-Type").partition(";")[0].strip().lower()
            if media_type == "text/html":
                raise NotARegistry(_("it sends a page for people"))
            data = answer.document(MANIFEST_MAX)
            digest = which if ":" in which else answer.header("Docker-Content-Digest")
        own = f"sha256:{hashlib.sha256(data).hexdigest()}"
        check_digest(data, digest or own)
        return Manifest(data, digest or own, media_type)

    def head(self, which: str) -> Head:
        """Return what is told of a manifest; on Docker Hub this counts as no pull.

        Raises:
            RegistryError: there is none.
        """
        path = f"{self.reference.path}/manifests/{which}"
        with self.ask(path, {"Accept": _ACCEPT}, method="HEAD") as answer:
            media_type = answer.header("Content-Type").partition(";")[0].strip().lower()
            if media_type == "text/html":
                raise NotARegistry(_("it sends a page for people"))
            digest = answer.header("Docker-Content-Digest").strip()
            size = answer.header("Content-Length")
        well_formed = _DIGEST.match(digest) is not None
        return Head(digest if well_formed else "", media_type, _whole(size))

    def delete(self, digest: str) -> None:
        """Delete a manifest, and with it every tag of its digest.

        Raises:
            NoDeletion: the registry does not let anybody do so.
            RegistryError: it refuses, or has no such manifest.
        """
        with self.ask(f"{self.reference.path}/manifests/{digest}", {}, method="DELETE"):
            return

    def blob(self, digest: str) -> Answer:
        """Ask for a blob; whoever gets it closes it, and checks the digest.

        Raises:
            RegistryError: it is not there, or not for this user.
        """
        return self.ask(f"{self.reference.path}/blobs/{digest}", {})

    def small_blob(self, digest: str, limit: int) -> bytes:
        """Return a blob of at most `limit` bytes.

        Raises:
            RegistryError: it is not there, or does not fit its digest.
        """
        with self.blob(digest) as answer:
            data = answer.document(limit)
        check_digest(data, digest)
        return data

    def part(self, digest: str, offset: int, size: int) -> bytes:
        """Return so many bytes of a blob, whose digest nobody can check then.

        Raises:
            NoParts: the registry, or where it keeps its blobs, sends no parts.
            RegistryError: it is not there, or not for this user.
        """
        wanted = f"bytes={offset}-{offset + size - 1}"
        path = f"{self.reference.path}/blobs/{digest}"
        with self.ask(path, {"Range": wanted}) as answer:
            told = answer.header("Content-Range").replace(" ", "")
            if answer.status != _PART or not told.startswith(f"bytes{wanted[6:]}/"):
                raise NoParts
            try:
                data = answer.document(size)
            except BadManifest:
                raise NoParts from None
        if len(data) != size:
            raise NoParts
        return data

    def ask(self, path: str, headers: Mapping[str, str], *, method: str | None = None) -> Answer:
        """Ask for a path below `/v2/`, and log in if that is wanted; whoever gets it closes it.

        Raises:
            RegistryError: the answer is no.
        """
        answer = self._ask(path, headers, method)
        if answer.status == _UNAUTHORIZED and answer.url.startswith(self._base):
            with answer:
                challenge = challenge_of(answer.headers("WWW-Authenticate"))
                if challenge is None:
                    raise self._refusal(answer)
            self._authorization = authorization(
                self.connections,
                challenge,
                self._login(),
                self.reference.path,
                secure=self._secure,
            )
            answer = self._ask(path, headers, method)
        if answer.status in (_OK, _PART, _ACCEPTED):
            return answer
        with answer:
            raise self._no_deletion(answer) if method == "DELETE" else self._refusal(answer)

    def _ask(self, path: str, headers: Mapping[str, str], method: str | None) -> Answer:
        more = {"Authorization": self._authorization} if self._authorization else {}
        return self._send(path, {**headers, **more}, method)

    def _send(self, path: str, headers: Mapping[str, str], method: str | None = None) -> Answer:
        """Ask as it is spoken here; the first time, before any login, find out which that is.

        The Engine takes a registry of this machine with TLS, whose certificate proves nothing, and
        with plain HTTP. Here plain HTTP comes first, since most speak it.
        """
        try:
            answer = self.connections.ask(self._base + path, headers, method=method)
        except Unreachable as error:
            if self._is_known or type(error) is not Unreachable:  # nobody there, or no answer
                raise
            secure = self._by_tls(path, headers, method)
            if secure is None:
                raise
            return secure
        if not self._is_known and _wants_tls(answer):
            secure = self._by_tls(path, headers, method)
            if secure is not None:
                with answer:
                    return secure
        self._is_known = True
        return answer

    def _by_tls(self, path: str, headers: Mapping[str, str], method: str | None) -> Answer | None:
        """Ask this machine by TLS, and stay with it; None where that is not spoken either."""
        self.connections.trust_near()
        base = self._base.replace("http:", "https:", 1)
        try:
            answer = self.connections.ask(base + path, headers, method=method)
        except Unreachable:  # what came of plain HTTP tells more
            return None
        self._base, self._is_known = base, True
        return answer

    def _no_deletion(self, answer: Answer) -> RegistryError:
        """Return what a refusal to delete means: never allowed, not so, or not by this user."""
        if answer.status in (_NOT_ALLOWED, _BAD_REQUEST):
            text = said(answer.read(_TEXT_MAX))
            return NoDeletion(f"{answer.status} {text}")
        return self._refusal(answer)

    def _refusal(self, answer: Answer) -> RegistryError:
        """Return what an answer that is none means."""
        body = answer.read(_TEXT_MAX)
        text = said(body)
        if answer.status == _TOO_MANY:
            return PullsUsedUp(text or body[:200].decode("utf-8", "replace"))
        if answer.status == _UNAUTHORIZED or (answer.status == _FORBIDDEN and text):
            return LoginRefused(text)
        if answer.status == _MISSING:
            elsewhere = not answer.url.startswith(self._base)
            if not text and not elsewhere and not self.is_registry():
                return NotARegistry(self.reference.domain)
            return NotThere(f"{self.reference}: {text}" if text else str(self.reference))
        if answer.status == _BAD_RANGE:
            return NoParts()
        return RegistryRefused(f"{answer.status} {text}")


def check_digest(data: bytes, digest: str) -> None:
    """Compare data with its digest.

    Raises:
        WrongDigest: it does not fit, or is of a kind that nobody can check here.
    """
    hasher = hasher_for(digest)
    hasher.update(data)
    if hasher.hexdigest() != digest.partition(":")[2].lower():
        raise WrongDigest(digest)


def hasher_for(digest: str) -> hashlib._Hash:
    """Return what computes a digest of this kind.

    Raises:
        WrongDigest: nobody can check this kind here.
    """
    kind = digest.partition(":")[0]
    if kind not in ("sha256", "sha512"):
        raise WrongDigest(digest)
    return hashlib.new(kind)


def _whole(text: str) -> int:
    """Return a whole number of a header; 0 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0


def _wants_tls(answer: Answer) -> bool:
    """Tell whether this may be a port with TLS, which has no JSON for whoever speaks plain HTTP."""
    return answer.status == _BAD_REQUEST and "json" not in answer.header("Content-Type")
