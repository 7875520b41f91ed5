from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.distribution.talk import ask
from tui.distribution import accounts
from tui.distribution.accounts import (
    PASSWORD_MAX,
    Accounts,
    BadAccounts,
    hash_password,
    keep_account,
    read_accounts,
    verify,
)
from tui.distribution.registry import Registry
from tui.distribution.server import RegistryServer

PASSWORD = "made-up-Passw0rd-ü"


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.fixture(params=["bcrypt", "scrypt"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How passwords are kept: on this system, and on one whose libcrypt knows no bcrypt."""
    if request.param == "scrypt":
        monkeypatch.setattr(accounts, "_library", lambda: None)
        monkeypatch.setattr(accounts, "has_bcrypt", lambda: False)
    return str(request.param)


def test_a_password_is_kept_as_a_hash_that_fits_only_it(kind: str) -> None:
    stored = hash_password(PASSWORD)
    assert PASSWORD not in stored
    assert stored.startswith("$2b$10$" if kind == "bcrypt" else "$orlop-scrypt$")
    assert hash_password(PASSWORD) != stored
    assert verify(stored, PASSWORD)
    assert not verify(stored, PASSWORD + "x")
    assert not verify(stored, "")
    assert not verify(stored[:-1], PASSWORD)


@pytest.mark.parametrize("stored", ["", "*0", "plain", "$2b$", "$2b$10$short", "$orlop-scrypt$zz"])
def test_what_is_no_hash_fits_nothing(stored: str) -> None:
    assert not verify(stored, PASSWORD)
    assert not verify(stored, stored)


def test_a_file_keeps_several(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "htpasswd"
    keep_account(path, "me", "first")
    keep_account(path, "you", PASSWORD)
    keep_account(path, "me", "second")
    assert path.stat().st_mode & 0o777 == 0o600
    found = read_accounts(path)
    assert list(found) == ["me", "you"]
    assert verify(found["me"], "second")
    assert not verify(found["me"], "first")


@pytest.mark.parametrize("name", ["", "a:b", "a\nb:c"])
def test_a_name_that_would_break_the_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadAccounts):
        keep_account(tmp_path / "htpasswd", name, PASSWORD)


@pytest.mark.parametrize("password", ["", "x" * (PASSWORD_MAX + 1), "a\0b"])
def test_a_password_of_which_a_part_would_not_count_is_refused(
    tmp_path: Path, password: str
) -> None:
    with pytest.raises(BadAccounts):
        keep_account(tmp_path / "htpasswd", "me", password)


@pytest.mark.parametrize("line", ["me:plain", "me:$apr1$abc$def", "me", ":$2b$10$x", "me:{SHA}x="])
def test_a_file_that_cannot_be_checked_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "htpasswd"
    path.write_text(f"# people\n\n{line}\n")
    with pytest.raises(BadAccounts, match="Line 3 "):
        read_accounts(path)


@pytest.mark.skipif(shutil.which("htpasswd") is None, reason="no htpasswd (apache2-utils)")
def test_a_file_that_htpasswd_writes_is_understood_and_the_other_way_round(tmp_path: Path) -> None:
    path = tmp_path / "htpasswd"
    run = ["htpasswd", "-iB"]
    subprocess.run([*run, "-c", path, "me"], input=PASSWORD.encode(), check=True)
    assert verify(read_accounts(path)["me"], PASSWORD)
    keep_account(path, "you", PASSWORD)
    checked = subprocess.run(["htpasswd", "-iv", path, "you"], input=PASSWORD.encode(), check=False)
    assert checked.returncode == 0


def test_logins(kind: str) -> None:
    known = Accounts({"me": hash_password(PASSWORD)})
    for _twice in range(2):
        assert known.allow(basic("me", PASSWORD))
        assert not known.allow(basic("me", "wrong"))
        assert not known.allow(basic("you", PASSWORD))
    for bad in ("", "Basic", "Basic !!", "Bearer " + basic("me", PASSWORD)[6:], "Basic bWU="):
        assert not known.allow(bad)


@pytest.mark.parametrize("path", ["/v2/", "/v2/_catalog", "/v2/a/manifests/1", "/nowhere"])
def test_without_a_login_everything_is_refused_with_a_challenge(shelf: Registry, path: str) -> None:
    people = Accounts({"me": hash_password(PASSWORD)})
    with RegistryServer(shelf, accounts=people) as server:
        address = f"127.0.0.1:{server.port}"
        for given in ({}, {"Authorization": basic("me", "wrong")}):
            refused = ask(address, "GET", path, headers=given)
            assert (refused.status, refused.code) == (401, "UNAUTHORIZED")
            assert refused.header("WWW-Authenticate") == 'Basic realm="orlop registry"'
        allowed = ask(address, "GET", path, headers={"Authorization": basic("me", PASSWORD)})
        assert allowed.status == (200 if path in {"/v2/", "/v2/_catalog"} else 404)


def test_who_may_not_push_leaves_nothing(shelf: Registry) -> None:
    with RegistryServer(shelf, accounts=Accounts({})) as server:
        refused = ask(f"127.0.0.1:{server.port}", "POST", "/v2/a/blobs/uploads/", b"x" * 3_000_000)
    assert refused.status == 401
    assert list(shelf.layout.uploads.iterdir()) == []
