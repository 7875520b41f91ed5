"""The Engine as a whole: ping, version, info, df, events, login, refusals before any handler."""

from __future__ import annotations

import socket
from typing import Any

from tests.contract.bench import Bench, filters
from tests.contract.raw import SILENCE, Open
from tests.contract.scenario import scenario
from tests.engines.images import ImageSpec
from tests.waiting import until

_PING_HEADERS = ("api-version", "docker-experimental", "ostype", "cache-control", "pragma")


@scenario()
def ping(bench: Bench) -> None:
    for method in ("GET", "HEAD"):
        answer = bench.call(method, method, "/_ping", version="")
        for name in _PING_HEADERS:
            bench.notes.note(f"{method} header {name}", answer.headers.get(name, "none"))
    bench.call("with a version", "GET", "/_ping")


@scenario()
def version(bench: Bench) -> None:
    keep = ("Os", "Arch", "ApiVersion", "MinAPIVersion", "Components#.Name")
    bench.call("without a version", "GET", "/version", version="", keep=keep)
    bench.call("with a version", "GET", "/version")


@scenario()
def info(bench: Bench) -> None:
    keep = ("OSType", "Driver", "LoggingDriver", "IndexServerAddress", "DefaultRuntime", "Swarm.*")
    found = bench.call("info", "GET", "/info", keep=None).json()
    for of_the_machine in ("Warnings", "SecurityOptions"):
        found.pop(of_the_machine, None)
    bench.notes.shape("info", found, keep=keep)


@scenario()
def before_any_handler(bench: Bench) -> None:
    bench.call("no such page", "GET", "/nosuch")
    bench.call("no such page, no version", "GET", "/nosuch", version="")
    bench.call("wrong method", "POST", "/version")
    bench.call("too new", "GET", "/info", version="1.99")
    bench.call("too old", "GET", "/info", version="1.11")


@scenario()
def http_1_0(bench: Bench) -> None:
    """How a list is asked for at a start: the body ends with the connection."""
    for path in ("/images/json", "/containers/json"):
        with bench.raw.open("GET", path, protocol="HTTP/1.0") as opened:
            bench.calls[path] = f"GET {path}"
            bench.notes.note(f"{path} status", opened.status)
            bench.notes.note(f"{path} chunked", "transfer-encoding" in opened.headers)
            bench.notes.note(f"{path} ends like a list", opened.read().strip()[-1:].decode())


@scenario()
def one_connection_for_many_calls(bench: Bench) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(SILENCE)
        sock.connect(bench.raw.path)
        for step, path in {"first": "/_ping", "second": "/nosuch", "third": "/_ping"}.items():
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: engine\r\n\r\n".encode())
            answer = Open(sock, head=False)  # left open: to close it would end the connection
            bench.notes.note(step, [answer.status, bool(answer.read())])


@scenario()
def disk_usage(bench: Bench) -> None:
    def layers() -> int:
        return int(bench.quiet("GET", "/system/df").json()["LayersSize"])

    before = layers()
    size = 700_000
    (image,) = bench.load(ImageSpec((bench.layer("big", size),), tags=(bench.name("app:1"),)))
    container = bench.container("one", Image=image, Cmd=["x"])
    found = bench.quiet("GET", "/system/df").json()
    bench.call("df", "GET", "/system/df", keep=None)
    bench.notes.note("parts", sorted(found))
    bench.notes.note("grown by the layer", 0 <= layers() - before - size < size // 5)
    mine = [row for row in found["Images"] if _is_mine(bench, row)]
    bench.notes.shape("image", mine, keep=("#.Containers", "#.SharedSize", "#.RepoTags#"))
    named = [row for row in found["Containers"] or () if row["Id"] == container]
    bench.notes.shape("container", named, keep=("#.SizeRw", "#.State"))


def _is_mine(bench: Bench, row: dict[str, Any]) -> bool:
    return any(bench.prefix in str(name) for name in row.get("RepoTags") or ())


@scenario()
def events_of_the_past(bench: Bench) -> None:
    since = bench.engine_time()
    (image,) = bench.load(bench.spec("app:1", config={"Labels": {"k": "v"}}))
    bench.quiet("POST", f"/images/{image}/tag", {"repo": bench.name("app"), "tag": "2"})
    bench.quiet("DELETE", f"/images/{bench.name('app:2')}")
    bench.quiet("GET", f"/images/{bench.name('app:1')}/get")
    container = bench.container("one", start=True)
    bench.quiet("POST", f"/containers/{container}/rename", {"name": f"{bench.prefix}-two"})
    bench.quiet("POST", f"/containers/{container}/pause")
    bench.quiet("POST", f"/containers/{container}/unpause")
    bench.quiet("POST", f"/containers/{container}/restart", {"t": 0})
    bench.quiet("POST", f"/containers/{container}/kill")
    until(lambda: not bench.state(container)["Running"], "the container ends")
    bench.quiet("DELETE", f"/containers/{container}")
    bench.quiet("DELETE", f"/images/{bench.name('app:1')}")
    query = {"since": since, "until": bench.engine_time()}
    told = _mine(bench, bench.stream("all", "GET", "/events", query), image, container)
    bench.notes.note("images", _summary(told, "image"))
    happened = _summary(told, "container")  # a thread of its own tells of the stop
    bench.notes.note("containers", [each for each in happened if not each.startswith("stop ")])
    bench.notes.note("a stop", any(each.startswith("stop ") for each in happened))
    bench.notes.shape("event", [one for one in told if one["Type"] == "image"][:1])
    kept = ("Actor.Attributes.*", "status", "id", "from", "scope")
    for action in ("create", "die", "kill", "rename"):
        first = next((one for one in told if one["Action"] == action), {})
        bench.notes.shape(f"{action} event", first, keep=kept)
    only = query | filters(type=["image"], event=["tag"])
    chosen = _mine(bench, bench.stream("filtered", "GET", "/events", only), image, container)
    bench.notes.note("filtered actions", _summary(chosen, "image"))


def _mine(
    bench: Bench, told: list[dict[str, Any]], image: str, container: str
) -> list[dict[str, Any]]:
    ids = {image, image.removeprefix("sha256:"), container}
    return [one for one in told if one["Actor"]["ID"] in ids or bench.prefix in str(one["Actor"])]


def _summary(told: list[dict[str, Any]], kind: str) -> list[str]:
    found = [
        f"{one['Action']} {one['Actor']['Attributes'].get('name', '')}".strip()
        for one in told
        if one["Type"] == kind
    ]
    # Docker tells of a pause once or twice, as its threads happen to run
    return [each for n, each in enumerate(found) if "pause" not in each or each not in found[:n]]


@scenario()
def events_as_they_happen(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("app:1"))
    with bench.open("events", "GET", "/events", filters(type=["image"], event=["tag"])) as stream:
        bench.quiet("POST", f"/images/{image}/tag", {"repo": bench.name("app"), "tag": "2"})
        for event in stream.lines():
            if bench.prefix in str(event["Actor"]):
                bench.notes.note("comes at once", event["Action"])
                break


@scenario()
def login(bench: Bench) -> None:
    name = {"username": "me", "password": "secret"}
    bench.call("login", "POST", "/auth", body=name | {"serveraddress": bench.registry}, keep=("*",))
    bench.call("nobody there", "POST", "/auth", body=name | {"serveraddress": "127.0.0.1:9"})


@scenario()
def what_is_empty_here(bench: Bench) -> None:
    """Volumes, networks and prunes of what nothing here has."""
    none = filters(label=[f"orlop-none={bench.prefix}"])
    bench.call("volumes", "GET", "/volumes", none, keep=("*",))
    bench.call("networks", "GET", "/networks", none)
    for what in ("containers", "images", "volumes", "networks"):
        bench.call(f"prune {what}", "POST", f"/{what}/prune", none, keep=("*",))
    bench.call("prune the build cache", "POST", "/build/prune", {"keep-storage": 10**15})
