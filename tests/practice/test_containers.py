from __future__ import annotations

import json
from typing import Any

import pytest

from tests.practice.engine import call, data, refusal
from tests.practice.vessels import actions, get, make, output, post, run, stream, told, vessel
from tui.practice.containers import lifecycle, seeds

JSON = {"Content-Type": "application/json"}


def refused(hold: Any, target: str, body: object = None) -> tuple[int, str]:
    text = b"" if body is None else json.dumps(body).encode()
    headers = {**JSON, "Content-Length": str(len(text))}
    return refusal(hold, "POST", target, text, headers=headers)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"Image": "nosuch"}, 404, "No such image: nosuch:latest"),
        ({"Image": ""}, 400, "No command specified"),
        ({}, 400, "Config cannot be empty in order to create a container"),
        (None, 500, "EOF"),
        (
            {"Image": "box:1", "HostConfig": {"Memory": 100}},
            400,
            "Minimum memory limit allowed is 6MB",
        ),
        (
            {"Image": "box:1", "HostConfig": {"RestartPolicy": {"Name": "bogus"}}},
            400,
            "invalid restart policy 'bogus'",
        ),
        ({"Image": "box:1", "StopSignal": "BOGUS"}, 400, "Invalid signal: BOGUS"),
        (
            {"Image": "box:1", "WorkingDir": "rel"},
            400,
            "the working directory 'rel' is invalid, it needs to be an absolute path",
        ),
    ],
)
def test_a_container_that_cannot_be(body: object, status: int, words: str) -> None:
    hold, _clock = vessel()
    assert refused(hold, "/containers/create", body) == (status, words)
    assert len(hold.containers) == 0


def test_names() -> None:
    hold, _clock = vessel()
    one = make(hold, name="one")
    taken = f'The container name "/one" is already in use by container "{one.id}"'
    status, words = refused(hold, "/containers/create?name=one", {"Image": "box:1"})
    assert status == 409
    assert taken in words
    assert refused(hold, "/containers/create?name=-x", {"Image": "box:1"})[0] == 400
    post(hold, "/containers/create", {"Image": "box:1"})
    made_up = hold.containers.all()[-1].name
    assert made_up.count("_") == 1
    post(hold, "/containers/one/rename?name=two")
    assert told(hold, "rename")["oldName"] == "/one"
    assert hold.containers.get("two") is hold.containers.get(one.id[:8]) is one
    make(hold, name="one")
    assert refused(hold, "/containers/two/rename?name=one")[0] == 409


def test_the_images_config_is_below_the_containers() -> None:
    hold, _clock = vessel()
    make(hold, "ls", Env=["B=2", "A=3"], Labels={"own": "x"})
    config = get(hold, "/containers/one/json")["Config"]
    assert config["Env"] == ["B=2", "A=3", "PATH=/bin"]
    assert config["Labels"] == {"made": "here", "own": "x"}
    assert config["Cmd"] == ["ls"]
    assert config["ExposedPorts"] == {"80/tcp": {}}


def test_a_life() -> None:
    hold, clock = vessel()
    container = run(hold, "sleep", "1000")
    assert container.state.status == "running"
    assert call(hold, "POST", "/containers/one/start").status == 304
    post(hold, "/containers/one/pause")
    assert refused(hold, "/containers/one/pause")[0] == 409
    clock.now += 90
    assert get(hold, "/containers/json")[0]["Status"] == "Up About a minute (Paused)"
    post(hold, "/containers/one/unpause")
    assert refused(hold, "/containers/one/unpause") == (
        500,
        f"Container {container.id} is not paused",
    )
    before = clock.now
    post(hold, "/containers/one/stop?t=3")
    assert clock.now - before == pytest.approx(3, abs=0.2)
    assert get(hold, "/containers/one/json")["State"]["ExitCode"] == 137
    assert actions(hold) == ["create", "start", "pause", "unpause", "kill", "kill", "die", "stop"]
    assert call(hold, "POST", "/containers/one/stop").status == 304
    clock.now += 7200
    assert get(hold, "/containers/json?all=1")[0]["Status"] == "Exited (137) 2 hours ago"
    assert get(hold, "/containers/json") == []


def test_a_server_heeds_the_first_signal() -> None:
    hold, clock = vessel()
    container = run(hold, "nginx", "-g", "daemon off;")
    before = clock.now
    post(hold, "/containers/one/stop")
    assert clock.now == before
    assert container.state.exit_code == 0
    assert "exit" in output(container, 2).splitlines()[-1]


def test_a_server_writes_without_being_woken() -> None:
    hold, clock = vessel()
    container = run(hold, "nginx")
    clock.now += 600
    assert container.process is not None
    assert container.process.due is None
    before = container.log.count
    lines = data(call(hold, "GET", "/containers/one/logs?stdout=1"))
    assert container.log.count > before + 30
    assert lines.count(b"GET /") in {49, 50}


def test_a_sleep_ends_when_it_is_due() -> None:
    hold, clock = vessel()
    container = run(hold, "sh", "-c", "sleep 20; echo done; exit 4")
    hold.containers.run_due()
    assert container.state.running
    clock.now += 21
    hold.containers.run_due()
    assert (container.state.status, container.state.exit_code) == ("exited", 4)
    assert output(container) == "done\n"


def test_a_program_that_is_not_there() -> None:
    hold, _clock = vessel()
    container = make(hold, "nosuch")
    status, words = refused(hold, "/containers/one/start")
    assert status == 400
    assert 'exec: "nosuch": executable file not found in $PATH: unknown' in words
    assert (container.state.status, container.state.exit_code) == ("created", 127)
    assert actions(hold) == ["create"]


def test_restarts_until_the_policy_is_satisfied() -> None:
    hold, clock = vessel()
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    container = run(hold, "sh", "-c", "echo x; exit 1", HostConfig=policy)
    assert container.state.status == "restarting"
    for _turn in range(5):
        clock.now += 5
        hold.containers.run_due()
    assert (container.state.status, container.restart_count) == ("exited", 2)
    assert output(container) == "x\n" * 3


def test_a_daemon_restart() -> None:
    hold, _clock = vessel()
    lost = run(hold, "sleep", "100", name="lost")
    always = {"RestartPolicy": {"Name": "always"}}
    kept = run(hold, "sleep", "100", name="kept", HostConfig=always)
    hold.containers.daemon_restarted()
    assert (lost.state.status, lost.state.exit_code) == ("exited", 255)
    assert kept.state.status == "running"


def test_removal() -> None:
    hold, _clock = vessel()
    container = run(hold, "sleep", "100")
    status, words = refusal(hold, "DELETE", "/containers/one")
    assert (status, words) == (
        409,
        f"You cannot remove a running container {container.id}. "
        "Stop the container before attempting removal or force remove",
    )
    call(hold, "DELETE", "/containers/one?force=1")
    assert actions(hold)[-3:] == ["kill", "die", "destroy"]
    assert refusal(hold, "DELETE", "/containers/one") == (404, "No such container: one")


def test_a_container_holds_its_images_layers() -> None:
    hold, _clock = vessel()
    make(hold)
    image = hold.images.find("box:1")
    assert [x.name for x in hold.containers.using(image.image_id)] == ["one"]
    call(hold, "DELETE", "/images/box:1?force=1")
    assert hold.layers.all()
    assert get(hold, "/containers/json?all=1")[0]["Image"] == image.image_id
    call(hold, "DELETE", "/containers/one")
    assert not hold.layers.all()


def test_prune() -> None:
    hold, _clock = vessel()
    ended = run(hold, "sh", "-c", "echo 12345 > /tmp/x", name="ended")
    run(hold, "sleep", "100", name="runs")
    answer = json.loads(data(post(hold, "/containers/prune")))
    assert answer == {"ContainersDeleted": [ended.id], "SpaceReclaimed": 6}
    assert refused(hold, '/containers/prune?filters={"x":["1"]}') == (400, "Invalid filter 'x'")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ('{"name":["on"]}', ["one"]),
        ('{"name":["^/two$"]}', ["two"]),
        ('{"status":["exited"]}', ["two"]),
        ('{"exited":["3"]}', ["two"]),
        ('{"exited":["0"]}', []),
        ('{"ancestor":["box:1"]}', ["two", "one"]),
        ('{"ancestor":["nosuch"]}', []),
        ('{"label":["made=here"]}', ["two", "one"]),
        ('{"label":["made=there"]}', []),
        ('{"before":["two"]}', ["one"]),
        ('{"since":["one"]}', ["two"]),
        ('{"publish":["8080"]}', ["one"]),
        ('{"network":["none"]}', []),
    ],
)
def test_filters(filters: str, names: list[str]) -> None:
    hold, clock = vessel()
    run(hold, "sleep", "9", HostConfig={"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}})
    clock.now += 1
    run(hold, "sh", "-c", "exit 3", name="two")
    found = get(hold, f"/containers/json?all=1&filters={filters}")
    assert [x["Names"][0][1:] for x in found] == names


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ('filters={"status":["bogus"]}', 400, "Invalid filter 'status=bogus'"),
        ('filters={"bogus":["1"]}', 400, "Invalid filter 'bogus'"),
        ('filters={"exited":["x"]}', 500, 'strconv.Atoi: parsing "x": invalid syntax'),
        ('filters={"since":["nosuch"]}', 500, "no such container nosuch"),
        ("limit=x", 500, 'strconv.Atoi: parsing "x": invalid syntax'),
    ],
)
def test_filters_that_make_no_sense(query: str, status: int, words: str) -> None:
    hold, _clock = vessel()
    assert refusal(hold, "GET", f"/containers/json?all=1&{query}") == (status, words)


def test_ports_are_published_once() -> None:
    hold, _clock = vessel()
    published = {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}
    run(hold, "sleep", "9", HostConfig=published)
    port = {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}
    assert get(hold, "/containers/json")[0]["Ports"] == [port, {**port, "IP": "::"}]
    make(hold, "sleep", "9", name="two", HostConfig=published)
    status, words = refused(hold, "/containers/two/start")
    assert status == 500
    assert "Bind for 0.0.0.0:8080 failed: port is already allocated" in words
    settings = get(hold, "/containers/one/json")["NetworkSettings"]
    assert settings["IPAddress"] == "172.17.0.2"
    assert settings["Ports"]["80/tcp"][0] == {"HostIp": "0.0.0.0", "HostPort": "8080"}


def test_kill() -> None:
    hold, _clock = vessel()
    container = run(hold, "sleep", "9")
    post(hold, "/containers/one/kill?signal=HUP")
    assert container.state.running
    assert refused(hold, "/containers/one/kill?signal=BOGUS") == (400, "Invalid signal: BOGUS")
    assert refused(hold, "/containers/one/kill?signal=99") == (
        500,
        "Cannot kill container: one: The linux daemon does not support signal 99",
    )
    post(hold, "/containers/one/kill")
    assert told(hold, "die")["exitCode"] == "137"
    assert refused(hold, "/containers/one/kill") == (
        409,
        f"Cannot kill container: one: Container {container.id} is not running",
    )


def test_wait() -> None:
    hold, clock = vessel()
    container = run(hold, "sh", "-c", "sleep 5; exit 6")
    parts = stream(post(hold, "/containers/one/wait?condition=next-exit"))
    assert next(parts) == b""
    clock.now += 6
    hold.containers.run_due()
    assert json.loads(b"".join(parts)) == {"Error": None, "StatusCode": 6}
    gone = stream(post(hold, "/containers/one/wait?condition=removed"))
    assert next(gone) == b""
    lifecycle.remove(hold, container)
    assert json.loads(b"".join(gone))["StatusCode"] == 6


def test_logs() -> None:
    hold, clock = vessel()
    run(hold, "sh", "-c", "echo one; echo two >&2; sleep 10; echo -n three")
    clock.now += 11
    hold.containers.run_due()

    def logs(query: str) -> bytes:
        return data(call(hold, "GET", f"/containers/one/logs?{query}"))

    assert logs("stdout=1&stderr=1") == (
        b"\1\0\0\0\0\0\0\4one\n\2\0\0\0\0\0\0\4two\n\1\0\0\0\0\0\0\5three"
    )
    assert logs("stdout=1&tail=1")[8:] == b"three"
    assert logs("stderr=1&tail=1") == b""
    assert logs(f"stdout=1&since={int(clock.now - 5)}")[8:] == b"three"
    assert logs(f"stdout=1&until={int(clock.now - 5)}")[8:] == b"one\n"
    assert logs("stdout=1&tail=1&timestamps=1")[8:].startswith(b"2026-11-18T")
    assert refusal(hold, "GET", "/containers/one/logs")[0] == 400


def test_logs_are_followed_until_the_end() -> None:
    hold, clock = vessel()
    run(hold, "sh", "-c", "echo one; sleep 5; echo two")
    parts = stream(call(hold, "GET", "/containers/one/logs?stdout=1&follow=1"))
    assert next(parts)[8:] == b"one\n"
    clock.now += 6
    hold.containers.run_due()
    assert b"".join(parts)[8:] == b"two\n"


def test_stats() -> None:
    hold, clock = vessel()
    make(hold, "nginx", HostConfig={"Memory": 64 << 20})
    assert get(hold, "/containers/one/stats?stream=0")["memory_stats"] == {}
    post(hold, "/containers/one/start")
    clock.now += 100
    first = get(hold, "/containers/one/stats?stream=0")
    clock.now += 1
    second = get(hold, "/containers/one/stats?stream=0")
    usage = [x["cpu_stats"]["cpu_usage"]["total_usage"] for x in (first, second)]
    assert usage[0] < usage[1] < usage[0] + 10**9
    assert second["precpu_stats"]["cpu_usage"]["total_usage"] == usage[0]
    assert first["memory_stats"]["limit"] == 64 << 20
    assert get(hold, "/containers/one/stats?stream=0&one-shot=1")["preread"].startswith("0001")


def test_top() -> None:
    hold, _clock = vessel()
    run(hold, "sleep", "9")
    answer = get(hold, "/containers/one/top")
    assert answer["Titles"] == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    assert [row[-1] for row in answer["Processes"]] == ["sleep 9"]
    assert get(hold, "/containers/one/top?ps_args=-o pid,cmd")["Titles"] == ["PID", "CMD"]
    words = "Couldn't find PID field in ps output"
    assert refusal(hold, "GET", "/containers/one/top?ps_args=-o cmd") == (500, words)


def test_update() -> None:
    hold, _clock = vessel()
    container = make(hold, "sleep", "9")
    status, words = refused(hold, "/containers/one/update", {"Memory": 64 << 20})
    assert status == 409
    assert words.endswith("update the memoryswap at the same time")
    post(hold, "/containers/one/update", {"Memory": 64 << 20, "MemorySwap": -1})
    post(hold, "/containers/one/update", {"RestartPolicy": {"Name": "always"}})
    told_config = get(hold, "/containers/one/json")["HostConfig"]
    assert told_config["Memory"] == 64 << 20
    assert container.restart_policy == ("always", 0)


def test_update_to_less_memory_than_it_uses() -> None:
    from tests.practice.engine import quick_hold
    from tui.practice import seeds as images

    hold = quick_hold()
    images.fill(hold)
    seeds.fill(hold)
    less = {"Memory": 7 << 20, "MemorySwap": -1}
    status, words = refused(hold, "/containers/web/update", less)
    assert status == 500
    assert "unable to set memory limit to 7340032 (current usage:" in words
    post(hold, "/containers/web/update", {"Memory": 64 << 20, "MemorySwap": -1})
    post(hold, "/containers/web/stop?t=0")
    post(hold, "/containers/web/update", less)
    assert get(hold, "/containers/web/json")["HostConfig"]["Memory"] == 7 << 20


def test_the_containers_of_the_start() -> None:
    from tests.practice.engine import quick_hold
    from tui.practice import seeds as images

    hold = quick_hold()
    images.fill(hold)
    seeds.fill(hold)
    states = {x["Names"][0][1:]: x["State"] for x in get(hold, "/containers/json?all=1")}
    assert states == {
        "scratch": "created",
        "web": "running",
        "migrate": "exited",
        "nightly-report": "exited",
        "worker": "paused",
        "cache": "running",
    }
    assert get(hold, "/containers/web/changes")
    assert b"error: connection refused" in data(
        call(hold, "GET", "/containers/migrate/logs?stderr=1")
    )
    for name in ("nginx", "centos", "bash"):
        assert not hold.containers.using(hold.images.find(name).image_id)
