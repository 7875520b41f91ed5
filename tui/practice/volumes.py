"""The volumes of an engine: files that outlive containers, and the folders of a made-up host.

```
volumes/NAME/opts.json    what is known of it
volumes/NAME/_data/       its files, as far as this user may lay them out
volumes/NAME/tar.gz       the same, exactly; not dockerd's
```

A folder of the host that is mounted is one of a host that exists in memory alone: this engine
never looks at the user's own files.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.practice import extract
from tui.practice.configs import timestamp
from tui.practice.dataroot import replace_file
from tui.practice.imageviews import SHOWN_ROOT
from tui.practice.mounts import check_folder, read_plain
from tui.practice.tars import BadTar, write_tree
from tui.practice.tree import Tree
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_OPTIONS: Final = frozenset({"type", "o", "device"})
_LOG: Final = logging.getLogger(__name__)
_ABOUT: Final = "opts.json"
_TAR: Final = "tar.gz"
_DATA: Final = "_data"


@dataclass(eq=False, slots=True)
class Volume:
    """One volume. Read and change it only while holding the engine's lock."""

    name: str
    created: float
    """Seconds of the epoch."""
    labels: Mapping[str, str] | None = None
    options: Mapping[str, str] | None = None
    tree: Tree = field(default_factory=Tree, repr=False)
    kept: str = ""
    """The digest of its files as they lie on the disk."""

    @property
    def size(self) -> int:
        """Bytes of its files, hard links once."""
        seen = {id(node): node.size for _path, node in self.tree.walk()}
        return sum(seen.values())


class Volumes:
    """The volumes of one engine. Use it only while holding the engine's lock."""

    def __init__(self, hold: Hold) -> None:
        """Use an engine; its data root is read, if it has one.

        Raises:
            OSError: the data root cannot be used.
        """
        self._hold = hold
        root = hold.settings.data_root
        self._root = root / "volumes" if root else None
        self._volumes: dict[str, Volume] = {}
        self.host = Tree()
        """The files of the made-up host."""
        for volume in self._read():
            self._volumes[volume.name] = volume

    def all(self) -> list[Volume]:
        """Return all volumes."""
        return list(self._volumes.values())

    def get(self, name: str) -> Volume:
        """Return a volume.

        Raises:
            ApiError: 404, there is none.
        """
        if name not in self._volumes:
            raise ApiError(404, f"get {name}: no such volume")
        return self._volumes[name]

    def create(
        self,
        name: str = "",
        *,
        driver: str = "",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """Return a volume of this name, a new one if there is none.

        Args:
            name: Made up if it is empty.
            driver: Only `local` is here.
            labels: Of a new one.
            options: Of a new one.

        Raises:
            ApiError: 400 or 404, it cannot be.
        """
        check_name(name)
        if driver not in {"", "local"}:
            why = f'error looking up volume plugin {driver}: plugin "{driver}" not found'
            raise ApiError(404, f"create {name}: {why}")
        wrong = next((option for option in options or () if option not in _OPTIONS), None)
        if wrong is not None:
            raise ApiError(400, f'create {name}: invalid option: "{wrong}"')
        if name in self._volumes:
            return self._volumes[name]
        volume = Volume(name or secrets.token_hex(32), self._hold.clock(), labels, options)
        self._volumes[volume.name] = volume
        self.keep(volume)
        self._hold.events.publish("volume", "create", volume.name, driver="local")
        return volume

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove a volume with its files.

        Args:
            name: Whole.
            force: One that is not there is no error.

        Raises:
            ApiError: 404, there is none; 409, a container uses it.
        """
        if force and name not in self._volumes:
            return
        volume = self.get(name)
        users = self.users(volume)
        if users:
            named = ", ".join(container.id for container in users)
            raise ApiError(409, f"remove {name}: volume is in use - [{named}]")
        del self._volumes[name]
        if self._root is not None:
            try:
                shutil.rmtree(self._root / name)
            except OSError as error:
                _LOG.warning("volume %s is left on disk: %s", name, error)
        self._hold.events.publish("volume", "destroy", name, driver="local")

    def users(self, volume: Volume) -> list[Container]:
        """Return the containers that have a volume mounted, whether or not they run."""
        return [
            container
            for container in self._hold.containers.all()
            if any(mount.name == volume.name for mount in container.mounts)
        ]

    def told(self, volume: Volume) -> dict[str, Any]:
        """Return a volume as the API tells it."""
        return {
            "CreatedAt": timestamp(volume.created)[:19] + "Z",
            "Driver": "local",
            "Labels": dict(volume.labels) if volume.labels else None,
            "Mountpoint": self.place(volume.name),
            "Name": volume.name,
            "Options": dict(volume.options) if volume.options else None,
            "Scope": "local",
        }

    def place(self, name: str) -> str:
        """Return where a volume's files lie on the engine's disk."""
        return f"{self._root or SHOWN_ROOT / 'volumes'}/{name}/{_DATA}"

    # The data root

    def keep(self, volume: Volume) -> None:
        """Write what has changed of a volume, if there is a data root."""
        if self._root is None or volume.name not in self._volumes:
            return
        tar = write_tree(volume.tree)
        digest = hashlib.sha256(tar).hexdigest()
        if digest == volume.kept:
            return
        try:
            self._write(self._root / volume.name, volume, tar)
        except OSError as error:
            _LOG.warning("volume %s is not kept: %s", volume.name, error)
            return
        volume.kept = digest

    @staticmethod
    def _write(folder: Path, volume: Volume, tar: bytes) -> None:
        folder.mkdir(mode=0o701, exist_ok=True)
        new = folder / f"{_DATA}.new"
        if new.exists():
            shutil.rmtree(new)
        extract.extract(tar, new)
        if (folder / _DATA).exists():
            shutil.rmtree(folder / _DATA)
        new.rename(folder / _DATA)
        replace_file(folder / _TAR, gzip.compress(tar, 1, mtime=0))
        about = {"CreatedAt": volume.created, "Labels": volume.labels, "Options": volume.options}
        replace_file(folder / _ABOUT, json.dumps(about).encode())

    def _read(self) -> Iterator[Volume]:
        """Yield the volumes of the data root; damaged ones are left out and logged."""
        if self._root is None:
            return
        for folder in sorted(self._root.iterdir()):
            try:
                yield _volume(folder)
            except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
                _LOG.warning("volume %s is left out: %r", folder.name, error)


def check_name(name: str) -> None:
    """Check a volume's name; empty is one that is made up.

    Raises:
        ApiError: 400, it makes no sense.
    """
    if len(name) == 1:
        why = "volume name is too short, names should be at least two alphanumeric characters"
        raise ApiError(400, f"create {name}: {why}")
    if name and not _NAME.fullmatch(name):
        why = (
            f'"{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, '
            "use absolute path"
        )
        raise ApiError(400, f"create {name}: {why}")


def _volume(folder: Path) -> Volume:
    """Return the volume of a folder.

    Raises:
        OSError: a file is missing, or no plain one.
        ValueError: it is no volume's, or damaged; LookupError, TypeError and RecursionError too.
    """
    if not _NAME.fullmatch(folder.name):
        raise ValueError("no name of a volume")
    check_folder(folder)
    about = json.loads(read_plain(folder / _ABOUT))
    labels, options = about["Labels"], about["Options"]
    for texts in (labels, options):
        if not all(isinstance(x, str) for pair in dict(texts or {}).items() for x in pair):
            raise ValueError("no texts")
    try:
        tar = gzip.decompress(read_plain(folder / _TAR)) if _has_tar(folder) else b""
    except (EOFError, zlib.error) as error:
        raise ValueError(f"{_TAR}: {error}") from error
    tree = Tree()
    try:
        tree.unpack(tar, whiteouts=False)
    except BadTar as error:
        raise ValueError(f"{_TAR}: {error}") from error
    digest = hashlib.sha256(tar).hexdigest()
    return Volume(folder.name, float(about["CreatedAt"]), labels, options, tree, digest)


def _has_tar(folder: Path) -> bool:
    return os.path.lexists(folder / _TAR)
