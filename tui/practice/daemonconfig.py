"""`daemon.json` as dockerd 20.10 reads it again on SIGHUP, with its pitfalls.

Measured: a missing `registry-mirrors` keeps the mirrors, `[]` clears them; one bad mirror, an
unknown key or bad JSON changes nothing, is told in dockerd's log alone, and makes no event.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tui.practice.hold import Hold

LOG: Final = logging.getLogger(__name__)

FILE_NAME: Final = "daemon.json"
"""Where it is below the data root, as dockerd's lies in /etc/docker."""

_WORDS: Final = """
    allow-nondistributable-artifacts api-cors-header authorization-plugins bip bridge builder
    cgroup-parent cluster-advertise cluster-store cluster-store-opts containerd
    containerd-namespace containerd-plugin-namespace cpu-rt-period cpu-rt-runtime data-root debug
    default-address-pools default-cgroupns-mode default-gateway default-gateway-v6
    default-ipc-mode default-runtime default-shm-size default-ulimits deprecated-key-path dns
    dns-opts dns-search exec-opts exec-root experimental features fixed-cidr fixed-cidr-v6 graph
    group hosts icc init init-path insecure-registries ip ip-forward ip-masq ip6tables iptables
    ipv6 labels live-restore log-driver log-level log-opts max-concurrent-downloads
    max-concurrent-uploads max-download-attempts metrics-addr mtu network-control-plane-mtu
    no-new-privileges node-generic-resources oom-score-adjust pidfile raw-logs registry-mirrors
    resolv-conf runtimes seccomp-profile selinux-enabled shutdown-timeout storage-driver
    storage-opts swarm-default-advertise-addr swarm-raft-election-tick
    swarm-raft-heartbeat-tick tls tlscacert tlscert tlskey tlsverify userland-proxy
    userland-proxy-path userns-remap
"""
KEYS: Final = frozenset(_WORDS.split())
"""What dockerd 20.10 knows."""


class BadDaemonConfig(ValueError):
    """The settings are refused; the text is what dockerd logs."""


def reload(hold: Hold, text: str) -> None:
    """Take over new settings, and tell it in an event.

    Raises:
        BadDaemonConfig: nothing was changed.
    """
    given = mirrors_of(text)
    with hold.lock:
        if given is not None:
            hold.mirrors = [normal(mirror) for mirror in dict.fromkeys(given)]
        told = hold.mirrors if given is None else given
    hold.events.publish("daemon", "reload", identity(hold), **_attributes(hold, told))


def reload_file(hold: Hold, path: Path) -> None:
    """Take over the settings in a file; what is wrong with it is told in the log, as by dockerd."""
    LOG.info("Got signal to reload configuration, reloading from: %s", path)
    try:
        reload(hold, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadDaemonConfig) as error:
        LOG.error("unable to configure the Docker daemon with file %s: %s", path, error)


def mirrors_of(text: str) -> list[str] | None:
    """Return `registry-mirrors` as they are written; None where nothing is said about them.

    Raises:
        BadDaemonConfig: dockerd would refuse these settings.
    """
    try:
        settings = json.loads(text)
    except ValueError as error:
        raise BadDaemonConfig(str(error)) from error
    if not isinstance(settings, dict):
        raise BadDaemonConfig("json: cannot unmarshal the file into an object")
    unknown = [key for key in settings if key not in KEYS]
    if unknown:
        listed = ", ".join(unknown)
        raise BadDaemonConfig(
            f"the following directives don't match any configuration option: {listed}"
        )
    mirrors = settings.get("registry-mirrors")
    if mirrors is None:
        return None
    if not isinstance(mirrors, list) or not all(isinstance(mirror, str) for mirror in mirrors):
        raise BadDaemonConfig(
            "json: cannot unmarshal into Go struct field Config.registry-mirrors of type []string"
        )
    for mirror in mirrors:
        _check(mirror)
    return mirrors


def identity(hold: Hold) -> str:
    """Return the daemon's ID: twelve groups of four, always the same for an engine's name."""
    import base64
    import hashlib

    digest = hashlib.sha256(hold.settings.name.encode()).digest()
    letters = base64.b32encode(digest)[:48].decode()
    return ":".join(letters[start : start + 4] for start in range(0, 48, 4))


def _check(mirror: str) -> None:
    """Refuse what is no address of a mirror."""
    try:
        parts = urlsplit(mirror)
    except ValueError as error:
        raise BadDaemonConfig(f'invalid mirror: "{mirror}" is not a valid URI') from error
    if parts.scheme not in {"http", "https"}:
        raise BadDaemonConfig(f'invalid mirror: unsupported scheme "{parts.scheme}" in "{mirror}"')
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise BadDaemonConfig(
            f'invalid mirror: path, query, or fragment at end of the URI "{mirror}"'
        )
    if parts.username is not None:
        shown = mirror.replace(f":{parts.password}@", ":xxxxx@")
        raise BadDaemonConfig(f'invalid mirror: username/password not allowed in URI "{shown}"')


def normal(mirror: str) -> str:
    """Return a mirror as `/info` tells it."""
    return mirror.removesuffix("/") + "/"


def _attributes(hold: Hold, mirrors: list[str]) -> dict[str, str]:
    """Return the whole configuration, as the event tells it."""
    return {
        "allow-nondistributable-artifacts": "[]",
        "cluster-advertise": "",
        "cluster-store": "",
        "cluster-store-opts": "null",
        "debug": "false",
        "default-cgroupns-mode": "host",
        "default-ipc-mode": "private",
        "default-runtime": "runc",
        "default-shm-size": "67108864",
        "features": "map[]",
        "insecure-registries": "[]",
        "labels": '["orlop.practice=true"]',
        "live-restore": "false",
        "max-concurrent-downloads": "3",
        "max-concurrent-uploads": "5",
        "max-download-attempts": "5",
        "name": hold.settings.name,
        "registry-mirrors": json.dumps(mirrors, separators=(",", ":")),
        "runtimes": "runc:runc",
        "shutdown-timeout": "15",
    }
