"""Following a log from one of its readings to the next: nothing twice, nothing lost."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, cast

import pytest

from tui.actions.dispatcher import JobContext
from tui.actions.handlers.logs import follow_logs
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.logs import FollowLogs
from tui.engine.client import EngineClient
from tui.engine.logs import Ended, LogRequest
from tui.logs.line import STDERR, STDOUT
from tui.logs.lines import as_written
from tui.model.engine import Capabilities, EngineInfo
from tui.store import events, insides

STAMP: Final = "2026-11-27T05:35:56.84298553%dZ"
AT: Final = 1_795_757_756_842_985_530


class Message(NamedTuple):
    """One entry of a log."""

    at: int
    """Nanoseconds after AT; one digit."""
    text: bytes
    stream: int = STDOUT

    @property
    def frame(self) -> bytes:
        whole = (STAMP % self.at).encode() + b" " + self.text
        return struct.pack(">BxxxL", self.stream, len(whole)) + whole


class Log:
    """A container's log, of which each reading tells only so many messages."""

    def __init__(self, *readings: tuple[Message, ...], starts: int) -> None:
        self.readings = list(readings)
        self.starts = starts
        """How often the container is started again."""
        self.asked: list[LogRequest] = []

    @contextmanager
    def opened(self, _client: object, _name: str, request: LogRequest) -> Iterator[Log]:
        self.asked.append(request)
        since = request.since.partition(".")
        first = int(since[0] + since[2].ljust(9, "0")) - AT if request.since else 0
        told = self.readings.pop(0) if self.readings else ()
        self._data = b"".join(message.frame for message in told if message.at >= first)
        yield self

    def read(self, _size: int) -> bytes:
        data, self._data = self._data, b""
        return data

    def has_started(self, *_arguments: object) -> bool:
        self.starts -= 1
        return self.starts >= 0


class Client:
    """A client that is asked nothing else."""

    capabilities = Capabilities()
    info = EngineInfo()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""

    cut = close


def followed(log: Log, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Follow a log to its end, and return what the book has then."""
    monkeypatch.setattr("tui.engine.logs.opened_log", log.opened)
    monkeypatch.setattr("tui.engine.logs.has_terminal", lambda *_: False)
    monkeypatch.setattr("tui.engine.logs.last_run", lambda *_: Ended("then", 1.0))
    monkeypatch.setattr("tui.engine.logs.has_started", log.has_started)
    monkeypatch.setattr("tui.actions.handlers.logs.REST", 0.0)
    told: list[events.Event] = []
    context = JobContext(lambda: cast(EngineClient, Client()), told.append)
    follow_logs(FollowLogs((ContainerTarget("c", "c"),), tail=-1, stays=True), context)
    opened = next(event for event in told if isinstance(event, insides.LogOpened))
    assert opened.log.book is not None
    lines = opened.log.book.lines(0, opened.log.book.end)
    return b"".join(as_written(iter(lines)))


def test_a_message_without_an_end_is_not_told_again_after_a_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would be one line with what comes then, and that line's time one that was told."""
    one, two = Message(1, b"begun\n"), Message(2, b"no end")
    three, four = Message(3, b"begun\n"), Message(4, b"no end")
    every = (one, two, three, four)
    log = Log((one,), (one, two), every, every, starts=1)
    assert followed(log, monkeypatch) == b"begun\nno endbegun\nno end"
    assert [request.follow for request in log.asked] == [True, False, True, False]


def test_of_two_streams_the_newest_message_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines without an end come last from both streams, in no order of their times."""
    out, more, error = Message(5, b"no end"), Message(6, b" of it"), Message(4, b"error", STDERR)
    log = Log((error, out), (error, out, more), starts=0)
    assert followed(log, monkeypatch) == b"no enderror of it"
