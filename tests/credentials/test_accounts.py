"""Keeping, listing and dropping logins: by helpers, in config.json, for a session."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.credentials.helpers import Helper
from tui.credentials import session
from tui.credentials.accounts import drop, keep, list_accounts, places
from tui.credentials.configfile import change_config
from tui.credentials.errors import (
    ConfigNotWritten,
    CredentialsUnreadable,
    HelperFailed,
    HelperMissing,
)
from tui.credentials.login import (
    HUB_KEY,
    IN_ENVIRONMENT,
    IN_FILE,
    IN_SESSION,
    Account,
    Keeper,
    Login,
    Place,
    registry_named,
)
from tui.credentials.stored import stored_login

SECRET = "made-up-Secret-1"
ME = Login("me", SECRET)
TOKEN = Login("me", "", "made-up-Token-1")
BY_FAKE = Place(Keeper.HELPER, "fake")
BY_DESKTOP = Place(Keeper.HELPER, "desktop")


class World:
    """A home with a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.docker = folder / "docker"
        self.file = self.docker / "config.json"
        self.environ = {"DOCKER_CONFIG": str(self.docker), "PATH": str(self.bin)}

    def write(self, document: object) -> None:
        self.docker.mkdir(exist_ok=True)
        self.file.write_text(document if isinstance(document, str) else json.dumps(document))

    @property
    def config(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.file.read_text())
        return found

    def program(self, name: str) -> None:
        (self.bin / name).write_text("#!/bin/sh\nexit 1\n")
        (self.bin / name).chmod(0o755)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield World(tmp_path)
    for registry in session.users():
        session.forget(registry)


def _auth(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


# The file


def test_a_new_file_is_for_its_owner_alone(world: World) -> None:
    keep("r:5000", ME, IN_FILE, world.environ)
    assert world.file.stat().st_mode & 0o777 == 0o600
    assert world.docker.stat().st_mode & 0o777 == 0o700
    assert world.config == {"auths": {"r:5000": _auth(f"me:{SECRET}")}}
    assert stored_login("r:5000", world.environ) == ME
    assert [path.name for path in world.docker.iterdir()] == ["config.json"]


def test_all_that_stands_in_the_file_stays_in_its_order(world: World) -> None:
    text = '{"zoo": {"b": 1.5, "a": [null, "é", "\\ud800"]}, "auths": {"x": {"auth": ""}}, "a": 7}'
    world.write(text)
    keep("r:5000", ME, IN_FILE, world.environ)
    assert drop("r:5000", world.environ) == (IN_FILE,)
    assert world.config == json.loads(text)
    assert list(world.config) == ["zoo", "auths", "a"]
    assert "é" in world.file.read_text()


def test_a_link_stays_a_link(world: World, tmp_path: Path) -> None:
    world.docker.mkdir()
    target = tmp_path / "dotfiles.json"
    target.write_text("{}")
    world.file.symlink_to(target)
    keep("r:5000", ME, IN_FILE, world.environ)
    assert world.file.is_symlink()
    assert "r:5000" in target.read_text()


def test_a_secret_closes_the_file_to_others_and_a_note_leaves_its_mode(world: World) -> None:
    Helper(world.bin)
    world.write({"credHelpers": {"h:1": "fake"}})
    world.file.chmod(0o644)
    keep("h:1", ME, BY_FAKE, world.environ)
    assert world.file.stat().st_mode & 0o777 == 0o644
    keep("r:5000", ME, IN_FILE, world.environ)
    assert world.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": 7}', '{"a": 1e999}', "\xff", "[" * 99999])
def test_what_cannot_be_understood_is_never_written_over(world: World, text: str) -> None:
    world.docker.mkdir()
    world.file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigNotWritten) as caught:
        keep("r:5000", ME, IN_FILE, world.environ)
    assert world.file.read_bytes() == text.encode("latin-1")
    assert SECRET not in str(caught.value)
    assert [path.name for path in world.docker.iterdir()] == ["config.json"]


def test_an_empty_file_is_an_empty_configuration(world: World) -> None:
    world.write(" \n")
    assert list_accounts(world.environ).accounts == ()
    keep("r:5000", ME, IN_FILE, world.environ)
    assert stored_login("r:5000", world.environ) == ME


def test_a_write_that_fails_leaves_file_and_folder_as_they_were(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write({"a": 1})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ConfigNotWritten) as caught:
        keep("r:5000", ME, IN_FILE, world.environ)
    assert "No space left" in caught.value.detail
    assert world.config == {"a": 1}
    assert [path.name for path in world.docker.iterdir()] == ["config.json"]


def test_a_change_that_changes_nothing_writes_nothing(world: World) -> None:
    world.write('{"a":1}')
    change_config(world.environ, lambda _document: None)
    assert world.file.read_text() == '{"a":1}'


def test_older_names_of_the_registry_go(world: World) -> None:
    world.write({"auths": {"https://r:5000/v1/": _auth("old:x"), "other": _auth("o:x")}})
    keep("r:5000", ME, IN_FILE, world.environ)
    assert list(world.config["auths"]) == ["other", "r:5000"]  # type: ignore[call-overload]
    assert drop("r:5000", world.environ) == (IN_FILE,)
    assert drop("r:5000", world.environ) == ()
    assert world.config == {"auths": {"other": _auth("o:x")}}


def test_an_identity_token_is_kept_in_place_of_the_password(world: World) -> None:
    keep("r:5000", TOKEN, IN_FILE, world.environ)
    entry = _auth("me:") | {"identitytoken": TOKEN.identity_token}
    assert world.config == {"auths": {"r:5000": entry}}
    found = stored_login("r:5000", world.environ)
    assert found is not None
    assert found.identity_token == TOKEN.identity_token
    assert list_accounts(world.environ).accounts == (Account("r:5000", "me", IN_FILE, True),)


# Helpers


def test_without_anything_configured_the_commands_default_is_used(world: World) -> None:
    helper = Helper(world.bin, "secretservice")
    assert places("r:5000", world.environ)[0] == Place(Keeper.HELPER, "secretservice")
    keep("r:5000", ME, Place(Keeper.HELPER, "secretservice"), world.environ)
    assert world.config == {"credsStore": "secretservice", "auths": {"r:5000": {}}}
    assert helper.logins["r:5000"]["Secret"] == SECRET
    assert stored_login("r:5000", world.environ) == ME
    Helper(world.bin, "pass")
    assert places("r:5000", world.environ)[0].helper == "secretservice", "it is configured now"


def test_pass_is_the_default_where_pass_is_there(world: World) -> None:
    Helper(world.bin, "secretservice")
    Helper(world.bin, "pass")
    world.program("pass")
    assert [one.helper for one in places("r", world.environ)] == ["pass", "secretservice", "", ""]


def test_beside_logins_in_the_file_a_helper_is_noted_for_one_registry(world: World) -> None:
    helper = Helper(world.bin, "desktop")
    world.write({"auths": {"x": _auth("x:y")}})
    assert places("r:5000", world.environ) == (BY_DESKTOP, IN_FILE, IN_SESSION)
    keep("r:5000", ME, BY_DESKTOP, world.environ)
    assert world.config == {
        "auths": {"x": _auth("x:y"), "r:5000": {}},
        "credHelpers": {"r:5000": "desktop"},
    }
    assert SECRET not in world.file.read_text()
    listed = list_accounts(world.environ)
    assert listed.accounts == (Account("r:5000", "me", BY_DESKTOP), Account("x", "x", IN_FILE))
    assert drop("r:5000", world.environ) == (BY_DESKTOP,)
    assert helper.logins == {}
    assert stored_login("r:5000", world.environ) is None


def test_a_helper_of_one_cloud_is_not_for_other_logins(world: World) -> None:
    Helper(world.bin, "gcloud")
    assert places("r:5000", world.environ) == (IN_FILE, IN_SESSION)
    world.write({"credHelpers": {"gcr.io": "gcloud"}})
    assert places("gcr.io", world.environ)[0].helper == "gcloud"


def test_a_helper_that_only_says_that_it_keeps_is_found_out(world: World) -> None:
    helper = Helper(world.bin, "desktop")
    helper.forgets()
    with pytest.raises(HelperFailed, match="did not keep"):
        keep("r:5000", ME, BY_DESKTOP, world.environ)
    assert not world.file.exists()


def test_a_helper_of_a_registry_beats_the_one_for_all(world: World) -> None:
    own, other = Helper(world.bin, "own"), Helper(world.bin, "other")
    world.write({"credsStore": "other", "credHelpers": {"r:5000": "own"}})
    assert places("r:5000", world.environ) == (Place(Keeper.HELPER, "own"), IN_SESSION)
    keep("r:5000", TOKEN, Place(Keeper.HELPER, "own"), world.environ)
    keep("docker.io", ME, Place(Keeper.HELPER, "other"), world.environ)
    assert own.logins["r:5000"]["Username"] == "<token>"
    assert list(other.logins) == [HUB_KEY]
    assert [(one.registry, one.is_token) for one in list_accounts(world.environ).accounts] == [
        ("docker.io", False),
        ("r:5000", True),
    ]


def test_a_helper_that_fails_repeats_no_secret_and_changes_nothing(world: World) -> None:
    Helper(world.bin).breaks("locked")
    world.write({"credsStore": "fake"})
    with pytest.raises(HelperFailed) as caught:
        keep("r:5000", ME, BY_FAKE, world.environ)
    assert "locked" in caught.value.detail
    assert SECRET not in caught.value.detail
    assert world.config == {"credsStore": "fake"}
    listed = list_accounts(world.environ)
    assert listed.accounts == ()
    assert "locked" in listed.troubles[0].detail
    with pytest.raises(HelperFailed):
        drop("r:5000", world.environ)


def test_a_helper_that_is_missing_is_told(world: World) -> None:
    world.write({"credsStore": "desktop", "auths": {"r:5000": {}}})
    assert places("r:5000", world.environ) == (IN_SESSION,)
    with pytest.raises(HelperMissing):
        keep("r:5000", ME, Place(Keeper.HELPER, "desktop"), world.environ)
    assert isinstance(list_accounts(world.environ).troubles[0], HelperMissing)
    with pytest.raises(CredentialsUnreadable):
        stored_login("r:5000", world.environ)


def test_the_tokens_of_a_login_by_browser_go_with_it(world: World) -> None:
    helper = Helper(world.bin)
    keys = [HUB_KEY, f"{HUB_KEY}access-token", f"{HUB_KEY}refresh-token"]
    world.write({"credsStore": "fake", "auths": {key: {} for key in keys}})
    helper.kept.write_text(json.dumps({key: {"Username": "me", "Secret": "x"} for key in keys}))
    assert [one.registry for one in list_accounts(world.environ).accounts] == ["docker.io"]
    assert drop("docker.io", world.environ) == (BY_FAKE,)
    assert helper.logins == {}
    assert world.config["auths"] == {}


# This session, and the environment


def test_a_login_of_this_session_is_on_no_disk(world: World) -> None:
    keep("r:5000", ME, IN_SESSION, world.environ)
    assert not world.docker.exists()
    assert stored_login("r:5000", world.environ) == ME
    assert list_accounts(world.environ).accounts == (Account("r:5000", "me", IN_SESSION),)
    keep("r:5000", Login("you", "x"), IN_FILE, world.environ)
    assert list_accounts(world.environ).accounts == (Account("r:5000", "you", IN_FILE),)


def test_logins_of_the_environment_are_listed(world: World) -> None:
    told = json.dumps({"auths": {"r:5000": _auth("ci:x")}})
    environ = world.environ | {"DOCKER_AUTH_CONFIG": told}
    assert list_accounts(environ).accounts == (Account("r:5000", "ci", IN_ENVIRONMENT),)


def test_a_broken_file_is_told_beside_what_is_known(world: World) -> None:
    world.write("{")
    keep("r:5000", ME, IN_SESSION, world.environ)
    listed = list_accounts(world.environ)
    assert len(listed.accounts) == 1
    assert isinstance(listed.troubles[0], CredentialsUnreadable)


# Names


@pytest.mark.parametrize(
    ("typed", "registry"),
    [
        ("", "docker.io"),
        ("docker.io", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("hub.docker.com", "docker.io"),
        (" https://r.example:5000/v2/ ", "r.example:5000"),
        ("localhost", "localhost"),
        ("[::1]:5000", "[::1]:5000"),
    ],
)
def test_what_people_call_a_registry(typed: str, registry: str) -> None:
    assert registry_named(typed) == registry


@pytest.mark.parametrize("typed", ["me", "a b.c", "r.example:x", "-r.example", "r\x1b.example"])
def test_what_is_no_registry(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        registry_named(typed)
