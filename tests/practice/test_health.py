"""Health checks of the practice engine, by a clock that is set by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.practice.engine import call
from tests.practice.vessels import Clock, actions, get, make, post, run, told, vessel
from tui.practice import seeds
from tui.practice.containers import seeds as container_seeds
from tui.practice.hold import Hold, Settings
from tui.practice.nodes import Node
from tui.practice.wire import ApiError

FINE = "test -e /tmp/fine"
SECOND = 1_000_000_000


def check(test: str = FINE, **more: Any) -> dict[str, Any]:
    return {"Test": ["CMD-SHELL", test], "Interval": 10 * SECOND, **more}


def wait(hold: Hold, clock: Clock, seconds: float) -> None:
    """Let time pass, a second after the other."""
    for _ in range(int(seconds)):
        clock.now += 1
        hold.containers.run_due()


def health(hold: Hold, name: str = "one") -> dict[str, Any]:
    found: dict[str, Any] = get(hold, f"/containers/{name}/json")["State"].get("Health")
    return found


def status(hold: Hold) -> str:
    return str(get(hold, "/containers/json?all=1")[0]["Status"])


def do(hold: Hold, *command: str) -> None:
    """Run a command in the container."""
    body = {"Cmd": list(command)}
    made = get_id(post(hold, "/containers/one/exec", body))
    post(hold, f"/exec/{made}/start", {"Detach": True})


def get_id(response: Any) -> str:
    return str(json.loads(response.body)["Id"])


def test_it_begins_and_becomes_healthy() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check("echo fine"))
    assert health(hold) == {"Status": "starting", "FailingStreak": 0, "Log": []}
    assert status(hold).endswith("(health: starting)")
    wait(hold, clock, 9)
    assert health(hold)["Log"] == []
    wait(hold, clock, 1)
    found = health(hold)
    assert (found["Status"], found["FailingStreak"]) == ("healthy", 0)
    assert [probe["Output"] for probe in found["Log"]] == ["fine\n"]
    assert status(hold) == "Up 10 seconds (healthy)"
    assert actions(hold)[-4:] == [
        "exec_create: /bin/sh -c echo fine",
        "exec_start: /bin/sh -c echo fine",
        "exec_die",
        "health_status: healthy",
    ]
    wait(hold, clock, 10)
    assert actions(hold)[-1] == "exec_die", "it is still healthy, so nothing is told"


def test_three_failures_in_a_row_make_it_unhealthy_and_one_success_heals() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check())
    wait(hold, clock, 29)
    assert (health(hold)["Status"], health(hold)["FailingStreak"]) == ("starting", 2)
    wait(hold, clock, 1)
    assert (health(hold)["Status"], health(hold)["FailingStreak"]) == ("unhealthy", 3)
    assert actions(hold)[-1] == "health_status: unhealthy"
    do(hold, "touch", "/tmp/fine")
    wait(hold, clock, 10)
    assert (health(hold)["Status"], health(hold)["FailingStreak"]) == ("healthy", 0)
    assert [probe["ExitCode"] for probe in health(hold)["Log"]] == [1, 1, 1, 0]
    wait(hold, clock, 60)
    assert [probe["ExitCode"] for probe in health(hold)["Log"]] == [0] * 5, "five are kept"


def test_failures_at_the_beginning_do_not_count() -> None:
    hold, clock = vessel()
    given = check(StartPeriod=25 * SECOND, Retries=1)
    run(hold, "sleep", "3600", Healthcheck=given)
    wait(hold, clock, 29)
    assert (health(hold)["Status"], health(hold)["FailingStreak"]) == ("starting", 0)
    assert len(health(hold)["Log"]) == 2
    wait(hold, clock, 1)
    assert health(hold)["Status"] == "unhealthy"


def test_a_test_that_takes_too_long_has_failed() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check("echo slow; sleep 100", Timeout=90 * SECOND))
    wait(hold, clock, 99)
    assert health(hold)["Log"] == [], "the next one waits for it"
    wait(hold, clock, 1)
    (probe,) = health(hold)["Log"]
    assert probe["ExitCode"] == -1
    assert probe["Output"] == "Health check exceeded timeout (1m30s)"
    assert told(hold, "exec_die")["exitCode"] == "137"


def test_a_test_may_take_its_time() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check("sleep 5; echo done"))
    wait(hold, clock, 15)
    assert [probe["Output"] for probe in health(hold)["Log"]] == ["done\n"]
    wait(hold, clock, 14)
    assert len(health(hold)["Log"]) == 1, "the interval begins at its end"
    wait(hold, clock, 1)
    assert len(health(hold)["Log"]) == 2


def test_no_more_than_four_kilobytes_are_kept() -> None:
    hold, clock = vessel()
    container = run(hold, "sleep", "3600", Healthcheck=check("cat /tmp/much"))
    container.tree.put("tmp/much", Node(content=b"0123456789" * 1000))
    wait(hold, clock, 10)
    (probe,) = health(hold)["Log"]
    assert probe["Output"] == ("0123456789" * 1000)[:4096] + "..."


def test_what_cannot_be_run_has_failed() -> None:
    hold, clock = vessel()
    given = check() | {"Test": ["CMD", "/no/such"]}
    run(hold, "sleep", "3600", Healthcheck=given)
    wait(hold, clock, 20)
    assert [probe["ExitCode"] for probe in health(hold)["Log"]] == [-1, -1]
    assert "no such file" in health(hold)["Log"][0]["Output"]


def test_nothing_is_run_while_it_is_paused_or_stopped() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check("true"))
    wait(hold, clock, 10)
    post(hold, "/containers/one/pause")
    before = health(hold)["Log"]
    assert health(hold)["Status"] == "unhealthy", "as dockerd, without an event"
    assert status(hold).endswith("(Paused)")
    wait(hold, clock, 60)
    assert health(hold)["Log"] == before
    post(hold, "/containers/one/unpause")
    assert health(hold)["Status"] == "unhealthy"
    wait(hold, clock, 10)
    assert health(hold)["Status"] == "healthy"
    post(hold, "/containers/one/kill")
    assert health(hold)["Status"] == "unhealthy"
    wait(hold, clock, 60)
    assert len(health(hold)["Log"]) == 2
    post(hold, "/containers/one/start")
    assert health(hold)["Status"] == "starting"
    assert len(health(hold)["Log"]) == 2, "the log stays"
    wait(hold, clock, 10)
    assert health(hold)["Status"] == "healthy"


def test_an_end_in_the_middle_of_a_test_leaves_no_run_behind() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check("sleep 5"))
    wait(hold, clock, 12)
    post(hold, "/containers/one/kill")
    assert health(hold)["Log"] == []
    wait(hold, clock, 60)
    assert health(hold)["Log"] == []


def test_the_runs_leave_no_commands_behind() -> None:
    hold, clock = vessel()
    container = run(hold, "sleep", "3600", Healthcheck=check("true"))
    wait(hold, clock, 100)
    assert not container.execs
    assert get(hold, "/containers/one/json")["ExecIDs"] is None


def test_a_check_that_was_taken_away_or_is_none() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck={"Test": ["NONE"]})
    wait(hold, clock, 60)
    assert health(hold) is None
    assert status(hold) == "Up About a minute"


def test_what_the_client_leaves_open_is_the_images() -> None:
    hold, _clock = vessel()
    made = make(hold, "sleep", "1", Healthcheck=check(Retries=7))
    post(hold, "/commit?container=one&repo=checked&tag=1")
    post(hold, "/containers/create?name=two", {"Image": "checked:1", "Cmd": ["sleep", "1"]})
    assert hold.containers.get("two").config["Healthcheck"] == made.config["Healthcheck"]
    body = {"Image": "checked:1", "Cmd": ["sleep", "1"], "Healthcheck": {"Retries": 2}}
    post(hold, "/containers/create?name=three", body)
    assert hold.containers.get("three").config["Healthcheck"] == check(Retries=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Interval": 5},
        {"Timeout": 999_999},
        {"StartPeriod": -1},
        {"Retries": -1},
        {"Interval": "x"},
        {"Retries": "x"},
        {"Test": "x"},
        5,
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    hold, _clock = vessel()
    body = {"Image": "box:1", "Cmd": ["sleep", "1"], "Healthcheck": wrong}
    with pytest.raises(ApiError) as caught:
        post(hold, "/containers/create?name=one", body)
    assert caught.value.status == 400


def test_a_list_by_health() -> None:
    hold, clock = vessel()
    run(hold, "sleep", "3600", Healthcheck=check("true"))
    run(hold, "sleep", "3600", name="two")
    wait(hold, clock, 10)

    def named(word: str) -> list[str]:
        found = get(hold, f'/containers/json?filters={{"health":["{word}"]}}')
        return [row["Names"][0] for row in found]

    assert [named(word) for word in ("healthy", "none", "starting")] == [["/one"], ["/two"], []]


def test_it_lies_in_the_data_root_and_is_unhealthy_after_the_end_of_the_daemon(
    tmp_path: Path,
) -> None:
    hold, clock = vessel(tmp_path)
    run(hold, "sleep", "3600", Healthcheck=check("echo fine"))
    wait(hold, clock, 10)
    log = health(hold)["Log"]
    again = Hold(Settings(speed=0, data_root=tmp_path), clock=clock, sleep=clock.sleep)
    assert health(again) == {"Status": "unhealthy", "FailingStreak": 0, "Log": log}


def test_the_shop_can_be_seen_to_fall_ill() -> None:
    clock = Clock()
    hold = Hold(Settings(speed=0), clock=clock, sleep=clock.sleep)
    seeds.fill(hold)
    container_seeds.fill(hold)
    assert health(hold, "web")["Status"] == "healthy"
    assert len(health(hold, "web")["Log"]) == 5
    wait(hold, clock, 10)
    assert health(hold, "web")["Log"][-1]["Output"] == "200 OK\n", "as its past has it"
    made = get_id(post(hold, "/containers/web/exec", {"Cmd": ["rm", "/app/pages/today.html"]}))
    call(hold, "POST", f"/exec/{made}/start", b'{"Detach": true}')
    wait(hold, clock, 20)
    assert health(hold, "web")["Status"] == "unhealthy"
