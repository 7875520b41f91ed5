"""The life of containers, and how they are listed."""

from __future__ import annotations

from typing import Any

from tests.contract.bench import Bench, filters, settings
from tests.contract.scenario import scenario
from tests.waiting import until

_ALL = "0123456789abcdef" * 4


def _ends(bench: Bench, container: str) -> None:
    until(lambda: not bench.state(container)["Running"], "the container ends")


@scenario()
def create(bench: Bench) -> None:
    query = {"name": f"{bench.prefix}-one"}
    body = settings(bench.runs, Cmd=["sleep", "1"], Labels={"k": "v"})
    bench.call("a name", "POST", "/containers/create", query, body=body)
    made = bench.quiet("GET", f"/containers/{bench.prefix}-one/json").json()
    bench.notes.know("one", made["Id"])
    bench.call("the same name", "POST", "/containers/create", query, body=body)
    nameless = bench.call("no name", "POST", "/containers/create", body=settings(bench.runs))
    found = bench.quiet("GET", f"/containers/{nameless.json()['Id']}/json").json()
    bench.notes.note("two words", found["Name"].count("_"))
    bench.quiet("DELETE", f"/containers/{found['Id']}")


@scenario()
def create_refusals(bench: Bench) -> None:
    bench.load(bench.spec("no-command:1"))

    def refused(step: str, body: object, **query: str) -> None:
        bench.call(step, "POST", "/containers/create", query, body=body)

    refused("no such image", settings(bench.name("none:1")))
    refused("no such image ID", settings(f"sha256:{_ALL}"))
    refused("no command", settings(bench.name("no-command:1")))
    refused("a bad name", settings(bench.runs), name="bad name!")
    refused("no image", {"HostConfig": {"NetworkMode": "none"}})
    if bench.store != "podman":
        refused("nothing", {})


@scenario()
def life(bench: Bench) -> None:
    container = bench.container("one", Cmd=["sleep", "3600"])
    path = f"/containers/{container}"

    def step(name: str, verb: str, **query: Any) -> None:
        bench.call(name, "POST", f"{path}/{verb}", query)
        state = bench.state(container)
        flags = [word for word in ("Running", "Paused", "Restarting", "Dead") if state[word]]
        bench.notes.note(f"{name}, then", f"{state['Status']} {' '.join(flags)}".strip())

    step("start", "start")
    step("start again", "start")
    step("pause", "pause")
    step("pause again", "pause")
    step("start it paused", "start")
    step("unpause", "unpause")
    step("unpause again", "unpause")
    step("restart", "restart", t=0)
    bench.call("remove it running", "DELETE", path)
    step("stop", "stop", t=0)
    step("stop again", "stop", t=0)
    step("kill it stopped", "kill")
    step("pause it stopped", "pause")
    step("restart it stopped", "restart", t=0)
    bench.call("kill", "POST", f"{path}/kill")
    _ends(bench, container)
    bench.notes.note("killed, exit code", bench.state(container)["ExitCode"])
    step("start once more", "start")
    bench.call("a signal it does not know", "POST", f"{path}/kill", {"signal": "SIGNOT"})
    bench.call("remove by force", "DELETE", path, {"force": 1})
    bench.call("remove again", "DELETE", path)


@scenario()
def a_signal_that_is_heard(bench: Bench) -> None:
    container = bench.container(
        "one", Cmd=["sh", "-c", "trap 'exit 3' TERM; echo ready; sleep 3600 & wait"], start=True
    )
    logs = {"stdout": 1}
    until(lambda: b"ready" in _logs(bench, container, logs), "the trap is set")
    bench.call("stop", "POST", f"/containers/{container}/stop", {"t": 10})
    bench.notes.note("exit code", bench.state(container)["ExitCode"])


def _logs(bench: Bench, container: str, query: dict[str, Any]) -> bytes:
    return bench.quiet("GET", f"/containers/{container}/logs", query).body


@scenario()
def containers_that_end_by_themselves(bench: Bench) -> None:
    for name, command in {"well": ["true"], "ill": ["false"], "so": ["sh", "-c", "exit 7"]}.items():
        container = bench.container(name, Cmd=command, start=True)
        bench.call(f"wait, {name}", "POST", f"/containers/{container}/wait", keep=("*",))
        bench.call(f"wait again, {name}", "POST", f"/containers/{container}/wait", keep=("*",))
    bench.notes.note("containers", bench.containers())
    states = bench.quiet(
        "GET", "/containers/json", {"all": "1"} | filters(name=[bench.prefix])
    ).json()
    bench.notes.note(
        "words",
        sorted(
            row["Status"].rpartition(" (")[0] + row["Status"].partition(")")[0][-2:]
            for row in states
        ),
    )


@scenario()
def what_cannot_be_started(bench: Bench) -> None:
    for name, command in {"nosuch": ["nosuch"], "path": ["/no/such"], "folder": ["/tmp"]}.items():
        container = bench.container(name, Cmd=command)
        bench.call(f"start {name}", "POST", f"/containers/{container}/start")
        state = bench.state(container)
        bench.notes.note(f"{name}, then", [state["Status"], state["ExitCode"]])


@scenario()
def rename(bench: Bench) -> None:
    one = bench.container("one")
    bench.container("two")

    def to(step: str, name: str) -> None:
        bench.call(step, "POST", f"/containers/{one}/rename", {"name": name})

    to("a free name", f"{bench.prefix}-three")
    to("its own name", f"{bench.prefix}-three")
    to("a name in use", f"{bench.prefix}-two")
    to("a bad name", "bad name!")
    to("no name", "")
    bench.notes.note("containers", bench.containers())


@scenario()
def remove(bench: Bench) -> None:
    container = bench.container("one", Volumes={"/v": {}})
    volumes = [
        m["Name"] for m in bench.quiet("GET", f"/containers/{container}/json").json()["Mounts"]
    ]
    bench.notes.note("volumes", len(volumes))
    bench.call("with its volumes", "DELETE", f"/containers/{container[:12]}", {"v": 1})
    listed = bench.quiet("GET", "/volumes").json()["Volumes"] or ()
    bench.notes.note("volumes left", sum(each["Name"] in volumes for each in listed))
    bench.container("by-name")
    bench.call("by name", "DELETE", f"/containers/{bench.prefix}-by-name")


@scenario()
def containers_that_are_not_there(bench: Bench) -> None:
    path = f"/containers/{bench.prefix}-none"
    gets: dict[str, dict[str, Any]] = {
        "json": {},
        "logs": {"stdout": 1},
        "stats": {"stream": 0},
        "top": {},
        "changes": {},
        "archive": {"path": "/"},
        "export": {},
    }
    for verb, query in gets.items():
        bench.call(verb, "GET", f"{path}/{verb}", query)
    for verb in (
        "start",
        "stop",
        "restart",
        "kill",
        "pause",
        "unpause",
        "wait",
        "resize",
        "attach",
    ):
        query = {"h": 1, "w": 1} if verb == "resize" else {}
        bench.call(verb, "POST", f"{path}/{verb}", query)
    bench.call("rename", "POST", f"{path}/rename", {"name": f"{bench.prefix}-two"})
    bench.call("exec", "POST", f"{path}/exec", body={"Cmd": ["ls"]})
    bench.call("remove", "DELETE", path)
    bench.call("remove by force", "DELETE", path, {"force": 1})
    bench.call("exec inspect", "GET", f"/exec/{_ALL}/json")
    bench.call("exec start", "POST", f"/exec/{_ALL}/start", body={"Detach": False})


def _rows(bench: Bench, **query: Any) -> list[dict[str, Any]]:
    listed = bench.quiet("GET", "/containers/json", query).json()
    return sorted((row for row in listed if bench.prefix in str(row["Names"])), key=_name)


def _name(row: dict[str, Any]) -> str:
    return str(row["Names"])


@scenario()
def list_containers(bench: Bench) -> None:
    (image,) = bench.load(bench.runnable("app:1"))
    made = bench.container("made", Image=bench.name("app:1"), Labels={"k": "v"})
    running = bench.container("running", Image=image, Cmd=["sh", "-c", "sleep 3600"], start=True)
    bench.call("all", "GET", "/containers/json", {"all": 1}, keep=None)
    keep = ("#.Names*", "#.Image", "#.ImageID", "#.Command", "#.State", "#.Labels.k", "#.Id")
    bench.notes.shape("rows", _rows(bench, all=1), keep=(*keep, "#.HostConfig.NetworkMode"))
    bench.notes.note("of a running one", [row["Status"][:3] for row in _rows(bench)])
    sizes = _rows(bench, all=1, size=1)
    bench.notes.note(
        "with sizes",
        [[row.get("SizeRw", 0), row["SizeRootFs"] > 1000] for row in sizes],
    )
    chosen: dict[str, dict[str, Any]] = {
        "name": filters(name=[f"{bench.prefix}-ma"]),
        "the whole name": filters(name=[f"^/{bench.prefix}-made$"]),
        "id": filters(id=[running]),
        "short id": filters(id=[running[:12], made[:12]]),
        "label": filters(label=["k"]),
        "label and value": filters(label=["k=v"]),
        "label, other value": filters(label=["k=w"]),
        "status": filters(status=["created", "exited"]),
        "running": filters(status=["running"]),
        "ancestor by name": filters(ancestor=[bench.name("app:1")]),
        "ancestor by ID": filters(ancestor=[image]),
        "ancestor unknown": filters(ancestor=[bench.name("none:1")]),
        "exited": filters(exited=["0"]),
        "before": filters(before=[running]),
        "since": filters(since=[made]),
    }
    for step, query in chosen.items():
        names = [str(row["Names"][0]) for row in _rows(bench, all=1, **query)]
        bench.notes.note(f"filter {step}", names)


@scenario()
def list_refusals(bench: Bench) -> None:
    path = "/containers/json"
    bench.call("no such filter", "GET", path, filters(bogus=["x"]))
    bench.call("no such status", "GET", path, filters(status=["perhaps"]))
    bench.call("no JSON", "GET", path, {"filters": "bad"})
    bench.call("no such health", "GET", path, filters(health=["perhaps"]))
    bench.call("exited, no number", "GET", path, filters(exited=["x"]))
    bench.call("before nothing", "GET", path, {"all": "1"} | filters(before=[f"{bench.prefix}-no"]))


@scenario()
def inspect_container(bench: Bench) -> None:
    config: dict[str, Any] = {
        "Cmd": ["sleep", "3600"],
        "Env": ["A=b"],
        "Labels": {"k": "v"},
        "WorkingDir": "/tmp",
    }
    container = bench.container("one", **config)
    path = f"/containers/{container}/json"
    keep = ("Id", "Name", "Path", "Args*", "Config.Cmd*", "Config.Image", "Config.Labels.*")
    more = ("State.Status", "State.ExitCode", "State.Error", "State.StartedAt", "RestartCount")
    host = ("HostConfig.NetworkMode", "HostConfig.RestartPolicy.*", "Driver", "Platform")
    kept = (*keep, *more, *host, "Config.WorkingDir", "State.*ing", "State.Paused", "State.Dead")
    bench.call("created", "GET", path, keep=kept)
    bench.quiet("POST", f"/containers/{container}/start")
    running = tuple(pattern for pattern in kept if "Started" not in pattern)
    bench.call("running", "GET", path, keep=running)
    bench.call("by name, with sizes", "GET", f"/containers/{bench.prefix}-one/json", {"size": 1})
    bench.quiet("POST", f"/containers/{container}/stop", {"t": 0})
    bench.call("stopped", "GET", path, keep=running)


@scenario()
def by_prefix_of_the_id(bench: Bench) -> None:
    container = bench.container("one")
    for step, name in {
        "short": container[:12],
        "shorter": container[:8],
        "the whole": container,
        "a slash": f"/{bench.prefix}-one",
        "half a name": bench.prefix,
    }.items():
        answer = bench.raw.ask("GET", f"/containers/{name}/json")
        bench.calls[step] = "GET /containers/{id}/json"
        bench.notes.note(step, answer.status)


@scenario()
def prune_containers(bench: Bench) -> None:
    mark = {"orlop-contract": bench.prefix}
    bench.container("made", Labels=mark)
    done = bench.container("done", Cmd=["true"], Labels=mark, start=True)
    bench.container("running", Labels=mark, start=True)
    _ends(bench, done)
    label = filters(label=[f"orlop-contract={bench.prefix}"])
    found = bench.call("prune", "POST", "/containers/prune", label, keep=("SpaceReclaimed",))
    bench.notes.note("how many", len(found.json()["ContainersDeleted"]))
    bench.notes.note("left", bench.containers())
    bench.call("no such filter", "POST", "/containers/prune", filters(bogus=["x"]))


@scenario("classic", "containerd")
def wait_for(bench: Bench) -> None:
    """A wait that is asked for before the end comes, as `docker run` asks it."""
    container = bench.container("one", Cmd=["sh", "-c", "exit 4"])
    query = {"condition": "next-exit"}
    with bench.open("wait", "POST", f"/containers/{container}/wait", query) as waiting:
        bench.quiet("POST", f"/containers/{container}/start")
        bench.notes.note("the end", waiting.read().decode().strip())
    query = {"condition": "removed"}
    with bench.open("wait for removal", "POST", f"/containers/{container}/wait", query) as waiting:
        bench.quiet("DELETE", f"/containers/{container}")
        bench.notes.note("the removal", waiting.read().decode().strip())
    bench.call("no such condition", "POST", f"/containers/{container}/wait", {"condition": "x"})
