"""Pulls: the lines of dockerd 20.10 in its order, what is here afterwards, and what goes wrong."""

from __future__ import annotations

import base64
import errno
import json
import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.practice.engine import call, data, lines, quick_hold, refusal
from tui.practice import seeds
from tui.practice.hold import Hold, Settings
from tui.practice.layers import Layer
from tui.practice.names import parse
from tui.practice.pulling import find, pull
from tui.practice.registry import DOWNLOADS, HUB

REFUSED = "denied: requested access to the resource is denied"


@pytest.fixture
def hold() -> Hold:
    empty = quick_hold()
    seeds.fill_registry(empty.registry)
    return empty


def _pull(hold: Hold, query: str) -> list[dict[str, Any]]:
    return lines(data(call(hold, "POST", f"/images/create?{query}")))


def _words(told: list[dict[str, Any]]) -> list[str]:
    return [each.get("status", each.get("error", "")) for each in told]


def _states(told: list[dict[str, Any]], layer: str) -> list[str]:
    """Return what was said about a layer, each word once in a row."""
    found: list[str] = []
    for each in told:
        if each.get("id") == layer and found[-1:] != [each["status"]]:
            found.append(each["status"])
    return found


def _layer_ids(hold: Hold, repository: str, tag: str) -> list[str]:
    manifest = hold.registry.resolve(f"{HUB}/{repository}", tag)
    assert manifest
    return [digest[7:19] for digest in manifest.layers]


def test_a_pull_from_nothing(hold: Hold) -> None:
    told = _pull(hold, "fromImage=nginx&tag=latest")
    layers = _layer_ids(hold, "library/nginx", "latest")
    assert told[0] == {"status": "Pulling from library/nginx", "id": "latest"}
    first = {"progressDetail": {}, "status": "Pulling fs layer"}
    assert told[1:7] == [{**first, "id": layer} for layer in layers]
    waiting = {"status": "Waiting", "progressDetail": {}}
    assert told[7:10] == [{**waiting, "id": layer} for layer in layers[DOWNLOADS:]]
    words = [
        "Downloading",
        "Verifying Checksum",
        "Download complete",
        "Extracting",
        "Pull complete",
    ]
    assert _states(told, layers[0]) == ["Pulling fs layer", *words]
    assert _states(told, layers[5]) == ["Pulling fs layer", "Waiting", *words]
    manifest = hold.registry.resolve(f"{HUB}/library/nginx", "latest")
    assert manifest
    assert told[-2:] == [
        {"status": f"Digest: {manifest.digest}"},
        {"status": "Status: Downloaded newer image for nginx:latest"},
    ]


def test_layers_come_complete_from_the_bottom_up(hold: Hold) -> None:
    told = _pull(hold, "fromImage=nginx&tag=latest")
    complete = [each["id"] for each in told if each["status"] == "Pull complete"]
    assert complete == _layer_ids(hold, "library/nginx", "latest")


def test_no_more_than_three_at_once() -> None:
    hold = Hold(Settings(speed=1_000_000), sleep=lambda _seconds: None)
    seeds.fill_registry(hold.registry)
    told = _pull(hold, "fromImage=nginx&tag=latest")
    active: set[str] = set()
    most = 0
    for each in told:
        if each["status"] == "Downloading":
            active.add(each["id"])
        elif each["status"] == "Download complete":
            active.discard(each["id"])
        most = max(most, len(active))
    assert most == DOWNLOADS
    assert all(hold.registry.take_line() for _line in range(DOWNLOADS)), "lines were given back"


def test_the_speed_is_what_was_set() -> None:
    slept: list[float] = []
    hold = Hold(Settings(speed=500_000), sleep=slept.append)
    seeds.fill_registry(hold.registry)
    _pull(hold, "fromImage=debian&tag=12")
    manifest = hold.registry.resolve(f"{HUB}/library/debian", "12")
    assert manifest
    blob = hold.registry.blob(f"{HUB}/library/debian", manifest.layers[0])
    assert blob
    seconds = blob.size / 500_000
    assert seconds <= sum(slept) <= seconds * 1.3 + 0.5
    assert max(slept) <= 0.25, "who waits longer does not see that the client has gone"


def test_the_bar_and_the_numbers(hold: Hold) -> None:
    told = _pull(hold, "fromImage=debian&tag=12")
    downloading = [each for each in told if each["status"] == "Downloading"]
    total = downloading[-1]["progressDetail"]["total"]
    assert downloading[-1]["progressDetail"] == {"current": total, "total": total}
    shown = f"{total / 1000:.4g}kB"
    assert downloading[-1]["progress"] == f"[{'=' * 50}>] {shown.rjust(8)}/{shown}"
    assert downloading[0]["progress"].startswith(f"[{'=' * 25}>{' ' * 25}] ")


def test_what_is_here_afterwards(hold: Hold) -> None:
    _pull(hold, "fromImage=python&tag=3.12")
    manifest = hold.registry.resolve(f"{HUB}/library/python", "3.12")
    assert manifest
    image = hold.images.find("python:3.12")
    assert image.image_id == manifest.config
    assert hold.images.names_of(image.image_id) == (["python:3.12"], [f"python@{manifest.digest}"])
    assert [layer.diff_id for layer in hold.layers.stack(image.top)] == image.parsed()["rootfs"][
        "diff_ids"
    ]


def test_the_second_time_it_is_up_to_date(hold: Hold) -> None:
    _pull(hold, "fromImage=redis&tag=7")
    manifest = hold.registry.resolve(f"{HUB}/library/redis", "7")
    assert manifest
    assert _pull(hold, "fromImage=redis&tag=7") == [
        {"status": "Pulling from library/redis", "id": "7"},
        {"status": f"Digest: {manifest.digest}"},
        {"status": "Status: Image is up to date for redis:7"},
    ]


def test_another_tag_of_the_same_image_is_news_without_layers(hold: Hold) -> None:
    _pull(hold, "fromImage=debian&tag=12")
    words = _words(_pull(hold, "fromImage=debian&tag=bookworm"))
    assert words[0] == "Pulling from library/debian"
    assert words[-1] == "Status: Downloaded newer image for debian:bookworm"
    assert len(words) == 3
    assert len(hold.images.all()) == 1


def test_shared_layers_are_here_already(hold: Hold) -> None:
    _pull(hold, "fromImage=debian&tag=12")
    told = _pull(hold, "fromImage=redis&tag=7")
    layers = _layer_ids(hold, "library/redis", "7")
    assert told[1] == {"status": "Already exists", "progressDetail": {}, "id": layers[0]}
    assert _states(told, layers[0]) == ["Already exists"]
    assert "Pull complete" in _states(told, layers[1])


def test_layers_of_an_archive_are_downloaded_again(hold: Hold) -> None:
    """The engine does not know that the blob holds them; so dockerd does."""
    other = quick_hold()
    seeds.fill(other)
    archive = data(call(other, "GET", "/images/debian:12/get"))
    data(call(hold, "POST", "/images/load", archive))
    told = _pull(hold, "fromImage=redis&tag=7")
    assert _states(told, _layer_ids(hold, "library/redis", "7")[0])[-1] == "Pull complete"
    assert len(hold.layers.stack(hold.images.find("redis:7").top)) == 4


def test_a_tag_that_moves_leaves_the_old_image_without_it(hold: Hold) -> None:
    _pull(hold, "fromImage=nginx&tag=1.27")
    old = hold.images.find("nginx:1.27")
    newer = hold.registry.resolve(f"{HUB}/library/nginx", "1.28")
    assert newer
    hold.registry.put_manifest(f"{HUB}/library/nginx", "1.27", newer)
    words = _words(_pull(hold, "fromImage=nginx&tag=1.27"))
    assert words[-1] == "Status: Downloaded newer image for nginx:1.27"
    assert hold.images.find("nginx:1.27") != old
    tags, digests = hold.images.names_of(old.image_id)
    assert (tags, len(digests)) == ([], 1)


def test_a_pull_by_digest(hold: Hold) -> None:
    manifest = hold.registry.resolve(f"{HUB}/library/debian", "12")
    assert manifest
    for query in (f"fromImage=debian@{manifest.digest}", f"fromImage=debian&tag={manifest.digest}"):
        told = _pull(hold, query)
        whole = f"docker.io/library/debian@{manifest.digest}"
        assert told[0] == {"status": "Pulling from library/debian", "id": whole}
    assert told[-1] == {"status": f"Status: Image is up to date for debian@{manifest.digest}"}
    assert hold.images.names_of(manifest.config) == ([], [f"debian@{manifest.digest}"])


def test_all_tags(hold: Hold) -> None:
    told = _pull(hold, "fromImage=busybox")
    pulled = [each["id"] for each in told if each["status"].startswith("Pulling from")]
    assert pulled == hold.registry.tags(f"{HUB}/library/busybox")
    assert len(pulled) > 3
    ends = [word for word in _words(told) if word.startswith("Status: ")]
    assert ends == ["Status: Downloaded newer image for busybox"]
    assert len(hold.images.all()) == 2


def test_what_tag_says_counts_more_than_the_name(hold: Hold) -> None:
    _pull(hold, "fromImage=debian:12&tag=13")
    assert [hold.images.names_of(image.image_id)[0] for image in hold.images.all()] == [
        ["debian:13"]
    ]


@pytest.mark.parametrize(
    ("platform", "architecture"),
    [
        ("linux/arm64", "arm64"),
        ("linux/arm64/v8", "arm64"),
        ("arm64", "arm64"),
        ("linux/arm/v7", "arm"),
        ("linux", "amd64"),
        ("LINUX/S390X", "s390x"),
        ("", "amd64"),
    ],
)
def test_a_platform(hold: Hold, platform: str, architecture: str) -> None:
    _pull(hold, f"fromImage=alpine&tag=3.22&platform={platform}")
    assert hold.images.find("alpine:3.22").parsed()["architecture"] == architecture


def test_a_platform_that_a_list_has_not(hold: Hold) -> None:
    told = _pull(hold, "fromImage=alpine&tag=3.22&platform=linux/arm64/v9")
    message = "no matching manifest for linux/arm64/v9 in the manifest list entries"
    assert told == [
        {"status": "Pulling from library/alpine", "id": "3.22"},
        {"errorDetail": {"message": message}, "error": message},
    ]
    assert hold.images.all() == []


def test_the_digest_of_a_list_stays_with_the_image_that_came_first(hold: Hold) -> None:
    _pull(hold, "fromImage=alpine&tag=3.22&platform=linux/arm64")
    arm = hold.images.find("alpine:3.22")
    _pull(hold, "fromImage=alpine&tag=3.22&platform=linux/amd64")
    amd = hold.images.find("alpine:3.22")
    assert hold.images.names_of(amd.image_id) == (["alpine:3.22"], [])
    assert len(hold.images.names_of(arm.image_id)[1]) == 1


def test_a_warning_about_the_platform_of_a_digest(hold: Hold) -> None:
    manifest = hold.registry.resolve(f"{HUB}/library/debian", "12")
    assert manifest
    name = f"debian@{manifest.digest}"
    last = _pull(hold, f"fromImage={name}&platform=linux/s390x")[-1]
    assert last["status"] == (
        f"WARNING: image with reference {name} was found but does not match the specified "
        "platform: wanted linux/s390x, actual: linux/amd64"
    )


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        (
            "fromImage=no-such&tag=1",
            404,
            "pull access denied for no-such, repository does not exist or may require "
            f"'docker login': {REFUSED}",
        ),
        (
            "fromImage=nginx&tag=nope",
            404,
            "manifest for nginx:nope not found: manifest unknown: manifest unknown",
        ),
        (
            "fromImage=localhost:5000/a/b&tag=1",
            404,
            "manifest for localhost:5000/a/b:1 not found: manifest unknown: manifest unknown",
        ),
        (
            "fromImage=localhost:5000/a/b",
            404,
            "repository localhost:5000/a/b not found: name unknown: repository name not known to "
            "registry",
        ),
        (
            "fromImage=127.0.0.1:9/a&tag=1",
            500,
            'Get "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused',
        ),
        (
            "fromImage=nohost.invalid/x&tag=1",
            500,
            'Get "https://nohost.invalid/v2/": dial tcp: lookup nohost.invalid: no such host',
        ),
        ("fromImage=BAD&tag=1", 400, "invalid reference format: repository name must be lowercase"),
        ("fromImage=nginx&tag=@", 400, "invalid tag format"),
        ("fromImage=nginx&tag=sha256:abc", 400, "invalid tag format"),
        ("fromImage=scratch", 403, "'scratch' is a reserved name"),
        (
            f"fromImage={'a' * 64}",
            400,
            f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings",
        ),
        (
            "fromImage=nginx&tag=1&platform=bogus",
            400,
            '"bogus": unknown operating system or architecture: invalid argument',
        ),
        (
            "fromImage=nginx&tag=1&platform=a/b/c/d",
            400,
            '"a/b/c/d": cannot parse platform specifier: invalid argument',
        ),
        ("", 500, 'Get "http:": http: no Host in request URL'),
    ],
)
def test_refused_before_the_stream(hold: Hold, query: str, status: int, words: str) -> None:
    assert refusal(hold, "POST", f"/images/create?{query}") == (status, words)
    assert hold.images.all() == []
    assert hold.events.since(0) == []


def _auth(user: str, password: str) -> dict[str, str]:
    text = json.dumps({"username": user, "password": password})
    return {"X-Registry-Auth": base64.urlsafe_b64encode(text.encode()).decode()}


def test_a_login_comes_with_the_pull(hold: Hold) -> None:
    target = "/images/create?fromImage=hello-world&tag=latest"
    assert data(call(hold, "POST", target, headers=_auth("me", "right")))
    assert data(call(hold, "POST", target, headers={"X-Registry-Auth": "%%%"}))
    status, words = refusal(hold, "POST", target, headers=_auth("me", "wrong"))
    assert (status, words.endswith("unauthorized: incorrect username or password")) == (500, True)


def test_the_event(hold: Hold) -> None:
    _pull(hold, "fromImage=centos&tag=7")
    (event,) = hold.events.since(0)
    assert (event["status"], event["id"], event["Type"]) == ("pull", "centos:7", "image")
    assert event["Actor"]["ID"] == "centos:7"
    assert event["Actor"]["Attributes"]["name"] == "centos"
    assert event["Actor"]["Attributes"]["org.label-schema.vendor"] == "CentOS"


def _begun(hold: Hold, name: str) -> Generator[bytes, None, None]:
    reference = parse(name)
    return pull(hold, reference, find(hold, reference), None)


@pytest.mark.parametrize(
    "word", ["Pulling fs layer", "Downloading", "Download complete", "Pull complete"]
)
def test_a_client_that_goes_leaves_nothing(word: str) -> None:
    hold = Hold(Settings(speed=4_000_000), sleep=lambda _seconds: None)
    seeds.fill_registry(hold.registry)
    _pull(hold, "fromImage=debian&tag=12-slim")
    before = (hold.images.all(), hold.layers.all(), hold.events.since(0))
    stream = pull(hold, parse("nginx:latest"), find(hold, parse("nginx:latest")), None)
    for part in stream:
        if word.encode() in part:
            break
    else:
        pytest.fail(f"no line says {word}")
    stream.close()
    assert (hold.images.all(), hold.layers.all(), hold.events.since(0)) == before
    assert all(hold.registry.take_line() for _line in range(DOWNLOADS)), "lines were given back"


def test_an_image_removed_meanwhile_does_not_take_the_layers_along(hold: Hold) -> None:
    _pull(hold, "fromImage=debian&tag=12")
    stream = _begun(hold, "redis:7")
    told = [next(stream), next(stream)]
    assert b"Already exists" in told[1]
    hold.images.remove("debian:12", force=False)
    rest = lines(b"".join(stream))
    assert rest[-1] == {"status": "Status: Downloaded newer image for redis:7"}
    assert len(hold.layers.stack(hold.images.find("redis:7").top)) == 4
    hold.images.remove("redis:7", force=False)
    assert hold.layers.all() == []


def test_two_pulls_share_the_lines(hold: Hold) -> None:
    """A second pull waits for the first one's downloads, and goes on when they end."""
    slow = Hold(Settings(speed=200_000), sleep=lambda _seconds: None)
    seeds.fill_registry(slow.registry)
    first, second = _begun(slow, "nginx:latest"), _begun(slow, "postgres:17")
    for _part in zip(range(30), first, strict=False):
        pass
    told = [next(second) for _part in range(30)]
    assert not any(b"Downloading" in part for part in told)
    first.close()
    assert lines(b"".join(second))[-1]["status"].startswith("Status: Downloaded newer")


def test_a_broken_connection_is_tried_again(hold: Hold) -> None:
    hold.faults.set("drop-pull", bytes=100_000, times=1)
    words = _words(_pull(hold, "fromImage=debian&tag=12"))
    assert [word for word in words if word.startswith("Retrying")] == [
        "Retrying in 5 seconds",
        "Retrying in 4 seconds",
        "Retrying in 3 seconds",
        "Retrying in 2 seconds",
        "Retrying in 1 second",
    ]
    assert words[-1] == "Status: Downloaded newer image for debian:12"


def test_a_connection_that_breaks_each_time(hold: Hold) -> None:
    hold.faults.set("drop-pull", bytes=100_000)
    told = _pull(hold, "fromImage=debian&tag=12")
    assert told[-1]["error"] == "unexpected EOF"
    assert sum("Retrying" in word for word in _words(told)) == 5 + 10 + 15 + 20 + 25
    assert hold.images.all() == []


def test_a_disk_that_is_full(hold: Hold) -> None:
    hold.faults.set("disk-full")
    told = _pull(hold, "fromImage=debian&tag=12")
    assert told[-1]["error"].startswith("failed to register layer: Error processing tar file")
    assert told[-1]["error"].endswith("no space left on device")
    assert (hold.images.all(), hold.layers.all()) == ([], [])


def test_a_data_root_that_cannot_be_written(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several layers the second one fails; the first one goes again."""
    register = hold.layers.register

    def fails(tar: bytes, parent: str = "") -> Layer:
        if parent:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return register(tar, parent)

    monkeypatch.setattr(hold.layers, "register", fails)
    told = _pull(hold, "fromImage=redis&tag=7")
    assert told[-1]["error"].startswith("failed to register layer: ")
    assert told[-1]["error"].endswith("No space left on device")
    assert (hold.images.all(), hold.layers.all()) == ([], [])


def test_too_many_pulls(hold: Hold) -> None:
    hold.faults.set("too-many-requests", times=1)
    status, words = refusal(hold, "POST", "/images/create?fromImage=nginx&tag=latest")
    assert status == 500
    assert words.startswith("toomanyrequests: You have reached your pull rate limit.")
    assert _words(_pull(hold, "fromImage=hello-world&tag=latest"))[-1].startswith("Status: ")


def test_the_class_removes_and_pulls_again() -> None:
    hold = quick_hold()
    seeds.fill(hold)
    gone = hold.images.remove("centos", force=False)
    assert [next(iter(each)) for each in gone] == ["Untagged", "Untagged", "Deleted", "Deleted"]
    words = _words(_pull(hold, "fromImage=centos&tag=latest"))
    assert words[-1] == "Status: Downloaded newer image for centos:latest"
