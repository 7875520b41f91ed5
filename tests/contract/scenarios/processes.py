"""What runs in a container: logs, attach, exec, top, stats."""

from __future__ import annotations

from typing import Any

from tests.contract.bench import Bench, filters
from tests.contract.raw import frames
from tests.contract.scenario import scenario
from tests.waiting import until

_UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
_SPEAKS = ["sh", "-c", "echo oops >&2; sleep 0.2; echo one; echo two"]


def _spoken(bench: Bench, rest: str = "one", **config: Any) -> str:
    container = bench.container(rest, start=True, **{"Cmd": _SPEAKS} | config)
    bench.quiet("POST", f"/containers/{container}/wait")
    return container


def _text(data: bytes) -> list[str]:
    """Return what each stream said, without their order to each other, which is by chance."""
    told = {1: b"", 2: b""}
    for stream, piece in frames(data):
        told[stream] += piece
    return [told[1].decode(), told[2].decode()]


@scenario()
def logs(bench: Bench) -> None:
    path = f"/containers/{_spoken(bench)}/logs"
    both = {"stdout": 1, "stderr": 1}
    queries: dict[str, dict[str, Any]] = {
        "both": both,
        "stdout": {"stdout": 1},
        "stderr": {"stderr": 1},
        "the last line": {"stdout": 1, "tail": 1},
        "no line": {"stdout": 1, "tail": 0},
        "all": {"stdout": 1, "tail": "all"},
        "tail is no number": {"stdout": 1, "tail": "x"},
        "from the future on": both | {"since": 4_000_000_000},
        "until long ago": both | {"until": 1000},
        "to the end": both | {"follow": 1},
    }
    for step, query in queries.items():
        answer = bench.call(step, "GET", path, query)
        if answer.status == 200:
            bench.notes.note(f"{step}, said", _text(answer.body))
    answer = bench.call("with times", "GET", path, {"stdout": 1, "timestamps": 1})
    bench.notes.note("with times, said", _text(answer.body)[0])
    bench.call("of nothing", "GET", path)


@scenario()
def logs_of_a_terminal(bench: Bench) -> None:
    container = _spoken(bench, Tty=True)
    answer = bench.call("logs", "GET", f"/containers/{container}/logs", {"stdout": 1})
    bench.notes.note("said", answer.body.decode())


@scenario()
def logs_as_they_come(bench: Bench) -> None:
    command = "echo early; while [ ! -e /go ]; do sleep 0.1; done; echo late; sleep 3600"
    container = bench.container("one", Cmd=["sh", "-c", command], start=True)
    query = {"stdout": 1, "follow": 1}
    with bench.open("follow", "GET", f"/containers/{container}/logs", query) as opened:
        pieces = opened.pieces()
        said = b""
        while b"early" not in said:
            said += next(pieces)
        _exec(bench, container, ["touch", "/go"])
        while b"late" not in said:
            said += next(pieces)
        bench.quiet("POST", f"/containers/{container}/kill")
        said += b"".join(pieces)
        bench.notes.note("said", _text(said))


def _exec(bench: Bench, container: str, command: list[str], **options: Any) -> tuple[str, bytes]:
    """Run a command in a container to its end; returns its ID and what it said, with frames."""
    body = {"AttachStdout": True, "AttachStderr": True, "Cmd": command} | options
    made = bench.quiet("POST", f"/containers/{container}/exec", body=body).json()["Id"]
    bench.notes.know("exec", made)
    started = bench.raw.ask("POST", f"/exec/{made}/start", body={"Tty": options.get("Tty", False)})
    return made, started.body


def _code(bench: Bench, ran: str) -> int:
    """Wait for the end of an exec; returns its exit code."""

    def found() -> dict[str, Any]:
        return dict(bench.quiet("GET", f"/exec/{ran}/json").json())

    until(lambda: not found()["Running"], "it ends")
    return int(found()["ExitCode"])


@scenario()
def execute(bench: Bench) -> None:
    container = bench.container("one", start=True)
    body = {"AttachStdout": True, "AttachStderr": True, "Cmd": ["sh", "-c", "echo hi; exit 5"]}
    made = bench.call("create", "POST", f"/containers/{container}/exec", body=body)
    ran = made.json()["Id"]
    bench.notes.know("exec", ran)
    bench.call("before", "GET", f"/exec/{ran}/json", keep=("Running", "ExitCode"))
    answer = bench.call("start", "POST", f"/exec/{ran}/start", body={"Detach": False})
    bench.notes.note("said", _text(answer.body))
    keep = ("Running", "ExitCode", "ProcessConfig.entrypoint", "ProcessConfig.arguments*")
    _code(bench, ran)
    bench.call("after", "GET", f"/exec/{ran}/json", keep=keep)
    bench.call("start again", "POST", f"/exec/{ran}/start", body={"Detach": False})


@scenario()
def execute_in_several_ways(bench: Bench) -> None:
    container = bench.container("one", Env=["A=b"], start=True)
    commands: dict[str, tuple[list[str], dict[str, Any]]] = {
        "files": (["sh", "-c", "mkdir -p /d/e; touch /d/f; echo text > /d/g; ls /d; cat /d/g"], {}),
        "gone": (["sh", "-c", "rm -r /d; cat /d/g"], {}),
        "missing file": (["cat", "/no/such"], {}),
        "environment": (["sh", "-c", "echo $A $B"], {"Env": ["B=c"]}),
        "folder": (["pwd"], {"WorkingDir": "/tmp"}),
        "joined": (["sh", "-c", "true && echo yes || echo no"], {}),
    }
    for step, (command, options) in commands.items():
        if command == ["pwd"]:
            command = ["sh", "-c", "pwd"]
        ran, said = _exec(bench, container, command, **options)
        out, err = _text(said)
        bench.notes.note(f"{step}, out", out)
        bench.notes.note(f"{step}, complains", bool(err))
        bench.notes.note(f"{step}, code", _code(bench, ran))


@scenario()
def execute_with_input(bench: Bench) -> None:
    container = bench.container("one", start=True)
    body = {
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "Cmd": ["cat"],
    }
    ran = bench.quiet("POST", f"/containers/{container}/exec", body=body).json()["Id"]
    start = {"Detach": False, "Tty": False}
    with bench.open("start", "POST", f"/exec/{ran}/start", body=start, headers=_UPGRADE) as opened:
        sock, file = opened.taken_over()
        sock.sendall(b"over and out\n")
        sock.shutdown(1)
        bench.notes.note("said", _text(file.read()))


@scenario()
def execute_refusals(bench: Bench) -> None:
    running, stopped = bench.container("one", start=True), bench.container("two")
    path = f"/containers/{running}/exec"
    bench.call("no command", "POST", path, body={"AttachStdout": True})
    bench.call("not running", "POST", f"/containers/{stopped}/exec", body={"Cmd": ["ls"]})
    bench.quiet("POST", f"/containers/{running}/pause")
    bench.call("paused", "POST", path, body={"Cmd": ["ls"]})
    bench.quiet("POST", f"/containers/{running}/unpause")
    made, said = _exec(bench, running, ["nosuch"])
    bench.notes.note("no such program", b"nosuch" in said)
    found = bench.quiet("GET", f"/exec/{made}/json").json()
    bench.notes.note("its exit code", found["ExitCode"])


@scenario()
def execute_apart(bench: Bench) -> None:
    container = bench.container("one", start=True)
    body = {"Cmd": ["sh", "-c", "echo x > /made"]}
    ran = bench.quiet("POST", f"/containers/{container}/exec", body=body).json()["Id"]
    bench.call("start", "POST", f"/exec/{ran}/start", body={"Detach": True})
    found = {"path": "/made"}
    path = f"/containers/{container}/archive"
    until(lambda: bench.raw.ask("HEAD", path, found).status == 200, "the file is made")


@scenario()
def execute_in_a_terminal(bench: Bench) -> None:
    container = bench.container("one", start=True)
    options = {"Tty": True, "AttachStdin": True}
    body = {"AttachStdout": True, "AttachStderr": True, "Cmd": ["sh"]} | options
    ran = bench.quiet("POST", f"/containers/{container}/exec", body=body).json()["Id"]
    start = {"Detach": False, "Tty": True}
    with bench.open("start", "POST", f"/exec/{ran}/start", body=start, headers=_UPGRADE) as opened:
        sock, file = opened.taken_over()
        bench.call("resize", "POST", f"/exec/{ran}/resize", {"h": 30, "w": 100})
        sock.sendall(b"echo a''b; exit 6\n")
        said = file.read().decode()
        bench.notes.note("said", "ab\r\n" in said)
    bench.notes.note("code", _code(bench, ran))


@scenario()
def attach(bench: Bench) -> None:
    container = bench.container(
        "one", Cmd=["cat"], OpenStdin=True, StdinOnce=True, AttachStdin=True
    )
    query = {"stream": 1, "stdin": 1, "stdout": 1, "stderr": 1}
    path = f"/containers/{container}/attach"
    with bench.open("attach", "POST", path, query, headers=_UPGRADE) as opened:
        sock, file = opened.taken_over()
        bench.quiet("POST", f"/containers/{container}/start")
        sock.sendall(b"there and back\n")
        sock.shutdown(1)
        bench.notes.note("said", _text(file.read()))
    until(lambda: not bench.state(container)["Running"], "its input has ended, and so has it")
    bench.notes.note("code", bench.state(container)["ExitCode"])


@scenario("classic", "containerd")
def attach_to_what_was_said(bench: Bench) -> None:
    """Podman does not end an attachment to a container that has ended."""
    container = _spoken(bench)
    query = {"logs": 1, "stdout": 1, "stderr": 1}
    path = f"/containers/{container}/attach"
    with bench.open("attach", "POST", path, query, headers=_UPGRADE) as opened:
        _, file = opened.taken_over()
        bench.notes.note("said", _text(file.read()))


@scenario()
def top(bench: Bench) -> None:
    container = bench.container("one", Cmd=["sleep", "3600"], start=True)
    found = bench.call("top", "GET", f"/containers/{container}/top").json()
    bench.notes.note("titles", found["Titles"])
    bench.notes.note("commands", [row[-1] for row in found["Processes"]])
    bench.quiet("POST", f"/containers/{container}/stop", {"t": 0})
    bench.call("not running", "GET", f"/containers/{container}/top")


@scenario()
def stats(bench: Bench) -> None:
    container = bench.container("one", start=True)
    path = f"/containers/{container}/stats"
    once = bench.call("once", "GET", path, {"stream": 0, "one-shot": 1}, keep=None).json()
    for of_the_kernel in ("stats", "failcnt", "max_usage", "commit_limit"):  # and its cgroups
        once["memory_stats"].pop(of_the_kernel, None)
    once.pop("blkio_stats", None)
    bench.notes.shape("once", once, keep=("name", "id"))
    with bench.open("stream", "GET", path) as opened:
        first = next(opened.lines())
        bench.notes.note("stream, name", first["name"])
        bench.notes.note("stream, memory", first["memory_stats"].get("usage", 0) > 0)
    bench.quiet("POST", f"/containers/{container}/stop", {"t": 0})
    if bench.store != "podman":
        bench.call("of a stopped one", "GET", path, {"stream": 0}, keep=("name", "id"))


@scenario()
def a_run_as_the_docker_command_does_it(bench: Bench) -> None:
    """Create, attach, wait, start; what was said, the exit code, and gone (`run --rm`)."""
    container = bench.container(
        "one",
        Cmd=["sh", "-c", "echo hello; exit 2"],
        AttachStdout=True,
        AttachStderr=True,
        HostConfig={"AutoRemove": True, "NetworkMode": "none"},
    )
    query = {"stream": 1, "stdout": 1, "stderr": 1}
    path = f"/containers/{container}"
    with bench.open("attach", "POST", f"{path}/attach", query, headers=_UPGRADE) as opened:
        _, file = opened.taken_over()
        condition = {"condition": "removed"}
        with bench.raw.open("POST", f"{path}/wait", condition) as waiting:
            bench.quiet("POST", f"{path}/start")
            bench.notes.note("said", _text(file.read()))
            ended = waiting.read()
    bench.notes.note("code", b'"StatusCode":2' in ended)
    until(lambda: bench.raw.ask("GET", f"{path}/json").status == 404, "it is removed")


@scenario()
def events_of_a_process(bench: Bench) -> None:
    since = bench.engine_time()
    container = bench.container("one", start=True)
    _exec(bench, container, ["true"])
    query = {"since": since, "until": bench.engine_time()} | filters(container=[container])
    told = bench.stream("events", "GET", "/events", query)
    actions = [str(one["Action"]) for one in told if one["Type"] == "container"]
    bench.notes.note("actions", [action for action in actions if action != "exec_die"])
