"""The session against a small Engine: what it asks for, when, and what it tells."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actions.live import STARTED_SECONDS, Listener, LiveEngine, connected, container, image
from tests.engine.fakes import answer
from tests.waiting import until
from tui.actions.session import DEBOUNCE, Session, Stale, staled_by, touched_by
from tui.engine import errors
from tui.model.containerdetails import ContainerDetails
from tui.model.engine import EngineEvent
from tui.store import events, insides
from tui.store.reduce import image_row_key
from tui.store.state import Pane, Phase

START = ["/version", "/info", "/events", "/images/json", "/containers/json"]
QUIET_SECONDS = 1.0
"""How long the fake Engine listens for a request that must not come."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LiveEngine]:
    live = LiveEngine(tmp_path)
    live.images = [image(1, "a:1"), image(2)]
    live.containers = [container(1, "web")]
    with live.fake:
        yield live


def _mark(listener: Listener, tag: str) -> frozenset[str]:
    """Mark the rows of an image's names; returns the marks."""
    marks = frozenset(
        image_row_key(one.image_id, name)
        for one in listener.store.state.images
        for name in one.tags
        if name == tag
    )
    listener.store.apply(events.MarksSet(Pane.IMAGES, marks))
    return marks


def test_connecting_tells_the_engine_then_the_lists_then_that_it_is_there(
    engine: LiveEngine,
) -> None:
    with connected(engine) as (_session, listener):
        kinds = [type(event) for event in listener.told]
        state = listener.store.state
    assert kinds[0] is events.EngineTold
    assert kinds[-1] is events.ConnectionChanged
    assert {events.ImagesListed, events.ContainersListed, events.GaugeRead} <= set(kinds)
    assert [one.tags for one in state.images] == [("a:1",), ()]
    assert [one.name for one in state.containers] == ["web"]
    assert state.engine.version == "20.10.24"
    assert state.images_known
    assert state.containers_known


def test_a_start_is_five_requests(engine: LiveEngine) -> None:
    engine.images = [image(number, f"a:{number}") for number in range(300)]
    with connected(engine):
        assert sorted(engine.paths) == sorted(START)


def test_no_change_is_lost_between_the_lists_and_the_event_stream(engine: LiveEngine) -> None:
    """The events' request comes through late: after the lists were answered and then changed."""

    def change_after_the_list() -> None:
        until(lambda: "/containers/json" in engine.paths, "the lists are read")
        engine.images = [image(3, "new:1")]
        engine.happen("image", "tag")

    engine.before_events = change_after_the_list
    with connected(engine) as (_session, listener):
        listener.settle(
            lambda: [one.tags for one in listener.store.state.images] == [("new:1",)],
            "the change is seen",
        )


def test_events_are_asked_for_from_the_engines_own_time_on(engine: LiveEngine) -> None:
    with connected(engine):
        asked = next(line for line in engine.fake.requests if "/events" in line)
    assert f"/events?since={STARTED_SECONDS} " in asked


@pytest.mark.parametrize(
    ("kind", "action", "again"),
    [
        ("image", "tag", ["/images/json"]),
        ("image", "delete", ["/images/json"]),
        ("container", "start", ["/containers/json"]),
        ("container", "health_status: healthy", ["/containers/json"]),
        ("container", "commit", ["/images/json"]),
        ("daemon", "reload", ["/version", "/info"]),
    ],
)
def test_one_event_reads_again_what_it_changed_and_nothing_else(
    engine: LiveEngine, kind: str, action: str, again: list[str]
) -> None:
    with connected(engine) as (_session, listener):
        engine.happen(kind, action)
        until(lambda: len(engine.paths) >= len(START) + len(again), "it is read again")
        # a second, different event: all that the first one caused has been asked for by then
        engine.happen("container" if "/images/json" in again else "image", "update")
        until(lambda: len(engine.paths) > len(START) + len(again), "the second one is answered")
        assert engine.paths[len(START) : -1] == again
        assert listener.phase is Phase.CONNECTED


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("image", "save"),
        ("container", "exec_start: sh"),
        ("container", "attach"),
        ("container", "top"),
        ("network", "connect"),
        ("volume", "mount"),
        ("", ""),
    ],
)
def test_events_that_change_no_row_read_nothing_again(kind: str, action: str) -> None:
    assert not staled_by(EngineEvent(kind, action, "x"))


@pytest.mark.parametrize(
    ("event", "touched"),
    [
        (EngineEvent("container", "health_status: healthy", "x"), "x"),
        (EngineEvent("container", "exec_die", "x"), "x"),
        (EngineEvent("container", "update", "x"), "x"),
        (EngineEvent("network", "connect", "n", container_id="x"), "x"),
        (EngineEvent("container", "exec_start: sh", "x"), ""),
        (EngineEvent("container", "top", "x"), ""),
        (EngineEvent("volume", "mount", "v", container_id="x"), ""),
        (EngineEvent("image", "tag", "x"), ""),
    ],
)
def test_events_that_change_what_inspect_tells(event: EngineEvent, touched: str) -> None:
    assert touched_by(event) == touched


def test_what_happens_to_a_container_is_told_and_not_read(engine: LiveEngine) -> None:
    with connected(engine) as (_session, listener):
        details = ContainerDetails("x")
        listener.store.apply(insides.ContainersInspected((details,)))
        engine.happen("container", "exec_die")
        listener.settle(lambda: listener.store.state.inside.touched.get("x") == 1, "it is told")
        assert sorted(engine.paths) == sorted(START)


def test_containers_of_podman_go_stale_too() -> None:
    for action in ("died", "remove", "cleanup", "init"):
        assert staled_by(EngineEvent("container", action, "x")) == {Stale.CONTAINERS}


def test_a_storm_of_events_makes_few_requests(engine: LiveEngine) -> None:
    """500 events at once: the first reading, and at most one more for those that came meanwhile."""
    with connected(engine):
        engine.happen("image", "untag", count=500)
        until(lambda: len(engine.paths) > len(START), "the images are read again")
        engine.happen("daemon", "reload")  # the mark that all of the storm has been read
        until(lambda: "/info" in engine.paths[len(START) :], "the mark is read")
        counts = Counter(engine.paths[len(START) :])
    assert 1 <= counts["/images/json"] <= 3
    assert not counts["/containers/json"]


def test_nothing_is_asked_while_nothing_happens(engine: LiveEngine) -> None:
    with connected(engine):
        more = threading.Event()
        engine.fake.answers |= {path: lambda _connection: more.set() for path in START}
        assert not more.wait(QUIET_SECONDS)
        assert sorted(engine.paths) == sorted(START)


def test_refresh_reads_everything_again(engine: LiveEngine) -> None:
    with connected(engine) as (session, _listener):
        session.refresh()
        until(lambda: len(engine.paths) == len(START) + 4, "everything is read")
        assert engine.paths[len(START) :] == [
            "/version", "/info", "/images/json", "/containers/json",
        ]  # fmt: skip


def test_a_lost_connection_comes_back_with_marks_and_cursor(tmp_path: Path) -> None:
    """The Engine goes away whole and comes back with one image less."""
    first = LiveEngine(tmp_path)
    first.images = [image(1, "a:1"), image(2, "b:1")]
    listener = Listener()
    with first.fake:
        session = Session(first.fake.endpoint, listener.tell)
        session.start()
        listener.settle(lambda: listener.phase is Phase.CONNECTED, "connected")
        kept, lost = _mark(listener, "a:1"), _mark(listener, "b:1")
        listener.store.apply(events.MarksSet(Pane.IMAGES, kept | lost))
        listener.store.apply(events.CursorMoved(Pane.IMAGES, next(iter(kept))))
        until(lambda: first.streams == 1, "the events flow")
    listener.settle(lambda: listener.phase is Phase.LOST, "lost")
    state = listener.store.state
    assert state.view(Pane.IMAGES).marks == kept | lost
    assert len(state.images) == 2
    with pytest.raises(errors.EngineError):
        session.client()
    second = LiveEngine(tmp_path)
    second.images = [image(1, "a:1")]
    with second.fake:
        session.refresh()
        listener.settle(lambda: listener.phase is Phase.CONNECTED, "connected again")
        view = listener.store.state.view(Pane.IMAGES)
        assert view.marks == kept
        assert view.cursor in kept
        assert listener.store.state.connection.attempts == 0
        session.client().close()
        session.close()
        until(lambda: not second.streams, "the stream is closed")


def test_a_broken_event_stream_is_a_lost_connection(engine: LiveEngine) -> None:
    with connected(engine) as (_session, listener):
        engine.drop_streams()
        listener.settle(lambda: listener.phase is Phase.LOST, "lost")
        assert listener.store.state.connection.trouble.title
        listener.settle(lambda: listener.phase is Phase.CONNECTED, "it connects by itself")
        until(lambda: engine.streams == 1, "the events flow again")


def test_refused_events_are_told_in_the_engines_words(engine: LiveEngine) -> None:
    engine.fake.answers["/events"] = answer({"message": "not for you"}, 403)
    listener = Listener()
    session = Session(engine.fake.endpoint, listener.tell)
    session.start()
    listener.settle(lambda: listener.phase is Phase.LOST, "lost")
    session.close()
    assert "not for you" in listener.store.state.connection.trouble.detail


def test_an_engine_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    gone = LiveEngine(tmp_path)
    with gone.fake:
        endpoint = gone.fake.endpoint
    listener = Listener()
    session = Session(endpoint, listener.tell)
    session.start()
    listener.settle(lambda: listener.phase is Phase.FAILED, "failed")
    with pytest.raises(errors.NoSocket):
        session.client()
    listener.settle(lambda: listener.store.state.connection.attempts >= 2, "tried again by itself")
    assert listener.store.state.connection.trouble.remedy
    session.close()


def test_refresh_while_the_engine_is_away_tries_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an hour between two attempts, only the key can be what connects."""
    monkeypatch.setattr("tui.actions.session.RETRY", (3600.0,))
    gone = LiveEngine(tmp_path)
    with gone.fake:
        endpoint = gone.fake.endpoint
    listener = Listener()
    session = Session(endpoint, listener.tell)
    session.start()
    listener.settle(lambda: listener.phase is Phase.FAILED, "failed")
    back = LiveEngine(tmp_path)
    with back.fake:
        session.refresh()
        listener.settle(lambda: listener.phase is Phase.CONNECTED, "connected")
        session.close()


def _session_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    """Return the threads that are not the fake Engine's and were not there before."""
    return [
        thread
        for thread in set(threading.enumerate()) - before
        if thread.name == "session" or "_read" in thread.name
    ]


def test_close_ends_the_threads_and_the_stream(engine: LiveEngine) -> None:
    before = set(threading.enumerate())
    with connected(engine):
        assert len(_session_threads(before)) == 2
    until(lambda: not _session_threads(before), "the session's threads have ended")


def test_close_while_away_ends_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.actions.session.RETRY", (3600.0,))
    before = set(threading.enumerate())
    with LiveEngine(tmp_path).fake as fake:
        endpoint = fake.endpoint
    listener = Listener()
    session = Session(endpoint, listener.tell)
    session.start()
    listener.settle(lambda: listener.phase is Phase.FAILED, "failed")
    session.close()
    until(lambda: not _session_threads(before), "the session's thread has ended")


def test_close_while_connecting_ends_the_thread_and_tells_nothing(engine: LiveEngine) -> None:
    """Another Engine is chosen before this one has answered: it stays silent."""
    asked, go_on = threading.Event(), threading.Event()
    whole = engine.fake.answers["/version"]
    assert isinstance(whole, bytes)

    def wait_to_answer(connection: object) -> None:
        asked.set()
        assert go_on.wait(10)
        connection.sendall(whole)  # type: ignore[attr-defined]

    engine.fake.answers["/version"] = wait_to_answer
    before = set(threading.enumerate())
    told: list[events.Event] = []
    session = Session(engine.fake.endpoint, told.append)
    session.start()
    assert asked.wait(10)
    session.close()
    go_on.set()
    until(lambda: not _session_threads(before), "the session's threads have ended")
    assert not told


def test_what_comes_within_the_debounce_is_read_together(engine: LiveEngine) -> None:
    with connected(engine):
        engine.happen("container", "create")
        engine.happen("container", "start")
        engine.happen("image", "tag")
        until(lambda: len(engine.paths) >= len(START) + 2, "both lists are read")
        assert sorted(engine.paths[len(START) :]) == ["/containers/json", "/images/json"]
    assert DEBOUNCE < 0.5, "a change made elsewhere has to show within half a second"


def test_a_job_before_the_first_connection_waits_for_it(engine: LiveEngine) -> None:
    """The lists are on the screen before: a key may be quicker than the connection."""
    listener = Listener()
    session = Session(engine.fake.endpoint, listener.tell)
    session.start()
    try:
        session.client().close()
    finally:
        session.close()
