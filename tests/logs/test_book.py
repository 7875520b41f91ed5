from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from tui.logs.book import BYTES_MAX, LINES_MAX, LogBook
from tui.logs.choice import Shown, find, holds
from tui.logs.line import STDERR, STDOUT, LogLine
from tui.logs.merge import PATIENCE, Merger


def lines(*texts: str, stream: int = STDOUT) -> list[LogLine]:
    return [LogLine(b"", stream, text.encode()) for text in texts]


def texts(found: Iterable[LogLine]) -> list[str]:
    return [line.text.decode() for line in found]


def test_the_newest_lines_are_kept_with_their_numbers() -> None:
    book = LogBook(lines_max=10)
    for number in range(100):
        book.add(lines(str(number)))
        assert book.end == number + 1
        assert book.end - book.first <= 10
    assert (book.first, book.end, book.has_dropped) == (90, 100, True)
    assert texts(book.lines(0, 93)) == ["90", "91", "92"]
    assert texts(book.lines(98, 1000)) == ["98", "99"]
    assert book.line(89) is None
    assert book.line(100) is None
    kept = book.line(95)
    assert kept is not None
    assert kept.text == b"95"


def test_long_lines_count_by_their_bytes() -> None:
    book = LogBook(lines_max=1000, bytes_max=100_000)
    for _ in range(100):
        book.add(lines("x" * 10_000))
    assert 1 <= book.end - book.first <= 10
    book.add(lines("y" * 1_000_000))
    assert texts(book.lines(book.first, book.end)) == ["y" * 1_000_000], "never less than one"


@pytest.mark.parametrize("size", [10, 20_000])
def test_a_million_lines_take_no_more_than_the_ring(size: int) -> None:
    book = LogBook()
    batch = [LogLine(b"", STDOUT, b"%d" % at * size) for at in range(10)] * 100
    for _ in range(1_000_000 // len(batch) if size == 10 else 10):
        book.add(batch)
        kept = book.lines(0, book.end)
        assert len(kept) == book.end - book.first <= LINES_MAX
        assert sum(len(line.text) for line in kept) <= BYTES_MAX
    assert book.first > 0
    held = book.held()
    book.add(batch * 60)
    assert held.lines(0, held.end) == kept, "what is held stays"
    assert book.first > held.end


def test_messages_are_counted_as_the_engine_does() -> None:
    book = LogBook(lines_max=2)
    book.add([LogLine(b"", STDOUT, text) for text in (b"", b"x" * 16_384, b"x" * 40_000)])
    assert (book.added, book.dropped) == (5, 1)


@pytest.mark.parametrize(
    ("text", "line", "fits"),
    [
        ("error|warn", "a WARNING", True),
        ("error|warn", "fine", False),
        ("!ping", "GET /ping", False),
        ("!ping|pong", "GET /x", True),
        ("!", "hey!", True),
        ("!", "hey", False),
        (r"\!ping", "!ping", True),
        (r"a\|b", "a|b", True),
        (r"a\|b", "a", False),
        ("", "anything", True),
        ("|", "anything", True),
    ],
)
def test_what_a_text_means(text: str, line: str, fits: bool) -> None:
    assert holds(lines(line)[0], text) is fits


def test_a_filter_follows_what_comes_and_what_goes() -> None:
    book = LogBook(lines_max=6)
    shown = Shown(book, "ERR")
    book.add(lines("an error", "fine", "err 2"))
    assert list(shown.update()) == [0, 2]
    book.add(lines("fine", "fine", "Error 3", "fine"))
    assert list(shown.update()) == [2, 5]
    assert list(Shown(book).update()) == list(range(1, 7))


def test_streams_are_chosen() -> None:
    book = LogBook()
    book.add(lines("a") + lines("b", stream=STDERR) + lines("c"))
    assert list(Shown(book, streams=frozenset({STDERR})).update()) == [1]
    assert list(Shown(book, "c", frozenset({STDERR})).update()) == []


def test_what_is_searched_for_is_found_both_ways_among_what_is_shown() -> None:
    book = LogBook()
    book.add(lines("one", "two", "One more", "three"))
    every = range(4)
    assert find(book, every, "one", -1) == 0
    assert find(book, every, "one", 0) == 2
    assert find(book, every, "one", 2) is None
    assert find(book, every, "one", 4, back=True) == 2
    assert find(book, [0, 3], "one", 3, back=True) == 0


def test_colours_do_not_hide_a_word() -> None:
    (line,) = lines("\x1b[31mfa\x1b[0mtal")
    assert holds(line, "FATAL")
    assert holds(lines("Straße")[0], "STRASSE")


def test_lines_of_several_containers_come_in_the_order_of_time() -> None:
    stamps = [f"2026-11-26T12:00:00.{number:09d}Z".encode() for number in range(100)]
    written = [LogLine(stamp, STDOUT, b"", True, at % 3) for at, stamp in enumerate(stamps)]
    merger = Merger()
    random.Random(1).shuffle(order := list(range(3)))
    for source in order:
        merger.add([line for line in written if line.source == source], now=10.0)
    assert merger.ready(10.0) == []
    assert merger.ready(10.0 + PATIENCE) == written
    merger.add(written, now=20.0)
    assert merger.ready(20.0, all_came=True) == written


def test_lines_of_one_moment_are_counted() -> None:
    stamps = (b"2026-11-27T05:11:44.5Z", b"2026-11-27T05:11:45Z")
    book = LogBook()
    book.add([LogLine(stamps[number > 2], STDOUT, b"") for number in range(9)])
    first = book.line(0)
    assert first is not None
    assert book.count_from_start(first.nanoseconds) == 3
    assert book.count_from_start(1) == 0
