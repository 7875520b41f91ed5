from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from tui.ui.terminal import ASCII, UNICODE, Glyphs
from tui.ui.widgets.rowlist import CellText, Column, Row, RowList

COLUMNS = (
    Column("name", "NAME", 10, flex=True, min_width=6, priority=2),
    Column("bytes", "SIZE", 7, align="right", priority=1),
)


class Counting(RowList):
    """Knows which lines were painted."""

    painted: list[int]

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class ListApp(App[None]):
    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.list = Counting(COLUMNS, empty_text="no images\npull one", glyphs=glyphs)
        self.list.painted = []
        self.told: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_row_list_row_highlighted(self, message: RowList.RowHighlighted) -> None:
        self._tell(message, message.key)

    def on_row_list_row_chosen(self, message: RowList.RowChosen) -> None:
        self._tell(message, message.key)

    def on_row_list_header_clicked(self, message: RowList.HeaderClicked) -> None:
        self._tell(message, message.column_key)

    def _tell(self, message: Message, key: str | None) -> None:
        assert message.control is self.list
        self.told.append((type(message).__name__, key))

    @property
    def shown(self) -> list[str]:
        return [self.list.render_line(y).text for y in range(self.list.size.height)]


def rows(keys: Sequence[object]) -> tuple[Row, ...]:
    return tuple(Row(str(key), (f"img-{key}", f"{key} MB")) for key in keys)


async def settle(pilot: Pilot[None], app: ListApp) -> None:
    await pilot.pause()
    app.list.painted.clear()
    app.told.clear()


async def test_rows_header_and_scrollbar() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 5)) as pilot:
        app.list.set_rows(rows(range(9)))
        app.list.set_marks(frozenset({"1", "77"}))
        app.list.set_sort("bytes", descending=True)
        await pilot.pause()
        assert app.shown == [
            "  NAME                SIZE v  ",
            "  img-0                 0 MB ┃",
            "* img-1                 1 MB │",
            "  img-2                 2 MB │",
            "  img-3                 3 MB │",
        ]


async def test_a_short_list_has_no_scrollbar() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 4)) as pilot:
        app.list.set_rows(rows("ab"))
        await pilot.pause()
        assert app.shown[1:] == [
            "  img-a                   a MB",
            "  img-b                   b MB",
            " " * 30,
        ]


async def test_an_empty_list_says_so_in_the_middle() -> None:
    app = ListApp()
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        assert [line.rstrip() for line in app.shown[1:]] == [
            "",
            "     no images",
            "      pull one",
            "",
            "",
        ]
        app.list.empty_text = "nothing"
        await pilot.pause()
        assert app.shown[3].strip() == "nothing"
        app.list.set_rows(rows("a"))
        await pilot.pause()
        assert app.shown[1].split() == ["img-a", "a", "MB"]


async def test_a_cursor_move_paints_two_lines() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.list.set_rows(rows(range(1000)))
        await settle(pilot, app)
        await pilot.press("down")
        await pilot.pause()
        assert sorted(app.list.painted) == [1, 2]
        assert app.told == [("RowHighlighted", "1")]


async def test_the_same_rows_again_paint_nothing() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.list.set_rows(rows(range(1000)))
        await settle(pilot, app)
        app.list.set_rows(rows(range(1000)))
        app.list.set_marks(frozenset())
        app.list.set_marks(frozenset({"900"}))
        await pilot.pause()
        assert app.list.painted == []
        assert app.told == []


async def test_one_changed_row_paints_one_line() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        before = rows(range(1000))
        app.list.set_rows(before)
        await settle(pilot, app)
        app.list.set_rows((*before[:4], Row("4", ("renamed", "")), *before[5:]))
        await pilot.pause()
        assert app.list.painted == [5]


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        (["down", "down", "up"], 1),
        (["j", "j", "j", "k"], 2),
        (["pagedown"], 8),
        (["pagedown", "pagedown", "pageup"], 8),
        (["end"], 99),
        (["G"], 99),
        (["G", "g"], 0),
        (["end", "home"], 0),
        (["up"], 0),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], index: int) -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows(range(100)))
        await pilot.press(*keys)
        assert (app.list.cursor_index, app.list.cursor_key) == (index, str(index))


async def test_a_held_key_tells_where_it_ended() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows(range(100)))
        await settle(pilot, app)
        for _ in range(30):
            app.list.action_go("down")
        await pilot.pause()
        assert app.told[-1] == ("RowHighlighted", "30")
        assert len(app.told) < 30


async def test_enter_chooses() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("enter")
        app.list.set_rows(rows("ab"))
        await settle(pilot, app)
        await pilot.press("down", "enter")
        assert app.told == [("RowHighlighted", "b"), ("RowChosen", "b")]


async def test_clicks() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows(range(100)))
        await settle(pilot, app)
        await pilot.click(RowList, offset=(5, 3))
        await pilot.click(RowList, offset=(5, 3))
        await pilot.click(RowList, offset=(35, 0))
        await pilot.click(RowList, offset=(0, 0))
        assert app.told == [
            ("RowHighlighted", "2"),
            ("RowChosen", "2"),
            ("HeaderClicked", "bytes"),
        ]
        await pilot.click(RowList, offset=(39, 9))
        assert "img-99" in app.shown[9]
        assert app.list.cursor_key == "2"


async def test_a_click_below_the_last_row_does_nothing() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows("ab"))
        await settle(pilot, app)
        await pilot.click(RowList, offset=(5, 7))
        assert app.told == []


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows(range(100)))
        await pilot.pause()
        mouse = (app.list, 5, 5, 0, 0, 0, False, False, False)
        app.list.post_message(MouseScrollDown(*mouse))
        app.list.post_message(MouseScrollDown(*mouse))
        app.list.post_message(MouseScrollUp(*mouse))
        await pilot.pause()
        assert "img-2 " in app.shown[1]
        assert app.list.cursor_key == "0"
        await pilot.press("down")
        assert "img-1 " in app.shown[1]


async def test_the_cursor_keeps_its_row_and_its_line() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows(range(100)))
        app.list.move_to(50)
        await settle(pilot, app)
        line = next(y for y, text in enumerate(app.shown) if "img-50" in text)
        app.list.set_rows(rows(["new", *range(20, 100)]))
        await settle(pilot, app)
        assert "img-50" in app.shown[line]
        assert app.told == []


async def test_a_vanished_row_tells_who_is_highlighted_now() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.list.set_rows(rows("abc"))
        await settle(pilot, app)
        app.list.set_rows(rows("bc"))
        app.list.set_rows(())
        await pilot.pause()
        assert app.told[-1] == ("RowHighlighted", None)
        assert not app.list.move_to_key("c")
        app.list.set_rows(rows("bc"))
        assert app.list.move_to_key("c")
        assert app.list.cursor_key == "c"


@pytest.mark.parametrize("width", [1, 2, 3, 7, 11, 12, 13, 20])
@pytest.mark.parametrize("height", [1, 2, 3])
async def test_no_size_is_too_small(width: int, height: int) -> None:
    app = ListApp()
    async with app.run_test(size=(width, height)) as pilot:
        app.list.set_sort("name")
        app.list.set_rows(rows(range(10)))
        await pilot.pause()
        strips = [app.list.render_line(y) for y in range(height)]
        assert {strip.cell_length for strip in strips} == {width}
        assert {len(strip.text) for strip in strips} == {width}
        await pilot.press("end", "up")
        app.list.set_rows(())
        await pilot.pause()


async def test_resizing_keeps_the_cursor_in_sight() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 20)) as pilot:
        app.list.set_rows(rows(range(100)))
        app.list.move_to(15)
        await pilot.resize_terminal(20, 6)
        await pilot.pause()
        assert any("img-15" in text for text in app.shown)
        assert app.list.visible_range == (11, 5)
        assert len(app.shown) == 6


def segments(app: ListApp, y: int) -> Iterator[tuple[str, Style]]:
    for text, style, _ in app.list.render_line(y):
        assert style is not None
        yield text, style


async def test_style_names_become_styles_and_unknown_ones_are_plain() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        cells = ("a", CellText("bad one", "bad"))
        app.list.set_rows(
            (Row("0", ()), Row("1", cells), Row("2", ("x",), True), Row("3", ("y",), state="wat"))
        )
        await pilot.pause()
        by_text = {text.strip(): style for text, style in segments(app, 2)}
        assert by_text["bad one"].color != by_text["a"].color
        assert next(segments(app, 3))[1].dim
        assert next(segments(app, 4))[1] == by_text["a"]


@pytest.mark.parametrize("theme", ["textual-dark", "ansi-dark"])
@pytest.mark.parametrize("no_color", [True, False])
async def test_the_cursor_differs_by_more_than_nothing(
    monkeypatch: pytest.MonkeyPatch, theme: str, no_color: bool
) -> None:
    """With and without focus, in truecolor, 16 colours and without any colour."""
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.theme = theme
        app.list.set_rows(rows("abc"))
        await pilot.pause()
        plain, focused = dict(segments(app, 2)), dict(segments(app, 1))
        app.screen.set_focus(None)
        await pilot.pause()
        looks = {
            (style.reverse, style.underline)
            if no_color
            else (style.reverse, style.underline, style.bgcolor)
            for lines in (plain, focused, dict(segments(app, 1)))
            for style in lines.values()
        }
        assert len(looks) == 3


async def test_ascii_glyphs_leave_nothing_but_ascii() -> None:
    app = ListApp(ASCII)
    async with app.run_test(size=(20, 4)) as pilot:
        app.list.set_rows([Row(str(n), ("镜像仓库镜像仓库", "é")) for n in range(9)])
        await pilot.pause()
        assert all(text.isascii() for text in app.shown)
        assert app.shown[1] == "  ???????~       ? #"


async def test_bindings_can_be_moved_one_by_one() -> None:
    ids = [getattr(binding, "id", None) for binding in RowList.BINDINGS]
    assert len(set(ids)) == len(ids)
    app = ListApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.set_keymap({"rowlist.j": "n"})
        app.list.set_rows(rows("abc"))
        await pilot.press("n", "down", "j")
        assert app.list.cursor_key == "c"


async def test_auto_height_follows_the_rows() -> None:
    app = ListApp()
    app.list.styles.height = "auto"
    async with app.run_test(size=(40, 20)) as pilot:
        for count in (3, 5):
            app.list.set_rows(rows(range(count)))
            await pilot.pause()
            assert app.list.size.height == count + 1
