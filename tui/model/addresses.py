"""The addresses at which the ports of containers answer, as one types them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tui.model.containerdetails import CHOSEN, ContainerDetails, Port

LOOPBACK: Final = "127.0.0.1"
_EVERYWHERE: Final = {"", "0.0.0.0"}
_EVERYWHERE_6: Final = {"::"}
_HERE: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Address:
    """One port and where it can be reached."""

    text: str
    """`127.0.0.1:8080`, `[::1]:8080`, `172.17.0.2:53`; empty where nothing can be said."""
    private: str
    """`80/tcp`: the port in the container."""
    is_published: bool = True
    """False: the container's own address, reached from the Engine's host alone."""
    is_bound: bool = True
    """False: it will be there when the container runs."""
    is_far_loopback: bool = False
    """Published on the loopback of an Engine elsewhere: reached from there alone."""
    is_hosts: bool = False
    """The container has the host's network: it is there if something listens on it."""


def engine_host(url: str) -> str:
    """Return the host of an Engine elsewhere (`ssh://`, `tcp://`); empty for one that is here."""
    scheme = url.partition("://")[0]
    if scheme not in {"ssh", "tcp", "http", "https"}:
        return ""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return "" if host in _HERE else host


def addresses(details: ContainerDetails, far: str = "") -> tuple[Address, ...]:
    """Return the addresses of a container's ports, what is published first.

    A port that is published for all addresses is told once, by the loopback, or by `far`,
    the host of an Engine elsewhere. With `--network host` whatever the container listens on
    is the host's; what its image exposes is told.
    """
    found: dict[tuple[str, str], Address] = {}
    for port in sorted(details.ports, key=lambda port: port.host_ip in _EVERYWHERE_6):
        for address in _of_port(port, details, far):
            found.setdefault((address.text, address.private), address)
    seen = {(port.private, port.host_port) for port in details.ports if port.host_ip in _EVERYWHERE}
    spare = {
        (joined("::1", port.host_port), port.private)
        for port in details.ports
        if port.host_ip in _EVERYWHERE_6 and (port.private, port.host_port) in seen
    }
    kept = [address for key, address in found.items() if key not in spare]
    order = {port.private: number for number, port in enumerate(details.ports)}
    return tuple(sorted(kept, key=lambda one: (not one.is_published, order[one.private])))


def _of_port(port: Port, details: ContainerDetails, far: str) -> list[Address]:
    if port.host_port == CHOSEN:
        return [Address("", port.private, is_bound=False)]
    if port.host_port:
        where = port.host_ip
        is_loopback = where.startswith("127.") or where == "::1"
        if where in _EVERYWHERE | _EVERYWHERE_6:
            where = far or ("::1" if where in _EVERYWHERE_6 else LOOPBACK)
        return [
            Address(
                joined(where, port.host_port),
                port.private,
                is_bound=port.is_bound,
                is_far_loopback=bool(far) and is_loopback,
            )
        ]
    number = port.private.partition("/")[0]
    if details.network_mode == "host":
        text = joined(far or LOOPBACK, number)
        return [Address(text, port.private, is_published=False, is_hosts=True)]
    ips = [ip for network in details.networks if (ip := network.ip or network.ipv6)]
    return [
        Address(joined(ip, number) if ip else "", port.private, is_published=False)
        for ip in dict.fromkeys(ips or [""])
    ]


def joined(host: str, port: str) -> str:
    """Return `host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
