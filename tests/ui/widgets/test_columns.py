from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui.terminal import ASCII, UNICODE, Glyphs
from tui.ui.widgets.columns import GAP, Align, CellText, Column, Row, fit, pieces, place, wrap

COLUMNS = (
    Column("name", "NAME", 20, flex=True, min_width=6, priority=9),
    Column("id", "ID", 12, priority=1),
    Column("age", "AGE", 8, priority=3),
    Column("bytes", "SIZE", 9, align="right", priority=5),
)


def keys(width: int) -> list[str]:
    return [slot.column.key for slot in place(COLUMNS, width)]


def test_all_columns_fit_and_the_flexible_one_takes_the_rest() -> None:
    slots = place(COLUMNS, 80)
    assert [slot.width for slot in slots] == [48, 12, 8, 9]
    assert [slot.x for slot in slots] == [0, 49, 62, 71]


def test_columns_of_least_priority_go_first() -> None:
    assert keys(38) == ["name", "id", "age", "bytes"]
    assert keys(37) == ["name", "age", "bytes"]
    assert keys(24) == ["name", "bytes"]
    assert keys(15) == ["name"]
    assert keys(1) == ["name"]


def test_of_equal_priority_the_rightmost_goes_first() -> None:
    columns = (Column("a", "", 5), Column("b", "", 5), Column("c", "", 5))
    assert [slot.column.key for slot in place(columns, 12)] == ["a", "b"]


def test_flexible_columns_share_by_their_weights() -> None:
    columns = (Column("a", "", 30, flex=True), Column("b", "", 10, flex=True))
    assert [slot.width for slot in place(columns, 49)] == [4 + 30, 4 + 10]


def test_a_column_is_cut_before_it_goes_if_it_still_tells_something() -> None:
    columns = (
        Column("a", "", 10, priority=9),
        Column("status", "", 20, priority=5, cut_to=8),
        Column("b", "", 10, priority=1),
    )

    def placed(width: int) -> list[tuple[str, int]]:
        return [(slot.column.key, slot.width) for slot in place(columns, width)]

    assert placed(42) == [("a", 10), ("status", 20), ("b", 10)]
    assert placed(41) == [("a", 10), ("status", 20)]
    assert placed(30) == [("a", 10), ("status", 19)]
    assert placed(19) == [("a", 10), ("status", 8)]
    assert placed(18) == [("a", 10)]


def test_no_columns_need_no_room() -> None:
    assert place((), 10) == ()


column = st.builds(
    Column,
    st.text("abc", max_size=2),
    st.just("T"),
    st.integers(0, 40),
    min_width=st.integers(0, 10),
    flex=st.booleans(),
    priority=st.integers(0, 3),
    cut_to=st.integers(0, 20),
)


@given(st.lists(column, min_size=1, max_size=6), st.integers(1, 120))
def test_slots_stay_inside_and_fixed_columns_are_whole(columns: list[Column], width: int) -> None:
    slots = place(columns, width)
    assert slots
    end = -GAP
    for slot in slots:
        assert slot.x == end + GAP
        end = slot.x + slot.width
        if len(slots) > 1 and not slot.column.flex:
            assert slot.width == slot.column.width
    assert end <= width


@pytest.mark.parametrize(
    ("text", "width", "align", "glyphs", "shown"),
    [
        ("abc", 5, "left", UNICODE, "abc  "),
        ("abc", 5, "right", UNICODE, "  abc"),
        ("abcdef", 5, "left", UNICODE, "abcd…"),
        ("abcdef", 5, "left", ASCII, "abcd~"),
        ("abcdef", 1, "left", UNICODE, "…"),
        ("abcdef", 0, "left", UNICODE, ""),
        ("镜像仓库", 8, "left", UNICODE, "镜像仓库"),
        ("镜像仓库", 6, "left", UNICODE, "镜像 …"),
        ("镜像仓库", 7, "left", UNICODE, "镜像仓…"),
        ("镜像", 6, "left", ASCII, "????  "),
        ("e\u0301e\u0301e\u0301", 2, "left", UNICODE, "e\u0301…"),
    ],
)
def test_text_is_cut_by_cells(
    text: str, width: int, align: Align, glyphs: Glyphs, shown: str
) -> None:
    assert fit(text, width, align, glyphs=glyphs) == shown


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co"))),
    st.integers(0, 30),
    st.sampled_from(["left", "right"]),
    st.sampled_from([UNICODE, ASCII]),
)
def test_fitted_text_is_exactly_as_wide(
    text: str, width: int, align: Align, glyphs: Glyphs
) -> None:
    shown = fit(text, width, align, glyphs=glyphs)
    assert cell_len(shown) == width
    assert shown.isascii() or not glyphs.ascii


def test_neighbours_of_one_style_are_one_piece() -> None:
    columns = (Column("a", "", 3), Column("b", "", 3), Column("c", "", 3, align="right"))
    row = Row("k", ("x", CellText("y"), CellText("z", "good")))
    assert pieces(row, place(columns, 11), glyphs=UNICODE) == [("x   y  ", ""), ("   z", "good")]


def test_missing_cells_are_blank_and_control_characters_are_spelled_out() -> None:
    columns = (Column("a", "", 6), Column("b", "", 3))
    assert pieces(Row("k", ("\x1b[2J",)), place(columns, 10), glyphs=UNICODE) == [
        (r"\x1b[…    ", "")
    ]


def test_markup_is_plain_text() -> None:
    row = Row("k", ("[red]x[/]",))
    assert pieces(row, place((Column("a", "", 9),), 9), glyphs=UNICODE) == [("[red]x[/]", "")]


def test_text_is_wrapped_at_blanks() -> None:
    assert wrap("no images here\npull one", 9) == ["no images", "here", "pull one"]
    assert wrap("", 9) == [""]
