from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tui.ui.widgets.columns import Row
from tui.ui.widgets.viewport import Viewport


def rows(keys: Sequence[object]) -> tuple[Row, ...]:
    return tuple(Row(str(key), (str(key),)) for key in keys)


def viewport(keys: Sequence[object], height: int = 5) -> Viewport:
    view = Viewport()
    view.set_rows(rows(keys))
    view.set_height(height)
    return view


def shown(view: Viewport) -> str:
    return " ".join(line.row.key if line.row else "-" for line in view.lines())


def test_an_empty_list_has_no_cursor() -> None:
    view = viewport("")
    assert (view.cursor, view.key, view.top) == (-1, None, 0)
    assert not view.move_to(3)
    assert shown(view) == "- - - - -"


def test_the_first_rows_put_the_cursor_on_the_first() -> None:
    assert viewport("abc").key == "a"


def test_the_view_follows_the_cursor() -> None:
    view = viewport("abcdefgh")
    assert view.move_to(5)
    assert shown(view) == "b c d e f"
    assert not view.move_to(5)
    assert view.move_to(99)
    assert (view.key, shown(view)) == ("h", "d e f g h")
    view.move_to(-7)
    assert (view.key, shown(view)) == ("a", "a b c d e")


def test_rows_inserted_above_leave_the_cursor_on_its_screen_line() -> None:
    view = viewport("abcdefghij")
    view.scroll_to(3)
    view.move_to(5)
    view.set_rows(rows("abXYZcdefghij"))
    assert (view.key, view.cursor, shown(view)) == ("f", 8, "d e f g h")


def test_rows_removed_above_leave_the_cursor_on_its_screen_line() -> None:
    view = viewport("abcdefghij")
    view.scroll_to(4)
    view.move_to(6)
    view.set_rows(rows("cdefghij"))
    assert (view.key, shown(view)) == ("g", "e f g h i")


def test_a_vanished_row_hands_the_cursor_to_the_next_survivor() -> None:
    view = viewport("abcdef")
    view.move_to(2)
    view.set_rows(rows("abef"))
    assert (view.key, view.cursor) == ("e", 2)


def test_at_the_end_the_survivor_before_gets_the_cursor() -> None:
    view = viewport("abcdef")
    view.move_to(5)
    view.set_rows(rows("abc"))
    assert view.key == "c"


def test_with_no_survivor_the_cursor_keeps_its_position() -> None:
    view = viewport("abcdef")
    view.move_to(2)
    view.set_rows(rows("uvwxyz"))
    assert view.key == "w"
    view.set_rows(())
    assert view.key is None
    view.set_rows(rows("pq"))
    assert view.key == "p"


def test_with_the_cursor_out_of_sight_the_first_row_shown_stays() -> None:
    view = viewport("abcdefghijklmnop")
    view.scroll_to(8)
    view.set_rows(rows("XYabcdefghijklmnop"))
    assert (view.key, shown(view)) == ("a", "i j k l m")


def test_a_smaller_window_keeps_the_cursor_in_sight() -> None:
    view = viewport("abcdefgh", 8)
    view.move_to(7)
    view.set_height(3)
    assert shown(view) == "f g h"
    view.set_height(5)
    assert shown(view) == "d e f g h"


def test_marks_and_cursor_are_part_of_the_line() -> None:
    view = viewport("abc", 3)
    view.marks = frozenset("bz")
    assert [(line.cursor, line.marked) for line in view.lines()] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_a_short_list_has_no_thumb_and_a_long_one_shows_where_it_is() -> None:
    assert not viewport("abcde").thumb()
    view = viewport(range(100), 10)
    assert view.thumb() == range(1)
    view.scroll_to(1000)
    assert view.thumb() == range(9, 10)


class Endless:
    """Half a million rows that are made when they are asked for."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __len__(self) -> int:
        return 500_000

    def __getitem__(self, index: int) -> Row:
        self.made.append(index)
        return Row(f"k{index}", (str(index),))

    def index_of(self, key: str) -> int | None:
        return int(key[1:])


def test_a_lazy_source_makes_only_what_is_in_sight() -> None:
    source = Endless()
    view = Viewport()
    view.set_height(40)
    view.set_rows(source)
    view.lines()
    view.move_to(400_000)
    view.lines()
    assert len(source.made) == 80
    view.set_rows(Endless())
    assert (view.key, view.cursor) == ("k400000", 400_000)


keys = st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), unique=True)


@given(keys, st.lists(st.tuples(keys, st.integers(-3, 30), st.integers(-3, 30))), st.integers(0, 9))
def test_no_change_leads_astray(
    first: list[str], changes: list[tuple[list[str], int, int]], height: int
) -> None:
    view = viewport(first, height)
    for new, cursor, top in changes:
        view.move_to(cursor)
        view.scroll_to(top)
        old_key, old_line = view.key, view.cursor - view.top
        in_sight = 0 <= old_line < height
        view.set_rows(rows(new))
        assert view.key == (new[view.cursor] if new else None)
        assert 0 <= view.top <= view.max_top
        assert len(view.lines()) == height
        if old_key in new:
            assert view.key == old_key
            if in_sight and 0 < view.top < view.max_top:
                assert view.cursor - view.top == old_line
        if in_sight and new:
            assert 0 <= view.cursor - view.top < height
