"""Logins that only the Engine can check, and registries that it trusts without a certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.fakes import FakeEngine, answer
from tests.registry.fakes import FakeRegistry
from tui.actions.dispatcher import JobContext
from tui.actions.handlers.accounts import list_accounts, log_in, log_out
from tui.actions.values.accounts import ListAccounts, LogIn, LogOut
from tui.credentials import session
from tui.credentials.login import IN_SESSION, Login
from tui.engine.client import EngineClient, connect
from tui.engine.errors import EngineUnreachable
from tui.engine.registries import is_trusted
from tui.registry.errors import NobodyListens, PlainHttp, WrongPassword
from tui.store import events

ME = Login("me", "secret")
NOWHERE = "127.0.0.1:1"
TRUSTING = {
    "RegistryConfig": {
        "InsecureRegistryCIDRs": ["127.0.0.0/8", "nonsense"],
        "IndexConfigs": {"docker.io": {"Secure": True}, "r.example:5000": {"Secure": False}},
    }
}
Connect = Callable[[], EngineClient]


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    yield
    for registry in session.users():
        session.forget(registry)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    with FakeEngine(tmp_path) as made:
        yield made


def _no_engine() -> EngineClient:
    raise EngineUnreachable(url="unix:///nowhere")


def _log_in(connect_to: Connect, registry: str, login: Login = ME) -> str:
    context = JobContext(connect_to, lambda _event: None)
    return log_in(LogIn(registry, login, IN_SESSION), context).summary


def test_where_only_the_engine_gets_it_is_asked_and_that_is_said(engine: FakeEngine) -> None:
    engine.answers["/auth"] = answer({"Status": "Login Succeeded", "IdentityToken": "for-later"})
    with connect(engine.endpoint) as client:
        told = _log_in(client.for_job, NOWHERE)
    assert "Only the Engine reaches this registry" in told
    assert "A token is kept, not the password" in told
    assert session.remembered(NOWHERE) == Login("me", identity_token="for-later")
    assert engine.requests[-1].startswith("POST /v1.41/auth ")


def test_a_user_may_have_any_name(engine: FakeEngine) -> None:
    engine.answers["/auth"] = answer({"Status": "Login Succeeded"})
    with connect(engine.endpoint) as client:
        told = _log_in(client.for_job, NOWHERE, Login("robot${0}{x}", "secret"))
    assert told.startswith(f"Logged in to {NOWHERE} as robot${{0}}{{x}}. Kept by")


def test_a_no_of_the_engines_is_a_wrong_password(engine: FakeEngine) -> None:
    no = {"message": f"login attempt to http://{NOWHERE}/v2/ failed with status: 401 Unauthorized"}
    engine.answers["/auth"] = answer(no, 500)
    with connect(engine.endpoint) as client, pytest.raises(WrongPassword):
        _log_in(client.for_job, NOWHERE)
    assert not session.users()


def test_what_neither_reaches_is_told_as_orlop_sees_it(engine: FakeEngine) -> None:
    engine.answers["/auth"] = answer({"message": "connection refused"}, 500)
    with connect(engine.endpoint) as client, pytest.raises(NobodyListens):
        _log_in(client.for_job, NOWHERE)
    with pytest.raises(NobodyListens):
        _log_in(_no_engine, NOWHERE)


def test_plain_http_goes_where_the_engine_is_set_to_trust(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.registry.login.is_near", lambda _host: False)
    with FakeRegistry() as fake:
        fake.auth = "basic"
        with pytest.raises(PlainHttp):
            _log_in(_no_engine, fake.host)
        engine.answers["/info"] = answer(TRUSTING)
        with connect(engine.endpoint) as client:
            assert "Logged in" in _log_in(client.for_job, fake.host)
            with pytest.raises(WrongPassword):
                _log_in(client.for_job, fake.host, Login("me", "made-up-Secret-1"))
            assert "POST" not in " ".join(engine.requests), "the Engine was not asked to log in"


def test_which_registries_are_trusted() -> None:
    trusted = ("r.example:5000", "10.0.0.0/8", "::1/128")
    for registry in ("r.example:5000", "10.1.2.3", "10.1.2.3:5000", "[::1]:5000"):
        assert is_trusted(registry, trusted)
    for registry in ("r.example", "11.0.0.1:5000", "docker.io"):
        assert not is_trusted(registry, trusted)


def test_logins_are_told_with_the_registries_that_the_engine_trusts(engine: FakeEngine) -> None:
    engine.answers["/info"] = answer(TRUSTING)
    session.remember("r:1", ME)
    told: list[events.Event] = []
    with connect(engine.endpoint) as client:
        list_accounts(ListAccounts(asks_engine=True), JobContext(client.for_job, told.append))
    list_accounts(ListAccounts(asks_engine=True), JobContext(_no_engine, told.append))
    first, second = told
    assert isinstance(first, events.AccountsListed)
    assert isinstance(second, events.AccountsListed)
    assert first.registries == ("r.example:5000", "nonsense")
    assert second.registries == ()
    assert [one.registry for one in first.accounts] == ["r:1"]
    assert "secret" not in repr(told)


def test_a_login_of_the_environment_stays_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    told = '{"auths": {"r:1": {"auth": "bWU6eA=="}}}'
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", told)
    ending = log_out(LogOut("r:1"), JobContext(_no_engine, lambda _event: None))
    assert "DOCKER_AUTH_CONFIG stays" in ending.summary
