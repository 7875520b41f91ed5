"""Volumes, and what is mounted into containers."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.bench import Bench, filters, settings
from tests.contract.scenario import scenario
from tests.waiting import until


def _volume(bench: Bench, rest: str, **more: Any) -> str:
    name = f"{bench.prefix}-{rest}"
    bench.quiet("POST", "/volumes/create", body={"Name": name, **more})
    return name


def _clean(bench: Bench) -> None:
    for row in bench.quiet("GET", "/containers/json", {"all": 1}).json():
        if bench.prefix in str(row["Names"]):
            bench.raw.ask("POST", f"/containers/{row['Id']}/kill")
            bench.raw.ask("DELETE", f"/containers/{row['Id']}", {"force": 1, "v": 1})
    for one in bench.quiet("GET", "/volumes").json()["Volumes"] or ():
        if bench.prefix in one["Name"]:
            bench.quiet("DELETE", f"/volumes/{one['Name']}")


def _mounts(bench: Bench, container: str) -> list[list[object]]:
    """Return what is mounted, without names that nobody gave."""
    told = bench.quiet("GET", f"/containers/{container}/json").json()["Mounts"]
    return sorted(
        [
            mount["Destination"],
            mount["Type"],
            mount["Name"] if bench.prefix in mount.get("Name", "") else "made up",
            mount["Mode"],
            mount["RW"],
        ]
        for mount in told
    )


@scenario("classic")
def volumes(bench: Bench) -> None:
    path = "/volumes/create"
    name = f"{bench.prefix}-one"
    bench.call("a name", "POST", path, body={"Name": name}, keep=("Driver", "Scope", "Options"))
    again = {"Name": name, "Labels": {"late": "1"}}
    bench.call("the same name", "POST", path, body=again, keep=("Labels",))
    labelled = {"Name": f"{bench.prefix}-two", "Labels": {"k": "v"}}
    bench.call("with a label", "POST", path, body=labelled, keep=("Labels.k",))
    for step, body in (
        ("too short", {"Name": "x"}),
        ("a path", {"Name": "a/b"}),
        ("an option", {"Name": f"{bench.prefix}-bad", "DriverOpts": {"x": "y"}}),
    ):
        bench.call(step, "POST", path, body=body)
    bench.call("inspect", "GET", f"/volumes/{name}", keep=("Driver", "Labels"))
    bench.call("inspect none", "GET", f"/volumes/{bench.prefix}-none")
    for step, chosen in (
        ("by name", filters(name=[bench.prefix])),
        ("by label", filters(label=["k=v"], name=[bench.prefix])),
        ("dangling", filters(dangling=["true"], name=[bench.prefix])),
        ("used", filters(dangling=["false"], name=[bench.prefix])),
    ):
        found = bench.quiet("GET", "/volumes", chosen).json()["Volumes"] or ()
        bench.notes.note(f"listed {step}", len(found))
    bench.call("a filter it does not know", "GET", "/volumes", filters(size=["1"]))
    bench.call("dangling perhaps", "GET", "/volumes", filters(dangling=["x"]))
    container = bench.container("user", HostConfig={"Binds": [f"{name}:/data"]})
    bench.call("remove a used one", "DELETE", f"/volumes/{name}")
    bench.call("remove a used one by force", "DELETE", f"/volumes/{name}", {"force": 1})
    bench.quiet("DELETE", f"/containers/{container}", {"v": 1})
    bench.call("remove", "DELETE", f"/volumes/{name}")
    bench.call("remove again", "DELETE", f"/volumes/{name}")
    bench.call("remove again by force", "DELETE", f"/volumes/{name}", {"force": 1})
    _clean(bench)


@scenario("classic")
def mounts(bench: Bench) -> None:
    """What is asked for, what inspect tells, and which volumes go with the container."""
    named = _volume(bench, "named")
    container = bench.container(
        "one",
        Cmd=["sleep", "3600"],
        Volumes={"/config": {}},
        HostConfig={
            "Binds": [f"{named}:/named:ro", f"{bench.prefix}-new:/new"],
            "Mounts": [
                {"Type": "volume", "Target": "/nameless"},
                {"Type": "volume", "Source": f"{bench.prefix}-long", "Target": "/long"},
                {"Type": "tmpfs", "Target": "/tmpfs"},
            ],
            "Tmpfs": {"/short": "size=1m"},
        },
        start=True,
    )
    bench.notes.note("mounts", _mounts(bench, container))
    told = bench.quiet("GET", f"/containers/{container}/json").json()
    bench.notes.shape("inspect", {"Mounts": told["Mounts"]}, ())
    made = [mount["Name"] for mount in told["Mounts"] if mount["Type"] == "volume"]
    changes = bench.quiet("GET", f"/containers/{container}/changes").json()
    bench.notes.note("changes", sorted((one["Path"], one["Kind"]) for one in changes))
    listed = bench.quiet("GET", "/containers/json", {"all": 1} | filters(volume=[named])).json()
    bench.notes.note("listed by volume", [row["Names"] for row in listed])
    bench.quiet("DELETE", f"/containers/{container}", {"force": 1, "v": 1})
    left = {one["Name"] for one in bench.quiet("GET", "/volumes").json()["Volumes"] or ()}
    bench.notes.note("left", sorted(name for name in made if name in left))
    _clean(bench)


@scenario("classic")
def files_in_volumes(bench: Bench) -> None:
    """Contents are shared, outlive containers, and begin with the image's."""
    name = f"{bench.prefix}-shared"

    def run(rest: str, line: str, *binds: str, **config: Any) -> str:
        container = bench.container(
            rest, Cmd=["sh", "-c", line], HostConfig={"Binds": list(binds)}, start=True, **config
        )
        until(lambda: not bench.state(container)["Running"], "the container ends")
        query = {"stdout": 1, "stderr": 1}
        log = bench.quiet("GET", f"/containers/{container}/logs", query).body
        bench.notes.note(f"{rest} ends with", bench.state(container)["ExitCode"])
        bench.quiet("DELETE", f"/containers/{container}", {"v": 1})
        return b"".join(log[8:].splitlines()).decode()

    run("writer", "echo kept > /data/a; mkdir /data/b", f"{name}:/data")
    bench.notes.note("read", run("reader", "cat /else/a; ls /else", f"{name}:/else")[:4])
    run("refused", "echo x > /data/a", f"{name}:/data:ro")
    said = run("image", "ls /bin", f"{bench.prefix}-bin:/bin")
    bench.notes.note("the image's files are in a new volume", bool(said))
    run("empty", "test -e /bin/sh", f"{bench.prefix}-bin:/bin:nocopy")
    _clean(bench)


@scenario("classic")
def mount_refusals(bench: Bench) -> None:
    one, two = _volume(bench, "one"), _volume(bench, "two")

    def refused(step: str, config: dict[str, Any] | None = None, **host: Any) -> None:
        body = settings(bench.runs, HostConfig=host, **(config or {}))
        bench.call(step, "POST", "/containers/create", {"name": f"{bench.prefix}-x"}, body=body)
        bench.raw.ask("DELETE", f"/containers/{bench.prefix}-x", {"force": 1, "v": 1})

    refused("a short name", Binds=["x:/a"])
    refused("a bad name", Binds=["a/b:/a"])
    refused("a place from nowhere", Binds=[f"{one}:a"])
    refused("over all", Binds=[f"{one}:/"])
    refused("a mode", Binds=["/a:/b:bad"])
    refused("two modes", Binds=[f"{one}:/b:ro,rw"])
    refused("four parts", Binds=["a:b:c:d"])
    refused("no source", Binds=[":/a"])
    refused("twice", Binds=[f"{one}:/a", f"{two}:/a"])
    for step, mount in (
        ("no such folder", {"Type": "bind", "Source": "/none/at/all", "Target": "/b"}),
        ("long without source", {"Type": "bind", "Target": "/b"}),
        ("long without target", {"Type": "volume", "Source": one}),
        ("a type", {"Type": "foo", "Target": "/b"}),
        ("tmpfs with a source", {"Type": "tmpfs", "Source": "a", "Target": "/b"}),
        ("long from nowhere", {"Type": "volume", "Source": one, "Target": "b"}),
    ):
        refused(step, Mounts=[mount])
    refused("both ways", Binds=[f"{one}:/a"], Mounts=[
        {"Type": "volume", "Source": two, "Target": "/a"},
    ])  # fmt: skip
    refused("tmpfs from nowhere", Tmpfs={"u": ""})
    refused("tmpfs over a volume", Binds=[f"{one}:/a"], Tmpfs={"/a": ""})
    refused("a port", PortBindings={"80/tcp": [{"HostPort": "99999"}]})
    refused("a port inside", PortBindings={"x/tcp": [{"HostPort": "99"}]})
    _clean(bench)


@scenario("classic")
def a_network_that_is_not_there(bench: Bench) -> None:
    mode = f"{bench.prefix}-none"
    container = bench.container("one", HostConfig={"NetworkMode": mode})
    bench.call("start", "POST", f"/containers/{container}/start")
    state = bench.state(container)
    bench.notes.note("state", [state["Status"], state["ExitCode"], bool(state["Error"])])
    body = settings(bench.runs, HostConfig={"NetworkMode": mode, "AutoRemove": True})
    made = bench.quiet("POST", "/containers/create", {"name": f"{bench.prefix}-two"}, body=body)
    bench.call("start to be removed", "POST", f"/containers/{made.json()['Id']}/start")
    bench.notes.note("containers", bench.containers())


@scenario("classic")
def what_is_asked_for_is_told(bench: Bench) -> None:
    """The bodies that `docker run` sends, and what inspect makes of them."""
    usual: dict[str, Any] = {
        "Binds": None, "PortBindings": {}, "AutoRemove": False, "Dns": [], "Devices": [],
        "Ulimits": [], "MemorySwappiness": -1, "PidsLimit": 0,
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    }  # fmt: skip
    asked: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "detached": ({"AttachStdout": False, "Volumes": {}, "Cmd": None}, {}),
        "interactive": (
            {"Tty": True, "OpenStdin": True, "StdinOnce": True, "AttachStdin": True},
            {"AutoRemove": True},
        ),
        "ports": (
            {"ExposedPorts": {"80/tcp": {}, "53/udp": {}}},
            {
                "PortBindings": {
                    "80/tcp": [
                        {"HostIp": "", "HostPort": "18080"},
                        {"HostIp": "::1", "HostPort": ""},
                    ],
                    "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "18000-18010"}],
                }
            },
        ),
        "limits": (
            {"Env": ["A=1", "NOT_SET"]},
            {
                "Memory": 1 << 24, "NanoCpus": 250_000_000, "Init": True, "ReadonlyRootfs": True,
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            },
        ),
        "names": (
            {"Hostname": "h.example", "User": "1:2", "WorkingDir": "/a/../b", "Labels": {"a": "b"}},
            {"Tmpfs": {"/t": "size=1m"}},
        ),
        "program": ({"Entrypoint": ["/bin/sh"], "Cmd": ["-c", "true"]}, {}),
    }  # fmt: skip
    fields = ("AttachStdin", "AttachStdout", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd",
              "Volumes", "WorkingDir", "Entrypoint", "Labels", "User", "ExposedPorts")  # fmt: skip
    limits = ("Binds", "PortBindings", "RestartPolicy", "AutoRemove", "Dns", "Devices", "Ulimits",
              "Memory", "MemorySwap", "MemorySwappiness", "NanoCpus", "PidsLimit", "Init",
              "ReadonlyRootfs", "Tmpfs")  # fmt: skip
    for step, (config, host) in asked.items():
        body = settings(bench.runs, HostConfig=usual | host, **config)
        made = bench.quiet(
            "POST", "/containers/create", {"name": f"{bench.prefix}-{step}"}, body=body
        )
        told = bench.quiet("GET", f"/containers/{made.json()['Id']}/json").json()
        for part, names in (("Config", fields), ("HostConfig", limits)):
            values = {name: told[part].get(name) for name in names}
            bench.notes.note(f"{step}: {part}", json.dumps(values, sort_keys=True))
        bench.notes.note(f"{step}: program", [told["Path"], told["Args"]])
