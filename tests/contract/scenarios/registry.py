"""What needs a registry: pull, push, its distribution API, search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.contract.bench import ANONYMOUS, Bench, filters
from tests.contract.observation import layer_words
from tests.contract.scenario import scenario
from tests.engines.images import ImageSpec

_PULLED = (
    "Pulling fs layer",
    "Waiting",
    "Downloading",
    "Verifying Checksum",
    "Download complete",
    "Extracting",
    "Pull complete",
)
"""A layer's words in their order."""

_BY_CHANCE = frozenset({*_PULLED[1:-1], "Pushing"})
"""Words that come or not as the threads of an Engine happen to run."""

_WHOLE = ("Pulling from", "Digest:", "Status:", "The push refers")


def _note_words(bench: Bench, step: str, lines: Sequence[dict[str, Any]]) -> None:
    """Note first and last line, and each layer's words less those that come by chance."""
    about = [str(one["status"]) for one in lines if str(one.get("status")).startswith(_WHOLE)]
    bench.notes.note(f"{step}, about it all", about)
    words = layer_words(one for one in lines if one.get("status") not in about and one.get("id"))
    steady = [tuple(word for word in each if word not in _BY_CHANCE) for each in words.values()]
    bench.notes.note(f"{step}, words of layers", [list(each) for each in sorted(set(steady))])
    ordered = all(
        [word for word in _PULLED if word in each] == [word for word in each if word in _PULLED]
        for each in words.values()
    )
    bench.notes.note(f"{step}, words in order", ordered)


def _pull(bench: Bench, step: str, name: str, tag: str = "", **more: str) -> list[dict[str, Any]]:
    query = {"fromImage": name, **({"tag": tag} if tag else {}), **more}
    return bench.stream(step, "POST", "/images/create", query)


@scenario()
def pull_a_tag(bench: Bench) -> None:
    bench.publish("app:1", (1000, 400_000, 2000))
    bench.publish("more:1", (1000,))
    name = bench.there("app")
    lines = _pull(bench, "pull", name, "1")
    _note_words(bench, "pull", lines)
    lines = _pull(bench, "again", name, "1")
    _note_words(bench, "again", lines)
    keep = ("RepoTags*", "RepoDigests*")
    bench.call("inspect", "GET", f"/images/{name}:1/json", keep=keep)
    bench.call("remove", "DELETE", f"/images/{name}:1")
    bench.notes.note("left", bench.names())


@scenario("classic")
def bytes_of_a_pull(bench: Bench) -> None:
    """The others tell them when they happen to."""
    bench.publish("app:1", (1000, 400_000))
    lines = _pull(bench, "pull", bench.there("app"), "1")
    for word in ("Downloading", "Extracting"):
        moving = [one for one in lines if one.get("status") == word]
        bench.notes.shape(f"{word} line", moving[-1:])


@scenario()
def pull_what_is_partly_here(bench: Bench) -> None:
    whole = bench.publish("app:1", (1000, 3000))
    bench.load(ImageSpec(whole.layers[:1], tags=(bench.name("base:1"),)), word="base")
    _note_words(bench, "pull", _pull(bench, "pull", bench.there("app"), "1"))


@scenario()
def pull_a_digest(bench: Bench) -> None:
    bench.publish("app:1")
    name = bench.there("app")
    found = (
        bench.quiet("GET", f"/distribution/{name}:1/json").json() if bench.store != "podman" else {}
    )
    if not found:
        _pull(bench, "first by tag", name, "1")
        found = {"Descriptor": {"digest": _digest_of(bench, f"{name}:1")}}
        bench.quiet("DELETE", f"/images/{name}:1")
    digest = str(found["Descriptor"]["digest"])
    _note_words(bench, "pull", _pull(bench, "pull", name, digest))
    bench.notes.note("names", bench.names())
    bench.call("remove", "DELETE", f"/images/{name}@{digest}", keep=("*",))


def _digest_of(bench: Bench, name: str) -> str:
    digests = bench.quiet("GET", f"/images/{name}/json").json()["RepoDigests"]
    return str(digests[0]).partition("@")[2]


@scenario("classic", "containerd")
def pull_all_tags(bench: Bench) -> None:
    """Podman pulls `latest` when no tag is named."""
    bench.publish("app:1")
    bench.publish("app:2", (4000,))
    lines = _pull(bench, "pull", bench.there("app"))
    about = [str(one["status"]) for one in lines if str(one.get("status")).startswith(_WHOLE)]
    bench.notes.note("about it all", sorted(map(bench.notes.clean, about)))
    bench.notes.note("names", [name for name in bench.names() if "@" not in name])


@scenario()
def pulls_that_fail(bench: Bench) -> None:
    bench.publish("app:1")
    _pull(bench, "no such tag", bench.there("app"), "none")
    _pull(bench, "no such repository", bench.there("none"), "1")
    _pull(bench, "no such digest", bench.there("app"), f"sha256:{'0123456789abcdef' * 4}")
    _pull(bench, "no name", "UPPER", "1")
    _pull(bench, "no tag", bench.there("app"), "-bad")
    _pull(bench, "nothing at all", "")
    if bench.store != "podman":  # it tries for seconds
        _pull(bench, "nobody there", "127.0.0.1:9/app", "1")


@scenario()
def pull_for_a_platform(bench: Bench) -> None:
    bench.publish("app:1")
    _pull(bench, "its own", bench.there("app"), "1", platform="linux/amd64")
    _pull(bench, "no platform", bench.there("app"), "1", platform="a/b/c/d")


@scenario()
def push(bench: Bench) -> None:
    layers = ("a", "b")
    bench.load(bench.spec("app:1", layers=layers))
    for tag in ("1", "2"):
        query = {"repo": bench.there("app"), "tag": tag}
        bench.quiet("POST", f"/images/{bench.name('app:1')}/tag", query)
    path = f"/images/{bench.there('app')}/push"
    lines = bench.stream("push", "POST", path, {"tag": "1"}, headers=ANONYMOUS)
    _note_words(bench, "push", lines)
    bench.notes.shape("last line", [one for one in lines if "aux" in one], keep=("#.aux.Tag",))
    ended = [str(one["status"]).partition("sha256:") for one in lines if "digest:" in str(one)]
    bench.notes.note("end", [before for before, _, _ in ended])
    lines = bench.stream("again", "POST", path, {"tag": "1"}, headers=ANONYMOUS)
    _note_words(bench, "again", lines)
    elsewhere = {"repo": bench.there("elsewhere"), "tag": "1"}
    bench.quiet("POST", f"/images/{bench.name('app:1')}/tag", elsewhere)
    path = f"/images/{bench.there('elsewhere')}/push"
    lines = bench.stream("elsewhere", "POST", path, {"tag": "1"}, headers=ANONYMOUS)
    _note_words(bench, "elsewhere", lines)
    keep = ("RepoDigests*",)
    bench.call("inspect", "GET", f"/images/{bench.there('app:1')}/json", keep=keep)


@scenario("classic")
def push_all_tags(bench: Bench) -> None:
    bench.load(bench.spec("app:1"))
    for tag in ("1", "2"):
        query = {"repo": bench.there("app"), "tag": tag}
        bench.quiet("POST", f"/images/{bench.name('app:1')}/tag", query)
    lines = bench.stream("push", "POST", f"/images/{bench.there('app')}/push", headers=ANONYMOUS)
    ends = [str(one["status"]).partition(":")[0] for one in lines if "digest:" in str(one)]
    bench.notes.note("pushed", sorted(ends))


@scenario()
def pushes_that_fail(bench: Bench) -> None:
    bench.load(bench.spec("app:1"))
    path = f"/images/{bench.there('none')}/push"
    bench.stream("not here", "POST", path, {"tag": "1"}, headers=ANONYMOUS)
    repo = {"repo": "127.0.0.1:9/app", "tag": bench.prefix[-20:]}
    if bench.store == "podman":  # it tries for seconds
        return
    bench.quiet("POST", f"/images/{bench.name('app:1')}/tag", repo)
    query = {"tag": bench.prefix[-20:]}
    try:
        path = "/images/127.0.0.1:9/app/push"
        bench.stream("nobody there", "POST", path, query, headers=ANONYMOUS)
    finally:
        bench.raw.ask("DELETE", f"/images/127.0.0.1:9/app:{bench.prefix[-20:]}")


@scenario()
def a_push_without_the_header(bench: Bench) -> None:
    (image,) = bench.load(bench.spec("app:1"))
    bench.quiet("POST", f"/images/{image}/tag", {"repo": bench.there("app"), "tag": "1"})
    bench.stream("push", "POST", f"/images/{bench.there('app')}/push", {"tag": "1"})


@scenario("classic", "containerd")
def distribution(bench: Bench) -> None:
    """Podman has no such call."""
    bench.publish("app:1")
    keep = ("Descriptor.mediaType", "Descriptor.digest", "Platforms#.*")
    bench.call("here", "GET", f"/distribution/{bench.there('app:1')}/json", keep=keep)
    bench.call("no such tag", "GET", f"/distribution/{bench.there('app:none')}/json")
    bench.call("no such repository", "GET", f"/distribution/{bench.there('none:1')}/json")
    bench.call("no name", "GET", "/distribution/UPPER/json")


@scenario("classic", "containerd")
def search(bench: Bench) -> None:
    """Podman answers with other names; it has a scenario in the engine's own tests."""
    found = bench.call("found", "GET", "/images/search", {"term": bench.term, "limit": 5}).json()
    bench.notes.note("at most five", len(found))

    def rows(**chosen: str) -> list[dict[str, Any]]:
        query = {"term": bench.term, "limit": "25", **chosen}
        return list(bench.quiet("GET", "/images/search", query).json())

    official = rows(**filters(is_official=["true"]))
    bench.notes.note("official ones", {row["is_official"] for row in official} == {True})
    starred = rows(**filters(stars=["100"]))
    bench.notes.note("starred ones", min(row["star_count"] for row in starred) >= 100)
    many: dict[str, Any] = {"term": bench.term, "limit": 101}
    bench.call("too many", "GET", "/images/search", many)
    bogus: dict[str, Any] = {"term": bench.term, **filters(bogus=["x"])}
    bench.call("no such filter", "GET", "/images/search", bogus)
