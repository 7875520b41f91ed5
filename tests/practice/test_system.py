"""The engine itself: ping, version, info, events, and what it has little of."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.practice.fakes import fake_container, fake_hold
from tests.practice.talk import ask, talking
from tui.practice import api
from tui.practice.api import control, resources, system
from tui.practice.api import events as events_module
from tui.practice.server import PracticeServer

ASSERTED = (control, resources, system, events_module)
"""Modules whose calls are tested: they are registered by their import."""


@pytest.fixture
def hold() -> Any:
    return fake_hold()


@pytest.fixture
def path(hold: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(api, "load_routes", lambda: None)
    with PracticeServer(tmp_path / "engine.sock", hold) as server:
        yield server.path


def get(path: Path, target: str) -> Any:
    told = ask(path, "GET", target)
    assert told.status == 200, told.body
    return told.json


def test_ping(path: Path) -> None:
    told = ask(path, "GET", "/_ping")
    assert (told.status, told.body) == (200, b"OK")
    assert told.headers["cache-control"] == "no-cache, no-store, must-revalidate"
    told = ask(path, "HEAD", "/_ping")
    assert (told.status, told.body, told.headers["api-version"]) == (200, b"", "1.41")


def test_version(path: Path) -> None:
    told = get(path, "/version")
    assert (told["Version"], told["ApiVersion"], told["MinAPIVersion"]) == (
        "20.10.24", "1.41", "1.12",
    )  # fmt: skip
    engine = told["Components"][0]
    assert engine["Name"] == "Engine"
    assert engine["Details"]["ApiVersion"] == "1.41"


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [("too-old:version=1.30", "1.12", "1.30"), ("too-new:version=1.52", "1.52", "1.52")],
)
def test_version_tells_what_a_fault_makes_of_it(
    path: Path, hold: Any, fault: str, least: str, most: str
) -> None:
    hold.faults.set_text(fault)
    told = get(path, "/version")
    assert (told["MinAPIVersion"], told["ApiVersion"]) == (least, most)
    assert told["Components"][0]["Details"]["MinAPIVersion"] == least


def test_info_says_that_it_is_practice(path: Path, hold: Any) -> None:
    hold.mirrors = ["https://m.example/"]
    told = get(path, "/v1.41/info")
    assert told["OperatingSystem"] == "orlop practice engine"
    assert told["Labels"] == ["orlop.practice=true"]
    assert told["Name"] == "practice"
    assert (told["Driver"], told["DriverStatus"][0][0]) == ("overlay2", "Backing Filesystem")
    assert told["RegistryConfig"]["Mirrors"] == ["https://m.example/"]
    assert told["RegistryConfig"]["IndexConfigs"]["docker.io"]["Mirrors"] == ["https://m.example/"]
    assert told["DockerRootDir"] == "/practice"
    assert told["SystemTime"].endswith("Z")


def test_info_tells_the_data_root_and_the_counts(path: Path, hold: Any) -> None:
    hold.settings.data_root = Path("/data")
    hold.images.all = lambda: [1, 2, 3]
    hold.containers.all = lambda: [
        fake_container(running=True),
        fake_container(running=True, paused=True),
        fake_container(),
        fake_container(),
    ]
    told = get(path, "/info")
    assert told["DockerRootDir"] == "/data"
    assert told["Images"] == 3
    counted = [told[f"Containers{name}"] for name in ("", "Running", "Paused", "Stopped")]
    assert counted == [4, 1, 1, 2]


def test_networks(path: Path) -> None:
    names = [network["Name"] for network in get(path, "/networks")]
    assert names == ["bridge", "host", "none"]
    filters = quote('{"name":["no"]}')
    assert [n["Driver"] for n in get(path, f"/networks?filters={filters}")] == ["null"]
    assert get(path, "/networks/bridge")["IPAM"]["Config"][0]["Gateway"] == "172.17.0.1"
    told = ask(path, "DELETE", "/networks/none")
    message = "none is a pre-defined network and cannot be removed"
    assert (told.status, told.json["message"]) == (403, message)
    assert ask(path, "GET", "/networks/x").json == {"message": "network x not found"}


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/plugins", []),
        ("POST", "/networks/prune", {"NetworksDeleted": None}),
        ("POST", "/build/prune", {"CachesDeleted": None, "SpaceReclaimed": 0}),
    ],
)
def test_what_there_is_none_of(path: Path, method: str, target: str, body: Any) -> None:
    told = ask(path, method, target)
    assert (told.status, told.json) == (200, body)


@pytest.mark.parametrize("target", ["/swarm", "/nodes", "/services", "/tasks", "/secrets"])
def test_there_is_no_swarm(path: Path, target: str) -> None:
    told = ask(path, "GET", target)
    assert told.status == 503
    assert told.json["message"].startswith("This node is not a swarm manager.")


@pytest.mark.parametrize(
    ("method", "target", "status", "message"),
    [
        ("GET", "/plugins/x/json", 404, 'plugin "x" not found'),
        ("POST", "/networks/prune?filters=%7B%22x%22:[%22a%22]%7D", 400, "Invalid filter 'x'"),
        (
            "GET",
            "/networks?filters=abc",
            500,
            "invalid character 'a' looking for beginning of value",
        ),
        ("POST", "/swarm/leave", 503, "This node is not part of a swarm"),
        ("POST", "/swarm/init", 501, "the practice engine joins no swarm"),
        ("POST", "/networks/create", 501, "the practice engine makes no networks"),
        ("POST", "/build", 501, "the practice engine does not build; try docker commit"),
    ],
)
def test_refusals_are_dockerds(
    path: Path, method: str, target: str, status: int, message: str
) -> None:
    told = ask(path, method, target)
    assert (told.status, told.json["message"]) == (status, message)


# Events


def told_events(path: Path, query: str) -> list[str]:
    body = ask(path, "GET", f"/events?{query}").body
    return [json.loads(line)["Action"] for line in body.splitlines()]


def some(hold: Any) -> None:
    hold.events.publish("image", "tag", "sha256:aa", name="me/web:1")
    hold.events.publish("container", "create", "bb", name="web", image="me/web:1", team="red")
    hold.events.publish("container", "exec_start: ls -l", "bb", name="web", image="me/web:1")
    hold.events.publish("daemon", "reload", "ID", name="practice")


@pytest.mark.parametrize(
    ("filters", "actions"),
    [
        ({}, ["tag", "create", "exec_start: ls -l", "reload"]),
        ({"type": ["image", "daemon"]}, ["tag", "reload"]),
        ({"event": ["create", "exec_start"]}, ["create", "exec_start: ls -l"]),
        ({"image": ["me/web"]}, ["tag", "create", "exec_start: ls -l"]),
        ({"image": ["me/web:1"], "type": ["image"]}, ["tag"]),
        ({"image": ["me"]}, []),
        ({"image": ["sha256:aa"]}, ["tag"]),
        ({"container": ["we"]}, ["create", "exec_start: ls -l"]),
        ({"label": ["team=red"]}, ["create"]),
        ({"label": ["team"], "event": ["tag"]}, []),
        ({"scope": ["swarm"]}, []),
        ({"nobody-knows-this": ["x"]}, ["tag", "create", "exec_start: ls -l", "reload"]),
    ],
)
def test_events_are_filtered(
    path: Path, hold: Any, filters: dict[str, list[str]], actions: list[str]
) -> None:
    some(hold)
    query = f"since=1&until={time.time()}&filters={quote(json.dumps(filters))}"
    assert told_events(path, query) == actions


def test_events_of_a_time(path: Path, hold: Any) -> None:
    some(hold)
    times = [event["timeNano"] for event in hold.events.since(0)]
    between = f"since={times[1] / 1e9:.9f}&until={times[2] / 1e9 + 1e-6:.9f}"
    assert told_events(path, between)[:1] == ["create"]
    assert told_events(path, "until=5") == []
    assert told_events(path, f"until={time.time()}") == [
        "tag", "create", "exec_start: ls -l", "reload",
    ]  # fmt: skip


def test_new_events_come_while_one_listens(path: Path, hold: Any) -> None:
    some(hold)
    with talking(path) as talk:
        talk.send(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert talk.head()[0] == 200
        hold.events.publish("image", "untag", "sha256:aa", name="sha256:aa")
        assert json.loads(talk.chunk())["Action"] == "untag"
        assert hold.events.listeners == 1
    hold.events.publish("image", "late", "sha256:aa")
    while hold.events.listeners:
        time.sleep(0.005)


def test_events_end_at_their_time(path: Path, hold: Any) -> None:
    with talking(path) as talk:
        until = time.time() + 0.05
        talk.send(f"GET /events?until={until} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert talk.head()[0] == 200
        hold.events.publish("image", "tag", "x")
        assert json.loads(talk.chunk())["Action"] == "tag"
        assert talk.chunk() == b""
    assert time.time() >= until


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("since=abc", 500, 'strconv.ParseInt: parsing "abc": invalid syntax'),
        ("until=10m", 500, 'strconv.ParseInt: parsing "10m": invalid syntax'),
        ("since=9&until=2", 400, "`since` time (9) cannot be after `until` time (2)"),
        ("filters=abc", 500, "invalid character 'a' looking for beginning of value"),
    ],
)
def test_bad_questions_for_events(path: Path, query: str, status: int, message: str) -> None:
    told = ask(path, "GET", f"/events?{query}")
    assert (told.status, told.json["message"]) == (status, message)


# What no Docker Engine has


def test_faults_are_set_told_and_cleared(path: Path) -> None:
    told = ask(path, "POST", "/practice/faults", b'{"name":"status","path":"/info","status":418}')
    assert told.json["status"] == 418
    assert ask(path, "GET", "/info").status == 418
    assert [fault["name"] for fault in get(path, "/practice/faults")] == ["status"]
    ask(path, "POST", "/practice/faults", b'{"name":"malformed"}')
    assert ask(path, "DELETE", "/practice/faults?name=status").status == 204
    assert [fault["name"] for fault in get(path, "/practice/faults")] == ["malformed"]
    assert ask(path, "DELETE", "/practice/faults").status == 204
    assert ask(path, "GET", "/info").status == 200


@pytest.mark.parametrize("body", [b"{}", b'{"name":"nope"}', b'{"name":"hang","times":[]}'])
def test_what_is_no_fault_is_refused(path: Path, body: bytes) -> None:
    assert ask(path, "POST", "/practice/faults", body).status == 400


def test_mirrors_are_set(path: Path) -> None:
    told = ask(path, "POST", "/practice/mirrors", b'{"registry-mirrors":["https://m.example"]}')
    assert told.json == {"registry-mirrors": ["https://m.example/"]}
    told = ask(path, "POST", "/practice/mirrors", b'{"registry-mirrors":["x"]}')
    assert (told.status, told.json["message"]) == (
        400,
        'invalid mirror: unsupported scheme "" in "x"',
    )
    assert get(path, "/info")["RegistryConfig"]["Mirrors"] == ["https://m.example/"]


def test_many_clients_at_once(path: Path) -> None:
    answers: list[int] = []

    def go() -> None:
        for _ in range(10):
            answers.append(ask(path, "GET", "/info").status)

    threads = [threading.Thread(target=go) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 200


def test_a_half_closed_client_still_gets_its_answer(path: Path) -> None:
    with talking(path) as talk:
        talk.send(b"GET /version HTTP/1.0\r\n\r\n")
        talk.sock.shutdown(socket.SHUT_WR)
        assert b"20.10.24" in talk.rest()
