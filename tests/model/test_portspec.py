"""Ports as `-p` takes them; each row was looked at with the docker command's own request."""

from __future__ import annotations

import pytest

from tui.model.portspec import InvalidPort, PortMapping, parse_ports

ROWS = [
    ("80", [(80, "tcp", "", "")]),
    ("8080:80", [(80, "tcp", "", "8080")]),
    ("8080:80/udp", [(80, "udp", "", "8080")]),
    ("8080:80/TCP", [(80, "tcp", "", "8080")]),
    ("8080:80/sctp", [(80, "sctp", "", "8080")]),
    ("127.0.0.1:8080:80", [(80, "tcp", "127.0.0.1", "8080")]),
    ("127.0.0.1::80", [(80, "tcp", "127.0.0.1", "")]),
    ("[::1]:8080:80", [(80, "tcp", "::1", "8080")]),
    ("::1:8080:80", [(80, "tcp", "::1", "8080")]),
    ("[1.2.3.4]:80:80", [(80, "tcp", "1.2.3.4", "80")]),
    (":80", [(80, "tcp", "", "")]),
    (":80:80", [(80, "tcp", "", "80")]),
    ("0:80", [(80, "tcp", "", "0")]),
    ("080:080", [(80, "tcp", "", "80")]),
    ("80/", [(80, "tcp", "", "")]),
    ("80-82", [(80, "tcp", "", ""), (81, "tcp", "", ""), (82, "tcp", "", "")]),
    ("8000-8001:80-81", [(80, "tcp", "", "8000"), (81, "tcp", "", "8001")]),
    ("8000-8010:80", [(80, "tcp", "", "8000-8010")]),
    ("65535:65535", [(65535, "tcp", "", "65535")]),
]


@pytest.mark.parametrize(("word", "mappings"), ROWS, ids=lambda value: str(value)[:30])
def test_a_word_publishes_these_ports(word: str, mappings: list[tuple[int, str, str, str]]) -> None:
    ports = parse_ports(word)
    assert ports.word == word
    assert ports.mappings == tuple(PortMapping(*one) for one in mappings)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("", "a port is missing"),
        ("8080:", "a port is missing"),
        ("a:80", "a is no port"),
        ("80:a", "a is no port"),
        ("70000:80", "70000 is no port"),
        ("80:0", "0 is no port"),
        ("-1:80", "-1 is no port"),
        ("+80:80", "+80 is no port"),
        ("٨٠:80", "is no port"),
        ("10-5:80", "10-5 is no port"),
        ("8080/tcp:80", "8080/tcp is no port"),
        ("8080:80/foo", "tcp, udp or sctp"),
        ("8080:80-81", "lengths of their own"),
        ("8000-8001:80-82", "lengths of their own"),
        ("localhost:8080:80", "localhost is no address"),
        ("1.2.3:80:80", "1.2.3 is no address"),
        ("::80:80", ": is no address"),
        ("[fe80::1%eth0]:80:80", "is no address"),
        ("a\x1b[2J:80", "\\x1b"),
    ],
)
def test_what_docker_refuses_is_refused_with_a_reason(word: str, why: str) -> None:
    with pytest.raises(InvalidPort) as caught:
        parse_ports(word)
    assert why in str(caught.value)
    assert str(caught.value).isprintable()
