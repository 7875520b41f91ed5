"""The form of a login, and the names to push by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.credentials.helpers import Helper
from tui.actions.forms.accounts import checked_login, login_form, place_name, place_named
from tui.actions.forms.form import FieldKind, NotYet
from tui.actions.forms.names import push_names
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.accounts import LogIn
from tui.credentials.login import IN_FILE, IN_SESSION, Account, Keeper, Login, Place
from tui.model.image import ImageSummary
from tui.store import events
from tui.store.reduce import reduce
from tui.store.rows import ImageRow
from tui.store.state import EMPTY

SECRET = "made-up-Secret-1"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"DOCKER_CONFIG": str(tmp_path / "docker"), "PATH": str(tmp_path)}


def test_the_least_safe_place_comes_last(environ: dict[str, str], tmp_path: Path) -> None:
    Helper(tmp_path, "desktop")
    form = login_form("r:5000", "me", environ)
    fields = {field.key: field for field in form.fields}
    assert [value for value, _label in fields["place"].choices] == [
        "helper:desktop",
        "session",
        "file",
    ]
    assert fields["secret"].kind is FieldKind.SECRET
    assert fields["registry"].initial(EMPTY_SELECTION) == "r:5000"
    assert fields["user"].initial(EMPTY_SELECTION) == "me"
    assert login_form("docker.io", environ=environ).fields[0].initial(EMPTY_SELECTION) == ""


def test_a_broken_configuration_leaves_this_session(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text("{")
    (choice,) = [f.choices for f in login_form(environ=environ).fields if f.key == "place"]
    assert [value for value, _label in choice] == ["session"]
    with pytest.raises(NotYet, match="cannot be read"):
        place_named("file", "r:5000", environ)


def test_places_have_names(environ: dict[str, str], tmp_path: Path) -> None:
    Helper(tmp_path, "pass")
    by_pass = Place(Keeper.HELPER, "pass")
    for place in (by_pass, IN_FILE, IN_SESSION):
        assert place_named(place_name(place), "r:5000", environ) == place
    assert place_named("helper", "r:5000", environ) == by_pass
    with pytest.raises(NotYet, match="helper:pass, file, session"):
        place_named("helper:other", "r:5000", environ)


def test_what_makes_a_login() -> None:
    assert checked_login("", "me", SECRET) == LogIn("docker.io", Login("me", SECRET), None)
    wanted = LogIn("r.example:5000", Login("me", f" {SECRET} "), IN_SESSION)
    found = checked_login("https://r.example:5000/v2/", " me ", f" {SECRET} ", "session")
    assert found == wanted, "the spaces of a password are part of it"


@pytest.mark.parametrize(
    ("registry", "user", "secret", "why"),
    [
        ("a b", "me", SECRET, "Not a registry"),
        ("r:5000", " ", SECRET, "user name"),
        ("r:5000", "a:b", SECRET, "no colon"),
        ("r:5000", "a\x1b", SECRET, "no colon"),
        ("r:5000", "me", "", "password"),
    ],
)
def test_what_makes_none(registry: str, user: str, secret: str, why: str) -> None:
    with pytest.raises(NotYet, match=why) as caught:
        checked_login(registry, user, secret)
    assert SECRET not in str(caught.value)


def test_names_are_made_of_accounts_images_and_trusted_registries() -> None:
    image = ImageSummary("sha256:" + "a" * 64, tags=("nginx:1.27",))
    other = ImageSummary("sha256:" + "b" * 64, tags=("ghcr.io/team/x:1", "you/y:2", "z:1"))
    row = ImageRow("k", image, "nginx:1.27", 0)
    accounts = (
        Account("docker.io", "me", IN_FILE),
        Account("r.example", "bot", IN_SESSION),
        Account("t.example", "", IN_SESSION, is_token=True),
    )
    state = reduce(events.ImagesListed((image, other)), EMPTY)
    told = events.AccountsListed(accounts, registries=("10.0.0.9:5000", "docker.io"))
    assert push_names(reduce(told, state), row) == (
        "me/nginx:1.27",
        "r.example/bot/nginx:1.27",
        "r.example/nginx:1.27",
        "t.example/nginx:1.27",
        "ghcr.io/team/nginx:1.27",
        "ghcr.io/nginx:1.27",
        "you/nginx:1.27",
        "10.0.0.9:5000/nginx:1.27",
    )


def test_an_image_without_a_name_is_offered_one() -> None:
    image = ImageSummary("sha256:" + "a" * 64)
    told = events.AccountsListed((Account("docker.io", "me", IN_FILE),))
    assert push_names(reduce(told, EMPTY), ImageRow("n", image, "", 0)) == ("me/image",)
