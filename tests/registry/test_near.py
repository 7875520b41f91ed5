"""Registries on this machine: plain HTTP, or TLS that proves nothing, and never so for others."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.registry.fakes import USER, Door, FakeRegistry, digest, gzipped
from tui.credentials.login import Login
from tui.model.reference import parse_reference
from tui.registry.client import RegistryClient
from tui.registry.connection import Connections, is_near
from tui.registry.errors import (
    BadTls,
    CertificateUntrusted,
    NotThere,
    RegistryRefused,
    Unreachable,
)
from tui.registry.remote import read_image

LAYER = gzipped(b"")
CERTS = Path(__file__).parents[1] / "engine" / "certs"
ME = Login("me", "secret")


@pytest.fixture
def secure() -> Iterator[FakeRegistry]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS / "server.pem", CERTS / "server-key.pem")
    with FakeRegistry(tls=context) as made:
        made.add([LAYER])
        yield made


def _client(fake: FakeRegistry) -> RegistryClient:
    return RegistryClient(parse_reference(fake.reference), lambda: ME)


@pytest.mark.parametrize("auth", ["", "basic", "bearer"])
def test_tls_on_this_machine_is_taken_as_it_is(secure: FakeRegistry, auth: str) -> None:
    secure.auth, secure.needs_login = auth, bool(auth)
    secure.realm = f"https://localhost:{secure.port}/token"  # not a name of its certificate
    client = _client(secure)
    image = read_image(client)
    assert client.small_blob(image.layers[0].digest, 1 << 20) == LAYER.data
    assert client.is_registry()
    assert client.connections.requests == len(secure.asked) + 1, "plain HTTP is tried once"
    assert "Authorization" not in secure.asked[0].headers
    with pytest.raises(NotThere):
        client.manifest("none")


@pytest.mark.parametrize("method", ["head", "is_registry", "delete"])
def test_tls_is_found_by_whatever_is_asked_first(secure: FakeRegistry, method: str) -> None:
    secure.auth = "basic"
    name = digest(secure.manifests["1"])
    client = _client(secure)
    if method == "is_registry":
        assert client.is_registry()
    elif method == "head":
        assert client.head("1").digest == name
    else:
        client.delete(name)
        assert not secure.manifests
    assert "Authorization" not in secure.asked[0].headers


GO: Final = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
ALERT: Final = b"\x15\x03\x03\x00\x02\x02\x46"


@pytest.mark.parametrize("words", [GO, ALERT, b""])
def test_a_port_with_tls_gets_no_login_in_plain_http(secure: FakeRegistry, words: bytes) -> None:
    """Servers differ in what they say to plain HTTP: a sentence, a TLS alert, nothing."""
    secure.auth = "basic"
    with Door(secure.port, words) as door:
        reference = parse_reference(f"{door.host}/{secure.path}:1")
        client = RegistryClient(reference, lambda: ME)
        assert read_image(client).layers
    (plain,) = door.plain
    assert plain.startswith(b"GET /v2/me/app/manifests/1 ")
    assert b"authorization" not in plain.lower()
    assert any(one.headers.get("Authorization") == USER for one in secure.asked)


@pytest.mark.parametrize("words", [GO, b""])
def test_what_speaks_neither_is_told_as_plain_http_went(words: bytes) -> None:
    with Door(None, words) as door:
        client = RegistryClient(parse_reference(f"{door.host}/a:1"), lambda: ME)
        with pytest.raises(RegistryRefused if words else Unreachable) as caught:
            client.manifest("1")
        assert not isinstance(caught.value, BadTls)
        assert caught.value.detail.startswith("400" if words else door.host)
        assert client.connections.requests == 2


def test_one_that_spoke_plain_http_is_never_asked_by_tls() -> None:
    with FakeRegistry() as fake:
        fake.add([LAYER])
        client = _client(fake)
        client.manifest("1")
        fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(400)
        with pytest.raises(RegistryRefused):
            client.manifest("1")
        fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.connection.shutdown(2)
        with pytest.raises(Unreachable):
            client.manifest("1")
        assert client.connections.requests == 3


def test_others_must_prove_who_they_are(
    secure: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a registry elsewhere, nor one that a registry of this machine names."""
    secure.auth, secure.realm = "bearer", f"https://localhost:{secure.port}/token"
    monkeypatch.setattr("tui.registry.connection.is_loopback", lambda host: host == "127.0.0.1")
    with pytest.raises(BadTls):
        read_image(_client(secure))
    assert [one.path for one in secure.asked] == ["/v2/me/app/manifests/1"]
    elsewhere = RegistryClient(parse_reference(f"localhost:{secure.port}/me/app:1"), lambda: ME)
    with pytest.raises(BadTls):
        read_image(elsewhere)
    assert elsewhere.connections.requests == 1, "plain HTTP is not tried"


def test_a_proxy_on_this_machine_does_not_bring_others_near(
    secure: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
    with Door(secure.port, b"") as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
        connections = Connections()
        connections.trust_near()
        with pytest.raises(CertificateUntrusted):
            connections.ask("https://far.invalid/", {})
        assert not secure.asked


def test_what_is_near() -> None:
    near = ["localhost", "127.0.0.1:5000", "[::1]:5000", "[::1]"]
    assert all(map(is_near, near))
    assert not any(map(is_near, ["localhost.evil.example:80", "10.0.0.1:80", "[", ""]))
