"""Stored logins, from the file and from helpers, good and broken."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest

from tui.credentials import session
from tui.credentials.errors import CredentialsUnreadable
from tui.credentials.login import HUB_KEY, Login
from tui.credentials.stored import registry_auth, stored_login


def _login(
    folder: Path, config: object, registry: str = "r:5000", **environ: str
) -> dict[str, str]:
    """Return what the Engine is told to log in with."""
    (folder / "config.json").write_text(json.dumps(config))
    login = stored_login(registry, {"DOCKER_CONFIG": str(folder), **environ})
    header = registry_auth(registry, login)
    found: dict[str, str] = json.loads(base64.urlsafe_b64decode(header)) if header else {}
    return found


def _stored(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


def _helper(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    path = folder / "docker-credential-fake"
    path.write_text(f"#!{sys.executable}\nimport sys, json\nkey = sys.stdin.read()\n{code}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_without_a_file_there_is_no_login(tmp_path: Path) -> None:
    assert stored_login("r:5000", {"DOCKER_CONFIG": str(tmp_path / "none")}) is None
    assert registry_auth("r:5000", None) == ""


def test_a_login_from_the_file(tmp_path: Path) -> None:
    config = {"auths": {"r:5000": _stored("me:a:b"), HUB_KEY: _stored("hub:x")}}
    wanted = {"username": "me", "password": "a:b", "serveraddress": "r:5000"}
    assert _login(tmp_path, config) == wanted
    assert _login(tmp_path, config, "docker.io")["username"] == "hub"
    assert _login(tmp_path, config, "other") == {}


@pytest.mark.parametrize("key", ["https://r:5000", "http://r:5000/v1/", "https://r:5000/v2/"])
def test_older_files_name_a_registry_by_its_address(tmp_path: Path, key: str) -> None:
    assert _login(tmp_path, {"auths": {key: _stored("me:a")}})["username"] == "me"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    told = json.dumps({"auths": {"r:5000": _stored("ci:b")}})
    config = {"auths": {"r:5000": _stored("me:a"), "other": _stored("me:c")}}
    assert _login(tmp_path, config, DOCKER_AUTH_CONFIG=told)["username"] == "ci"
    assert _login(tmp_path, config, "other", DOCKER_AUTH_CONFIG=told)["username"] == "me"
    with pytest.raises(CredentialsUnreadable):
        _login(tmp_path, config, DOCKER_AUTH_CONFIG="{")


def test_this_session_goes_before_all(tmp_path: Path) -> None:
    config = {"auths": {"r:5000": _stored("me:a")}}
    session.remember("r:5000", Login("now", "b"))
    try:
        assert _login(tmp_path, config)["username"] == "now"
    finally:
        assert session.forget("r:5000")
    assert _login(tmp_path, config)["username"] == "me"


def test_no_secret_shows_in_a_repr() -> None:
    assert "hidden" not in repr(Login("me", "hidden", "hidden"))


def test_an_identity_token(tmp_path: Path) -> None:
    config = {"auths": {"r:5000": _stored("me:") | {"identitytoken": "t"}}}
    assert _login(tmp_path, config) == {"identitytoken": "t", "serveraddress": "r:5000"}


@pytest.mark.parametrize("config", [{"auths": 7}, {"auths": {"r:5000": "x"}}, {"auths": {}}])
def test_other_shapes_are_no_login(tmp_path: Path, config: object) -> None:
    assert _login(tmp_path, config) == {}


@pytest.mark.parametrize(
    "config",
    [
        [],
        {"auths": {"r:5000": {"auth": "\u00e9"}}},
        {"auths": {"r:5000": {"auth": "abc"}}},
        {"credsStore": "not-installed-anywhere"},
        {"credsStore": "../../bin/sh"},
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, config: object) -> None:
    with pytest.raises(CredentialsUnreadable):
        _login(tmp_path, config)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CredentialsUnreadable):
        stored_login("r:5000", {"DOCKER_CONFIG": str(tmp_path)})


def test_a_helper_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _helper(tmp_path, monkeypatch, 'print(json.dumps({"Username": "me", "Secret": key}))')
    config = {"credHelpers": {"r:5000": "fake"}, "credsStore": "not-installed-anywhere"}
    assert _login(tmp_path, config)["password"] == "r:5000"


def test_a_helper_may_have_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _helper(tmp_path, monkeypatch, 'print(json.dumps({"Username": "<token>", "Secret": "t"}))')
    assert _login(tmp_path, {"credsStore": "fake"})["identitytoken"] == "t"


def test_a_helper_may_have_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _helper(tmp_path, monkeypatch, 'print("credentials not found in native keychain"); sys.exit(1)')
    assert _login(tmp_path, {"credsStore": "fake"}) == {}


@pytest.mark.parametrize("code", ["sys.exit('locked')", "print('{')", "print('[' * 100000)"])
def test_a_broken_helper_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    _helper(tmp_path, monkeypatch, code)
    with pytest.raises(CredentialsUnreadable):
        _login(tmp_path, {"credsStore": "fake"})
    assert capfd.readouterr() == ("", "")
