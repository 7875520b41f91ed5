"""Pushes, logging in, and what a registry tells about an image."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.practice.engine import call, data, lines, quick_hold, refusal
from tui.practice import seeds
from tui.practice.hold import Hold
from tui.practice.registry import HUB

NOBODY = {"X-Registry-Auth": "e30="}
PRIVATE = "localhost:5000"


@pytest.fixture
def hold() -> Hold:
    filled = quick_hold()
    seeds.fill(filled)
    return filled


def _auth(user: str, password: str = "secret") -> dict[str, str]:
    text = json.dumps({"username": user, "password": password})
    return {"X-Registry-Auth": base64.urlsafe_b64encode(text.encode()).decode()}


def _push(
    hold: Hold, name: str, tag: str = "", headers: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    query = f"?tag={tag}" if tag else ""
    target = f"/images/{name}/push{query}"
    return lines(data(call(hold, "POST", target, headers=headers or NOBODY)))


def _tag(hold: Hold, image: str, name: str) -> None:
    hold.images.tag(hold.images.find(image).image_id, name)


def test_a_push_to_the_private_registry(hold: Hold) -> None:
    _tag(hold, "shop/worker:1.4", f"{PRIVATE}/worker:1")
    told = _push(hold, f"{PRIVATE}/worker", "1")
    image = hold.images.find("shop/worker:1.4")
    names = [layer.diff_id[7:19] for layer in hold.layers.stack(image.top)][::-1]
    assert told[0] == {"status": f"The push refers to repository [{PRIVATE}/worker]"}
    preparing = {"status": "Preparing", "progressDetail": {}}
    assert told[1:3] == [{**preparing, "id": name} for name in names]
    assert {each["id"] for each in told if each.get("status") == "Pushed"} == set(names)
    manifest = hold.registry.resolve(f"{PRIVATE}/worker", "1")
    assert manifest
    size = len(manifest.data)
    assert told[-2:] == [
        {"status": f"1: digest: {manifest.digest} size: {size}"},
        {"progressDetail": {}, "aux": {"Tag": "1", "Digest": manifest.digest, "Size": size}},
    ]
    assert f"{PRIVATE}/worker@{manifest.digest}" in hold.images.names_of(image.image_id)[1]


def test_the_other_name_of_the_private_registry_has_the_same(hold: Hold) -> None:
    _tag(hold, "shop/worker:1.4", f"{PRIVATE}/worker:1")
    _push(hold, f"{PRIVATE}/worker", "1")
    told = lines(data(call(hold, "POST", "/images/create?fromImage=127.0.0.1:5000/worker&tag=1")))
    assert told[-1] == {"status": "Status: Downloaded newer image for 127.0.0.1:5000/worker:1"}
    assert hold.images.find("127.0.0.1:5000/worker:1") == hold.images.find("shop/worker:1.4")


def test_what_was_pushed_can_be_pulled_elsewhere(hold: Hold) -> None:
    _tag(hold, "shop/web:1.4", f"{PRIVATE}/web:1")
    _push(hold, f"{PRIVATE}/web", "1")
    other = quick_hold()
    other.registry = hold.registry
    data(call(other, "POST", f"/images/create?fromImage={PRIVATE}/web&tag=1"))
    mine, theirs = hold.images.find("shop/web:1.4"), other.images.find(f"{PRIVATE}/web:1")
    assert mine.image_id == theirs.image_id
    assert mine.config == theirs.config


def test_the_second_time_the_layers_are_there(hold: Hold) -> None:
    _tag(hold, "shop/web:1.4", f"{PRIVATE}/web:1")
    _push(hold, f"{PRIVATE}/web", "1")
    words = [each.get("status", "") for each in _push(hold, f"{PRIVATE}/web", "1")]
    assert words.count("Layer already exists") == 5
    assert "Pushed" not in words


def test_layers_are_mounted_from_another_repository(hold: Hold) -> None:
    _tag(hold, "shop/web:1.4", f"{PRIVATE}/a/web:1")
    _tag(hold, "shop/web:1.3", f"{PRIVATE}/b/web:1")
    _push(hold, f"{PRIVATE}/a/web", "1")
    words = [each.get("status", "") for each in _push(hold, f"{PRIVATE}/b/web", "1")]
    assert words.count("Mounted from a/web") == 4
    assert words.count("Pushed") == 1


def test_no_layer_is_mounted_from_another_registry(hold: Hold) -> None:
    _tag(hold, "debian:12", f"{PRIVATE}/debian:12")
    words = [each.get("status", "") for each in _push(hold, f"{PRIVATE}/debian", "12")]
    assert "Pushed" in words
    assert not any("Mounted" in word for word in words)


def test_on_the_hub_layers_of_official_images_are_mounted(hold: Hold) -> None:
    _tag(hold, "shop/web:1.4", "ada/web:1")
    words = [each.get("status", "") for each in _push(hold, "ada/web", "1", _auth("ada"))]
    assert words[0] == "The push refers to repository [docker.io/ada/web]"
    assert {word for word in words if "Mounted" in word} <= {
        "Mounted from library/debian",
        "Mounted from library/python",
    }
    assert any("Mounted" in word for word in words)
    assert hold.registry.resolve(f"{HUB}/ada/web", "1")


def test_more_than_five_layers_wait(hold: Hold) -> None:
    _tag(hold, "nginx", f"{PRIVATE}/nginx:1")
    told = _push(hold, f"{PRIVATE}/nginx", "1")
    bottom = hold.layers.stack(hold.images.find("nginx").top)[0].diff_id[7:19]
    assert told[7] == {"status": "Waiting", "progressDetail": {}, "id": bottom}


def test_all_tags_of_a_repository(hold: Hold) -> None:
    for tag, image in (("2", "redis:7"), ("1", "debian:12")):
        _tag(hold, image, f"{PRIVATE}/all:{tag}")
    told = _push(hold, f"{PRIVATE}/all")
    assert [each["aux"]["Tag"] for each in told if "aux" in each] == ["1", "2"]
    assert hold.registry.tags(f"{PRIVATE}/all") == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "tag", "message"),
    [
        ("shop/web", "nope", "tag does not exist: shop/web:nope"),
        ("shop/nope", "1", "An image does not exist locally with the tag: shop/nope"),
        ("shop/web", "1.4", "denied: requested access to the resource is denied"),
        ("nginx", "latest", "denied: requested access to the resource is denied"),
    ],
)
def test_refused_in_the_stream(hold: Hold, name: str, tag: str, message: str) -> None:
    told = _push(hold, name, tag)
    assert told[0]["status"].startswith("The push refers to repository [docker.io/")
    assert told[-1] == {"errorDetail": {"message": message}, "error": message}


def test_whose_name_it_is(hold: Hold) -> None:
    for headers, message in (
        (_auth("ada"), "denied: requested access to the resource is denied"),
        (_auth("shop", "wrong"), "unauthorized: incorrect username or password"),
    ):
        assert _push(hold, "shop/web", "1.4", headers)[-1]["error"] == message
    assert "aux" in _push(hold, "shop/web", "1.4", _auth("shop"))[-1]


def test_a_registry_that_is_not_there(hold: Hold) -> None:
    _tag(hold, "redis:7", "127.0.0.1:9/redis:7")
    message = 'Get "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused'
    assert _push(hold, "127.0.0.1:9/redis", "7")[-1]["error"] == message


def test_refused_before_the_stream(hold: Hold) -> None:
    assert refusal(hold, "POST", "/images/shop/web/push?tag=1.4") == (
        400,
        "Bad parameters and missing X-Registry-Auth: EOF",
    )
    lower = "invalid reference format: repository name must be lowercase"
    assert refusal(hold, "POST", "/images/BAD/push?tag=1", headers=NOBODY) == (500, lower)
    bad = (500, "invalid tag format")
    assert refusal(hold, "POST", "/images/shop/web/push?tag=@", headers=NOBODY) == bad


def test_the_event(hold: Hold) -> None:
    _tag(hold, "redis:7", f"{PRIVATE}/redis:7")
    _push(hold, f"{PRIVATE}/redis", "7")
    (event,) = hold.events.since(0)
    assert (event["Action"], event["id"]) == ("push", f"{PRIVATE}/redis:7")
    assert event["Actor"]["Attributes"] == {"name": f"{PRIVATE}/redis"}


def _login(hold: Hold, **body: str) -> tuple[int, Any]:
    response = call(hold, "POST", "/auth", json.dumps(body).encode())
    return response.status, json.loads(data(response))


@pytest.mark.parametrize("server", ["https://index.docker.io/v1/", "", PRIVATE, "docker.io"])
def test_a_login(hold: Hold, server: str) -> None:
    answered = _login(hold, username="ada", password="secret", serveraddress=server)
    assert answered == (200, {"IdentityToken": "", "Status": "Login Succeeded"})


def test_a_wrong_password(hold: Hold) -> None:
    body = {"username": "ada", "password": "wrong", "serveraddress": "https://index.docker.io/v1/"}
    assert refusal(hold, "POST", "/auth", json.dumps(body).encode()) == (
        500,
        'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
    )
    private = json.dumps({**body, "serveraddress": PRIVATE}).encode()
    assert call(hold, "POST", "/auth", private).status == 200, "it is open to all"


def test_a_login_elsewhere(hold: Hold) -> None:
    body = {"username": "a", "password": "b", "serveraddress": "127.0.0.1:9"}
    words = 'Get "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused'
    assert refusal(hold, "POST", "/auth", json.dumps(body).encode()) == (500, words)
    assert refusal(hold, "POST", "/auth", b"") == (500, "EOF")
    assert refusal(hold, "POST", "/auth", b"{") == (500, "unexpected EOF")


def _distribution(hold: Hold, name: str) -> Any:
    return json.loads(data(call(hold, "GET", f"/distribution/{name}/json")))


def test_what_a_registry_tells(hold: Hold) -> None:
    manifest = hold.registry.resolve(f"{HUB}/library/nginx", "latest")
    assert manifest
    wanted = {
        "Descriptor": {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "digest": manifest.digest,
            "size": len(manifest.data),
        },
        "Platforms": [{"architecture": "amd64", "os": "linux"}],
    }
    assert _distribution(hold, "nginx") == wanted
    assert _distribution(hold, f"docker.io/library/nginx@{manifest.digest}") == wanted
    several = _distribution(hold, "alpine:3.22")
    assert several["Descriptor"]["mediaType"].endswith("manifest.list.v2+json")
    assert several["Platforms"][1] == {"architecture": "arm64", "os": "linux", "variant": "v8"}


def test_what_it_does_not_have(hold: Hold) -> None:
    missing = (404, "manifest unknown: manifest unknown")
    assert refusal(hold, "GET", "/distribution/nginx:nope/json") == missing
    assert refusal(hold, "GET", f"/distribution/{PRIVATE}/nope/json") == missing
    denied = (403, "denied: requested access to the resource is denied")
    assert refusal(hold, "GET", "/distribution/no-such/json") == denied
