from __future__ import annotations

from pathlib import Path

import pytest

from tests.distribution.talk import (
    OCI_INDEX,
    OCI_MANIFEST,
    ask,
    descriptor,
    digest,
    index,
    manifest,
    push_blob,
    push_image,
    push_manifest,
)
from tui.distribution.contents import read_contents
from tui.distribution.garbage import Collected, collect
from tui.distribution.registry import InUse, Registry
from tui.distribution.server import RegistryServer
from tui.model.ownregistry import StoredTag

OLD, NEW, SHARED, STRAY = (name.encode() * 1000 for name in ("old", "new", "shared", "stray"))
IMAGE = manifest(b"{}", NEW, SHARED)
SIGNATURE = manifest(b"[]", subject=descriptor(IMAGE, OCI_MANIFEST))
STALE = manifest(b"{}", OLD, SHARED)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose tag `1` has moved on, with an index, a signature and a stray blob."""
    with Registry(tmp_path) as registry, RegistryServer(registry) as server:
        address = f"127.0.0.1:{server.port}"
        push_image(address, "app", "1", b"{}", OLD, SHARED)
        push_image(address, "app", "1", b"{}", NEW, SHARED)
        assert push_manifest(address, "app", "all", index(IMAGE), OCI_INDEX).status == 201
        push_blob(address, "app", b"[]")
        assert push_manifest(address, "app", digest(SIGNATURE), SIGNATURE).status == 201
        push_blob(address, "lost/and/found", STRAY)
    return tmp_path


def test_contents_are_read_from_the_disk(root: Path) -> None:
    found = read_contents(root)
    assert [each.name for each in found.repositories] == ["app", "lost/and/found"]
    size = len(b"{}" + NEW + SHARED)
    assert found.repositories[0].tags == (
        StoredTag("1", digest(IMAGE), size, is_index=False),
        StoredTag("all", digest(index(IMAGE)), size, is_index=True),
    )
    assert found.tags == 2
    blobs = [OLD, NEW, SHARED, STRAY, b"{}", b"[]", IMAGE, STALE, SIGNATURE, index(IMAGE)]
    assert found.size == sum(map(len, blobs))


def test_nothing_is_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    found = read_contents(tmp_path / "nowhere")
    assert (found.repositories, found.tags, found.size) == ((), 0, 0)


def test_no_garbage_is_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert collect(tmp_path / "nowhere") == Collected()
    assert not (tmp_path / "nowhere").exists()


def test_a_dry_run_only_tells(root: Path) -> None:
    before = read_contents(root)
    assert collect(root, dry=True) == Collected(1, len(STRAY), 0)
    assert read_contents(root) == before


def test_blobs_that_no_manifest_refers_to_go(root: Path) -> None:
    before = read_contents(root).size
    assert collect(root) == Collected(1, len(STRAY), 0)
    assert read_contents(root).size == before - len(STRAY)
    assert [each.name for each in read_contents(root).repositories] == ["app"]
    assert collect(root) == Collected()
    with Registry(root) as registry:
        assert registry.manifest(registry.resolve("app", digest(STALE)))[0] == STALE
        assert not registry.layout.repository("lost").exists()


def test_manifests_without_a_tag_go_if_asked_for(root: Path) -> None:
    assert collect(root, untagged=True) == Collected(3, len(STRAY + OLD + STALE), 1)
    with Registry(root) as registry, RegistryServer(registry) as server:
        address = f"127.0.0.1:{server.port}"
        for kept in ("1", "all", digest(IMAGE), digest(SIGNATURE)):
            assert ask(address, "GET", f"/v2/app/manifests/{kept}").status == 200
        for blob in (NEW, SHARED, b"{}", b"[]"):
            assert ask(address, "GET", f"/v2/app/blobs/{digest(blob)}").body == blob
        assert ask(address, "GET", f"/v2/app/manifests/{digest(STALE)}").status == 404
        assert ask(address, "HEAD", f"/v2/app/blobs/{digest(OLD)}").status == 404
        listed = ask(address, "GET", f"/v2/app/referrers/{digest(IMAGE)}").json["manifests"]
        assert [each["digest"] for each in listed] == [digest(SIGNATURE)]


def test_what_went_can_be_pushed_again(root: Path) -> None:
    collect(root, untagged=True)
    with Registry(root) as registry, RegistryServer(registry) as server:
        address = f"127.0.0.1:{server.port}"
        push_image(address, "app", "old", b"{}", OLD, SHARED)
        assert ask(address, "GET", "/v2/app/manifests/old").body == STALE


def test_no_garbage_is_collected_while_a_registry_runs(root: Path) -> None:
    with Registry(root), pytest.raises(InUse):
        collect(root)
