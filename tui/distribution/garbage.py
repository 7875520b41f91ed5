"""Collecting garbage: blobs that no manifest refers to go, and the links to them.

Mark and sweep, under the lock of the folder: no registry runs meanwhile.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tui.distribution.layout import LAYERS, MANIFESTS
from tui.distribution.refusals import Refused
from tui.distribution.registry import Registry
from tui.distribution.repository import Repository


@dataclass(frozen=True, slots=True)
class Collected:
    """What went, or would go."""

    blobs: int = 0
    size: int = 0
    """Bytes."""
    manifests: int = 0
    """Manifests that no tag leads to."""


def collect(root: Path, *, untagged: bool = False, dry: bool = False) -> Collected:
    """Remove what nothing needs.

    Args:
        root: The registry's folder.
        untagged: Manifests that no tag leads to go too; those that are about a manifest that stays
            are kept.
        dry: Only tell.

    Raises:
        InUse: a registry serves the folder.
        OSError: the disk fails.
    """
    if not root.is_dir():
        return Collected()
    with Registry(root) as registry:
        repositories = [registry.repository(name) for name in registry.layout.names()]
        kept = {each.name: _kept(registry, each, untagged=untagged) for each in repositories}
        marked = {digest for digests in kept.values() for digest in digests}
        needed = marked | {blob for digest in marked for blob in _blobs(registry, digest)}
        doomed = [(digest, size) for digest, size in registry.blobs.all() if digest not in needed]
        gone = sum(len(each.manifests()) for each in repositories)
        gone -= sum(len(digests) for digests in kept.values())
        if not dry:
            for each in repositories:
                _unlink(registry, each, kept[each.name], needed)
            for digest, _size in doomed:
                registry.blobs.remove(digest)
        return Collected(len(doomed), sum(size for _digest, size in doomed), gone)


def _kept(registry: Registry, repository: Repository, *, untagged: bool) -> set[str]:
    """Return the manifests of a repository that stay."""
    everything = set(repository.manifests())
    if not untagged:
        return everything
    waiting = [repository.digest_of(tag) for tag in repository.tags()]
    kept: set[str] = set()
    while waiting:
        digest = waiting.pop()
        if digest in kept or digest not in everything:
            continue
        kept.add(digest)
        waiting += _children(registry, digest)
        waiting += repository.referrers(digest)
    return kept


def _unlink(registry: Registry, repository: Repository, kept: set[str], needed: set[str]) -> None:
    """Remove the links of a repository to what goes."""
    for digest in set(repository.manifests()) - kept:
        repository.remove_manifest(digest, _subject(registry, digest))
    for digest in repository.blobs():
        if digest not in needed:
            repository.remove_blob(digest)
    _drop_empty(registry.layout.repository(repository.name))
    repository.tidy()


def _drop_empty(folder: Path) -> None:
    """Remove folders of digests without a link, and what uploads of docker-registry left."""
    shutil.rmtree(folder / "_uploads", ignore_errors=True)
    for own in (folder / LAYERS, folder / MANIFESTS):
        for where, _folders, files in os.walk(own, topdown=False):
            path = Path(where)
            if not files and path != own and not any(path.iterdir()):
                path.rmdir()


def _children(registry: Registry, digest: str) -> tuple[str, ...]:
    try:
        return registry.manifest(digest)[1].children
    except Refused:
        return ()


def _blobs(registry: Registry, digest: str) -> tuple[str, ...]:
    """Return what a manifest refers to; one that is damaged keeps nothing."""
    try:
        manifest = registry.manifest(digest)[1]
    except Refused:
        return ()
    return (*manifest.blobs, *manifest.children)


def _subject(registry: Registry, digest: str) -> str:
    try:
        return registry.manifest(digest)[1].subject
    except Refused:
        return ""
