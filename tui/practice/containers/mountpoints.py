"""What is mounted into a container: how it is asked for, made, told, and mounted. As in 20.10."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tui.i18n import _
from tui.practice.containers.mounted import Place
from tui.practice.nodes import Kind, Node
from tui.practice.tree import Tree
from tui.practice.volumes import check_name
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

BIND: Final = "bind"
VOLUME: Final = "volume"
TMPFS: Final = "tmpfs"

_RIGHTS: Final = frozenset({"ro", "rw"})
_LABELS: Final = frozenset({"z", "Z"})
_COPY: Final = frozenset({"nocopy"})
_CACHES: Final = frozenset({"consistent", "cached", "delegated"})
_PROPAGATIONS: Final = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_OF_BINDS: Final = (_RIGHTS, _LABELS, _CACHES, _PROPAGATIONS, _COPY)


@dataclass(frozen=True, slots=True)
class MountPoint:
    """One thing mounted into a container."""

    kind: str
    target: str
    """Inside; as it was written, but without a slash at its end."""
    name: str = ""
    """Of a volume."""
    source: str = ""
    """Of a bind: the path on the host."""
    mode: str = ""
    writable: bool = True
    propagation: str = ""
    is_given: bool = True
    """Its volume's name was given; others go with their container where that is asked for."""
    copies: bool = True
    """A new volume gets the image's files."""
    is_of_config: bool = False
    """It comes from `Config.Volumes`."""


def wanted(config: Mapping[str, Any], host_config: Mapping[str, Any]) -> list[MountPoint]:
    """Return what a container asks for; volumes that get a name do not have it yet.

    Raises:
        ApiError: 400 or 500, it makes no sense.
    """
    found = [_long(given) for given in host_config.get("Mounts") or []]
    found += [_bind(text) for text in host_config.get("Binds") or []]
    for path in host_config.get("Tmpfs") or {}:
        if not path.startswith("/"):
            raise ApiError(400, f"invalid mount path: '{path}' mount path must be absolute")
    taken = {mount.target for mount in found}
    places = [mount.target for mount in found]
    places += [_clean(path) for path in host_config.get("Tmpfs") or {}]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise ApiError(400, f"Duplicate mount point: {twice}")
    for path in config.get("Volumes") or {}:
        if _clean(path) not in taken and _clean(path) not in places:
            found.append(MountPoint(VOLUME, _clean(path), is_given=False, is_of_config=True))
    return found


def _clean(path: str) -> str:
    return posixpath.normpath(path) if path else path


def _bind(text: str) -> MountPoint:
    """Return what `SOURCE:TARGET[:MODE]` asks for."""
    parts = text.split(":")
    if len(parts) not in {2, 3} or not all(parts):
        raise ApiError(500, f"invalid volume specification: '{text}'")
    source, target, mode = parts[0], parts[1], parts[2] if len(parts) == 3 else ""
    given = mode.split(",") if mode else []
    if not _is_mode(given):
        raise ApiError(500, f"invalid mode: {mode}")
    kind = BIND if source.startswith("/") else VOLUME
    why = _target_problem(kind, target)
    if why:
        raise ApiError(500, f"invalid volume specification: '{text}': {why}")
    writable = "ro" not in given
    if kind == BIND:
        propagation = next((word for word in given if word in _PROPAGATIONS), "rprivate")
        return MountPoint(BIND, _clean(target), "", _clean(source), mode, writable, propagation)
    check_name(source)
    return MountPoint(
        VOLUME, _clean(target), source, mode=mode or "z", writable=writable,
        copies="nocopy" not in given,
    )  # fmt: skip


def _is_mode(given: list[str]) -> bool:
    """Tell whether words of a mode are known, and at most one of a kind."""
    return all(any(word in words for words in _OF_BINDS) for word in given) and all(
        sum(word in words for word in given) <= 1 for words in _OF_BINDS
    )


def _target_problem(kind: str, target: str) -> str:
    """Return why nothing can be mounted there; empty if it can."""
    prefix = f'invalid mount config for type "{kind}": '
    if not target.startswith("/"):
        return f"{prefix}invalid mount path: '{target}' mount path must be absolute"
    if _clean(target).strip("/") == "":
        return f"{prefix}invalid specification: destination can't be '/'"
    return ""


def _long(given: Mapping[str, Any]) -> MountPoint:
    """Return what an entry of `Mounts` asks for."""
    kind, source = str(given.get("Type") or ""), str(given.get("Source") or "")
    target = str(given.get("Target") or "")
    prefix = f'invalid mount config for type "{kind}": '
    if kind not in {BIND, VOLUME, TMPFS}:
        raise ApiError(400, f"{prefix}mount type unknown")
    if not target:
        raise ApiError(400, f"{prefix}field Target must not be empty")
    why = _target_problem(kind, target)
    if kind == BIND and not source:
        why = f"{prefix}field Source must not be empty"
    if kind == TMPFS and source:
        why = f"{prefix}field Source must not be specified"
    if why:
        raise ApiError(400, why)
    writable = not given.get("ReadOnly")
    if kind == BIND:
        return MountPoint(
            BIND, _clean(target), source=_clean(source), writable=writable, propagation="rprivate"
        )
    if kind == TMPFS:
        return MountPoint(TMPFS, _clean(target), writable=writable)
    check_name(source)
    return MountPoint(
        VOLUME, _clean(target), source, mode="z", writable=writable, is_given=bool(source),
        copies=not (given.get("VolumeOptions") or {}).get("NoCopy"),
    )  # fmt: skip


def check_sources(hold: Hold, host_config: Mapping[str, Any]) -> None:
    """See to it that the folders are there which `Mounts`, unlike `Binds`, does not make.

    Raises:
        ApiError: 400, one is not.
    """
    for given in host_config.get("Mounts") or []:
        source = str(given.get("Source") or "")
        if given.get("Type") == BIND and hold.volumes.host.get(source) is None:
            why = f"bind source path does not exist: {source}"
            raise ApiError(400, f'invalid mount config for type "bind": {why}')


def make(hold: Hold, container: Container, mounts: list[MountPoint]) -> None:
    """Give a new container its mounts: its volumes are made, with the image's files in new ones."""
    container.mounts = [_made(hold, container, mount) for mount in mounts]
    connect(hold, container)


def _made(hold: Hold, container: Container, mount: MountPoint) -> MountPoint:
    if mount.kind == BIND:
        if hold.volumes.host.get(mount.source) is None:
            folder = Node(Kind.DIRECTORY, 0o755, mtime=int(hold.clock()))
            hold.volumes.host.put(mount.source, folder)
        return mount
    if mount.kind != VOLUME:
        return mount
    volume = hold.volumes.create(mount.name)
    if mount.copies and len(volume.tree) == 1:
        _copy(container.lower, mount.target, volume.tree)
        hold.volumes.keep(volume)
    return replace(mount, name=volume.name)


def _copy(image: Tree, target: str, volume: Tree) -> None:
    """Put what the image has at a place into an empty volume."""
    place = image.resolve(target)
    node = None if place is None else image.get(place)
    if place is None or node is None or node.kind is not Kind.DIRECTORY:
        return
    for path, one in image.walk(place):
        volume.put(path[len(place) :], one)


def connect(hold: Hold, container: Container) -> None:
    """Let a container find the files of its mounts; volumes that are missing are made."""
    places: dict[str, Place] = {}
    for mount in container.mounts:
        target = mount.target.strip("/")
        if mount.kind == VOLUME:
            places[target] = Place(hold.volumes.create(mount.name).tree, "", mount.writable)
        elif mount.kind == BIND:
            places[target] = Place(hold.volumes.host, mount.source.strip("/"), mount.writable)
        else:
            places[target] = Place(Tree(), "", mount.writable)
    for path in container.host_config.get("Tmpfs") or {}:
        places[path.strip("/")] = Place(Tree(), "", writable=True)
    container.places = places


def make_folders(container: Container, now: float) -> None:
    """Make the folders that are mounted over, where the image has none: at each start."""
    for target in container.places:
        if container.tree.get(target, follow=True) is None:
            container.tree.put(target, Node(Kind.DIRECTORY, 0o755, mtime=int(now)))


def publish(hold: Hold, container: Container, action: str) -> None:
    """Tell that a container's volumes were mounted, or unmounted."""
    for mount in container.mounts:
        if mount.kind == VOLUME:
            told = {"container": container.id, "driver": "local"}
            if action == "mount":
                told |= {
                    "destination": mount.target,
                    "propagation": mount.propagation,
                    "read/write": str(mount.writable).lower(),
                }
            hold.events.publish("volume", action, mount.name, **told)


def let_go(hold: Hold, container: Container) -> None:
    """Remove the volumes that only a removed container had, and that have no given name."""
    for mount in container.mounts:
        if mount.kind == VOLUME and not mount.is_given and _is_free(hold, mount.name):
            hold.volumes.remove(mount.name, force=True)


def _is_free(hold: Hold, name: str) -> bool:
    return all(
        mount.name != name for container in hold.containers.all() for mount in container.mounts
    )


def warnings(container: Container) -> list[str]:
    """Return what has to be known of a container's mounts."""
    return [
        _("{path} is a folder of the practice engine: it never looks at this machine's files.")
        .format(path=mount.source)
        for mount in container.mounts
        if mount.kind == BIND
    ]  # fmt: skip


# Told and read


def told(hold: Hold, container: Container, *, listed: bool = False) -> list[dict[str, Any]]:
    """Return the mounts as inspect tells them, or as the list of containers does."""
    return [_told(hold, mount, listed=listed) for mount in container.mounts]


def _told(hold: Hold, mount: MountPoint, *, listed: bool) -> dict[str, Any]:
    is_volume = mount.kind == VOLUME
    source = hold.volumes.place(mount.name) if is_volume else mount.source
    if listed and mount.is_of_config:
        source = ""
    return {
        "Type": mount.kind,
        **({"Name": mount.name} if is_volume else {}),
        "Source": source,
        "Destination": mount.target,
        **({"Driver": "local"} if is_volume else {}),
        "Mode": mount.mode,
        "RW": mount.writable,
        "Propagation": mount.propagation,
    }


def kept(container: Container) -> dict[str, Any]:
    """Return the mounts as `config.v2.json` has them: `MountPoints`."""
    return {
        mount.target: {
            "Source": mount.source,
            "Destination": mount.target,
            "RW": mount.writable,
            "Name": mount.name,
            "Driver": "local" if mount.kind == VOLUME else "",
            "Type": mount.kind,
            "Relabel": mount.mode,
            "Propagation": mount.propagation,
            "Spec": {
                "Type": mount.kind,
                "Source": mount.name if mount.is_given else "",
                "Target": mount.target,
            },
            "SkipMountpointCreation": False,
            "FromConfig": mount.is_of_config,
        }
        for mount in container.mounts
    }


def read(given: Mapping[str, Any]) -> Iterator[MountPoint]:
    """Yield the mounts of `config.v2.json`.

    Raises:
        ValueError: they are damaged; KeyError, TypeError, AttributeError and ApiError too.
    """
    for entry in given.values():
        texts = [entry[key] for key in ("Type", "Destination", "Source", "Propagation")]
        texts += [entry.get("Name", ""), entry.get("Relabel", entry.get("Mode", ""))]
        kind, target, source, propagation, name, mode = texts
        if not all(isinstance(text, str) for text in texts) or kind not in {BIND, VOLUME, TMPFS}:
            raise ValueError("no mount")
        if kind == VOLUME and not name:
            raise ValueError("a volume without a name")
        check_name(name)
        given_name = str((entry.get("Spec") or {}).get("Source", name))
        yield MountPoint(
            kind, _clean(target), name, source, mode, bool(entry["RW"]), propagation,
            is_given=bool(given_name), is_of_config=bool(entry.get("FromConfig")),
        )  # fmt: skip
