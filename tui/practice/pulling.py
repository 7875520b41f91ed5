"""A pull: what the registry has under a name, the layers that are not here, the name at last."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.practice.downloads import Downloads
from tui.practice.layers import chain_ids
from tui.practice.names import Reference
from tui.practice.platforms import same
from tui.practice.progress import layer_said, said
from tui.practice.registry import HERE, Blob, Manifest, Platform, Refused
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image


@dataclass(frozen=True, slots=True)
class Wanted:
    """One name that is pulled, and what the registry has under it."""

    reference: Reference
    """With a tag or a digest."""
    manifest: Manifest

    @property
    def shown(self) -> str:
        """What the first line calls it: the tag, or the whole name with its digest."""
        return self.reference.full if self.reference.digest else self.reference.tag


def find(hold: Hold, reference: Reference) -> list[Wanted]:
    """Return what a reference means at its registry: one image, or without a tag all of them.

    Raises:
        ApiError: there is nothing, or the registry does not answer; nothing was sent yet.
    """
    familiar = reference.familiar
    if hold.faults.refuses_pulls():
        raise ApiError(
            500,
            "toomanyrequests: You have reached your pull rate limit. You may increase the limit by "
            "authenticating and upgrading: https://www.docker.com/increase-rate-limit",
        )
    named = reference.digest or reference.tag
    try:
        if named:
            manifest = hold.registry.resolve(reference.repository, named)
            if manifest is None:
                raise Refused(404, "manifest unknown: manifest unknown")
            return [Wanted(reference, manifest)]
        return list(_all_tags(hold, reference))
    except Refused as refused:
        raise ApiError(*_told(refused, reference, familiar, bool(named))) from refused


def _all_tags(hold: Hold, reference: Reference) -> Iterator[Wanted]:
    for tag in hold.registry.tags(reference.repository):
        manifest = hold.registry.resolve(reference.repository, tag)
        if manifest is not None:
            yield Wanted(Reference(reference.repository, tag), manifest)


def _told(refused: Refused, reference: Reference, familiar: str, named: bool) -> tuple[int, str]:
    """Return the status and the words for what a registry refuses to a pull."""
    if refused.status == 403:
        repository = reference.familiar_repository
        return 404, (
            f"pull access denied for {repository}, repository does not exist or may require "
            f"'docker login': {refused.message}"
        )
    if refused.status == 404 and named:
        return 404, f"manifest for {familiar} not found: {refused.message}"
    if refused.status == 404:
        missing = "name unknown: repository name not known to registry"
        return 404, f"repository {familiar} not found: {missing}"
    return refused.status, refused.message


def pull(
    hold: Hold, reference: Reference, wanted: list[Wanted], platform: Platform | None
) -> Generator[bytes, None, None]:
    """Pull what `find` has found; iterate over the lines of the stream.

    The engine changes only when a whole image is here: who closes the iterator before has nothing.

    Raises:
        ApiError: it went wrong; the message ends the stream.
    """
    newer = False
    for each in wanted:
        yield said(f"Pulling from {each.reference.path}", each.shown)
        manifest = _for_platform(each.manifest, platform)
        with closing(_Arrival(hold, each.reference.repository, manifest)) as arrival:
            yield from arrival.lines()
            with hold.lock:
                newer = _name(hold, each, arrival.register()) or newer
        yield said(f"Digest: {each.manifest.digest}")
    hold.events.publish(
        "image",
        "pull",
        reference.familiar,
        **{**_labels(hold, reference), "name": reference.familiar_repository},
    )
    outcome = "Downloaded newer image for" if newer else "Image is up to date for"
    yield said(f"Status: {outcome} {reference.familiar}")
    yield from _other_platform(hold, reference, platform)


def _for_platform(manifest: Manifest, platform: Platform | None) -> Manifest:
    """Return the one image that a manifest means; one that is no list fits everywhere.

    Raises:
        ApiError: a list has nothing for the platform.
    """
    if not manifest.listed:
        return manifest
    wanted = platform or HERE
    for each in manifest.listed:
        if same(wanted, each.platform):
            return each
    raise ApiError(404, f"no matching manifest for {wanted} in the manifest list entries")


class _Arrival:
    """One image on its way into the engine."""

    def __init__(self, hold: Hold, repository: str, manifest: Manifest) -> None:
        self._hold = hold
        self._repository = repository
        self._config = self._blob(manifest.config)
        self._blobs = [self._blob(digest) for digest in manifest.layers]
        self._diff_ids = json.loads(self._config.data)["rootfs"]["diff_ids"]
        self._chain_ids = chain_ids(self._diff_ids)
        self._downloads: Downloads | None = None
        self._held = ""
        """The chain ID of the layers that were here; they stay while the others come."""

    def lines(self) -> Iterator[bytes]:
        """Bring what is not here; iterate over the lines about it.

        Raises:
            ApiError: it went wrong.
        """
        if self._config.digest in self._hold.images:
            return
        here = self._hold_what_is_here()
        for blob in self._blobs[:here]:
            yield layer_said("Already exists", blob.digest.removeprefix("sha256:")[:12])
        self._downloads = Downloads(self._hold, self._blobs[here:])
        yield from self._downloads.run()

    def register(self) -> Image:
        """Put the image into the engine, and return it. To be called with the lock taken.

        Raises:
            ApiError: the layers are not what the config tells.
        """
        top = self._held
        try:
            for tar in self._downloads.tars if self._downloads else ():
                top = self._hold.layers.register(tar, top).chain_id
            if self._downloads and top != (self._chain_ids or [""])[-1]:
                raise ApiError(500, "layers from manifest don't match image configuration")
            self._hold.images.add(self._config.data, (self._chain_ids or [""])[-1])
        except OSError as error:
            raise ApiError(500, f"failed to register layer: {error}") from error
        finally:
            self._hold.layers.retain(top)  # without an image, what came so far goes again
            self._hold.layers.release(top)
        for blob, diff_id in zip(self._blobs, self._diff_ids, strict=True):
            self._hold.distribution.note(blob.digest, diff_id, self._repository)
        return self._hold.images.get(self._config.digest)

    def close(self) -> None:
        """Let go of the layers that were kept for it."""
        self._hold.layers.release(self._held)
        self._held = ""

    def _hold_what_is_here(self) -> int:
        """Return how many layers are here, from the bottom up, and keep them.

        A layer counts only if the engine also knows that this blob holds it: what was loaded from
        an archive is downloaded again.
        """
        with self._hold.lock:
            here = 0
            for blob, diff_id, chain_id in zip(
                self._blobs, self._diff_ids, self._chain_ids, strict=True
            ):
                known = self._hold.distribution.diff_id(blob.digest) == diff_id
                if not known or chain_id not in self._hold.layers:
                    break
                here += 1
                self._held, before = chain_id, self._held
                self._hold.layers.retain(chain_id)
                self._hold.layers.release(before)
            return here

    def _blob(self, digest: str) -> Blob:
        blob = self._hold.registry.blob(self._repository, digest)
        if blob is None:
            raise ApiError(404, "blob unknown: blob unknown to registry")
        return blob


def _name(hold: Hold, wanted: Wanted, image: Image) -> bool:
    """Give an image the name by which it was pulled; returns whether that is news."""
    reference = wanted.reference
    digest = Reference(reference.repository, digest=reference.digest or wanted.manifest.digest)
    named = digest if reference.digest else reference
    newer = hold.images.reference(named.full) != image.image_id
    if newer:
        hold.images.tag(image.image_id, named.full)
    if hold.images.reference(digest.full) is None:  # a list's digest stays with its first image
        hold.images.tag(image.image_id, digest.full)
    return newer


def _labels(hold: Hold, reference: Reference) -> dict[str, str]:
    """Return the labels of the image that a reference means now, as its event tells them."""
    image_id = hold.images.reference(reference.tagged.full)
    return dict(hold.images.get(image_id).labels()) if image_id else {}


def _other_platform(hold: Hold, reference: Reference, platform: Platform | None) -> Iterator[bytes]:
    """Warn if an image that was pulled by its digest is for another platform than was asked for."""
    image_id = hold.images.reference(reference.full) if platform and reference.digest else None
    if image_id is None or platform is None:
        return
    config = hold.images.get(image_id).parsed()
    actual = Platform(config["os"], config["architecture"], config.get("variant", ""))
    if not same(platform, actual):
        yield said(
            f"WARNING: image with reference {reference.familiar} was found but does not match the "
            f"specified platform: wanted {platform}, actual: {actual}"
        )
