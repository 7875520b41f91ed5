"""Whole images and file systems in and out: save, load, import, commit."""

from __future__ import annotations

import io
import json
import re
import tarfile
from typing import Any

from tests.contract.bench import Bench
from tests.contract.scenario import scenario
from tests.engines.images import Link, archive, diff_id, make_layer


def _members(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {
            member.name: file.read() if (file := tar.extractfile(member)) else b""
            for member in tar.getmembers()
        }


def _kinds(members: dict[str, bytes]) -> list[str]:
    """Return an archive's names with the hexadecimal ones as one, each once, sorted."""
    return sorted({re.sub(r"[0-9a-f]{64}", "HEX", name) for name in members})


@scenario()
def save_one_image(bench: Bench) -> None:
    spec = bench.spec("app:1", "app:2", layers=("a", "b"), config={"Cmd": ["x"]})
    bench.load(spec)
    answer = bench.call("save", "GET", f"/images/{bench.name('app:1')}/get")
    members = _members(answer.body)
    bench.notes.note("what is in it", _kinds(members))
    (entry,) = json.loads(members["manifest.json"])
    bench.notes.shape("manifest", entry, keep=("RepoTags*",))
    bench.notes.note("config is the same", members[entry["Config"]] == spec.config_json)
    layers = [members[name] for name in entry["Layers"]]
    bench.notes.note("layers are the same", layers == list(spec.layers))
    bench.notes.note("repositories", members.get("repositories", b"none").decode().strip())


@scenario()
def save_by_id(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("app:1", "app:2"))
    answer = bench.call("save", "GET", f"/images/{image}/get")
    (entry,) = json.loads(_members(answer.body)["manifest.json"])
    bench.notes.note("names", entry["RepoTags"])


@scenario()
def save_a_whole_repository(bench: Bench) -> None:
    bench.load(bench.spec("app:1"), bench.spec("app:2", layers=("other",)), bench.spec("other:1"))
    for step, name in (("repository", "app"), ("a tag", "app:2")):
        answer = bench.call(step, "GET", f"/images/{bench.name(name)}/get")
        entries = json.loads(_members(answer.body)["manifest.json"]) if answer.status < 400 else []
        bench.notes.note(f"{step} names", sorted(str(entry["RepoTags"]) for entry in entries))


@scenario()
def save_several(bench: Bench) -> None:
    bench.load(
        bench.spec("a:1", layers=("base", "a")), bench.spec("b:1", layers=("base", "b", "base"))
    )
    query = {"names": (bench.name("a:1"), bench.name("b:1"))}
    answer = bench.call("save", "GET", "/images/get", query)
    members = _members(answer.body)
    entries = json.loads(members["manifest.json"])
    found = sorted([str(entry["RepoTags"]), len(entry["Layers"])] for entry in entries)
    bench.notes.note("names and layers", found)
    missing = {"names": (bench.name("a:1"), bench.name("none:1"))}
    bench.call("one is not there", "GET", "/images/get", missing)


@scenario()
def load_says_what_it_did(bench: Bench) -> None:
    spec = bench.spec("app:1", "app:2", layers=("a", "b"))
    data = archive([spec])
    bench.notes.know("image 1", spec.image_id)
    for step in ("the first time", "again"):
        lines = bench.stream(step, "POST", "/images/load", {"quiet": 0}, body=data)
        bench.notes.note(f"{step}, streams", [one["stream"] for one in lines if "stream" in one])
        words = [one["status"] for one in lines if "status" in one]
        bench.notes.note(f"{step}, words", sorted(set(words)))
        bench.notes.shape(f"{step}, line", [one for one in lines if "status" in one][:1])
    lines = bench.stream("quietly", "POST", "/images/load", {"quiet": 1}, body=data)
    bench.notes.note("quietly, lines", lines)
    bench.notes.note("names", bench.names())


@scenario("classic", "podman")
def load_a_nameless_image(bench: Bench) -> None:
    spec = bench.spec()
    bench.adopt("image 1", spec.image_id)
    lines = bench.stream("load", "POST", "/images/load", {"quiet": 1}, body=archive([spec]))
    bench.notes.note("lines", lines)


@scenario()
def load_moves_a_name(bench: Bench) -> None:
    old, new = bench.spec("app:1"), bench.spec("app:1", layers=("new",))
    (before,) = bench.load(old, word="old")
    (after,) = bench.load(new, word="new")
    bench.notes.note("moved", bench.identity(bench.name("app:1")) == after)
    bench.notes.note("the old one stays", bench.raw.ask("GET", f"/images/{before}/json").status)


@scenario()
def load_what_is_no_image(bench: Bench) -> None:
    whole = archive([bench.spec("app:1")])
    manifest = make_layer({"manifest.json": json.dumps([{"Config": "no.json"}]).encode()})
    for step, data in {
        "garbage": b"no tar at all" * 100,
        "nothing": b"",
        "a tar without a manifest": make_layer({"file": b"x"}),
        "a manifest of what is not there": manifest,
        "half an archive": whole[: len(whole) // 2],
    }.items():
        bench.stream(step, "POST", "/images/load", {"quiet": 1}, body=data)
    bench.notes.note("names", bench.names())


@scenario()
def import_a_file_system(bench: Bench) -> None:
    layer = make_layer({"etc/name": bench.prefix.encode(), "link": Link("etc/name")})
    query = {"fromSrc": "-", "repo": bench.name("made"), "tag": "1", "message": "by hand"}
    changes = {"changes": ("CMD a b", "ENV A=b", "LABEL k=v", "WORKDIR /w")}
    lines = bench.stream("import", "POST", "/images/create", {**query, **changes}, body=layer)
    bench.notes.shape("lines", lines)
    bench.adopt("imported", str(lines[-1]["status"]))
    keep = ("Config.Cmd*", "Config.Env*", "Config.WorkingDir", "Config.Labels.k", "Comment", "Size")
    more = ("RepoTags*", "Parent", "Os", "Architecture", "RootFS.*")
    bench.notes.know("imported layer", diff_id(layer))
    bench.call("inspect", "GET", f"/images/{bench.name('made:1')}/json", keep=(*keep, *more))
    of_steps = ("#.CreatedBy", "#.Comment", "#.Size", "#.Tags*")
    bench.call("history", "GET", f"/images/{bench.name('made:1')}/history", keep=of_steps)


@scenario()
def import_refusals(bench: Bench) -> None:
    layer = make_layer({"name": bench.prefix.encode()})
    query = {"fromSrc": "-", "repo": bench.name("made"), "tag": "1"}
    bad = {"changes": ("RUN make",)}
    bench.stream("a change it cannot", "POST", "/images/create", {**query, **bad}, body=layer)
    upper = {**query, "repo": "UPPER"}
    bench.stream("no name", "POST", "/images/create", upper, body=layer)
    bench.stream("no tar", "POST", "/images/create", query, body=b"no tar at all" * 100)
    bench.notes.note("names", bench.names())


def _committed(bench: Bench, answer: Any, word: str) -> str:
    bench.notes.note(f"{word} gives an ID", sorted(answer.json()))
    return bench.adopt(word, str(answer.json()["Id"]))


@scenario()
def commit(bench: Bench) -> None:
    bench.load(bench.spec("base:1", layers=("a",), config={"Cmd": ["old"], "Env": ["A=1"]}))
    container = bench.container("one", Image=bench.name("base:1"), Cmd=["x"])
    layer = make_layer({"etc/new": b"x" * 100})
    bench.quiet("PUT", f"/containers/{container}/archive", {"path": "/"}, body=layer)
    query = {"container": container, "repo": bench.name("made"), "tag": "1", "author": "me"}
    answer = bench.call("commit", "POST", "/commit", {**query, "comment": "why"}, body={})
    _committed(bench, answer, "committed")
    keep = ("Config.Cmd*", "Config.Env*", "Comment", "Author", "Parent", "Size", "RepoTags*")
    bench.call("inspect", "GET", f"/images/{bench.name('made:1')}/json", keep=keep)
    of_steps = ("#.CreatedBy", "#.Comment", "#.Size", "#.Tags*")
    bench.call("history", "GET", f"/images/{bench.name('made:1')}/history", keep=of_steps)


@scenario("classic", "containerd")
def commit_with_changes(bench: Bench) -> None:
    """Podman reads the body's values otherwise; orlop sends changes alone."""
    bench.load(bench.spec("base:1", config={"Env": ["A=1"], "Labels": {"k": "v"}}))
    container = bench.container("one", Image=bench.name("base:1"), Cmd=["x"])
    query = {"container": f"{bench.prefix}-one", "repo": bench.name("made"), "tag": "1"}
    changes = ("ENV B=2", 'CMD ["y","z"]', "LABEL l=w", "EXPOSE 80", "USER 1", "WORKDIR /w")
    answer = bench.call("commit", "POST", "/commit", {**query, "changes": changes}, body={})
    _committed(bench, answer, "committed")
    bench.call("inspect", "GET", f"/images/{bench.name('made:1')}/json", keep=("Config.*",))
    bench.call("no such change", "POST", "/commit", {**query, "changes": "RUN make"}, body={})
    bench.call("no such container", "POST", "/commit", {"container": bench.prefix}, body={})
    bench.call("no name", "POST", "/commit", {"container": container, "repo": "UPPER"}, body={})


@scenario("classic", "podman")
def commit_without_a_name(bench: Bench) -> None:
    container = bench.container("one", start=True)
    answer = bench.call("commit", "POST", "/commit", {"container": container}, body={})
    image = _committed(bench, answer, "committed")
    keep = ("RepoTags*", "RepoDigests*")
    bench.call("inspect", "GET", f"/images/{image}/json", keep=keep)
    bench.notes.note("the container still runs", bench.state(container)["Status"])
