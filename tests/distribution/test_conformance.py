"""The registry plays the cases of the OCI distribution specification."""

from __future__ import annotations

import json
from typing import Final

import pytest

from tests.distribution.cases import DISCOVERY, MANAGEMENT, PULL, PUSH, M, R
from tests.distribution.talk import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Reply,
    ask,
    digest,
    push_blob,
    push_image,
    push_manifest,
)
from tests.distribution.world import (
    BILL,
    BUNDLE,
    CONFIG,
    EMPTY,
    IMAGE,
    LAYER,
    LIST,
    NAME,
    PLACES,
    SIGNATURE,
    Step,
)

CASES: Final = [
    pytest.param(steps, id=f"{part}: {title}")
    for part, cases in (
        ("pull", PULL),
        ("push", PUSH),
        ("discovery", DISCOVERY),
        ("management", MANAGEMENT),
    )
    for title, steps in cases.items()
]


@pytest.fixture
def world(address: str) -> str:
    """The address of a registry with something in it."""
    push_image(address, NAME, "1", CONFIG, LAYER)
    push_blob(address, NAME, EMPTY)
    for tag in ("Upper", "z"):
        assert push_manifest(address, NAME, tag, IMAGE).status == 201
    assert push_manifest(address, NAME, "list", LIST, OCI_INDEX).status == 201
    for data in (SIGNATURE, BILL):
        pushed = push_manifest(address, NAME, digest(data), data)
        assert pushed.header("OCI-Subject") == digest(IMAGE)
    assert push_manifest(address, NAME, digest(BUNDLE), BUNDLE, OCI_INDEX).status == 201
    return address


@pytest.mark.parametrize("steps", CASES)
def test_case(world: str, steps: tuple[Step, ...]) -> None:
    location = following = ""
    for each in steps:
        path = each.path.format(**PLACES, location=location, next=following)
        reply = ask(world, each.method, path, each.body, each.sends)
        assert reply.status == each.status, (each, reply.body)
        _compare(each, reply)
        location = reply.header("Location") or location
        following = reply.header("Link").partition(">")[0].lstrip("<")


def _compare(each: Step, reply: Reply) -> None:
    for name, value in each.gets.items():
        assert reply.header(name) == value or (value == "*" and reply.header(name)), name
    if each.code:
        assert reply.code == each.code
    if isinstance(each.content, bytes):
        assert reply.body == each.content
    elif each.content is not None:
        assert reply.json == each.content
    if each.status >= 400 and each.method != "HEAD":
        assert reply.json["errors"][0]["message"]


def test_referrers_tell_what_they_are(world: str) -> None:
    listed = ask(world, "GET", f"{R}/{digest(IMAGE)}").json["manifests"]
    kinds = {each["digest"]: (each["mediaType"], each["artifactType"]) for each in listed}
    assert kinds == {
        digest(SIGNATURE): (OCI_MANIFEST, "application/x.signature"),
        digest(BILL): (OCI_MANIFEST, "application/x.bill"),
        digest(BUNDLE): (OCI_INDEX, "application/x.bundle"),
    }


@pytest.mark.parametrize("media_type", [DOCKER_MANIFEST, DOCKER_LIST])
def test_dockers_own_media_types_are_kept(world: str, media_type: str) -> None:
    data = (LIST if media_type == DOCKER_LIST else IMAGE).replace(
        (OCI_INDEX if media_type == DOCKER_LIST else OCI_MANIFEST).encode(), media_type.encode(), 1
    )
    assert push_manifest(world, NAME, "docker", data, media_type).status == 201
    reply = ask(world, "GET", f"{M}/docker", headers={"Accept": media_type})
    assert (reply.header("Content-Type"), reply.body) == (media_type, data)


def test_an_oci_manifest_without_a_media_type_keeps_its_content_type(world: str) -> None:
    document = json.loads(IMAGE)
    del document["mediaType"]
    data = json.dumps(document).encode()
    assert push_manifest(world, NAME, "bare", data).status == 201
    assert ask(world, "GET", f"{M}/bare").header("Content-Type") == OCI_MANIFEST
