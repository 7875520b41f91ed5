"""Health checks: starting, healthy, unhealthy; what is kept of them, and what is told."""

from __future__ import annotations

from typing import Any, Final

from tests.contract.bench import Bench, filters, settings
from tests.contract.scenario import scenario
from tests.waiting import until

_CHECK: Final = {
    "Test": ["CMD-SHELL", "echo looked; test -e /tmp/fine || exit 3"],
    "Interval": 300_000_000,
    "Retries": 2,
}


@scenario("classic", "containerd")
def health(bench: Bench) -> None:
    """Podman runs its checks by timers of systemd, which is not there."""
    (image,) = bench.load(bench.runnable("check:1", Healthcheck=_CHECK))
    container = bench.container("one", Image=image, Healthcheck={"Retries": 3})
    path = f"/containers/{container}/json"
    bench.notes.note("the check", bench.quiet("GET", path).json()["Config"]["Healthcheck"])
    bench.notes.note("created", bench.state(container).get("Health"))
    began = bench.engine_time()
    bench.quiet("POST", f"/containers/{container}/start")
    bench.notes.note("started", bench.state(container)["Health"])
    bench.notes.note("starting", [row["Status"][-18:] for row in _listed(bench)])
    _becomes(bench, container, "unhealthy")
    found = bench.state(container)["Health"]
    bench.notes.shape("unhealthy", found, keep=("Status",))
    last = found["Log"][-1]
    bench.notes.note("the last one", [last["ExitCode"], last["Output"]])
    bench.notes.note("it failed three times", found["FailingStreak"] >= 3)
    for word in ("starting", "healthy", "unhealthy", "none"):
        rows = _listed(bench, **filters(health=[word]))
        bench.notes.note(f"filter {word}", [row["Names"] for row in rows])
    bench.quiet("POST", f"/containers/{container}/pause")
    bench.quiet("POST", f"/containers/{container}/unpause")
    fine = {"Cmd": ["touch", "/tmp/fine"]}
    made = bench.quiet("POST", f"/containers/{container}/exec", body=fine).json()["Id"]
    bench.quiet("POST", f"/exec/{made}/start", body={"Detach": True})
    _becomes(bench, container, "healthy")
    found = bench.state(container)["Health"]
    bench.notes.note("healthy", [found["FailingStreak"], found["Log"][-1]["ExitCode"]])
    bench.notes.note("in the list", [row["Status"][-9:] for row in _listed(bench)])
    bench.quiet("POST", f"/containers/{container}/pause")
    bench.notes.note("paused", bench.state(container)["Health"]["Status"])
    bench.quiet("POST", f"/containers/{container}/unpause")
    _becomes(bench, container, "healthy")
    bench.quiet("POST", f"/containers/{container}/stop", {"t": 0})
    bench.notes.note("stopped", bench.state(container)["Health"]["Status"])
    query = {"since": began, "until": bench.engine_time()} | filters(container=[container])
    told = bench.raw.ask("GET", "/events", query).lines()
    actions = [str(event["Action"]) for event in told if event["Type"] == "container"]
    bench.notes.note("told", [one for one in actions if one.startswith("health_status")])
    tests = {one for one in actions if one.startswith("exec_") and "looked" in one}
    bench.notes.note("tests", sorted(tests))


@scenario("classic", "containerd")
def health_that_makes_no_sense(bench: Bench) -> None:
    """Podman takes it."""
    wrong: dict[str, dict[str, Any]] = {
        "an interval of nothing": {"Interval": 5},
        "a timeout of nothing": {"Timeout": 5},
        "retries below none": {"Retries": -1},
    }
    for step, check in wrong.items():
        body = settings(bench.runs, Healthcheck={"Test": ["CMD", "true"]} | check)
        bench.call(step, "POST", "/containers/create", body=body)
    container = bench.container("off", Healthcheck={"Test": ["NONE"]}, start=True)
    bench.notes.note("taken away", bench.state(container).get("Health"))
    body = {"Test": ["CMD", "/no/such"], "Interval": 300_000_000}
    container = bench.container("missing", Healthcheck=body, start=True)
    until(lambda: bench.state(container)["Health"]["Log"], "it has run")
    bench.notes.note("no such test", bench.state(container)["Health"]["Log"][0]["ExitCode"])


def _listed(bench: Bench, **query: Any) -> list[dict[str, Any]]:
    listed = bench.quiet("GET", "/containers/json", query).json()
    return [row for row in listed if bench.prefix in str(row["Names"])]


def _becomes(bench: Bench, container: str, word: str) -> None:
    until(lambda: bench.state(container)["Health"]["Status"] == word, f"it is {word}")
