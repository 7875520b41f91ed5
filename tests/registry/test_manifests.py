"""What is asked of manifests without fetching layers: their digest, their platforms, their end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry.fakes import INDEX, FakeRegistry, digest, gzipped
from tui.credentials.login import Login
from tui.model.reference import parse_reference
from tui.registry.client import RegistryClient
from tui.registry.connection import Connections
from tui.registry.errors import (
    BadManifest,
    LoginRefused,
    NoDeletion,
    NoPlatform,
    NotARegistry,
    NotThere,
    Unreachable,
)
from tui.registry.remote import image_of, platforms_of


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.add([gzipped(b"")])
        yield made


def _client(fake: FakeRegistry, login: Login | None = None) -> RegistryClient:
    return RegistryClient(parse_reference(fake.reference), lambda: login)


def _index(fake: FakeRegistry, *platforms: str) -> list[str]:
    """Give tag 1 an image for each platform, and an attestation; returns their digests."""
    digests = []
    entries = []
    for platform in platforms:
        system, architecture, *variant = platform.split("/")
        fake.add([gzipped(platform.encode())], "x", architecture=architecture, os=system)
        digests.append(digest(fake.manifests["x"]))
        told = {"os": system, "architecture": architecture}
        told |= {"variant": variant[0]} if variant else {}
        entries.append({"digest": digests[-1], "size": 1, "platform": told})
    unknown = {"os": "unknown", "architecture": "unknown"}
    entries.append({"digest": digests[0], "size": 1, "platform": unknown})
    fake.put_manifest({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, "1")
    return digests


def test_a_digest_without_the_manifest(fake: FakeRegistry) -> None:
    head = _client(fake).head("1")
    assert head.digest == digest(fake.manifests["1"])
    assert head.size == len(fake.manifests["1"])
    assert [one.method for one in fake.asked] == ["HEAD"]
    assert fake.asked[0].headers["Accept"].count("application/vnd.") == 4


def test_a_head_logs_in(fake: FakeRegistry) -> None:
    fake.auth, fake.needs_login = "bearer", True
    assert _client(fake, Login("me", "secret")).head("1").digest
    with pytest.raises(LoginRefused):
        _client(fake).head("1")


def test_no_such_tag(fake: FakeRegistry) -> None:
    with pytest.raises(NotThere):
        _client(fake).head("2")


@pytest.mark.parametrize("told", ["", "nonsense", "sha256:\x7f", "sha256:" + "z" * 64])
def test_a_digest_that_is_none(fake: FakeRegistry, told: str) -> None:
    fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(
        200, Docker_Content_Digest=told
    )
    assert _client(fake).head("1").digest == ""


def test_a_page_for_people_is_no_manifest(fake: FakeRegistry) -> None:
    fake.special["/v2/me/app/manifests/1"] = lambda handler: handler.answer(
        200, b"<html>", Content_Type="text/html"
    )
    with pytest.raises(NotARegistry):
        _client(fake).head("1")


def test_platforms_of_an_index(fake: FakeRegistry) -> None:
    digests = _index(fake, "linux/amd64", "linux/arm64/v8", "windows/amd64")
    client = _client(fake)
    found = client.manifest("1")
    assert [(one.platform, one.digest) for one in platforms_of(found)] == [
        ("linux/amd64", digests[0]),
        ("linux/arm64/v8", digests[1]),
        ("windows/amd64", digests[2]),
    ]
    for wanted in ("linux/arm64/v8", "linux/arm64", "linux/arm64/v9"):
        assert image_of(client, found, wanted).digest == digests[1]
    assert image_of(client, found, "windows/amd64").details.os == "windows"
    with pytest.raises(NoPlatform) as caught:
        image_of(client, found, "linux/s390x")
    assert "linux/arm64/v8" in caught.value.detail


def test_a_manifest_names_no_platforms(fake: FakeRegistry) -> None:
    client = _client(fake)
    found = client.manifest("1")
    assert platforms_of(found) == ()
    image = image_of(client, found, "linux/s390x")
    assert image.size == len(gzipped(b"").data), "there is but this one"


@pytest.mark.parametrize(
    "entries", [[], [{"digest": "x"}], [{}], [3], [{"digest": "sha256:" + "a" * 64}] * 2000]
)
def test_an_index_of_nonsense(fake: FakeRegistry, entries: list[object]) -> None:
    fake.put_manifest({"schemaVersion": 2, "manifests": entries}, "1")
    client = _client(fake)
    with pytest.raises(BadManifest):
        image_of(client, client.manifest("1"), "linux/amd64")


def test_deleting_takes_all_tags_of_the_digest(fake: FakeRegistry) -> None:
    fake.manifests["2"] = fake.manifests["1"]
    client = _client(fake)
    client.delete(client.head("1").digest)
    assert [one.method for one in fake.asked] == ["HEAD", "DELETE"]
    for tag in ("1", "2"):
        with pytest.raises(NotThere):
            client.head(tag)


def test_deleting_where_it_is_not_allowed(fake: FakeRegistry) -> None:
    fake.deletes = "never"
    client = _client(fake)
    with pytest.raises(NoDeletion) as caught:
        client.delete(client.head("1").digest)
    assert caught.value.detail == "405 The operation is unsupported."
    assert "storage.delete.enabled" in caught.value.remedy
    fake.deletes = "always"
    with pytest.raises(NoDeletion) as caught:
        client.delete("1")
    assert caught.value.detail.startswith("400 ")


def test_deleting_what_is_gone_or_not_ours(fake: FakeRegistry) -> None:
    with pytest.raises(NotThere):
        _client(fake).delete("sha256:" + "0" * 64)
    fake.auth, fake.needs_login = "basic", True
    with pytest.raises(LoginRefused):
        _client(fake).delete(digest(fake.manifests["1"]))
    assert "1" in fake.manifests


def test_a_delete_is_not_sent_elsewhere(fake: FakeRegistry) -> None:
    own = digest(fake.manifests["1"])
    fake.special[f"/v2/me/app/manifests/{own}"] = lambda handler: handler.answer(
        307, Location="/v2/me/app/manifests/other"
    )
    with pytest.raises(Exception, match="307"):
        _client(fake).delete(own)
    assert len(fake.asked) == 1


def test_after_hanging_up_nothing_is_asked(fake: FakeRegistry) -> None:
    connections = Connections()
    connections.hang_up()
    client = RegistryClient(parse_reference(fake.reference), connections=connections)
    with pytest.raises(Unreachable):
        client.head("1")
    assert fake.asked == []
