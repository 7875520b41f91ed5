"""Typing a filter: no key is lost, none overtakes another, none is a verb."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.widgets import Input

from tests.ui.stage import CONNECTED, stage
from tui.store.state import Pane
from tui.ui.filtering import edited
from tui.ui.screens.main import MainScreen

ALL = CONNECTED


@pytest.mark.parametrize(
    ("before", "key", "typed", "after"),
    [
        ("we", "b", "b", "web"),
        ("web", "backspace", "\x7f", "we"),
        ("", "backspace", "\x7f", ""),
        ("web is:used", "ctrl+w", "\x17", "web "),
        ("web ", "ctrl+w", "\x17", ""),
        ("web", "ctrl+u", "\x15", ""),
        ("web", "f5", "", "web"),
        ("web", "delete", "", "web"),
    ],
)
def test_a_key_edits_the_filter(before: str, key: str, typed: str, after: str) -> None:
    assert edited(before, key, typed) == after


async def test_all_that_is_typed_ahead_of_the_filter_is_its_text() -> None:
    """Letters with a verb, letters without, digits, signs: none is lost, none acts."""
    async with stage(*ALL) as here:
        await here.press_at_once("/", "q", "e", "-", "1", ":", "j", "5", "x", "enter")
        assert here.state.view(Pane.IMAGES).filter == "qe-1:j5x"
        assert here.loud == []


async def test_what_is_typed_ahead_into_the_filter_is_no_verb() -> None:
    """On a slow line the keys come together, before the filter line has the focus."""
    async with stage(*ALL) as here:
        await here.press("2")
        await here.press_at_once("/", "b", "3", "s", "K")
        assert not here.loud
        here.screen(MainScreen)
        assert here.main.pane is Pane.CONTAINERS
        assert here.state.view(Pane.CONTAINERS).filter == "b3sK"
        await here.press("w", "enter")
        assert here.state.view(Pane.CONTAINERS).filter == "b3sKw"
        await here.press("escape")
        await here.press_at_once("/", "b", "enter")
        assert here.state.view(Pane.CONTAINERS).filter == "b"
        assert here.focused(here.rows(Pane.CONTAINERS))


async def test_verbs_behind_the_filter_work_on_what_it_leaves() -> None:
    """All in one burst: the marks are those of the whole filter, not of its beginning."""
    async with stage(*ALL) as here:
        await here.press_at_once("/", *"nginx", "enter", "a")
        marked = here.state.view(Pane.IMAGES).marks
        assert len(marked) == 2
        assert all("nginx" in key for key in marked)


async def test_the_list_is_walked_while_the_filter_is_typed() -> None:
    async with stage(*ALL) as here:
        await here.press("/", *"nginx", "down")
        assert "latest" in here.state.view(Pane.IMAGES).cursor
        assert here.main.filtering.is_on
        await here.press("delete", "f5", "left")
        assert here.main.filtering.is_on
        here.screen(MainScreen)
        assert not here.loud


async def test_a_filter_opened_again_is_replaced_by_a_letter_and_edited_by_other_keys() -> None:
    async with stage(*ALL) as here:
        await here.press("/", *"nginx", "enter", "/", "s", "enter")
        assert here.state.view(Pane.IMAGES).filter == "s"
        await here.press("/", "backspace", "r", "enter")
        assert here.state.view(Pane.IMAGES).filter == "r"
        await here.press("/", "x", "escape")
        assert here.state.view(Pane.IMAGES).filter == ""
        assert not here.main.filtering.is_on


async def test_going_to_another_pane_keeps_the_filter_and_ends_the_typing() -> None:
    async with stage(*ALL) as here:
        await here.press("/", *"nginx", "tab", "a")
        assert here.main.pane is Pane.CONTAINERS
        assert not here.main.filtering.is_on
        assert here.state.view(Pane.IMAGES).filter == "nginx"
        assert here.state.view(Pane.CONTAINERS).filter == ""
        assert len(here.state.view(Pane.CONTAINERS).marks) == 3


async def test_what_is_pasted_goes_into_the_filter_as_one_harmless_line() -> None:
    async with stage(*ALL) as here:
        here.app.post_message(Paste("nothing"))
        await here.settle()
        assert here.state.view(Pane.IMAGES).filter == ""
        await here.press("/")
        here.app.post_message(Paste("sh\x1bop\n1 "))
        await here.settle()
        assert here.state.view(Pane.IMAGES).filter == "shop 1"


async def test_what_is_typed_ahead_of_a_form_is_in_its_field() -> None:
    """In one burst with the key that opens it: the text replaces what was filled in."""
    async with stage(*ALL) as here:
        await here.press_at_once("p", *"quay.io/a:1")
        assert here.app.screen.query_one(Input).value == "quay.io/a:1"
        assert not here.loud
