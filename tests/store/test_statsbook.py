"""The book of figures: what it keeps, and that it keeps no more."""

from __future__ import annotations

from tui.model.stats import NO_FIGURES, UNKNOWN, Figures
from tui.store.statsbook import LATEST_MAX, PASTS_MAX, POINTS_MAX, StatsBook, Wish


def sample(at: float, *, used: int = 0, cpu: float = UNKNOWN) -> Figures:
    return Figures(at, used, int(at * 2000), 2, cpu, 7)


def test_the_newest_figures_and_the_past() -> None:
    book = StatsBook()
    assert book.latest("a") is NO_FIGURES
    assert book.past("a") == ()
    book.add("a", sample(1, cpu=5))
    book.add("a", sample(2, cpu=6))
    assert book.latest("a").cpu == 6
    assert [(point.at, point.cpu, point.memory) for point in book.past("a")] == [
        (1, 5, 7),
        (2, 6, 7),
    ]
    assert book.count == 2


def test_cpu_that_is_not_told_follows_from_the_sample_before() -> None:
    book = StatsBook()
    book.add("a", sample(10, used=1000))
    assert book.latest("a").cpu == UNKNOWN
    book.add("a", sample(20, used=11_000))
    assert book.latest("a").cpu == 100.0


def test_what_stopped_has_no_figures_but_a_past() -> None:
    book = StatsBook()
    book.add("a", sample(1, cpu=5))
    book.add("a", NO_FIGURES)
    assert not book.latest("a").is_running
    assert len(book.past("a")) == 1


def test_memory_is_bounded() -> None:
    book = StatsBook()
    for at in range(POINTS_MAX + 50):
        book.add("a", sample(at + 1, cpu=1))
    assert len(book.past("a")) == POINTS_MAX
    assert book.past("a")[-1].at == POINTS_MAX + 50
    for number in range(LATEST_MAX + 50):
        book.add(f"c{number}", sample(1, cpu=1))
    kept = [number for number in range(LATEST_MAX + 50) if book.past(f"c{number}")]
    assert len(kept) == PASTS_MAX
    known = [n for n in range(LATEST_MAX + 50) if book.latest(f"c{n}").is_running]
    assert len(known) == LATEST_MAX


def test_another_wish_wakes_who_reads_and_the_same_does_not() -> None:
    book = StatsBook()
    book.want(Wish(("a",)))
    assert book.wished.is_set()
    book.wished.clear()
    book.want(Wish(("a",)))
    assert not book.wished.is_set()
