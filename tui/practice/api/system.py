"""The engine itself: ping, version, info, what takes up the disk."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tui.practice.connection import PRODUCT, spoken_versions, written
from tui.practice.daemonconfig import identity
from tui.practice.imageviews import layers_size
from tui.practice.wire import ROUTES, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold

LABEL: Final = "orlop.practice=true"
"""What tells a client that this is no real Engine."""

NO_ROOT: Final = "/practice"
"""Data root of an engine that keeps everything in memory: a folder that nobody has."""

_BUILT: Final = "2023-04-04T00:00:00.000000000+00:00"
_NO_CACHE: Final = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache"}


@ROUTES.add("HEAD", "/_ping")
@ROUTES.add("GET", "/_ping")
def ping(_hold: Hold, _request: Request) -> Response:
    """Answer that the engine is there."""
    return Response(200, b"OK", _NO_CACHE, "text/plain; charset=utf-8")


@ROUTES.add("GET", "/version")
def version(hold: Hold, _request: Request) -> Response:
    """Answer what the engine plays."""
    oldest, newest = spoken_versions(hold)
    api, least, kernel = written(newest), written(oldest), os.uname().release
    common = {"GitCommit": "5d6db84", "GoVersion": "go1.19.8"}
    details = {
        "ApiVersion": api,
        "Arch": "amd64",
        "BuildTime": _BUILT,
        "Experimental": "false",
        **common,
        "KernelVersion": kernel,
        "MinAPIVersion": least,
        "Os": "linux",
    }
    return answer(
        {
            "Platform": {"Name": "orlop practice engine"},
            "Components": [
                {"Name": "Engine", "Version": PRODUCT, "Details": details},
                {"Name": "containerd", "Version": "1.6.20", "Details": {"GitCommit": ""}},
                {"Name": "runc", "Version": "1.1.5", "Details": {"GitCommit": ""}},
                {"Name": "docker-init", "Version": "0.19.0", "Details": {"GitCommit": ""}},
            ],
            "Version": PRODUCT,
            "ApiVersion": api,
            "MinAPIVersion": least,
            **common,
            "Os": "linux",
            "Arch": "amd64",
            "KernelVersion": kernel,
            "BuildTime": _BUILT,
        }
    )


@ROUTES.add("GET", "/info")
def info(hold: Hold, _request: Request) -> Response:
    """Answer what `docker info` shows."""
    return answer(
        {
            "ID": identity(hold),
            **_counts(hold),
            "Driver": "overlay2",
            "DriverStatus": [
                ["Backing Filesystem", "extfs"],
                ["Supports d_type", "true"],
                ["Native Overlay Diff", "true"],
                ["userxattr", "false"],
            ],
            **_LIMITS,
            "NEventsListener": hold.events.listeners,
            "SystemTime": _now(hold),
            **_machine(),
            "RegistryConfig": _registries(hold),
            "DockerRootDir": str(hold.settings.data_root or NO_ROOT),
            "Name": hold.settings.name,
            "Labels": [LABEL],
            **_REST,
        }
    )


@ROUTES.add("GET", "/system/df")
def disk_usage(hold: Hold, _request: Request) -> Response:
    """Answer what takes up the disk."""
    # here, as they register their own calls
    from tui.practice.api.containers import summaries as container_summaries
    from tui.practice.api.images import summaries as image_summaries
    from tui.practice.api.volumes import usage as volume_usage

    with hold.lock:
        usage = {
            "LayersSize": layers_size(hold),
            "Images": image_summaries(hold, usage=True),
            "Containers": container_summaries(hold, all=True, size=True),
            "Volumes": volume_usage(hold),
            "BuildCache": None,
            "BuilderSize": 0,
        }
    return answer(usage)


def _counts(hold: Hold) -> dict[str, int]:
    with hold.lock:
        states = [container.state for container in hold.containers.all()]
        running = sum(state.running for state in states)
        paused = sum(state.paused for state in states)
        images = len(hold.images.all())
    return {
        "Containers": len(states),
        "ContainersRunning": running - paused,
        "ContainersPaused": paused,
        "ContainersStopped": len(states) - running,
        "Images": images,
    }


def _registries(hold: Hold) -> dict[str, Any]:
    with hold.lock:
        mirrors = list(hold.mirrors)
    hub = {"Name": "docker.io", "Mirrors": mirrors, "Secure": True, "Official": True}
    return {
        "AllowNondistributableArtifactsCIDRs": [],
        "AllowNondistributableArtifactsHostnames": [],
        "InsecureRegistryCIDRs": ["127.0.0.0/8"],
        "IndexConfigs": {"docker.io": hub},
        "Mirrors": mirrors,
    }


def _machine() -> dict[str, Any]:
    return {
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "KernelVersion": os.uname().release,
        "OperatingSystem": "orlop practice engine",
        "OSVersion": "",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": "https://index.docker.io/v1/",
        "NCPU": os.cpu_count() or 1,
        "MemTotal": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "GenericResources": None,
    }


_LIMITS: Final[dict[str, Any]] = {
    "Plugins": {
        "Volume": ["local"],
        "Network": ["bridge", "host", "null"],
        "Authorization": None,
        "Log": ["json-file"],
    },
    "MemoryLimit": True,
    "SwapLimit": True,
    "KernelMemory": True,
    "KernelMemoryTCP": True,
    "CpuCfsPeriod": True,
    "CpuCfsQuota": True,
    "CPUShares": True,
    "CPUSet": True,
    "PidsLimit": True,
    "IPv4Forwarding": True,
    "BridgeNfIptables": True,
    "BridgeNfIp6tables": True,
    "Debug": False,
    "NFd": 22,
    "OomKillDisable": True,
    "NGoroutines": 39,
}

_REST: Final[dict[str, Any]] = {
    "HttpProxy": "",
    "HttpsProxy": "",
    "NoProxy": "",
    "ExperimentalBuild": False,
    "ServerVersion": PRODUCT,
    "Runtimes": {
        "io.containerd.runc.v2": {"path": "runc"},
        "io.containerd.runtime.v1.linux": {"path": "runc"},
        "runc": {"path": "runc"},
    },
    "DefaultRuntime": "runc",
    "Swarm": {
        "NodeID": "",
        "NodeAddr": "",
        "LocalNodeState": "inactive",
        "ControlAvailable": False,
        "Error": "",
        "RemoteManagers": None,
    },
    "LiveRestoreEnabled": False,
    "Isolation": "",
    "InitBinary": "docker-init",
    "ContainerdCommit": {"ID": "1.6.20", "Expected": "1.6.20"},
    "RuncCommit": {"ID": "1.1.5", "Expected": "1.1.5"},
    "InitCommit": {"ID": "", "Expected": ""},
    "SecurityOptions": ["name=seccomp,profile=default"],
    "Warnings": None,
}


def _now(hold: Hold) -> str:
    moment = datetime.fromtimestamp(hold.clock(), UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "000Z")
