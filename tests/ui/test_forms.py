"""Forms on the screen: every kind of field, what it gives, and what is never shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.widgets import TextArea

from tests.ui.stage import CONNECTED, PLAIN_TERMINAL, TERMINAL, Stage, stage
from tui.actions.action import Action
from tui.actions.forms.form import EXISTS, Field, FieldKind, Form, NotYet, Secret
from tui.actions.selection import EMPTY_SELECTION, Selection
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.main import MainScreen
from tui.ui.widgets.pathinput import PathLine

PASSWORD = "not-a-real-password-7f3a"


class Got(NamedTuple):
    """An action that keeps what the form held."""

    values: Mapping[str, str]
    kind: str = "got"
    title: str = "got"
    docker: str = "docker got"
    targets: frozenset[str] = frozenset()
    quiet: bool = False


def _build(_selection: Selection, values: Mapping[str, str]) -> Action:
    if values["text"] == "no":
        raise NotYet("Not that one.")
    return Got(dict(values))


FORM = Form(
    "all",
    "All kinds",
    "Go",
    (
        Field("text", "Text", "any"),
        Field("switch", "Switch", kind=FieldKind.SWITCH, initial=lambda _: "yes"),
        Field("source", "Read", kind=FieldKind.READ_PATH),
        Field("target", "Write", kind=FieldKind.WRITE_PATH),
        Field(
            "choice",
            "Choice",
            kind=FieldKind.CHOICE,
            choices=(("a", "first"), ("b", "second")),
            initial=lambda _: "b",
        ),
        Field("secret", "Password", kind=FieldKind.SECRET),
        Field("lines", "Lines", kind=FieldKind.LINES, initial=lambda _: "CMD x"),
    ),
    _build,
    about=lambda _selection: "What is to be known.\nIn two lines: \x1b[2J",
)


async def opened(here: Stage, form: Form = FORM) -> list[Action | None]:
    answers: list[Action | None] = []
    here.app.push_screen(FormScreen(form, EMPTY_SELECTION), answers.append)
    await here.settle()
    return answers


async def come(here: Stage, condition: Callable[[], bool]) -> None:
    """Wait for what a look at the disk brings."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, here.text()
        await here.settle()


@pytest.mark.parametrize("terminal", [TERMINAL, PLAIN_TERMINAL])
async def test_every_kind_of_field_gives_its_value(tmp_path: Path, terminal: object) -> None:
    async with stage(*CONNECTED, size=(80, 24), terminal=terminal) as here:  # type: ignore[arg-type]
        answers = await opened(here)
        await here.press(*"abc", "tab", "space", "tab")
        _source, target = here.app.screen.query(PathLine)
        await here.press(*"x.tar", "tab")
        await come(here, lambda: here.app.focused is target)
        await here.press(*str(tmp_path / "new"), "tab")
        await come(here, lambda: getattr(here.app.focused, "id", "") == "field-choice")
        await here.press("left", "tab", *PASSWORD, "tab", "end", "enter", *"USER u")
        assert PASSWORD not in here.text()
        await here.press("tab", "tab", "enter")
        (got,) = answers
        assert isinstance(got, Got)
        assert got.values == {
            "text": "abc",
            "switch": "",
            "source": "x.tar",
            "target": str(tmp_path / "new"),
            f"target{EXISTS}": "",
            "choice": "a",
            "secret": PASSWORD,
            "lines": "CMD x\nUSER u",
        }
        assert isinstance(got.values["secret"], Secret)
        assert PASSWORD not in repr(got)


async def test_buttons_of_a_long_form_come_into_sight_at_80x24() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        here.app.screen.set_focus(here.button("#send"))
        await here.settle()
        assert here.app.screen.region.contains_region(here.button("#send").region)


async def test_what_is_to_be_known_is_harmless() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        assert "In two lines: \\x1b[2J" in here.text()


async def test_a_form_that_does_not_do_says_why() -> None:
    async with stage(*CONNECTED) as here:
        answers = await opened(here)
        await here.press(*"no", "enter")
        assert "Not that one." in here.text()
        assert not answers


async def test_a_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    there = tmp_path / "there.tar"
    there.write_bytes(b"old")
    form = Form("w", "Write", "Go", (Field("t", "To", kind=FieldKind.WRITE_PATH),), _to)
    async with stage(*CONNECTED, size=(80, 24)) as here:
        answers = await opened(here, form)
        await here.press(*str(there))
        await come(here, lambda: "exists: 3 B" in here.text())
        await here.press("enter")
        question = here.screen(ConfirmScreen)
        assert here.app.focused is question.query_one("#cancel")
        await here.press("enter")
        assert not answers
        here.screen(FormScreen)
        await here.press("enter")
        await here.press("y")
        here.screen(MainScreen)
        (got,) = answers
        assert isinstance(got, Got)
        assert got.values[f"t{EXISTS}"] == "yes"


def _to(_selection: Selection, values: Mapping[str, str]) -> Action:
    return Got(dict(values))


async def test_lines_are_typed_and_left_by_tab() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        lines = here.app.screen.query_one(TextArea)
        here.app.screen.set_focus(lines)
        await here.press("enter", "A", "tab")
        assert lines.text == "\nACMD x"
        assert here.app.focused is here.button("#cancel")
        here.app.screen.set_focus(lines)
        await here.press("escape")
        here.screen(MainScreen)


def test_a_secret_hides_from_its_looks() -> None:
    secret = Secret(PASSWORD)
    assert PASSWORD not in repr({"a": secret})
    assert secret == PASSWORD
