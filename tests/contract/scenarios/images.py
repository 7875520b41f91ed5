"""Images: list, inspect, history, names, removal."""

from __future__ import annotations

from typing import Any

from tests.contract.bench import Bench, filters
from tests.contract.scenario import scenario
from tests.engines.images import ImageSpec, Step, parented_chain

_CONFIG = {
    "Cmd": ["run", "it"],
    "Env": ["A=b"],
    "Labels": {"k": "v"},
    "ExposedPorts": {"80/tcp": {}},
    "WorkingDir": "/w",
    "Entrypoint": ["/e"],
    "User": "1:1",
    "Volumes": {"/v": {}},
    "StopSignal": "SIGINT",
}


def _row(bench: Bench, image: str, **query: Any) -> list[dict[str, Any]]:
    listed = bench.quiet("GET", "/images/json", query).json()
    return [row for row in listed if row["Id"] == image]


@scenario()
def list_images(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("app:1", "app:2", "b:1", config=_CONFIG))
    bench.call("all there is", "GET", "/images/json", keep=None)
    keep = ("#.Id", "#.ParentId", "#.RepoTags", "#.Labels.k", "#.Containers", "#.SharedSize")
    bench.notes.shape("row", _row(bench, image), keep=(*keep, "#.Size", "#.Created"))
    bench.call("by name", "GET", "/images/json", filters(reference=[bench.name("app")]))
    for pattern in ("app", "app:2", "*", "*:1", "nothing"):
        query = filters(reference=[bench.name(pattern)])
        listed = bench.quiet("GET", "/images/json", query).json()
        bench.notes.note(f"reference={pattern}", [sorted(row["RepoTags"]) for row in listed])
    for label, here in (("k", True), ("k=v", True), ("k=w", False)):
        listed = bench.quiet("GET", "/images/json", filters(label=[label])).json()
        bench.notes.note(f"label={label} {here}", image in {row["Id"] for row in listed})


@scenario("classic", "podman")
def list_nameless_images(bench: Bench) -> None:
    """An image without a name: only where a load can bring one."""
    (image,) = bench.load(bench.spec())
    keep = ("#.RepoTags*", "#.RepoDigests*", "#.ParentId")
    bench.notes.shape("row", _row(bench, image), keep=keep)
    for value in ("true", "false"):
        query = filters(dangling=[value])
        bench.notes.note(f"dangling={value}", bool(_row(bench, image, **query)))
    keep = ("RepoTags*", "RepoDigests*", "Parent")
    bench.call("inspect", "GET", f"/images/{image}/json", keep=keep)
    bench.call("remove", "DELETE", f"/images/{image}", keep=("*",))


@scenario()
def list_refusals(bench: Bench) -> None:
    bench.call("no such filter", "GET", "/images/json", filters(bogus=["x"]))
    bench.call("no JSON", "GET", "/images/json", {"filters": "bad"})
    bench.call("no such value", "GET", "/images/json", filters(dangling=["perhaps"]))
    bench.call("before nothing", "GET", "/images/json", filters(before=[bench.name("none:1")]))


@scenario("classic", "podman")
def intermediate_images(bench: Bench) -> None:
    layers = [bench.layer(name) for name in ("one", "two", "three")]
    first, second, third = bench.load(*parented_chain(layers, tags=[bench.name("child:1")]))
    for step, query in (("listed", {}), ("listed with all", {"all": 1})):
        here = [bool(_row(bench, image, **query)) for image in (first, second, third)]
        bench.notes.note(step, here)
    bench.notes.shape("row", _row(bench, third, all=1), keep=("#.ParentId",))
    bench.call("inspect", "GET", f"/images/{third}/json", keep=("Parent",))
    bench.call("remove the first", "DELETE", f"/images/{first}")
    bench.call("remove the child", "DELETE", f"/images/{bench.name('child:1')}", keep=("*",))


@scenario("classic")
def removal_stops_at_a_parent_when_told(bench: Bench) -> None:
    layers = [bench.layer(name) for name in ("one", "two")]
    first, _second = bench.load(*parented_chain(layers, tags=[bench.name("child:1")]))
    name = bench.name("child:1")
    bench.call("remove", "DELETE", f"/images/{name}", {"noprune": 1}, keep=("*",))
    bench.notes.note("the parent stays", bool(_row(bench, first, all=1)))


@scenario()
def inspect_image(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("app:1", layers=("a", "b"), config=_CONFIG))
    keep = (
        "Id",
        "RepoTags*",
        "Parent",
        "Comment",
        "Architecture",
        "Os",
        "Created",
        "Size",
        "Author",
    )
    more = ("Config.Cmd*", "Config.Env*", "Config.Labels.k", "RootFS.*", "GraphDriver.Name")
    step_by_name = {
        "by name": bench.name("app:1"),
        "by ID": image,
        "by bare ID": image.removeprefix("sha256:"),
        "by short ID": image.removeprefix("sha256:")[:12],
    }
    for step, name in step_by_name.items():
        bench.call(step, "GET", f"/images/{name}/json", keep=(*keep, *more))


@scenario()
def inspect_an_image_of_one_layer(bench: Bench) -> None:
    bench.load(bench.spec("app:latest"))
    bench.call("without a tag", "GET", f"/images/{bench.name('app')}/json", keep=("RepoTags*",))


@scenario()
def images_that_are_not_there(bench: Bench) -> None:
    for step, name in {
        "no such tag": bench.name("none:1"),
        "no such name": bench.name("none"),
        "no such ID": f"sha256:{'0123456789abcdef' * 4}",
        "no such digest": f"{bench.name('none')}@sha256:{'0123456789abcdef' * 4}",
        "no name": "UPPER",
    }.items():
        bench.call(f"inspect, {step}", "GET", f"/images/{name}/json")
        bench.call(f"history, {step}", "GET", f"/images/{name}/history")
        bench.call(f"remove, {step}", "DELETE", f"/images/{name}")
        bench.call(f"tag, {step}", "POST", f"/images/{name}/tag", {"repo": bench.name("x")})
        bench.call(f"save, {step}", "GET", f"/images/{name}/get")


@scenario()
def history(bench: Bench) -> None:
    steps = (
        Step("/bin/sh -c #(nop) ADD file:1 in / "),
        Step('/bin/sh -c #(nop)  CMD ["sh"]', empty=True),
        Step("RUN make", comment="why"),
    )
    spec = bench.spec("app:1", "app:2", layers=("a", "b"), history=steps)
    bench.load(spec)
    keep = ("#.CreatedBy", "#.Created", "#.Comment", "#.Size", "#.Id", "#.Tags*")
    bench.call("history", "GET", f"/images/{bench.name('app:1')}/history", keep=keep)


@scenario()
def tag(bench: Bench) -> None:
    one, two = bench.load(bench.spec("one:1"), bench.spec("two:1", layers=("other",)))
    path = f"/images/{one}/tag"
    bench.call("new", "POST", path, {"repo": bench.name("new"), "tag": "1"})
    bench.call("without a tag", "POST", path, {"repo": bench.name("new")})
    bench.call("the tag in the name", "POST", path, {"repo": bench.name("new:2")})
    bench.call("by short ID", "POST", f"/images/{one[7:19]}/tag", {"repo": bench.name("short")})
    bench.call("again", "POST", path, {"repo": bench.name("new"), "tag": "1"})
    bench.call("moving", "POST", f"/images/{two}/tag", {"repo": bench.name("new"), "tag": "1"})
    bench.notes.note("moved", bench.identity(bench.name("new:1")) == two)
    bench.notes.note("names", bench.names())


@scenario()
def names_that_cannot_be(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("one:1"))
    for repo, name_tag in (
        ("UPPER", "1"),
        ("a//b", "1"),
        ("", "1"),
        (bench.name("one"), "-bad"),
        (bench.name("one") + "@sha256:" + "0" * 64, ""),
        ("0123456789abcdef" * 4, "1"),
        (bench.name("one"), "x" * 129),
    ):
        step = f"{repo[:60].removeprefix(bench.prefix)}:{name_tag[:5]}"
        bench.call(step, "POST", f"/images/{image}/tag", {"repo": repo, "tag": name_tag})


@scenario()
def remove_names_one_by_one(bench: Bench) -> None:
    bench.load(bench.spec("app:1", "app:2", layers=("a", "b")))
    bench.call("the first", "DELETE", f"/images/{bench.name('app:1')}", keep=("*",))
    bench.notes.note("then", bench.names())
    bench.call("the last", "DELETE", f"/images/{bench.name('app:2')}", keep=("*",))
    bench.call("once more", "DELETE", f"/images/{bench.name('app:2')}")
    bench.notes.note("at last", bench.names())


@scenario()
def remove_by_id(bench: Bench) -> None:
    one, many, apart = bench.load(
        bench.spec("one:1"),
        bench.spec("many:1", "many:2", layers=("m",)),
        bench.spec("here:1", "there:1", layers=("n",)),
    )
    bench.call("one name", "DELETE", f"/images/{one}", keep=("*",))
    bench.call("two tags", "DELETE", f"/images/{many}", keep=("*",))
    bench.call("two repositories", "DELETE", f"/images/{apart}", keep=("*",))
    bench.call("by force", "DELETE", f"/images/{apart}", {"force": 1}, keep=("*",))
    bench.notes.note("left", bench.names())


@scenario()
def remove_what_shares_layers(bench: Bench) -> None:
    bench.load(
        bench.spec("a:1", layers=("base", "a")),
        bench.spec("b:1", layers=("base", "b")),
    )
    bench.call("one", "DELETE", f"/images/{bench.name('a:1')}", keep=("*",))
    bench.call("other", "DELETE", f"/images/{bench.name('b:1')}", keep=("*",))


@scenario()
def remove_what_a_stopped_container_uses(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("app:1", "app:2"))
    container = bench.container("one", Image=bench.name("app:1"), Cmd=["x"])
    bench.call("a spare name", "DELETE", f"/images/{bench.name('app:2')}", keep=("*",))
    bench.call("the last name", "DELETE", f"/images/{bench.name('app:1')}")
    bench.call("the ID", "DELETE", f"/images/{image}")
    bench.call("by force", "DELETE", f"/images/{bench.name('app:1')}", {"force": 1}, keep=("*",))
    row = [
        each["Image"]
        for each in bench.quiet("GET", "/containers/json", {"all": 1}).json()
        if each["Id"] == container
    ]
    bench.notes.note("the container's image then", row)


@scenario("classic", "containerd")
def remove_what_a_running_container_uses(bench: Bench) -> None:
    """Podman would end the container: that is a difference orlop tells of, not one to try here."""
    (image,) = bench.load(bench.runnable("app:1"))
    bench.container("one", Image=bench.name("app:1"), start=True)
    bench.call("the name", "DELETE", f"/images/{bench.name('app:1')}")
    bench.call("the ID by force", "DELETE", f"/images/{image}", {"force": 1})
    bench.call("by force", "DELETE", f"/images/{bench.name('app:1')}", {"force": 1}, keep=("*",))


@scenario("classic")
def remove_a_parent_of_a_container_image(bench: Bench) -> None:
    layers = [bench.layer(name) for name in ("one", "two")]
    tags = [bench.name("child:1"), bench.name("parent:1")]
    parent, child = bench.load(*parented_chain(layers, tags=tags))
    bench.call("the parent's name", "DELETE", f"/images/{bench.name('parent:1')}", keep=("*",))
    bench.call("the parent's ID", "DELETE", f"/images/{parent}", {"force": 1})
    bench.call("the child", "DELETE", f"/images/{child}", keep=("*",))


@scenario()
def a_layer_twice_in_an_image(bench: Bench) -> None:
    bench.load(bench.spec("twice:1", layers=("a", "b", "a")))
    bench.call("inspect", "GET", f"/images/{bench.name('twice:1')}/json", keep=("Size", "RootFS.*"))
    bench.call("remove", "DELETE", f"/images/{bench.name('twice:1')}", keep=("*",))


@scenario("classic", "podman")
def prune_images(bench: Bench) -> None:
    """Only what bears the scenario's label: an Engine may be shared."""
    mark = {"Labels": {"orlop-contract": bench.prefix}}
    bench.load(
        bench.spec(config=mark),
        bench.spec("kept:1", layers=("kept",), config=mark),
    )
    label = [f"orlop-contract={bench.prefix}"]
    bench.call("dangling", "POST", "/images/prune", filters(label=label), keep=("*",))
    bench.call("nothing left", "POST", "/images/prune", filters(label=label), keep=("*",))
    unused = filters(label=label, dangling=["false"])
    bench.call("unused", "POST", "/images/prune", unused, keep=("*",))
    bench.call("no such filter", "POST", "/images/prune", filters(bogus=["x"]))


@scenario()
def an_image_without_layers(bench: Bench) -> None:
    bench.load(ImageSpec((), tags=(bench.name("empty:1"),), config={"Labels": {"a": "b"}}))
    bench.call("inspect", "GET", f"/images/{bench.name('empty:1')}/json", keep=("Size", "RootFS*"))
    bench.call("history", "GET", f"/images/{bench.name('empty:1')}/history")
    bench.call("remove", "DELETE", f"/images/{bench.name('empty:1')}", keep=("*",))
