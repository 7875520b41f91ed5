"""The accounts, the form of a login, where to sign up, and the form of a push."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from textual.widgets import Input, Static

from tests.ui.stage import CONNECTED, PLAIN_TERMINAL, Stage, stage
from tui.actions.values.accounts import LogIn, LogOut, PushImage
from tui.credentials.login import IN_FILE, IN_SESSION, Account, Login
from tui.store import events
from tui.store.state import Trouble
from tui.ui.screens.accounts import SIGN_UP, TOKENS, AccountsScreen, LoginScreen, SignUpScreen
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.naming import NamingScreen

SECRET = "made-up-Secret-1"
ACCOUNTS = (Account("docker.io", "me", IN_FILE), Account("r.example:5000", "bot", IN_SESSION))
TYPED = ("r:5000", "me", SECRET)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No helper, no configuration."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("PATH", str(tmp_path))


async def _open(here: Stage, *accounts: Account) -> None:
    await here.press("@")
    here.screen(AccountsScreen)
    await here.tell(events.AccountsListed(accounts))


async def _fill_in(here: Stage) -> None:
    registry, user, secret = TYPED
    await here.press_at_once(*registry, "tab", *user, "tab", *secret)


async def test_the_logins_are_rows_without_secrets() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here, *ACCOUNTS)
        text = here.text()
        assert "Docker Hub" in text
        assert "config.json, not encrypted" in text
        assert "r.example:5000" in text


async def test_who_is_logged_in_nowhere_is_told_what_to_do() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here)
        assert "n logs in" in here.text()


async def test_why_logins_cannot_be_told_is_shown() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("@")
        trouble = Trouble("The stored logins cannot be read.", "Repair it.", "config.json: x\x1b")
        await here.tell(events.AccountsListed((), (trouble,)))
        assert "cannot be read" in here.text()
        assert "Repair it." in here.text()


async def test_a_burst_of_keys_puts_each_word_where_it_belongs() -> None:
    """As a password manager types them: no letter of the password may land in another line."""
    async with stage(*CONNECTED) as here:
        await _open(here)
        await here.press("n")
        await _fill_in(here)
        screen = here.screen(LoginScreen)
        values = [screen.query_one(f"#field-{key}", Input).value for key in ("registry", "user")]
        assert values == ["r:5000", "me"]
        assert screen.query_one("#field-secret", Input).value == SECRET


async def test_a_burst_of_keys_finds_its_fields_in_every_form() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("p")
        await here.press_at_once(*"a/b", "tab", *"linux/arm64", "shift+tab", *"c/d:1")
        values = [line.value for line in here.app.screen.query(Input)]
        assert values == ["c/d:1", "linux/arm64"], "what was there is replaced"


def _leaks(text: str) -> list[str]:
    """Return the forms of the password that are in a text."""
    pair = base64.b64encode(f"me:{SECRET}".encode()).decode()
    alone = base64.b64encode(SECRET.encode()).decode().rstrip("=")
    return [form for form in (SECRET, quote(SECRET, safe=""), pair, alone) if form in text]


async def test_a_password_is_in_no_picture_no_state_and_no_line() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here)
        await here.press("n")
        await _fill_in(here)
        pictures = [here.app.export_screenshot()]
        assert "*" * len(SECRET) in here.text()
        assert _leaks(here.text()) == []
        await here.press_at_once("shift+home", "ctrl+x")  # cutting copies nothing
        assert here.app.clipboard == ""
        await here.press_at_once(*SECRET, "enter")
        (action,) = here.loud
        assert action == LogIn("r:5000", Login("me", SECRET), IN_SESSION)
        here.recorder.end(action, "Logged in.")
        await here.settle()
        pictures.append(here.app.export_screenshot())
        await here.press("escape", "J")
        pictures.append(here.app.export_screenshot())
        told = f"{here.state!r} {here.recorder._entries!r} {here.recorder.actions!r}"
        assert _leaks(" ".join([*pictures, told, here.text()])) == []
        assert "docker login --username me --password-stdin r:5000" in here.text()


async def test_a_file_is_asked_about_once_more() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here)
        await here.press("n")
        await _fill_in(here)
        await here.press("tab", "right", "tab", "tab", "enter")
        here.screen(ConfirmScreen)
        assert "base64" in here.text()
        await here.press("n")
        assert here.loud == []
        here.screen(AccountsScreen)
        await here.press("n")
        await _fill_in(here)
        await here.press("tab", "right", "tab", "tab", "enter", "y")
        assert here.loud == [LogIn("r:5000", Login("me", SECRET), IN_FILE)]


async def test_what_became_of_a_login_is_said_there() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here)
        await here.press("n")
        await _fill_in(here)
        await here.press("enter")
        trouble = Trouble("The registry does not take this.", "Type it again.", "no")
        here.recorder.fail(here.loud[0], trouble)
        await here.settle()
        assert "The registry does not take this." in here.text()
        assert "Type it again." in here.text()


async def test_logging_out_asks_first() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here, *ACCOUNTS)
        await here.press("down", "d")
        here.screen(ConfirmScreen)
        assert "docker logout r.example:5000" in here.text()
        await here.press("enter")
        assert here.loud == [], "Cancel is the default"
        await here.press("d", "y")
        assert here.loud == [LogOut("r.example:5000")]


async def test_logging_in_again_names_the_registry() -> None:
    async with stage(*CONNECTED) as here:
        await _open(here, *ACCOUNTS)
        await here.press("down", "enter")
        screen = here.screen(LoginScreen)
        assert screen.query_one("#field-registry", Input).value == "r.example:5000"
        assert screen.query_one("#field-user", Input).value == "bot"
        await here.press_at_once(*SECRET, "enter")
        assert here.loud == [LogIn("r.example:5000", Login("bot", SECRET), IN_SESSION)]


async def test_read_only_changes_no_login() -> None:
    async with stage(*CONNECTED, read_only=True) as here:
        await _open(here, *ACCOUNTS)
        for key in ("n", "d", "enter"):
            await here.press(key)
            here.screen(AccountsScreen)
        assert here.loud == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_where_to_sign_up_is_a_code_and_an_address(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await _open(here)
        await here.press("w")
        here.screen(SignUpScreen)
        assert SIGN_UP in here.text()
        assert "██ ▄▄▄▄▄ █" in here.text()
        assert "esc back" in here.text()
        await here.press("t")
        assert TOKENS in here.text()
        assert "██ ▄▄▄▄▄ █" in here.text()
        assert "esc back" in here.text()
        await here.press("c")
        assert here.app.clipboard == TOKENS


async def test_a_plain_terminal_gets_the_address_and_a_code_where_it_fits() -> None:
    for size, fits in (((80, 24), False), ((120, 40), True)):
        async with stage(*CONNECTED, size=size, terminal=PLAIN_TERMINAL) as here:
            await _open(here)
            await here.press("w")
            assert SIGN_UP in here.text()
            assert ("##############" in here.text()) is fits
            assert here.text().isascii()


async def test_a_push_completes_the_name_and_tags_first() -> None:
    async with stage(*CONNECTED) as here:
        await here.go_to("debian:12")
        await here.press(">")
        screen = here.screen(NamingScreen)
        await here.tell(events.AccountsListed(ACCOUNTS))
        assert "begins with your user name" in here.text()
        await here.press_at_once(*"r.ex")
        await here.settle()
        await here.press("right")
        assert screen.query_one(Input).value == "r.example:5000/bot/debian:12"
        assert "docker tag debian:12 r.example:5000/bot/debian:12" in here.text()
        shown = str(screen.query_one("#docker", Static).content)
        assert shown.endswith("&& docker push r.example:5000/bot/debian:12")
        await here.press("enter")
        here.screen(MainScreen)
        (action,) = here.loud
        assert isinstance(action, PushImage)
        assert action.tags_first
