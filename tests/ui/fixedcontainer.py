"""One container with everything that inspect can tell of it."""

from __future__ import annotations

import json

from tests.ui.stage import CONTAINERS
from tui.engine.wire_container import container_details

CONTAINER_ID = CONTAINERS[0].container_id
ANSWER = {
    "Id": CONTAINER_ID,
    "Created": "2026-09-21T12:00:00.5Z",
    "Path": "/docker-entrypoint.sh",
    "Args": ["nginx", "-g", "daemon off;"],
    "State": {
        "Status": "running",
        "Running": True,
        "OOMKilled": False,
        "Pid": 4242,
        "ExitCode": 0,
        "Error": "",
        "StartedAt": "2026-09-21T12:00:01Z",
        "FinishedAt": "0001-01-01T00:00:00Z",
        "Health": {
            "Status": "unhealthy",
            "FailingStreak": 2,
            "Log": [
                {
                    "Start": "2026-09-21T12:10:00Z",
                    "End": "2026-09-21T12:10:00.25Z",
                    "ExitCode": 0,
                    "Output": "fine\n",
                },
                {
                    "Start": "2026-09-21T12:10:30Z",
                    "End": "2026-09-21T12:10:31.5Z",
                    "ExitCode": 1,
                    "Output": "wget: can't connect\nto 127.0.0.1\n",
                },
                {
                    "Start": "2026-09-21T12:11:00Z",
                    "End": "2026-09-21T12:11:30Z",
                    "ExitCode": -1,
                    "Output": "Health check exceeded timeout (30s)",
                },
            ],
        },
    },
    "Image": "sha256:" + "b" * 64,
    "Name": "/web",
    "RestartCount": 3,
    "LogPath": "/var/lib/docker/containers/1/1-json.log",
    "HostConfig": {
        "NetworkMode": "shop",
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}},
        "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5},
        "Tmpfs": {"/run": "size=64k"},
        "ReadonlyRootfs": True,
        "Memory": 67108864,
        "MemorySwap": -1,
        "NanoCpus": 1500000000,
        "PidsLimit": 100,
    },
    "Mounts": [
        {
            "Type": "bind",
            "Source": "/srv/www",
            "Destination": "/usr/share/nginx/html",
            "Mode": "ro",
            "RW": False,
            "Propagation": "rprivate",
        },
        {
            "Type": "volume",
            "Name": "cache",
            "Source": "/var/lib/docker/volumes/cache/_data",
            "Destination": "/var/cache/nginx",
            "Driver": "local",
            "Mode": "z",
            "RW": True,
            "Propagation": "",
        },
    ],
    "Config": {
        "User": "nginx",
        "WorkingDir": "/srv",
        "Hostname": "web",
        "Env": ["PATH=/bin", "GREETING=good day"],
        "Cmd": ["nginx", "-g", "daemon off;"],
        "Entrypoint": ["/docker-entrypoint.sh"],
        "Image": "nginx:1.27",
        "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
        "StopSignal": "SIGQUIT",
        "Healthcheck": {
            "Test": ["CMD-SHELL", "wget -q -O /dev/null 127.0.0.1 || exit 1"],
            "Interval": 30000000000,
            "Retries": 2,
        },
        "Labels": {"com.example.team": "shop", "maintainer": "me"},
    },
    "NetworkSettings": {
        "Ports": {
            "443/tcp": None,
            "80/tcp": [
                {"HostIp": "0.0.0.0", "HostPort": "8080"},
                {"HostIp": "::", "HostPort": "8080"},
            ],
        },
        "Networks": {
            "shop": {
                "IPAddress": "172.20.0.2",
                "IPPrefixLen": 16,
                "Gateway": "172.20.0.1",
                "MacAddress": "02:42:ac:14:00:02",
                "Aliases": ["front", "111111111111"],
                "GlobalIPv6Address": "",
            },
        },
    },
}
DETAILS = container_details(json.loads(json.dumps(ANSWER)))
