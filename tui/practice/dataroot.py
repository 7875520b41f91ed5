"""The data root, laid out as dockerd's with overlay2: written as things change, read at the start.

```
image/overlay2/repositories.json                    names -> image IDs
image/overlay2/imagedb/content/sha256/IMAGE         configs
image/overlay2/imagedb/metadata/sha256/IMAGE/       parent, lastUpdated
image/overlay2/layerdb/sha256/CHAIN/                cache-id diff parent size tar-split.json.gz
overlay2/CACHE/                                     diff/ link lower work/
overlay2/l/LINK -> ../CACHE/diff                    short names, for mounts
```

One thing is not dockerd's: if a layer's folder cannot give its tar back (two entries for one place,
a name that the file system refuses), the tar itself is kept beside its tar-split.
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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.practice import extract, tarsplit

_LOG: Final = logging.getLogger(__name__)
_FOLDERS: Final = (
    "buildkit",
    "containers",
    "network",
    "plugins",
    "runtimes",
    "swarm",
    "tmp",
    "trust",
    "volumes",
    "overlay2/l",
    "image/overlay2/distribution",
    "image/overlay2/imagedb/content/sha256",
    "image/overlay2/imagedb/metadata/sha256",
    "image/overlay2/layerdb/mounts",
    "image/overlay2/layerdb/sha256",
    "image/overlay2/layerdb/tmp",
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_WHOLE_TAR: Final = "tar.gz"
"""The file for a layer whose folder cannot give its tar back."""

_HALF: Final = ".tmp-"
"""The beginning of the name of a file that is being written."""

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC

_DIGITS: Final = re.compile("[0-9a-f]{64}")
_DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")
_LINK: Final = re.compile(f"[{_LETTERS}]{{26}}")


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """What `layerdb` tells of a layer."""

    chain_id: str
    diff_id: str
    parent: str
    size: int
    cache_id: str


@dataclass(frozen=True, slots=True)
class StoredImage:
    """What `imagedb` tells of an image."""

    image_id: str
    config: bytes
    parent: str
    updated: str
    """When the user named it last, RFC 3339; empty if never."""


class DataRoot:
    """One data root. Its callers see to it that one thread at a time changes it."""

    def __init__(self, root: Path) -> None:
        """Make the folders that are missing.

        Raises:
            OSError: they cannot be made.
        """
        self._root = root
        self._store = root / "image" / "overlay2"
        self._overlay = root / "overlay2"
        for name in _FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        self._overlay.chmod(0o710)  # as Docker's: what layers hold is nobody else's business
        for left in (self._store / "layerdb" / "tmp").iterdir():
            shutil.rmtree(left)

    def write_layer(self, layer: StoredLayer, tar: bytes) -> None:
        """Lay a layer out: its folder first, then its entry, which appears at once.

        Raises:
            BadTar: it cannot be read.
            OSError: it cannot be written; nothing of it is left then.
        """
        folder = self._overlay / layer.cache_id
        entry = self._store / "layerdb" / "tmp" / f"write-set-{layer.cache_id[:12]}"
        try:
            is_whole = self._write_folder(layer, tar)
            entry.mkdir(mode=0o700)
            for name, text in (
                ("cache-id", layer.cache_id),
                ("diff", layer.diff_id),
                ("parent", layer.parent),
                ("size", str(layer.size)),
            ):
                if text:
                    (entry / name).write_text(text)
            (entry / "tar-split.json.gz").write_bytes(tarsplit.split(tar))
            if not is_whole:
                (entry / _WHOLE_TAR).write_bytes(gzip.compress(tar, mtime=0))
            entry.rename(self._layer_folder(layer.chain_id))
        except BaseException:
            self._unlink_short_name(folder)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(entry, ignore_errors=True)
            raise

    def read_layers(self) -> Iterator[StoredLayer]:
        """Iterate over the layers, in no order; damaged ones are left out and logged."""
        for folder in sorted((self._store / "layerdb" / "sha256").iterdir()):
            try:
                layer = _stored(folder)
                (self._overlay / layer.cache_id / "diff").stat()
                yield layer
            except (OSError, ValueError) as error:
                _LOG.warning("layer %s is left out: %s", folder.name, error)

    def tar(self, chain_id: str, cache_id: str) -> bytes:
        """Return the tar of a layer, put together again.

        Raises:
            OSError: a file of it is missing.
            BadSplit: it has been changed on disk.
        """
        entry = self._layer_folder(chain_id)
        if (entry / _WHOLE_TAR).exists():
            return gzip.decompress((entry / _WHOLE_TAR).read_bytes())
        diff = self._overlay / cache_id / "diff"
        split = (entry / "tar-split.json.gz").read_bytes()
        return tarsplit.join(split, lambda name: extract.contents(diff, name))

    def remove_layer(self, chain_id: str, cache_id: str) -> None:
        """Remove a layer: its entry first.

        Raises:
            OSError: it cannot be removed.
        """
        folder = self._overlay / cache_id
        shutil.rmtree(self._layer_folder(chain_id))
        self._unlink_short_name(folder)
        shutil.rmtree(folder)

    def write_image(self, image_id: str, config: bytes, parent: str) -> None:
        """Keep an image's config.

        Raises:
            OSError: it cannot be written.
        """
        if parent:
            self._write_metadata(image_id, "parent", parent)
        replace_file(self._store / "imagedb" / "content" / "sha256" / _digits(image_id), config)

    def write_updated(self, image_id: str, time: str) -> None:
        """Keep when the user named an image.

        Raises:
            OSError: it cannot be written.
        """
        self._write_metadata(image_id, "lastUpdated", time)

    def remove_image(self, image_id: str) -> None:
        """Remove an image's config and what belongs to it.

        Raises:
            OSError: it cannot be removed.
        """
        (self._store / "imagedb" / "content" / "sha256" / _digits(image_id)).unlink()
        shutil.rmtree(self._metadata(image_id), ignore_errors=True)

    def read_images(self) -> Iterator[StoredImage]:
        """Iterate over the images, in no order; damaged ones are left out and logged."""
        for file in sorted((self._store / "imagedb" / "content" / "sha256").iterdir()):
            if file.name.startswith(_HALF):
                continue
            config = file.read_bytes()
            if hashlib.sha256(config).hexdigest() != file.name:
                _LOG.warning("image %s is left out: its config is damaged", file.name)
                continue
            metadata = self._metadata(f"sha256:{file.name}")
            texts = [
                (metadata / name).read_text() if (metadata / name).exists() else ""
                for name in ("parent", "lastUpdated")
            ]
            yield StoredImage(f"sha256:{file.name}", config, *texts)

    def write_names(self, names: Mapping[str, Mapping[str, str]]) -> None:
        """Keep all names.

        Args:
            names: Repository as people write it -> reference -> image ID.

        Raises:
            OSError: they cannot be written.
        """
        text = json.dumps({"Repositories": names}, sort_keys=True, separators=(",", ":"))
        replace_file(self._store / "repositories.json", text.encode())

    def read_names(self) -> dict[str, str]:
        """Return all names: reference -> image ID; none, and a line in the log, if damaged."""
        file = self._store / "repositories.json"
        try:
            repositories = json.loads(file.read_bytes())["Repositories"] if file.exists() else {}
            return {
                str(reference): str(image_id)
                for names in repositories.values()
                for reference, image_id in names.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _LOG.warning("%s is left out: %s", file, error)
            return {}

    def _write_folder(self, layer: StoredLayer, tar: bytes) -> bool:
        """Write a layer's folder in `overlay2`; tell whether it can give the tar back."""
        below = self.short_names(layer.parent) if layer.parent else ""
        folder, _link = self.make_folder(layer.cache_id, below)
        return extract.extract(tar, folder / "diff")

    def make_folder(self, name: str, below: str) -> tuple[Path, str]:
        """Make a folder of `overlay2`, all but its `diff`; return it and its short name.

        Args:
            name: Its name, which is new.
            below: The short names of the layers below, the top first; empty at the bottom.

        Raises:
            OSError: it cannot be made.
        """
        folder = self._overlay / name
        folder.mkdir(mode=0o710)
        link = "".join(secrets.choice(_LETTERS) for _ in range(26))
        (folder / "link").write_text(link)
        (self._overlay / "l" / link).symlink_to(f"../{name}/diff")
        if below:
            (folder / "lower").write_text(below)
            (folder / "work").mkdir(mode=0o700)
        return folder, f"l/{link}"

    def remove_folder(self, name: str) -> None:
        """Remove a folder of `overlay2`; nothing happens if it is not there.

        Raises:
            OSError: it cannot be removed.
        """
        folder = self._overlay / name
        if folder.exists():
            self._unlink_short_name(folder)
            shutil.rmtree(folder)

    def short_names(self, parent: str) -> str:
        """Return the short names of a layer and all below it, the top first.

        Raises:
            OSError: they cannot be read.
        """
        cache_id = (self._layer_folder(parent) / "cache-id").read_text()
        folder = self._overlay / cache_id
        below = folder / "lower"
        own = "l/" + (folder / "link").read_text()
        return f"{own}:{below.read_text()}" if below.exists() else own

    def _unlink_short_name(self, folder: Path) -> None:
        link = (folder / "link").read_text() if (folder / "link").exists() else ""
        if _LINK.fullmatch(link):
            (self._overlay / "l" / link).unlink(missing_ok=True)

    def _layer_folder(self, chain_id: str) -> Path:
        return self._store / "layerdb" / "sha256" / _digits(chain_id)

    def _metadata(self, image_id: str) -> Path:
        return self._store / "imagedb" / "metadata" / "sha256" / _digits(image_id)

    def _write_metadata(self, image_id: str, name: str, text: str) -> None:
        folder = self._metadata(image_id)
        folder.mkdir(mode=0o700, exist_ok=True)
        replace_file(folder / name, text.encode())


def _stored(folder: Path) -> StoredLayer:
    """Return what a folder of `layerdb` tells.

    Raises:
        OSError: it cannot be read.
        ValueError: what it says is no ID, as would lead out of the data root.
    """
    parent = folder / "parent"
    layer = StoredLayer(
        f"sha256:{folder.name}",
        (folder / "diff").read_text(),
        parent.read_text() if parent.exists() else "",
        int((folder / "size").read_text()),
        (folder / "cache-id").read_text(),
    )
    digests = [layer.chain_id, layer.diff_id, *([layer.parent] if layer.parent else [])]
    if not _DIGITS.fullmatch(layer.cache_id) or not all(map(_DIGEST.fullmatch, digests)):
        raise ValueError("no ID")
    return layer


def _digits(identifier: str) -> str:
    return identifier.removeprefix("sha256:")


def replace_file(file: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    new = file.with_name(_HALF + file.name)
    with open(os.open(new, _NEW, 0o600), "wb") as opened:
        opened.write(content)
    os.replace(new, file)
