from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.logs.rows import Place, Rows

HEIGHTS = st.lists(st.integers(1, 4), min_size=1, max_size=12)


def all_places(heights: list[int]) -> list[Place]:
    return [Place(at, row) for at, height in enumerate(heights) for row in range(height)]


def rows_of(heights: list[int]) -> Rows:
    return Rows(range(100, 100 + len(heights)), lambda number: heights[number - 100])


@given(HEIGHTS, st.data())
def test_a_move_counts_rows(heights: list[int], data: st.DataObject) -> None:
    places = all_places(heights)
    start = data.draw(st.integers(0, len(places) - 1))
    by = data.draw(st.integers(-60, 60))
    expected = places[min(max(start + by, 0), len(places) - 1)]
    assert rows_of(heights).moved(places[start], by) == expected


@given(HEIGHTS, st.integers(1, 20))
def test_the_end_is_at_the_bottom(heights: list[int], height: int) -> None:
    rows, places = rows_of(heights), all_places(heights)
    top = rows.top_for_end(height)
    assert rows.in_sight(top, height) == places[-height:]


def test_a_line_is_found_by_its_number_or_the_next() -> None:
    rows = Rows([5, 9, 12], lambda _number: 1)
    assert [rows.of_number(number).at for number in (0, 5, 6, 12, 99)] == [0, 0, 1, 2, 2]


def test_nothing_has_no_rows() -> None:
    rows = Rows([], lambda _number: 1)
    assert rows.moved(Place(3, 1), -2) == Place(0)
    assert rows.in_sight(rows.top_for_end(5), 5) == []
