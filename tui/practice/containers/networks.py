"""Where containers are in the network: made-up addresses of a bridge, and published ports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

GATEWAY: Final = "172.17.0.1"
PREFIX: Final = 16
FIRST_PORT: Final = 49153
"""The first port that is given to those who ask for any."""

KNOWN: Final = frozenset({"default", "bridge", "host", "none"})
"""What a `NetworkMode` may be, beside another container's."""

BOUND_TO_ALL: Final = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Binding:
    """One published port."""

    port: str
    """Inside: `80/tcp`."""
    host_ip: str
    host_port: int


@dataclass(slots=True)
class Endpoint:
    """A running container's place in the network."""

    number: int
    """2 is the first one, after the gateway."""
    mode: str = "bridge"
    bindings: list[Binding] = field(default_factory=list)
    sandbox_id: str = ""
    endpoint_id: str = ""

    @property
    def address(self) -> str:
        """IPv4 address; empty without a network of its own."""
        if self.mode != "bridge":
            return ""
        return f"172.17.{self.number >> 8}.{self.number & 255}"

    @property
    def mac(self) -> str:
        """MAC address, which Docker makes of the other one."""
        if self.mode != "bridge":
            return ""
        return "02:42:" + ":".join(f"{int(part):02x}" for part in self.address.split("."))


class PortTaken(Exception):
    """Somebody else has published it; the text is the address."""


class Used:
    """Which ports of the host are published: at one address, or at all of them."""

    def __init__(self, taken: Iterable[Binding]) -> None:
        """Begin with what is published already."""
        self._used: dict[tuple[str, int], set[str]] = {}
        self.add(taken)

    def add(self, bindings: Iterable[Binding]) -> None:
        """Note what is published."""
        for one in bindings:
            protocol = one.port.rpartition("/")[2]
            self._used.setdefault((protocol, one.host_port), set()).add(one.host_ip)

    def number(self, given: Mapping[str, Any], protocol: str, address: str) -> int:
        """Return the port that is asked for, or the first free one of those that would do.

        Raises:
            PortTaken: there is none.
        """
        first, _dash, last = str(given.get("HostPort") or "").partition("-")
        if not (first.isdecimal() and int(first)):
            return next(n for n in count(FIRST_PORT) if not self._is_used(protocol, n, address))
        numbers = range(int(first), int(last if last.isdecimal() else first) + 1)
        free = (n for n in numbers if not self._is_used(protocol, n, address))
        found = next(free, None)
        if found is None:
            raise PortTaken(f"{address}:{first}")
        return found

    def _is_used(self, protocol: str, number: int, address: str) -> bool:
        at = self._used.get((protocol, number), set())
        return bool(at & {address, *BOUND_TO_ALL}) or bool(at and address in BOUND_TO_ALL)


def free_number(taken: Iterable[int]) -> int:
    """Return the lowest number that no other container has."""
    used = set(taken)
    number = 2
    while number in used:
        number += 1
    return number


def bound(
    wanted: Mapping[str, Any] | None, exposed: Iterable[str], taken: Iterable[Binding]
) -> list[Binding]:
    """Return the ports that a container publishes when it starts.

    Args:
        wanted: `PortBindings`: `80/tcp` → a list of `HostIp` and `HostPort`.
        exposed: Ports that are published somewhere, because all were asked for.
        taken: What others have published.

    Raises:
        PortTaken: one of them is in use.
    """
    used = Used(taken)
    asked = [(port, one) for port, several in (wanted or {}).items() for one in several or [{}]]
    asked += [(port, {}) for port in exposed if port not in (wanted or {})]
    found: list[Binding] = []
    for port, given in asked:
        addresses = [given["HostIp"]] if given.get("HostIp") else BOUND_TO_ALL
        number = used.number(given, port.rpartition("/")[2], addresses[0])
        new = [Binding(port, address, number) for address in addresses]
        used.add(new)
        found += new
    return found


def settings(endpoint: Endpoint | None, exposed: Iterable[str], mode: str) -> dict[str, Any]:
    """Return `NetworkSettings` as inspect tells it."""
    place = endpoint or Endpoint(0, "none")
    address = place.address
    prefix = PREFIX if address else 0
    return {
        "Bridge": "",
        "SandboxID": place.sandbox_id,
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": _inspected(place, exposed) if endpoint else {},
        "SandboxKey": f"/var/run/docker/netns/{place.sandbox_id[:12]}" if endpoint else "",
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": place.endpoint_id if address else "",
        "Gateway": GATEWAY if address else "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": address,
        "IPPrefixLen": prefix,
        "IPv6Gateway": "",
        "MacAddress": place.mac,
        "Networks": attached(endpoint, mode),
    }


def attached(endpoint: Endpoint | None, mode: str) -> dict[str, Any]:
    """Return the networks of a container with its addresses in them."""
    address = endpoint.address if endpoint else ""
    return {
        network_name(mode): {
            "IPAMConfig": None,
            "Links": None,
            "Aliases": None,
            "NetworkID": network_id(mode) if endpoint else "",
            "EndpointID": endpoint.endpoint_id if endpoint else "",
            "Gateway": GATEWAY if address else "",
            "IPAddress": address,
            "IPPrefixLen": PREFIX if address else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "MacAddress": endpoint.mac if endpoint else "",
            "DriverOpts": None,
        }
    }


def listed(endpoint: Endpoint | None, exposed: Iterable[str]) -> list[dict[str, Any]]:
    """Return `Ports` as the list of containers has it."""
    if endpoint is None:
        return []
    published = {binding.port for binding in endpoint.bindings}
    ports = [
        {
            "IP": binding.host_ip,
            "PrivatePort": int(binding.port.partition("/")[0]),
            "PublicPort": binding.host_port,
            "Type": binding.port.rpartition("/")[2],
        }
        for binding in endpoint.bindings
    ]
    ports += [
        {"PrivatePort": int(port.partition("/")[0]), "Type": port.partition("/")[2] or "tcp"}
        for port in sorted(exposed)
        if port not in published
    ]
    return ports


def network_name(mode: str) -> str:
    """Return the network's name for a `NetworkMode`."""
    return "bridge" if mode in {"", "default", "bridge"} else mode


def network_id(mode: str) -> str:
    """Return the network's ID for a `NetworkMode`."""
    return hashlib.sha256(network_name(mode).encode()).hexdigest()


def _inspected(place: Endpoint, exposed: Iterable[str]) -> dict[str, Any]:
    ports: dict[str, Any] = dict.fromkeys(sorted(exposed))
    for binding in place.bindings:
        given = {"HostIp": binding.host_ip, "HostPort": str(binding.host_port)}
        ports[binding.port] = [*(ports.get(binding.port) or []), given]
    return ports
