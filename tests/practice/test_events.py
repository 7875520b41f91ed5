"""The events: shapes as dockerd's, and nobody misses one."""

from __future__ import annotations

import threading

from tui.practice.events import KEPT, EventBus


def test_the_shape_of_an_image_event_is_dockerds() -> None:
    bus = EventBus(lambda: 1795478730.790062933)
    bus.publish("image", "tag", "sha256:ab", name="x:1", Author="me")
    (event,) = bus.since(0)
    assert list(event) == [
        "status", "id", "Type", "Action", "Actor", "scope", "time", "timeNano",
    ]  # fmt: skip
    assert (event["status"], event["id"]) == ("tag", "sha256:ab")
    assert (event["Type"], event["Action"], event["scope"]) == ("image", "tag", "local")
    assert event["Actor"] == {"ID": "sha256:ab", "Attributes": {"Author": "me", "name": "x:1"}}
    assert list(event["Actor"]["Attributes"]) == ["Author", "name"]
    assert event["time"] == 1795478730
    assert event["timeNano"] // 10**9 == 1795478730


def test_an_event_of_a_container_tells_its_image() -> None:
    bus = EventBus(lambda: 1.0)
    bus.publish("container", "die", "ab", image="bash", name="x", exitCode="0")
    assert bus.since(0)[0]["from"] == "bash"


def test_an_event_of_the_daemon_has_no_old_fields() -> None:
    bus = EventBus(lambda: 1.0)
    bus.publish("daemon", "reload", "ID", **{"registry-mirrors": "[]"})
    (event,) = bus.since(0)
    assert list(event) == ["Type", "Action", "Actor", "scope", "time", "timeNano"]
    assert event["Actor"]["Attributes"] == {"registry-mirrors": "[]"}


def test_since_goes_by_time() -> None:
    now = 10.0
    bus = EventBus(lambda: now)
    for now in (10.0, 11.0, 12.5):
        bus.publish("image", f"at {now}", "x")
    assert [event["Action"] for event in bus.since(11.0)] == ["at 11.0", "at 12.5"]


def test_only_so_many_are_remembered() -> None:
    bus = EventBus(lambda: 1.0)
    for number in range(KEPT + 10):
        bus.publish("image", str(number), "x")
    actions = [event["Action"] for event in bus.since(0)]
    assert actions == [str(number) for number in range(10, KEPT + 10)]


def test_a_listener_gets_the_past_and_the_new_ones_once() -> None:
    bus = EventBus(lambda: 1.0)
    bus.publish("image", "0", "x")
    with bus.subscribe(since=0) as queue, bus.subscribe() as late:
        assert bus.listeners == 2
        for number in range(1, 50):
            threading.Thread(target=bus.publish, args=("image", str(number), "x")).start()
        told = sorted(int(queue.get(timeout=10)["Action"]) for _ in range(50))
        assert told == list(range(50))
        assert sorted(int(late.get(timeout=10)["Action"]) for _ in range(49)) == told[1:]
    assert bus.listeners == 0
    bus.publish("image", "after", "x")
    assert queue.empty()
