"""The far side: registries with repositories, manifests and blobs, and who may write to them.

Docker Hub, of which a few dozen repositories exist here, and one private registry that is open to
all. An image of the Hub is put together only when somebody asks for its manifest.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tui.model.engine import PRACTICE_REGISTRIES

HUB: Final = "docker.io"
"""The registry of names without a host."""

PRIVATE: Final = PRACTICE_REGISTRIES
"""The names of the private registry."""

WRONG: Final = "wrong"
"""The one password that no account has; any other one is right."""

DOWNLOADS: Final = 3
"""Layers that the Engine downloads at once, all pulls together (`max-concurrent-downloads`)."""

MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
CONFIG: Final = "application/vnd.docker.container.image.v1+json"
LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class Platform(NamedTuple):
    """What an image runs on."""

    os: str = "linux"
    architecture: str = "amd64"
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


HERE: Final = Platform()
"""What the practice engine runs on."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A config or a packed layer, as a registry keeps it."""

    digest: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a tag or a digest stands for: one image, or a list of images by platform."""

    media_type: str
    data: bytes = field(repr=False)
    platform: Platform = HERE
    """Of one image; a list has those of `listed`."""
    listed: tuple[Manifest, ...] = ()

    @property
    def digest(self) -> str:
        """`sha256:…` of its bytes."""
        return digest_of(self.data)

    @property
    def config(self) -> str:
        """The digest of the config; only one image has it."""
        return str(json.loads(self.data)["config"]["digest"])

    @property
    def layers(self) -> tuple[str, ...]:
        """The digests of the packed layers, bottom first."""
        return tuple(layer["digest"] for layer in json.loads(self.data)["layers"])


@dataclass(frozen=True, slots=True)
class Parcel:
    """An image ready to be put into a repository: its manifest, and all blobs it needs."""

    manifest: Manifest
    blobs: tuple[Blob, ...]


Offer = Callable[[], Parcel]
"""Makes an image when somebody wants it."""


class Refused(Exception):
    """What a registry answers instead; the text is what the Engine says about it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """The Engine's status, if nothing was sent yet."""
        self.message = message


@dataclass(slots=True)
class _Repository:
    offers: dict[str, Offer] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    blobs: set[str] = field(default_factory=set)


class Registry:
    """All registries that can be reached. It may be used from any thread.

    Repositories are named in full: `docker.io/library/nginx`.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._repositories: dict[str, _Repository] = {}
        self._blobs: dict[str, Blob] = {}
        self._lines = threading.BoundedSemaphore(DOWNLOADS)

    # Reading

    def repositories(self) -> list[str]:
        """Return the names of all repositories, sorted."""
        with self._lock:
            return sorted(self._repositories)

    def tags(self, repository: str) -> list[str]:
        """Return the tags of a repository, sorted.

        Raises:
            Refused: the registry or the repository is not there.
        """
        with self._lock:
            found = self._find(repository)
            return sorted({*found.offers, *found.tags})

    def resolve(self, repository: str, reference: str) -> Manifest | None:
        """Return the manifest behind a tag or a digest; None if there is none.

        Raises:
            Refused: the registry or the repository is not there.
        """
        with self._lock:
            found = self._find(repository)
            if ":" in reference:
                if reference not in found.manifests:
                    for tag in list(found.offers):
                        self._build(found, tag)
                return found.manifests.get(reference)
            self._build(found, reference)
            digest = found.tags.get(reference)
            return found.manifests[digest] if digest else None

    def blob(self, repository: str, digest: str) -> Blob | None:
        """Return a blob that a repository has; None if it has not.

        Raises:
            Refused: the registry or the repository is not there.
        """
        with self._lock:
            return self._blobs[digest] if digest in self._find(repository).blobs else None

    def has_blob(self, repository: str, digest: str) -> bool:
        """Tell whether a repository has a blob; False also if there is no such repository."""
        with self._lock:
            known = self._repositories.get(canonical(repository))
            return known is not None and digest in known.blobs

    # Writing

    def offer(self, repository: str, tags: Iterable[str], image: Offer) -> None:
        """Promise an image under some tags; it is made when it is first asked for."""
        once = _once(image)
        with self._lock:
            found = self._repositories.setdefault(canonical(repository), _Repository())
            for tag in tags:
                found.tags.pop(tag, None)
                found.offers[tag] = once

    def put_blob(self, repository: str, blob: Blob) -> None:
        """Keep a blob in a repository, which is made if it is not there."""
        with self._lock:
            self._blobs.setdefault(blob.digest, blob)
            found = self._repositories.setdefault(canonical(repository), _Repository())
            found.blobs.add(blob.digest)

    def mount(self, source: str, repository: str, digest: str) -> bool:
        """Take a blob over from another repository of the same registry; False if it has none."""
        if host_of(canonical(source)) != host_of(canonical(repository)):
            return False
        with self._lock:
            known = self._repositories.get(canonical(source))
            if known is None:
                return False
            for tag in [] if digest in known.blobs else list(known.offers):
                self._build(known, tag)
            if digest not in known.blobs:
                return False
        self.put_blob(repository, self._blobs[digest])
        return True

    def put_manifest(self, repository: str, tag: str, manifest: Manifest) -> None:
        """Give a tag to a manifest, all blobs of which the repository has."""
        with self._lock:
            found = self._repositories.setdefault(canonical(repository), _Repository())
            found.offers.pop(tag, None)
            found.manifests[manifest.digest] = manifest
            found.tags[tag] = manifest.digest

    # Reaching it

    def reach(self, host: str) -> None:
        """Check that a registry answers.

        Raises:
            Refused: it does not; the text is that of a failed connection.
        """
        if host == HUB or host in PRIVATE:
            return
        name, _colon, port = host.partition(":")
        if name == "localhost" or name.startswith("127."):
            address = f"127.0.0.1:{port or 80}" if name == "localhost" else f"{name}:{port or 80}"
            words = f'Get "http://{host}/v2/": dial tcp {address}: connect: connection refused'
        else:
            words = f'Get "https://{host}/v2/": dial tcp: lookup {name}: no such host'
        raise Refused(500, words)

    def take_line(self) -> bool:
        """Take one of the lines for downloads; False if all are taken."""
        return self._lines.acquire(blocking=False)

    def give_line(self) -> None:
        """Give back a line that was taken."""
        self._lines.release()

    def check_login(self, host: str, user: str, password: str) -> None:
        """Check a name and a password.

        Raises:
            Refused: the registry is not there, or does not know them.
        """
        self.reach(host)
        if host == HUB and (not user or password in ("", WRONG)):
            raise Refused(
                500,
                'Get "https://registry-1.docker.io/v2/": '
                "unauthorized: incorrect username or password",
            )

    def check_push(self, repository: str, user: str, password: str) -> None:
        """Check that a user may write to a repository: on the Hub only to those under the own name.

        Raises:
            Refused: not allowed, or a wrong password.
        """
        host, _slash, path = repository.partition("/")
        self.reach(host)
        if host != HUB:
            return
        if user and password == WRONG:
            raise Refused(500, "unauthorized: incorrect username or password")
        if not user or path.partition("/")[0] != user:
            raise Refused(500, "denied: requested access to the resource is denied")

    # Inside

    def _find(self, repository: str) -> _Repository:
        self.reach(host_of(repository))
        found = self._repositories.get(canonical(repository))
        if found is not None:
            return found
        if host_of(repository) == HUB:  # it does not tell what is private from what is not there
            raise Refused(403, "denied: requested access to the resource is denied")
        raise Refused(404, "manifest unknown: manifest unknown")

    def _build(self, repository: _Repository, tag: str) -> None:
        offer = repository.offers.pop(tag, None)
        if offer is None:
            return
        parcel = offer()
        for manifest in (parcel.manifest, *parcel.manifest.listed):
            repository.manifests[manifest.digest] = manifest
        repository.tags[tag] = parcel.manifest.digest
        for blob in parcel.blobs:
            self._blobs.setdefault(blob.digest, blob)
            repository.blobs.add(blob.digest)


def host_of(repository: str) -> str:
    """Return the registry in a repository's full name."""
    return repository.partition("/")[0]


def canonical(repository: str) -> str:
    """Return a repository's name with the first name of its registry."""
    host, slash, path = repository.partition("/")
    return f"{PRIVATE[0] if host in PRIVATE else host}{slash}{path}"


def digest_of(data: bytes) -> str:
    """Return `sha256:…` of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def manifest_of(config: Blob, layers: Sequence[Blob], platform: Platform) -> Manifest:
    """Return the manifest of one image, written as the Engine writes it when it pushes."""
    value = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "size": config.size, "digest": config.digest},
        "layers": [
            {"mediaType": LAYER, "size": each.size, "digest": each.digest} for each in layers
        ],
    }
    return Manifest(MANIFEST, json.dumps(value, indent=3).encode(), platform)


def list_of(manifests: Sequence[Manifest]) -> Manifest:
    """Return the manifest list of images for several platforms."""
    entries = []
    for each in manifests:
        platform = {"architecture": each.platform.architecture, "os": each.platform.os}
        if each.platform.variant:
            platform["variant"] = each.platform.variant
        entry = {"mediaType": each.media_type, "size": len(each.data), "digest": each.digest}
        entries.append({**entry, "platform": platform})
    value = {"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": entries}
    return Manifest(MANIFEST_LIST, json.dumps(value, indent=3).encode(), listed=tuple(manifests))


def _once(make: Offer) -> Offer:
    """Return an offer that makes its image once, for all its tags."""
    made: list[Parcel] = []

    def offer() -> Parcel:
        if not made:
            made.append(make())
        return made[0]

    return offer
