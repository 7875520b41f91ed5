from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.logs.line import MESSAGE, STDERR, STDOUT, TTY, LogLine
from tui.logs.lines import (
    HEADER,
    LINE_MAX,
    BadLog,
    FrameReader,
    Reader,
    TerminalReader,
    as_written,
    reader_for,
)

STAMP = b"2026-11-26T12:00:00.%09dZ"


def frames(*messages: tuple[int, bytes]) -> bytes:
    return b"".join(HEADER.pack(stream, len(data)) + data for stream, data in messages)


def messages_of(written: bytes, number: int = 0) -> list[bytes]:
    """Cut what a container wrote as dockerd's copier does, each message with its time."""
    found: list[bytes] = []
    for line in written.splitlines(keepends=True):
        for start in range(0, len(line), MESSAGE):
            found.append(STAMP % (number + len(found)) + b" " + line[start : start + MESSAGE])
    return found


def read(reader: Reader, data: bytes, seed: int) -> list[LogLine]:
    """Feed data in pieces of any size."""
    rnd = random.Random(seed)
    found: list[LogLine] = []
    at = 0
    while at < len(data):
        step = rnd.choice((1, 7, 8, 30, 1000, 70_000))
        found += reader.feed(data[at : at + step])
        at += step
    return found + reader.end()


LINES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.integers(MESSAGE - 2, MESSAGE + 2).map(lambda count: b"x" * count),
        st.sampled_from([b"", b"2026-11-26T12:00:00.000000000Z is my own text", b"\xff\xfe\0"]),
    ),
    max_size=8,
).map(lambda parts: b"\n".join(part.replace(b"\n", b"").replace(b"\r", b"") for part in parts))


@given(LINES, st.integers(0, 1000), st.booleans())
def test_a_terminals_lines_are_what_was_written(written: bytes, seed: int, stamps: bool) -> None:
    sent = b"".join(messages_of(written)) if stamps else written
    lines = read(TerminalReader(stamps=stamps), sent, seed)
    assert b"".join(as_written(iter(lines))) == written
    assert all(line.stream == TTY for line in lines)
    if stamps:
        assert all(line.stamp for line in lines)


@given(LINES, LINES, st.integers(0, 1000), st.booleans())
def test_two_streams_are_told_apart_and_whole(
    out: bytes, err: bytes, seed: int, stamps: bool
) -> None:
    sent = [(STDOUT, message) for message in messages_of(out)]
    sent += [(STDERR, message) for message in messages_of(err, 500)]
    random.Random(seed).shuffle(order := [stream for stream, _ in sent])
    queues = {1: iter(messages_of(out)), 2: iter(messages_of(err, 500))}
    data = [(stream, next(queues[stream])) for stream in order]
    if not stamps:
        data = [(stream, message.split(b" ", 1)[1]) for stream, message in data]
    lines = read(FrameReader(stamps=stamps), frames(*data), seed)
    for stream, written in ((STDOUT, out), (STDERR, err)):
        own = [line for line in lines if line.stream == stream]
        assert b"".join(as_written(iter(own))) == written


def test_ten_megabytes_without_an_end_come_in_bounded_pieces() -> None:
    reader = FrameReader(stamps=False)
    found: list[LogLine] = []
    for _ in range(640):
        found += reader.feed(frames((STDOUT, b"y" * MESSAGE)))
    found += reader.end()
    assert max(len(line.text) for line in found) == LINE_MAX
    assert sum(len(line.text) for line in found) == 640 * MESSAGE
    assert not any(line.ends for line in found)


def test_a_line_keeps_the_time_of_its_beginning() -> None:
    long = b"a" * (MESSAGE + 5) + b"\nb\n"
    (first, second) = read(TerminalReader(stamps=True), b"".join(messages_of(long)), 1)
    assert (first.nanoseconds % 10, second.nanoseconds % 10) == (0, 2)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (b"1970-01-01T00:00:01Z", 1_000_000_000),
        (b"1970-01-01T00:00:01.5Z", 1_500_000_000),
        (b"1970-01-01T02:00:00.000000001+02:00", 1),
        (b"1969-12-31T19:00:00.000000002-05:00", 2),
        (b"", 0),
        (b"yesterday", 0),
    ],
)
def test_times_are_understood_as_docker_and_podman_write_them(stamp: bytes, expected: int) -> None:
    assert LogLine(stamp, STDOUT, b"").nanoseconds == expected


@pytest.mark.parametrize(
    "data", [b"\x07\0\0\0\0\0\0\1x", b"\x01\0\0\0\xff\0\0\1x", b"plain text, no frames"]
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BadLog):
        FrameReader(stamps=False).feed(data)


def test_the_engines_own_words_are_errors() -> None:
    reader = reader_for(tty=False, stamps=False)
    assert reader.feed(frames((3, b"the log is damaged\n"))) == [
        LogLine(b"", STDERR, b"the log is damaged")
    ]


@pytest.mark.parametrize("tty", [False, True])
def test_what_is_told_twice_is_known_again(tty: bool) -> None:
    """As Docker does where it rotates a log file: some messages once more, then new ones."""
    written = b"".join(b"line %d\n" % number for number in range(30))
    told = messages_of(written)
    order = [*told[:20], *told[14:20], *told[18:]]
    data = b"".join(order) if tty else frames(*((STDOUT, message) for message in order))
    for differ, expected in ((True, written), (False, None)):
        lines = read(reader_for(tty=tty, stamps=True, differ=differ), data, 1)
        got = b"".join(as_written(iter(lines)))
        assert got == expected if expected else len(lines) == len(order)


def test_lines_of_one_time_are_all_there() -> None:
    """A clock that was set back, and a program that repeats itself."""
    times = [5, 6, 7, 3, 4, 5, 6]
    messages = [STAMP % time + b" same %d\n" % at for at, time in enumerate(times)]
    lines = read(
        FrameReader(stamps=True, differ=True), frames(*((STDOUT, one) for one in messages)), 1
    )
    assert len(lines) == len(times)


def test_a_long_line_of_a_terminal_is_whole_however_it_was_cut() -> None:
    """In a JSON log bytes that are no UTF-8 are longer than they were written."""
    stamp, later = STAMP % 1 + b" ", STAMP % 2 + b" "
    piece = "\ufffd".encode() * MESSAGE
    sent = stamp + piece + stamp + piece + stamp + b"end\n" + later + b"next\n"
    lines = read(TerminalReader(stamps=True), sent, 4)
    assert b"".join(as_written(iter(lines))) == piece * 2 + b"end\nnext\n"


def test_ten_megabytes_of_a_terminal_without_an_end_come_in_bounded_pieces() -> None:
    stamp = STAMP % 1 + b" "
    sent = b"".join(stamp + b"y" * MESSAGE for _ in range(640))
    lines = read(TerminalReader(stamps=True), sent, 2)
    assert max(len(line.text) for line in lines) <= LINE_MAX
    assert b"".join(as_written(iter(lines))) == b"y" * 640 * MESSAGE
