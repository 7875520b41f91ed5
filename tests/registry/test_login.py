"""Whether a login is good: every kind of registry, and what only looks like one."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.fakes import FakeRegistry, Handler
from tui.credentials.login import Login
from tui.registry.connection import Connections
from tui.registry.errors import (
    CertificateOfAnother,
    CertificateUntrusted,
    LoginRefused,
    NobodyListens,
    NotARegistry,
    PageForPeople,
    PlainHttp,
    PullsUsedUp,
    RegistryError,
    RegistryRefused,
    TooSlow,
    UnknownHost,
    WrongPassword,
)
from tui.registry.login import check_login

CERTS = Path(__file__).parents[1] / "engine" / "certs"
ME = Login("me", "secret")
WRONG = Login("me", "made-up-Secret-1")


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        yield made


@pytest.fixture
def secure() -> Iterator[FakeRegistry]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTS / "server.pem", CERTS / "server-key.pem")
    with FakeRegistry(tls=context) as made:
        yield made


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_good_login_and_a_wrong_one(fake: FakeRegistry, auth: str) -> None:
    fake.auth, fake.needs_login = auth, True
    assert check_login(fake.host, ME) == (ME, False)
    with pytest.raises(WrongPassword) as caught:
        check_login(fake.host, WRONG)
    assert isinstance(caught.value, LoginRefused)
    assert WRONG.secret not in str(caught.value) + caught.value.detail
    assert all(WRONG.secret not in one.path for one in fake.asked)


def test_an_identity_token_takes_the_place_of_the_password(fake: FakeRegistry) -> None:
    fake.auth = "bearer"

    def token(handler: Handler) -> None:
        fake.tokens.add("Bearer t")
        told = {"token": "t", "refresh_token": "for-later"}
        handler.answer(200, json.dumps(told).encode())

    fake.special["/token"] = token
    assert check_login(fake.host, ME).login == Login("me", identity_token="for-later")
    assert "offline_token=true" in fake.asked[1].path


def test_a_registry_that_takes_everybody_proves_nothing(fake: FakeRegistry) -> None:
    checked = check_login(fake.host, WRONG)
    assert checked.is_open


def test_one_that_takes_nobody_and_this_one_not(fake: FakeRegistry) -> None:
    def some(handler: Handler) -> None:
        if handler.headers.get("Authorization"):
            handler.refuse(401, "UNAUTHORIZED", WWW_Authenticate="Basic realm=x")
        else:
            handler.answer(200, b"{}", Content_Type="application/json")

    fake.special["/v2/"] = some
    with pytest.raises(WrongPassword):
        check_login(fake.host, WRONG)


def test_what_answers_but_is_no_registry(fake: FakeRegistry) -> None:
    page = b"<html>log in to the network"
    cases: list[tuple[type[RegistryError], int, bytes, dict[str, str]]] = [
        (PageForPeople, 200, page, {"Content_Type": "text/html; charset=utf-8"}),
        (PageForPeople, 404, page, {"Content_Type": "text/html"}),
        (NotARegistry, 200, b"hello", {"Content_Type": "text/plain"}),
        (NotARegistry, 404, b"", {}),
        (NotARegistry, 401, b"", {}),
        (NotARegistry, 401, b"", {"WWW_Authenticate": "Negotiate"}),
        (PullsUsedUp, 429, b"", {}),
        (RegistryRefused, 503, b"", {}),
        (RegistryRefused, 400, b"", {}),
    ]
    for kind, status, body, headers in cases:
        fake.special["/v2/"] = lambda handler, s=status, b=body, h=headers: handler.answer(  # type: ignore[misc]
            s, b, **h
        )
        with pytest.raises(kind) as caught:
            check_login(fake.host, WRONG)
        assert type(caught.value) is kind
        assert caught.value.remedy or kind is RegistryRefused
    assert not any("Authorization" in one.headers for one in fake.asked), "nobody asked for it"


def test_a_redirect_to_a_login_page_is_a_page(fake: FakeRegistry) -> None:
    fake.special["/v2/"] = lambda handler: handler.answer(302, Location="/portal")
    fake.special["/portal"] = lambda handler: handler.answer(
        200, b"<html>", Content_Type="text/html"
    )
    with pytest.raises(PageForPeople):
        check_login(fake.host, WRONG)


def test_a_server_that_repeats_the_password_does_not_get_it_shown(fake: FakeRegistry) -> None:
    fake.auth = "bearer"
    told = {"details": f"{WRONG.secret} is wrong"}
    fake.special["/token"] = lambda handler: handler.answer(401, json.dumps(told).encode())
    with pytest.raises(WrongPassword) as caught:
        check_login(fake.host, WRONG)
    assert caught.value.detail == "*** is wrong"


def test_a_token_server_that_would_see_the_password_unprotected(fake: FakeRegistry) -> None:
    fake.auth, fake.realm = "bearer", "http://token.example/token"
    with pytest.raises(NotARegistry):
        check_login(fake.host, WRONG)
    assert len(fake.asked) == 1


def test_tls_on_this_machine_is_taken_as_it_is(secure: FakeRegistry) -> None:
    secure.auth = "basic"
    assert check_login(secure.host, ME).login == ME
    with pytest.raises(WrongPassword):
        check_login(secure.host, WRONG)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine for another, so that certificates count."""
    monkeypatch.setattr("tui.registry.login.is_near", lambda _host: False)


@pytest.mark.usefixtures("elsewhere")
def test_certificates_elsewhere(secure: FakeRegistry, tmp_path: Path) -> None:
    secure.auth = "basic"
    with pytest.raises(CertificateUntrusted):
        check_login(secure.host, ME)
    (tmp_path / secure.host).mkdir()
    (tmp_path / secure.host / "ca.crt").write_bytes((CERTS / "ca.pem").read_bytes())
    way = Connections(secure.host, certificates=tmp_path)
    assert check_login(secure.host, ME, connections=way).login == ME
    with pytest.raises(CertificateOfAnother):
        check_login(f"localhost:{secure.port}", ME, connections=way)
    assert check_login(secure.host, ME, is_insecure=True).login == ME


@pytest.mark.usefixtures("elsewhere")
def test_plain_http_elsewhere_only_where_the_engine_may(fake: FakeRegistry) -> None:
    fake.auth = "basic"
    with pytest.raises(PlainHttp) as caught:
        check_login(fake.host, ME)
    assert "insecure-registries" in caught.value.remedy
    assert not fake.asked
    assert check_login(fake.host, ME, is_insecure=True).login == ME


def test_no_host_no_port_no_answer() -> None:
    with pytest.raises(UnknownHost, check=lambda error: "Errno" not in error.detail):
        check_login("nowhere.invalid", ME)
    with pytest.raises(NobodyListens, check=lambda error: "Errno" not in error.detail):
        check_login("127.0.0.1:1", ME)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        way = Connections(host, silent=0.2)
        with pytest.raises(TooSlow):
            check_login(host, ME, connections=way)
