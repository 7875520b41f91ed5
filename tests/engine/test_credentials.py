"""Stored logins, from the file and from helpers, good and broken."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest

from tui.engine.credentials import HUB_KEY, CredentialsUnreadable, registry_login


def _login(folder: Path, config: object, registry: str = "r:5000") -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps(config))
    header = registry_login(registry, {"DOCKER_CONFIG": str(folder)})
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
    assert registry_login("r:5000", {"DOCKER_CONFIG": str(tmp_path / "none")}) == ""


def test_a_login_from_the_file(tmp_path: Path) -> None:
    config = {"auths": {"r:5000": _stored("me:a:b"), HUB_KEY: _stored("hub:x")}}
    wanted = {"username": "me", "password": "a:b", "serveraddress": "r:5000"}
    assert _login(tmp_path, config) == wanted
    assert _login(tmp_path, config, "docker.io")["username"] == "hub"
    assert _login(tmp_path, config, "other") == {}


def test_an_identity_token(tmp_path: Path) -> None:
    config = {"auths": {"r:5000": _stored("me:") | {"identitytoken": "t"}}}
    assert _login(tmp_path, config) == {"identitytoken": "t", "serveraddress": "r:5000"}


@pytest.mark.parametrize("config", [[], {"auths": 7}, {"auths": {"r:5000": "x"}}, {"auths": {}}])
def test_other_shapes_are_no_login(tmp_path: Path, config: object) -> None:
    assert _login(tmp_path, config) == {}


@pytest.mark.parametrize(
    "config",
    [
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
        registry_login("r:5000", {"DOCKER_CONFIG": str(tmp_path)})


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
