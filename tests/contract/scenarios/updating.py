"""Limits and restart policies that are changed, of containers that run and of others."""

from __future__ import annotations

from typing import Any, Final

from tests.contract.bench import Bench, filters
from tests.contract.scenario import scenario
from tests.waiting import until

MIB: Final = 1 << 20
NOBODY: Final = "0123456789abcdef" * 4
LIMITS: Final = (
    "Memory", "MemorySwap", "MemoryReservation", "NanoCpus", "CpuPeriod", "CpuQuota", "CpuShares",
    "CpusetCpus", "PidsLimit", "RestartPolicy",
)  # fmt: skip


def _limits(bench: Bench, container: str) -> dict[str, Any]:
    """Return what is set; no restart policy is empty in older Engines, and `no` in newer ones."""
    host = bench.quiet("GET", f"/containers/{container}/json").json()["HostConfig"]
    told = {key: host.get(key) for key in LIMITS}
    return told | {"RestartPolicy": told["RestartPolicy"] | {"Name": _name(host)}}


def _name(host: dict[str, Any]) -> str:
    return host["RestartPolicy"]["Name"] or "no"


def _update(bench: Bench, step: str, container: str, **body: Any) -> None:
    """Change limits; warnings are left out, which speak of the machine."""
    bench.call(step, "POST", f"/containers/{container}/update", body=body, keep=None)
    bench.notes.note(f"{step}, then", _limits(bench, container))


def _policy(name: str, count: int = 0) -> dict[str, Any]:
    return {"Name": name, "MaximumRetryCount": count}


def _all_limits(bench: Bench, container: str) -> None:
    def step(name: str, **body: Any) -> None:
        _update(bench, name, container, **body)

    step("memory alone", Memory=64 * MIB)
    step("memory and swap", Memory=64 * MIB, MemorySwap=128 * MIB)
    step("more memory than swap", Memory=256 * MIB)
    step("less memory", Memory=32 * MIB)
    step("swap alone", MemorySwap=96 * MIB)
    step("swap below memory", Memory=64 * MIB, MemorySwap=48 * MIB)
    step("swap without a limit", MemorySwap=-1)
    step("memory beside it", Memory=48 * MIB)
    step("memory beside it, both", Memory=48 * MIB, MemorySwap=-1)
    step("too little memory", Memory=MIB)
    step("a negative memory", Memory=-1)
    step("reservation", MemoryReservation=16 * MIB)
    step("reservation above memory", Memory=48 * MIB, MemorySwap=-1, MemoryReservation=64 * MIB)
    step("cpus", NanoCpus=500_000_000)
    step("a quota beside them", CpuQuota=50_000)
    step("a period beside them", CpuPeriod=50_000)
    step("shares", CpuShares=512)
    step("a set", CpusetCpus="0")
    step("pids", PidsLimit=100)
    step("pids without a limit", PidsLimit=-1)
    step("always", RestartPolicy=_policy("always"))
    step("on-failure", RestartPolicy=_policy("on-failure", 3))
    step("unless-stopped", RestartPolicy=_policy("unless-stopped"))
    step("always with a count", RestartPolicy=_policy("always", 3))
    step("a count below nothing", RestartPolicy=_policy("on-failure", -1))
    step("no such policy", RestartPolicy=_policy("sometimes"))
    step("no restart", RestartPolicy=_policy("no"))
    step("nothing")


@scenario("classic", "containerd")
def limits_of_one_that_runs(bench: Bench) -> None:
    """Podman has other rules for its limits."""
    _all_limits(bench, bench.container("one", Cmd=["sleep", "3600"], start=True))


@scenario("classic", "containerd")
def limits_of_one_that_does_not_run(bench: Bench) -> None:
    """Podman has other rules for its limits."""
    _all_limits(bench, bench.container("one", Cmd=["sleep", "3600"]))


@scenario("classic", "containerd")
def limits_that_are_refused(bench: Bench) -> None:
    """Podman has other rules for its limits."""
    path = f"/containers/{bench.prefix}-one/update"
    bench.container("one", Cmd=["sleep", "3600"])
    bench.call("no such container", "POST", f"/containers/{NOBODY}/update", body={})
    bench.call("no JSON", "POST", path, body=b"x", headers={"Content-Type": "application/json"})
    own = bench.container("own", Cmd=["sleep", "3600"], HostConfig={"AutoRemove": True}, start=True)
    _update(bench, "a policy for one that goes", own, RestartPolicy=_policy("always"))
    _update(bench, "none for one that goes", own, RestartPolicy=_policy("no"))
    quota = bench.container("quota", Cmd=["sleep", "1"], HostConfig={"CpuQuota": 50_000})
    _update(bench, "cpus beside a quota", quota, NanoCpus=10**9)
    period = bench.container("period", Cmd=["sleep", "1"], HostConfig={"CpuPeriod": 50_000})
    _update(bench, "cpus beside a period", period, NanoCpus=10**9)


@scenario("classic", "containerd")
def restarts_as_they_were_set_later(bench: Bench) -> None:
    """Podman sees to restarts by a program that nobody starts in the tests."""
    began = bench.engine_time()
    failing = bench.container("failing", Cmd=["sh", "-c", "exit 3"])
    _update(bench, "twice", failing, RestartPolicy=_policy("on-failure", 2))
    bench.quiet("POST", f"/containers/{failing}/start")
    until(lambda: _ended_after(bench, failing, 2), "it has been started twice more", seconds=20)
    bench.notes.note("of the failing one", _told(bench, failing))
    lasting = bench.container("lasting", Cmd=["sleep", "1"], start=True)
    _update(bench, "always", lasting, RestartPolicy=_policy("always"))
    until(lambda: _restarts(bench, lasting) >= 1, "it is started again", seconds=20)
    _update(bench, "no more", lasting, RestartPolicy=_policy("no"))
    until(lambda: bench.state(lasting)["Status"] == "exited", "it ends", seconds=20)
    query = {"since": began, "until": bench.engine_time()} | filters(container=[failing])
    told = bench.stream("events", "GET", "/events", query)
    bench.notes.note("what happened", [each["Action"] for each in told])
    (update,) = (each for each in told if each["Action"] == "update")
    bench.notes.shape("an update", update, ("Type", "Action", "Actor.Attributes.*"))


def _restarts(bench: Bench, container: str) -> int:
    return int(bench.quiet("GET", f"/containers/{container}/json").json()["RestartCount"])


def _ended_after(bench: Bench, container: str, restarts: int) -> bool:
    has_ended = bench.state(container)["Status"] == "exited"
    return has_ended and _restarts(bench, container) == restarts


def _told(bench: Bench, container: str) -> dict[str, Any]:
    whole = bench.quiet("GET", f"/containers/{container}/json").json()
    state = whole["State"]
    told = {key: state[key] for key in ("Status", "ExitCode", "Restarting", "Running")}
    return told | {"RestartCount": whole["RestartCount"]}
