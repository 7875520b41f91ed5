"""Answers as Engines gave them, shortened where nothing is lost."""

from __future__ import annotations

from typing import Any, Final

ID: Final = "sha256:e734fb73a9cd80db37ad2af3578988ce5234c87e1672701505ffe532324b8e15"
MANIFEST: Final = "sha256:e618f33b3bd34ea7784af8ee39e9ed11c2b6a74b0b80e39677537d7ded6225b5"
PARENT: Final = "sha256:130d503f30d73fffcd5e315d4c2c34a7874251c0617d86247b5dab16ba5c9c4c"

LIST_20: Final[dict[str, Any]] = {
    "Containers": -1,
    "Created": 1795450076,
    "Id": ID,
    "Labels": None,
    "ParentId": "",
    "RepoDigests": None,
    "RepoTags": ["spike-small:latest"],
    "SharedSize": -1,
    "Size": 8273773,
    "VirtualSize": 8273773,
}
LIST_20_DANGLING: Final[dict[str, Any]] = LIST_20 | {
    "RepoTags": ["<none>:<none>"],
    "RepoDigests": ["<none>@<none>"],
    "ParentId": PARENT,
}
LIST_28C: Final[dict[str, Any]] = {
    "Containers": 0,
    "Created": 1795450076,
    "Id": MANIFEST,
    "Labels": {"b": "2", "a": "1"},
    "ParentId": "",
    "Descriptor": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": MANIFEST},
    "RepoDigests": [f"127.0.0.1:5000/spike-small@{MANIFEST}", f"spike-small@{MANIFEST}"],
    "RepoTags": [
        "127.0.0.1:5000/spike-small:d28c",
        f"127.0.0.1:5000/spike-small@{MANIFEST}",
        "spike-small:latest",
    ],
    "SharedSize": 0,
    "Size": 16608979,
}
LIST_PODMAN: Final[dict[str, Any]] = {
    "Id": ID.removeprefix("sha256:"),
    "ParentId": PARENT.removeprefix("sha256:"),
    "RepoTags": [],
    "RepoDigests": [],
    "Created": 1795453028,
    "Size": 8306175,
    "SharedSize": -1,
    "Labels": {"io.buildah.version": "1.43.2"},
    "Containers": 0,
    "Dangling": True,
    "History": ["docker.io/library/spike-d:1"],
}

INSPECT_20: Final[dict[str, Any]] = {
    "Id": ID,
    "RepoTags": ["spike-small:latest"],
    "RepoDigests": [],
    "Parent": "",
    "Comment": "",
    "Created": "2026-11-23T16:07:56.56714613Z",
    "DockerVersion": "20.10.24+dfsg1",
    "Author": "",
    "Config": {
        "User": "",
        "ExposedPorts": {"443/tcp": {}, "80/tcp": {}},
        "Env": ["PATH=/bin", "A=1"],
        "Cmd": ["sleep", "1000"],
        "Volumes": None,
        "WorkingDir": "/w",
        "Entrypoint": None,
        "Labels": {"x": "y"},
    },
    "Architecture": "amd64",
    "Os": "linux",
    "Size": 8273773,
    "RootFS": {"Type": "layers", "Layers": ["sha256:a41", "sha256:1e4", "sha256:a8e"]},
}
INSPECT_28C_WITHOUT_CONTENT: Final[dict[str, Any]] = {
    "Id": MANIFEST,
    "RepoTags": ["spike-small:latest"],
    "Architecture": "",
    "Config": None,
    "RootFS": {},
    "GraphDriver": {"Data": None, "Name": "overlayfs"},
}

HISTORY_20: Final[list[dict[str, Any]]] = [
    {
        "Comment": "",
        "Created": 1795450076,
        "CreatedBy": '/bin/sh -c #(nop)  CMD ["sleep" "1000"]',
        "Id": ID,
        "Size": 0,
        "Tags": ["spike-small:latest"],
    },
    {
        "Comment": "",
        "Created": 1795450075,
        "CreatedBy": "/bin/sh -c echo hello > /hello.txt",
        "Id": "<missing>",
        "Size": 3145734,
        "Tags": None,
    },
    {
        "Comment": "Imported from -",
        "Created": 1795449650,
        "CreatedBy": "",
        "Id": "<missing>",
        "Size": 1982298,
        "Tags": None,
    },
]

CONTAINER_20: Final[dict[str, Any]] = {
    "Id": "f1f2",
    "Names": ["/other/alias", "/web"],
    "Image": "nginx:1.27",
    "ImageID": ID,
    "Command": "nginx -g 'daemon off;'",
    "Created": 1795450000,
    "Ports": [
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"PrivatePort": 53, "Type": "udp"},
        {"IP": "10.0.0.1", "PrivatePort": 80, "PublicPort": 9090, "Type": "tcp"},
    ],
    "Labels": {},
    "State": "running",
    "Status": "Up 3 hours (healthy)",
}

VERSION_PODMAN: Final[dict[str, Any]] = {
    "Components": [{"Name": "Podman Engine", "Version": "5.8.6"}, {"Name": "Conmon"}],
    "Version": "5.8.6",
    "ApiVersion": "1.44",
    "MinAPIVersion": "1.24",
    "Os": "linux",
    "Arch": "amd64",
}
INFO_CLASSIC: Final[dict[str, Any]] = {
    "Driver": "overlay2",
    "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
    "DockerRootDir": "/var/lib/docker",
    "Images": 3,
    "Containers": 2,
    "ContainersRunning": 1,
    "ServerVersion": "28.5.2",
    "Name": "vm",
}
INFO_CONTAINERD: Final[dict[str, Any]] = INFO_CLASSIC | {
    "Driver": "overlayfs",
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
}

PULL_20: Final[list[dict[str, Any]]] = [
    {"status": "Pulling from spike-medium", "id": "d28"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "3c09ae1095ef"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "064b63edccb9"},
    {"status": "Waiting", "progressDetail": {}, "id": "064b63edccb9"},
    {
        "status": "Downloading",
        "progressDetail": {"current": 557056, "total": 94710997},
        "progress": "[>      ]  557.1kB/94.71MB",
        "id": "3c09ae1095ef",
    },
    {
        "status": "Downloading",
        "progressDetail": {"current": 3680, "total": 6227},
        "id": "064b63edccb9",
    },
    {"status": "Verifying Checksum", "progressDetail": {}, "id": "064b63edccb9"},
    {"status": "Download complete", "progressDetail": {}, "id": "064b63edccb9"},
    {"status": "Download complete", "progressDetail": {}, "id": "3c09ae1095ef"},
    {
        "status": "Extracting",
        "progressDetail": {"current": 557056, "total": 94710997},
        "id": "3c09ae1095ef",
    },
    {"status": "Pull complete", "progressDetail": {}, "id": "3c09ae1095ef"},
    {"status": "Pull complete", "progressDetail": {}, "id": "064b63edccb9"},
    {"status": "Digest: sha256:34825aaa37e0613551114ce95a335bb47c0415caf4ca738bc683d9a304bd92e2"},
    {"status": "Status: Downloaded newer image for 127.0.0.1:5000/spike-medium:d28"},
]
PULL_28C_EXTRACTING: Final[dict[str, Any]] = {
    "status": "Extracting",
    "progressDetail": {"current": 1, "units": "s"},
    "progress": "1 s",
    "id": "3c09ae1095ef",
}

EVENT_20: Final[dict[str, Any]] = {
    "status": "tag",
    "id": PARENT,
    "Type": "image",
    "Action": "tag",
    "Actor": {"ID": PARENT, "Attributes": {"a": "b", "name": "spike-imp:v1"}},
    "scope": "local",
    "time": 1795453013,
}
EVENT_PODMAN: Final[dict[str, Any]] = {
    "Type": "image",
    "Action": "untag",
    "Actor": {"ID": ID.removeprefix("sha256:"), "Attributes": {"name": "localhost/x:1"}},
}
