"""Images for the tests, made in memory as `docker save` archives: no Dockerfile, no network.

The archive is Docker's image format 1.2: one folder a layer, one JSON file an image, and a
`manifest.json` that ties them together. Layers of equal bytes are stored once, so a thousand
images that share their layers make a small archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final, NamedTuple

EMPTY: Final[Mapping[str, object]] = MappingProxyType({})
"""No extra fields."""

BUSYBOX: Final = Path("/bin/busybox")
"""Debian's static busybox (package busybox-static): all that a container of ours needs to run."""

EPOCH: Final = 1_767_225_600
"""2026-01-01T00:00:00Z in seconds: when every file and the first step were made."""


class Link(NamedTuple):
    """A symbolic link as a value of `make_layer`'s files."""

    target: str


class Step(NamedTuple):
    """One line of an image's history."""

    created_by: str
    """The command, for example `/bin/sh -c #(nop)  CMD ["sh"]`."""
    empty: bool = False
    """Whether the step made no layer."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """What an image is made of; its ID follows from the fields alone.

    Raises ValueError when the history does not have one non-empty step for each layer.
    """

    layers: tuple[bytes, ...] = ()
    """Uncompressed layer tars, bottom first; the same one may come twice."""
    history: tuple[Step, ...] = ()
    """Oldest first. Left out: one `COPY` step a layer."""
    tags: tuple[str, ...] = ()
    """Names such as `demo/app:1`; none makes a dangling image."""
    config: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """What a container starts with: Cmd, Env, Labels, Volumes, ..."""
    extra: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    """More or other top-level fields: created, architecture, os, author, ..."""
    parent: str = ""
    """The ID of an image in the same archive whose history is this one less its last step."""

    def __post_init__(self) -> None:
        filled = sum(not step.empty for step in self.steps)
        if filled != len(self.layers):
            raise ValueError(f"{filled} steps with a layer, but {len(self.layers)} layers")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The history, or what stands in for it."""
        return self.history or tuple(
            Step(f"/bin/sh -c #(nop) COPY file:{diff_id(layer)[7:19]} in / ")
            for layer in self.layers
        )

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """The digest of each layer's tar, bottom first."""
        return tuple(diff_id(layer) for layer in self.layers)

    @property
    def config_json(self) -> bytes:
        """The image's JSON file, byte for byte as it goes into the archive."""
        whole: dict[str, object] = {
            "architecture": "amd64",
            "os": "linux",
            "created": _time(max(len(self.steps) - 1, 0)),
            "config": dict(self.config),
            "rootfs": {"type": "layers", "diff_ids": self.diff_ids},
            "history": [_history_line(index, step) for index, step in enumerate(self.steps)],
        }
        return json.dumps(whole | dict(self.extra)).encode()

    @property
    def image_id(self) -> str:
        """The image ID of the classic store and of Podman: the digest of `config_json`."""
        return _digest(self.config_json)


def make_layer(files: Mapping[str, bytes | Link]) -> bytes:
    """Make the tar of a layer with these files, and the folders above them first.

    A path that ends in `/` is an empty folder (its bytes are not used); `.wh.NAME` and
    `.wh..wh..opq` are whiteouts, as in any layer.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        seen: set[str] = set()
        for path, content in files.items():
            for folder in [*reversed(PurePosixPath(path).parents)][1:]:
                _add_folder(tar, f"{folder}/", seen)
            if path.endswith("/"):
                _add_folder(tar, path, seen)
            else:
                _add_file(tar, path, content)
    return buffer.getvalue()


@cache
def busybox_layer() -> bytes:
    """Make the layer that lets a container run `sh`, `sleep` and the rest of busybox.

    Raises FileNotFoundError where busybox-static is not installed.
    """
    applets = (
        "sh",
        "sleep",
        "true",
        "false",
        "cat",
        "echo",
        "ls",
        "mkdir",
        "rm",
        "touch",
        "kill",
        "trap",
        "vi",
        "stty",
    )
    links: dict[str, bytes | Link] = {f"bin/{applet}": Link("busybox") for applet in applets}
    return make_layer({"bin/busybox": BUSYBOX.read_bytes(), **links, "tmp/": b""})


def runnable(*tags: str, layers: Iterable[bytes] = (), **config: object) -> ImageSpec:
    """Make an image that can run: busybox below the given layers; sleeps unless `Cmd` is given."""
    return ImageSpec(
        (busybox_layer(), *layers), tags=tags, config={"Cmd": ["sleep", "3600"], **config}
    )


def parented_chain(layers: Sequence[bytes], *, tags: Sequence[str] = ()) -> tuple[ImageSpec, ...]:
    """Make one image a layer, each the parent of the next, as the classic builder leaves them.

    Tags name the images from the last one backwards, so that the first ones stay untagged. Load
    all of them with one `archive`; the parent link is made only inside one archive.
    """
    specs: list[ImageSpec] = []
    names = [*tags, *[""] * (len(layers) - len(tags))][::-1]
    for count, name in enumerate(names, 1):
        parent = specs[-1].image_id if specs else ""
        spec = ImageSpec(tuple(layers[:count]), tags=(name,) if name else (), parent=parent)
        specs.append(spec)
    return tuple(specs)


def archive(specs: Iterable[ImageSpec]) -> bytes:
    """Make one `docker save` archive of all the images; equal layers are stored once."""
    buffer = io.BytesIO()
    entries: list[dict[str, object]] = []
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        seen: set[str] = set()
        for spec in specs:
            for layer in spec.layers:
                folder = diff_id(layer)[7:]
                if folder not in seen:
                    _add_folder(tar, f"{folder}/", seen)
                    seen.add(folder)
                    _add_file(tar, f"{folder}/layer.tar", layer)
            config = f"{spec.image_id[7:]}.json"
            if config not in seen:
                seen.add(config)
                _add_file(tar, config, spec.config_json)
            entries.append(_manifest_entry(spec, config))
        _add_file(tar, "manifest.json", json.dumps(entries).encode())
    return buffer.getvalue()


@cache
def diff_id(layer: bytes) -> str:
    """Return the digest of a layer's tar, `sha256:...`."""
    return _digest(layer)


def chain_ids(diff_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the chain ID of each layer, bottom first (OCI image spec, config, "Layer ChainID")."""
    chain: list[str] = []
    for diff in diff_ids:
        chain.append(_digest(f"{chain[-1]} {diff}".encode()) if chain else diff)
    return tuple(chain)


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _time(step: int) -> str:
    """Return when a step was made: a second after the one before."""
    hours, seconds = divmod(step, 3600)
    return f"2026-01-01T{hours:02}:{seconds // 60:02}:{seconds % 60:02}Z"


def _history_line(index: int, step: Step) -> dict[str, object]:
    line: dict[str, object] = {"created": _time(index), "created_by": step.created_by}
    if step.empty:
        line["empty_layer"] = True
    if step.comment:
        line["comment"] = step.comment
    return line


def _manifest_entry(spec: ImageSpec, config: str) -> dict[str, object]:
    layers = [f"{diff[7:]}/layer.tar" for diff in spec.diff_ids]
    entry: dict[str, object] = {"Config": config, "RepoTags": list(spec.tags), "Layers": layers}
    if spec.parent:
        entry["Parent"] = spec.parent
    return entry


def _add_folder(tar: tarfile.TarFile, path: str, seen: set[str]) -> None:
    if path not in seen:
        seen.add(path)
        info = tarfile.TarInfo(path)
        info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, EPOCH
        tar.addfile(info)


def _add_file(tar: tarfile.TarFile, path: str, content: bytes | Link) -> None:
    info = tarfile.TarInfo(path)
    info.mode, info.mtime = 0o755, EPOCH
    if isinstance(content, Link):
        info.type, info.linkname = tarfile.SYMTYPE, content.target
        tar.addfile(info)
    else:
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
