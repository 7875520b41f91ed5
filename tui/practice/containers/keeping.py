"""Containers in the data root, as dockerd keeps them: written as they change, read at the start.

```
containers/ID/config.v2.json     config and state
containers/ID/hostconfig.json
containers/ID/ID-json.log        a line of JSON for each line of output
```

What a container has written is kept by `mounts`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tui.practice.configs import timestamp
from tui.practice.containers import healthstate, inspecting, mountpoints, networks
from tui.practice.containers.container import Container, State
from tui.practice.containers.logs import STDERR, STDOUT, Line, Log
from tui.practice.dataroot import replace_file
from tui.practice.mounts import Mounts, check_folder, read_plain
from tui.practice.tars import write_changes
from tui.practice.times import NEVER, nanoseconds
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.hold import Hold

_T = TypeVar("_T", list[Any], dict[str, Any])
_LOG: Final = logging.getLogger(__name__)
_CONFIG: Final = "config.v2.json"
_HOST_CONFIG: Final = "hostconfig.json"
_ID: Final = re.compile("[0-9a-f]{64}")
_IMAGE: Final = re.compile("sha256:[0-9a-f]{64}")
_PORT: Final = re.compile("[0-9]{1,5}(/[a-z]+)?")
_STREAMS: Final = {STDOUT: "stdout", STDERR: "stderr"}
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class _Kept:
    """What lies on disk of a container."""

    config: bytes = b""
    host_config: bytes = b""
    lines: int = 0
    """The number of the last line of its log."""
    files: str = ""
    """The digest of its own layer; empty if it has none."""


class Keeper:
    """The containers of one data root. Use it only while holding the engine's lock."""

    def __init__(self, hold: Hold, root: Path) -> None:
        """Use a data root.

        Raises:
            OSError: its folders cannot be made.
        """
        self._hold = hold
        self._folder = root / "containers"
        self._mounts = Mounts(root)
        self._kept: dict[str, _Kept] = {}

    def keep(self, container: Container, *, files: bool) -> None:
        """Write what has changed of a container.

        Args:
            container: It is there.
            files: Also what it has written; else only its config, its state and its log.

        Raises:
            OSError: it cannot be written.
        """
        kept = self._kept.get(container.id) or self._made(container)
        folder = self._folder / container.id
        config = _config(container)
        host_config = _json(inspecting.host_config(container.host_config))
        if config != kept.config:
            replace_file(folder / _CONFIG, config)
            kept.config = config
        if host_config != kept.host_config:
            replace_file(folder / _HOST_CONFIG, host_config)
            kept.host_config = host_config
        lines = container.log.after(kept.lines)
        if lines:
            with open(os.open(_log_file(folder), _APPEND, 0o640), "ab") as file:
                file.write(b"".join(map(_log_line, lines)))
            kept.lines = lines[-1].number
        if files and container.is_opened:
            self._keep_files(container, kept)

    def drop(self, container: Container) -> None:
        """Remove a container that was kept.

        Raises:
            OSError: it cannot be removed.
        """
        if self._kept.pop(container.id, None) is not None:
            shutil.rmtree(self._folder / container.id)
            self._mounts.remove(container.id, container.cache_id)

    def read(self) -> Iterator[Container]:
        """Iterate over the containers, the oldest first; damaged ones are left out and logged."""
        found: list[Container] = []
        taken = {layer.cache_id for layer in self._hold.layers.all()}
        for folder in sorted(self._folder.iterdir()):
            try:
                container = self._read(folder)
                if container.cache_id in taken:
                    raise ValueError("another layer has its folder")
            except (
                OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
                RecursionError, ApiError,
            ) as error:  # fmt: skip
                _LOG.warning("container %s is left out: %r", folder.name, error)
                continue
            taken.add(container.cache_id)
            found.append(container)
        yield from sorted(found, key=lambda container: container.created)

    def has(self, container: Container) -> bool:
        """Tell whether a container lies on disk."""
        return container.id in self._kept

    def _made(self, container: Container) -> _Kept:
        """Make the folders of a container that was not kept before."""
        init = write_changes(self._hold.layers.tree(container.top), container.lower)
        self._mounts.make(container.id, container.cache_id, container.top, init)
        (self._folder / container.id).mkdir(mode=0o710)
        (self._folder / container.id / "checkpoints").mkdir(mode=0o700)
        kept = self._kept[container.id] = _Kept()
        return kept

    def _keep_files(self, container: Container, kept: _Kept) -> None:
        if any(True for _ in container.tree.changes_since(container.lower)) or kept.files:
            tar = write_changes(container.lower, container.tree)
            digest = hashlib.sha256(tar).hexdigest()
            if digest != kept.files:
                self._mounts.write(container.id, container.cache_id, tar)
                kept.files = digest

    def _read(self, folder: Path) -> Container:
        """Return the container of a folder.

        Raises:
            OSError: a file is missing, or no plain one.
            ValueError: it is no container's, or damaged; KeyError, TypeError, AttributeError,
                RecursionError and ApiError too.
        """
        if not _ID.fullmatch(folder.name):
            raise ValueError("no ID")
        check_folder(folder)
        texts = read_plain(folder / _CONFIG), read_plain(folder / _HOST_CONFIG)
        told: dict[str, Any] = json.loads(texts[0])
        if told["ID"] != folder.name or not _IMAGE.fullmatch(told["Image"]):
            raise ValueError("its config is that of another one")
        cache_id, top, tar = self._mounts.read(folder.name)
        container = Container(
            id=folder.name,
            name=str(told["Name"]).removeprefix("/"),
            image_id=told["Image"],
            image_name=str(told["Config"].get("Image") or told["Image"]),
            created=_moment(told["Created"]),
            config=told["Config"],
            host_config=json.loads(texts[1]),
            top=top,
            layers=self._hold.layers,
            clock=self._hold.clock,
            cache_id=cache_id,
            state=_state(told["State"]),
            restart_count=int(told["RestartCount"]),
            stopped_by_hand=bool(told["HasBeenManuallyStopped"]),
            log=_log(_log_file(folder)),
            kept=tar,
            mounts=list(mountpoints.read(_of(dict, told.get("MountPoints")))),
        )
        _check(self._hold, container)
        digest = hashlib.sha256(tar).hexdigest() if tar else ""
        self._kept[container.id] = _Kept(*texts, container.log.count, digest)
        return container


def _check(hold: Hold, container: Container) -> None:
    """See to it that a container can be shown and started, whatever its files say.

    Raises:
        ValueError: it cannot; KeyError, TypeError, AttributeError and ApiError too.
    """
    from tui.practice.containers import creation

    hold.layers.stack(container.top)
    mountpoints.wanted(container.config, container.host_config)
    mountpoints.connect(hold, container)
    _check_words(container)
    _check_ports(container)
    creation.check_config(container.config)
    creation.check_host_config(container.host_config)
    told = inspecting.inspected(hold, container), inspecting.summary(hold, container)
    json.dumps(told, allow_nan=False, ensure_ascii=False).encode()


def _check_words(container: Container) -> None:
    config, host_config = container.config, container.host_config
    for field in ("Cmd", "Entrypoint", "Env"):
        if not all(isinstance(word, str) for word in _of(list, config.get(field))):
            raise ValueError(f"{field} is no list of words")
    _of(dict, config.get("Volumes"))
    if not all(isinstance(value, str) for value in _of(dict, config.get("Labels")).values()):
        raise ValueError("a label is no text")
    _of(list, host_config.get("Binds"))
    texts = [config.get(field) for field in ("User", "WorkingDir", "Hostname", "StopSignal")]
    if not all(isinstance(x, str | None) for x in [*texts, host_config.get("NetworkMode")]):
        raise ValueError("no text where one belongs")


def _check_ports(container: Container) -> None:
    config, host_config = container.config, container.host_config
    wanted = _of(dict, host_config.get("PortBindings"))
    exposed = _of(dict, config.get("ExposedPorts"))
    if not all(map(_PORT.fullmatch, [*wanted, *exposed])):
        raise ValueError("no port")
    with suppress(networks.PortTaken):
        networks.bound(wanted, exposed, [])


def _of(kind: type[_T], value: Any) -> _T:
    """Return a value if it is of a kind, an empty one for null.

    Raises:
        ValueError: it is of another kind.
    """
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise ValueError(f"{value!r:.40} where a {kind.__name__} belongs")
    return value


def _config(container: Container) -> bytes:
    """Return `config.v2.json`."""
    state, command = container.state, container.command
    exposed = container.config.get("ExposedPorts") or {}
    mode = container.host_config.get("NetworkMode") or "default"
    return _json(
        {
            "StreamConfig": {},
            "State": {
                "Running": state.running,
                "Paused": state.paused,
                "Restarting": state.restarting,
                "OOMKilled": False,
                "RemovalInProgress": state.removing,
                "Dead": state.dead,
                "Pid": state.pid,
                "ExitCode": state.exit_code,
                "Error": state.error,
                "StartedAt": timestamp(state.started_at) if state.started_at else NEVER,
                "FinishedAt": timestamp(state.finished_at) if state.finished_at else NEVER,
                "Health": state.health.told() if state.health else None,
            },
            "ID": container.id,
            "Created": timestamp(container.created),
            "Managed": False,
            "Path": command[0] if command else "",
            "Args": command[1:],
            "Config": {
                **container.config,
                "Hostname": container.hostname,
                "Image": container.image_name,
            },
            "Image": container.image_id,
            "NetworkSettings": networks.settings(container.endpoint, exposed, mode),
            "LogPath": "",
            "Name": f"/{container.name}",
            "Driver": "overlay2",
            "OS": "linux",
            "MountLabel": "",
            "ProcessLabel": "",
            "RestartCount": container.restart_count,
            "HasBeenStartedBefore": bool(state.started_at),
            "HasBeenManuallyStopped": container.stopped_by_hand,
            "MountPoints": mountpoints.kept(container),
            "AppArmorProfile": "",
        }
    )


def _state(told: dict[str, Any]) -> State:
    return State(
        running=bool(told["Running"]),
        paused=bool(told["Paused"]),
        restarting=bool(told["Restarting"]),
        exit_code=int(told["ExitCode"]),
        error=str(told["Error"]),
        started_at=_moment(told["StartedAt"]),
        finished_at=_moment(told["FinishedAt"]),
        health=healthstate.read(told.get("Health")),
    )


def _moment(text: str) -> float:
    """Return a time as seconds of the epoch; 0 for none."""
    return max(0.0, nanoseconds(text) / 1e9)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _log_file(folder: Path) -> Path:
    return folder / f"{folder.name}-json.log"


def _log_line(line: Line) -> bytes:
    text = line.data.decode("utf-8", "replace")  # as dockerd: a log has no other bytes
    stream = _STREAMS.get(line.stream, "stdout")
    return _json({"log": text, "stream": stream, "time": timestamp(line.time)}) + b"\n"


def _log(file: Path) -> Log:
    """Return a log; lines that are damaged are left out, and logged.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no plain file.
    """
    log = Log()
    numbers = {name: number for number, name in _STREAMS.items()}
    text = read_plain(file) if os.path.lexists(file) else b""
    if text and not text.endswith(b"\n"):  # the end came in the middle of a line
        with open(os.open(file, _APPEND), "ab") as opened:
            opened.write(b"\n")
    for line in text.splitlines():
        try:
            told = json.loads(line)
            data = told["log"].encode("utf-8", "replace")
            log.add(numbers[told["stream"]], data, _moment(told["time"]))
        except (
            ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
        ) as error:  # fmt: skip
            _LOG.warning("a line of %s is left out: %r", file.name, error)
    return log
