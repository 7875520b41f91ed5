"""What the API tells of one container: inspect, and its line in the list. Shapes of 20.10."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.practice.configs import timestamp
from tui.practice.containers import mountpoints, networks
from tui.practice.imageviews import SHOWN_ROOT, config_told
from tui.practice.times import NEVER
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container, State
    from tui.practice.hold import Hold

_OPTIONAL: Final = ...

_HOST_CONFIG: Final[tuple[tuple[str, Any], ...]] = (
    ("Binds", None), ("ContainerIDFile", ""), ("LogConfig", {"Type": "json-file", "Config": {}}),
    ("NetworkMode", "default"), ("PortBindings", None),
    ("RestartPolicy", {"Name": "", "MaximumRetryCount": 0}), ("AutoRemove", False),
    ("VolumeDriver", ""), ("VolumesFrom", None), ("CapAdd", None), ("CapDrop", None),
    ("CgroupnsMode", "host"), ("Dns", None), ("DnsOptions", None), ("DnsSearch", None),
    ("ExtraHosts", None), ("GroupAdd", None), ("IpcMode", "private"), ("Cgroup", ""),
    ("Links", None), ("OomScoreAdj", 0), ("PidMode", ""), ("Privileged", False),
    ("PublishAllPorts", False), ("ReadonlyRootfs", False), ("SecurityOpt", None),
    ("StorageOpt", _OPTIONAL), ("Tmpfs", _OPTIONAL), ("UTSMode", ""), ("UsernsMode", ""),
    ("ShmSize", 67108864), ("Sysctls", _OPTIONAL), ("Runtime", "runc"), ("ConsoleSize", [0, 0]),
    ("Isolation", ""), ("CpuShares", 0), ("Memory", 0), ("NanoCpus", 0), ("CgroupParent", ""),
    ("BlkioWeight", 0), ("BlkioWeightDevice", None), ("BlkioDeviceReadBps", None),
    ("BlkioDeviceWriteBps", None), ("BlkioDeviceReadIOps", None), ("BlkioDeviceWriteIOps", None),
    ("CpuPeriod", 0), ("CpuQuota", 0), ("CpuRealtimePeriod", 0), ("CpuRealtimeRuntime", 0),
    ("CpusetCpus", ""), ("CpusetMems", ""), ("Devices", None), ("DeviceCgroupRules", None),
    ("DeviceRequests", None), ("KernelMemory", 0), ("KernelMemoryTCP", 0),
    ("MemoryReservation", 0), ("MemorySwap", 0), ("MemorySwappiness", None),
    ("OomKillDisable", False), ("PidsLimit", None), ("Ulimits", None), ("CpuCount", 0),
    ("CpuPercent", 0), ("IOMaximumIOps", 0), ("IOMaximumBandwidth", 0), ("Mounts", _OPTIONAL),
    ("MaskedPaths", [
        "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
        "/sys/firmware",
    ]),
    ("ReadonlyPaths", [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ]),
    ("Init", _OPTIONAL),
)  # fmt: skip
"""The fields of `HostConfig` in Docker's order, and what they are if nobody says anything."""


_LONGER: Final = (("days", 24, 24 * 14), ("weeks", 168, 24 * 60), ("months", 720, 24 * 730))
"""Units of time, their hours, and the hours from which the next one is used."""


def host_config(given: dict[str, Any]) -> dict[str, Any]:
    """Return all of a `HostConfig`, in Docker's order."""
    told: dict[str, Any] = {}
    for name, usual in _HOST_CONFIG:
        value = given.get(name)
        if usual is _OPTIONAL:
            if value:
                told[name] = value
        else:
            told[name] = usual if value is None or value == "" else value
    return told


def inspected(hold: Hold, container: Container, *, size: bool = False) -> dict[str, Any]:
    """Return a container as `GET /containers/ID/json` tells it. Call it while holding the lock."""
    command = container.command
    was_started = bool(container.state.started_at or container.state.error)
    folder = f"{_root(hold)}/containers/{container.id}"
    running = [run.id for run in container.execs.values() if run.is_running]
    paths = ("resolv.conf", "hostname", "hosts", f"{container.id}-json.log")
    resolv, hostname, hosts, log = (f"{folder}/{x}" if was_started else "" for x in paths)
    told = host_config(container.host_config)
    exposed = container.config.get("ExposedPorts") or {}
    return {
        "Id": container.id,
        "Created": timestamp(container.created),
        "Path": command[0] if command else "",
        "Args": command[1:],
        "State": _state(container.state),
        "Image": container.image_id,
        "ResolvConfPath": resolv,
        "HostnamePath": hostname,
        "HostsPath": hosts,
        "LogPath": log,
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": running or None,
        "HostConfig": told,
        "GraphDriver": {"Data": _overlay(hold, container), "Name": "overlay2"},
        **(sizes(hold, container) if size else {}),
        "Mounts": mountpoints.told(hold, container),
        "Config": config_told({**container.config, "Hostname": _hostname(hold, container)}),
        "NetworkSettings": networks.settings(container.endpoint, exposed, told["NetworkMode"]),
    }


def _hostname(hold: Hold, container: Container) -> str:
    """Return what a container is called in the network; that of the host where it has its."""
    given = container.config.get("Hostname")
    is_hosts = container.host_config.get("NetworkMode") == "host"
    return given or (hold.settings.name if is_hosts else container.hostname)


def sizes(hold: Hold, container: Container) -> dict[str, int]:
    """Return the bytes of a container's own files, and of those with its image's."""
    own = written(container)
    layers = sum(layer.size for layer in hold.layers.stack(container.top))
    return {"SizeRw": own, "SizeRootFs": layers + own}


def written(container: Container) -> int:
    """Return the bytes of what a container has written."""
    if not container.has_changes:
        return 0
    tree = container.tree
    seen: dict[int, int] = {}
    for path, kind in tree.changes_since(container.lower):
        node = tree.get(path)
        if kind != 2 and node is not None:
            seen[id(node)] = node.size
    return sum(seen.values())


def summary(hold: Hold, container: Container, *, size: bool = False) -> dict[str, Any]:
    """Return a container as the list has it. Call it while holding the lock."""
    given = container.host_config.get("NetworkMode") or "default"
    return {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": shown_image(hold, container),
        "ImageID": container.image_id,
        "Command": " ".join(f"'{x}'" if " " in x else x for x in container.command),
        "Created": int(container.created),
        "Ports": networks.listed(container.endpoint, container.config.get("ExposedPorts") or ()),
        **({k: v for k, v in sizes(hold, container).items() if v} if size else {}),
        "Labels": dict(container.labels),
        "State": container.state.status,
        "Status": status(container.state, hold.clock()),
        "HostConfig": {"NetworkMode": given},
        "NetworkSettings": {"Networks": networks.attached(container.endpoint, given)},
        "Mounts": mountpoints.told(hold, container, listed=True),
    }


def shown_image(hold: Hold, container: Container) -> str:
    """Return what a container was made from, as it was written; its ID if that means another."""
    try:
        image = hold.images.find(container.image_name)
    except ApiError:
        return container.image_id
    return container.image_name if image.image_id == container.image_id else container.image_id


# State


def status(state: State, now: float) -> str:
    """Return the state in words: `Up 5 minutes`, `Exited (0) 2 hours ago`."""
    if state.running:
        if state.restarting:
            ago = since(now - state.finished_at)
            return f"Restarting ({state.exit_code}) {ago} ago"
        more = "Paused" if state.paused else state.health.words if state.health else ""
        return f"Up {since(now - state.started_at)}{f' ({more})' if more else ''}"
    if state.removing:
        return "Removal In Progress"
    if state.dead:
        return "Dead"
    if not state.started_at:
        return "Created"
    return f"Exited ({state.exit_code}) {since(now - state.finished_at)} ago"


def since(seconds: float) -> str:
    """Return a length of time in words, as Docker rounds it."""
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole < 60:
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes = whole // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for unit, length, limit in _LONGER:
        if hours < limit:
            return f"{hours // length} {unit}"
    return f"{int(seconds / 3600 / 24 / 365)} years"


def _state(state: State) -> dict[str, Any]:
    return {
        "Status": state.status,
        "Running": state.running,
        "Paused": state.paused,
        "Restarting": state.restarting,
        "OOMKilled": False,
        "Dead": state.dead,
        "Pid": state.pid,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": timestamp(state.started_at) if state.started_at else NEVER,
        "FinishedAt": timestamp(state.finished_at) if state.finished_at else NEVER,
        **({"Health": state.health.told()} if state.health is not None else {}),
    }


def _root(hold: Hold) -> Path:
    return hold.settings.data_root or SHOWN_ROOT


def _overlay(hold: Hold, container: Container) -> dict[str, str]:
    """Return the folders of a container's file system, the image's top layer first."""
    base = f"{_root(hold)}/overlay2"
    below = [f"{base}/{layer.cache_id}/diff" for layer in hold.layers.stack(container.top)[::-1]]
    own = f"{base}/{container.cache_id}"
    return {
        "LowerDir": ":".join([f"{own}-init/diff", *below]),
        "MergedDir": f"{own}/merged",
        "UpperDir": f"{own}/diff",
        "WorkDir": f"{own}/work",
    }
