"""The writable layers of containers in the data root, as dockerd's with overlay2.

```
image/overlay2/layerdb/mounts/CONTAINER/    mount-id init-id parent tar.gz
overlay2/CACHE-init/                        diff/ link lower work/ committed
overlay2/CACHE/                             diff/ link lower work/
```

`tar.gz` is not dockerd's: the layer that a commit would make, since a user who is not root can keep
neither owners nor devices nor whiteouts in `diff`.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import stat
import zlib
from pathlib import Path
from typing import Final

from tui.practice import extract
from tui.practice.dataroot import DataRoot, replace_file
from tui.practice.tarread import read

_ID: Final = re.compile("[0-9a-f]{64}")
_CHAIN: Final = re.compile("sha256:[0-9a-f]{64}")
_TAR: Final = "tar.gz"
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Mounts:
    """The writable layers of one data root. One thread at a time may use it."""

    def __init__(self, root: Path) -> None:
        """Use a data root.

        Raises:
            OSError: its folders cannot be made.
        """
        self._root = DataRoot(root)
        self._overlay = root / "overlay2"
        self._entries = root / "image" / "overlay2" / "layerdb" / "mounts"

    def make(self, container_id: str, cache_id: str, parent: str, init: bytes) -> None:
        """Lay out the layers of a new container.

        Args:
            container_id: Whose they are.
            cache_id: The folder's name in `overlay2`.
            parent: The chain ID of its image's top layer; empty without one.
            init: The layer between them: what the Engine puts over the image.

        Raises:
            OSError: they cannot be written; nothing of them is left then.
        """
        try:
            below = self._root.short_names(parent) if parent else ""
            folder, link = self._root.make_folder(f"{cache_id}-init", below)
            extract.extract(init, folder / "diff")
            (folder / "committed").touch(mode=0o600)
            folder, _link = self._root.make_folder(cache_id, f"{link}:{below}".rstrip(":"))
            (folder / "diff").mkdir(mode=0o755)
            entry = self._entries / container_id
            entry.mkdir(mode=0o755)
            for name, text in (("init-id", f"{cache_id}-init"), ("parent", parent)):
                if text:
                    (entry / name).write_text(text)
            (entry / "mount-id").write_text(cache_id)  # last: without it the entry is none
        except BaseException:
            self.remove(container_id, cache_id)
            raise

    def write(self, container_id: str, cache_id: str, tar: bytes) -> None:
        """Keep what a container has written.

        Args:
            container_id: Whose it is.
            cache_id: The folder's name in `overlay2`.
            tar: The layer that a commit would make.

        Raises:
            OSError: it cannot be written.
        """
        diff = self._overlay / cache_id / "diff"
        new = diff.with_name("diff.new")
        if new.exists():
            shutil.rmtree(new)
        extract.extract(tar, new)
        if diff.exists():
            shutil.rmtree(diff)
        new.rename(diff)
        replace_file(self._entries / container_id / _TAR, gzip.compress(tar, 1, mtime=0))

    def read(self, container_id: str) -> tuple[str, str, bytes]:
        """Return the folder's name, the chain ID below, and what a container has written.

        Raises:
            OSError: something is missing, or is no plain file or folder.
            ValueError: it is damaged, or would lead out of the data root.
        """
        entry = self._entries / container_id
        check_folder(entry)
        cache_id = read_plain(entry / "mount-id").decode()
        parent = read_plain(entry / "parent").decode() if (entry / "parent").exists() else ""
        if not _ID.fullmatch(cache_id) or (parent and not _CHAIN.fullmatch(parent)):
            raise ValueError("no ID")
        check_folder(self._overlay / cache_id)
        if os.path.lexists(self._overlay / cache_id / "diff"):  # else the end came while it changed
            check_folder(self._overlay / cache_id / "diff")
        return cache_id, parent, self._tar(entry / _TAR)

    def remove(self, container_id: str, cache_id: str) -> None:
        """Remove a container's layers; what is not there is left out.

        Raises:
            OSError: they cannot be removed.
        """
        if (self._entries / container_id).exists():
            shutil.rmtree(self._entries / container_id)
        for name in (cache_id, f"{cache_id}-init"):
            self._root.remove_folder(name)

    def _tar(self, file: Path) -> bytes:
        if not os.path.lexists(file):
            return b""
        try:
            tar = gzip.decompress(read_plain(file))
        except (EOFError, zlib.error) as error:
            raise ValueError(f"{file.name}: {error}") from error
        for _entry in read(tar):
            pass  # whoever opens the files later must be able to
        return tar


def check_folder(folder: Path) -> None:
    """See to it that a folder is one, and no link to another.

    Raises:
        OSError: it is not there, or no folder.
    """
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise NotADirectoryError(f"{folder} is no folder")


def read_plain(file: Path) -> bytes:
    """Return what is in a file that is no link.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no plain file.
    """
    with open(os.open(file, _READ), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise ValueError(f"{file} is no file")
        return opened.read()
