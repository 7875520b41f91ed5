"""A choice among a few."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tui.ui.widgets.choice import Choice

CHOICES = (("a", "first"), ("b", "second\x1b"))


class One(App[None]):
    def __init__(self, value: str) -> None:
        super().__init__()
        self.choice = Choice("Kind", CHOICES, value=value)

    def compose(self) -> ComposeResult:
        yield self.choice


async def test_left_and_right_go_round() -> None:
    app = One("b")
    async with app.run_test() as pilot:
        assert app.choice.value == "b"
        app.choice.focus()
        await pilot.press("right")
        assert app.choice.value == "a"
        await pilot.press("left")
        assert app.choice.value == "b"
        shown = "".join(segment.text for segment in app.choice.render_line(0))
        assert shown.startswith("Kind: < second\\x1b >")


async def test_what_is_none_of_them_is_the_first() -> None:
    app = One("c")
    async with app.run_test():
        assert app.choice.value == "a"
