"""Ports as `docker run -p` takes them: `8080:80`, `127.0.0.1:53:53/udp`, `8000-8002:80-82`, `80`.

The rules are those of the docker command. What it would not take raises InvalidPort, with a
sentence that says why.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final, NamedTuple

from tui.i18n import _
from tui.model.text import visible

PROTOCOLS: Final = ("tcp", "udp", "sctp")

PORT_MAX: Final = 65535

_RANGE: Final = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


class InvalidPort(ValueError):
    """What was typed publishes no port; `str()` is the sentence that says why."""


class PortMapping(NamedTuple):
    """One port of a container, and where it is to be reached."""

    port: int
    """Inside."""
    protocol: str = "tcp"
    address: str = ""
    """Of the Engine's machine; empty for all of them."""
    host_port: str = ""
    """A number; empty for any that is free; `8000-8010` for one of these."""

    @property
    def inside(self) -> str:
        """As the Engine names it: `80/tcp`."""
        return f"{self.port}/{self.protocol}"


class PublishedPorts(NamedTuple):
    """What one `-p` says."""

    word: str
    """As it was typed."""
    mappings: tuple[PortMapping, ...]


def parse_ports(word: str) -> PublishedPorts:
    """Return what `[[ADDRESS:]HOST_PORT:]PORT[/PROTOCOL]` publishes; ports may be ranges.

    Raises:
        InvalidPort: docker would not take it.
    """
    before, _colon, inside = word.rpartition(":")
    address, _colon, outside = before.rpartition(":")
    numbers, _slash, protocol = inside.partition("/")
    protocol = protocol.lower() or PROTOCOLS[0]
    if protocol not in PROTOCOLS:
        raise InvalidPort(_("{word}: the protocol is tcp, udp or sctp.").format(word=visible(word)))
    first, last = _range(word, numbers)
    if not first:
        raise InvalidPort(_no_port(word, numbers))
    count = last - first + 1
    hosts = _hosts(word, outside, count) if outside else [""] * count
    address = _address(word, address)
    return PublishedPorts(
        word,
        tuple(
            PortMapping(port, protocol, address, host)
            for port, host in zip(range(first, last + 1), hosts, strict=True)
        ),
    )


def _hosts(word: str, outside: str, count: int) -> list[str]:
    """Return the port outside for each of `count` ports inside."""
    first, last = _range(word, outside)
    if count == 1 and first != last:
        return [f"{first}-{last}"]
    if last - first + 1 != count:
        raise InvalidPort(
            _("{word}: the two ranges have lengths of their own.").format(word=visible(word))
        )
    return [str(port) for port in range(first, last + 1)]


def _range(word: str, text: str) -> tuple[int, int]:
    if not text:
        raise InvalidPort(_("{word}: a port is missing.").format(word=visible(word) or '""'))
    match = _RANGE.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not first <= last <= PORT_MAX:
        raise InvalidPort(_no_port(word, text))
    return first, last


def _no_port(word: str, text: str) -> str:
    return _("{word}: {text} is no port; write 8080:80, outside:inside.").format(
        word=visible(word), text=visible(text)
    )


def _address(word: str, text: str) -> str:
    """Return an address without the brackets of IPv6; empty for none."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not bare:
        return ""
    if not _is_address(bare):
        raise InvalidPort(
            _("{word}: {text} is no address, such as 127.0.0.1.").format(
                word=visible(word), text=visible(text)
            )
        )
    return bare


def _is_address(text: str) -> bool:
    try:
        return "%" not in str(ipaddress.ip_address(text))
    except ValueError:
        return False
