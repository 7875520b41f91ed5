"""Archives, images and registry blobs of the practice engine at a real one, and the other way."""

from __future__ import annotations

import http.client
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.images import ImageSpec, Link, Step, make_layer
from tests.engines.maker import ImageMaker
from tests.practice.engine import call, data, lines, quick_hold
from tui.practice import seeds
from tui.practice.hold import Hold
from tui.practice.registry import HUB, Blob

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.stores("classic")


def _filled() -> Hold:
    hold = quick_hold()
    seeds.fill(hold)
    return hold


def _saved(hold: Hold, name: str) -> bytes:
    return data(call(hold, "GET", f"/images/{name}/get"))


def _json(hold: Hold, target: str) -> Any:
    return json.loads(data(call(hold, "GET", target)))


def _steps(history: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [tuple(step[name] for name in ("Created", "CreatedBy", "Size")) for step in history]


@pytest.mark.parametrize("name", ["nginx:latest", "shop/web:1.4", "shop/worker:1.4", "bash:latest"])
def test_a_practice_archive_loads_on_a_real_engine(
    api: APIClient, maker: ImageMaker, name: str
) -> None:
    hold = _filled()
    image = hold.images.find(name)
    mine = maker.name("seed:1")
    hold.images.tag(image.image_id, mine)
    for line in api.load_image(_saved(hold, mine)):
        assert "error" not in line, line
    maker.adopt(images=[image.image_id])
    theirs = api.inspect_image(mine)
    assert theirs["Id"] == image.image_id
    ours = _json(hold, f"/images/{mine}/json")
    for field in ("Architecture", "Os", "Created", "RootFS", "Size"):
        assert theirs[field] == ours[field], field
    assert _steps(api.history(mine)) == _steps(_json(hold, f"/images/{mine}/history"))


def test_a_real_archive_loads_on_the_practice_engine(api: APIClient, maker: ImageMaker) -> None:
    spec = ImageSpec(
        (
            make_layer({"a/b": b"hello" * 100, "c/": b"", "d": Link("a/b"), "päth": b"1"}),
            make_layer({"a/.wh.b": b"", "e": b"y" * 700}),
            make_layer({"a/b": b"again"}),
        ),
        history=(Step("one"), Step("nothing", True), Step("two"), Step("three <&>")),
        tags=(maker.name("real:1"), maker.name("real:2")),
        config={"Cmd": ["a"], "Labels": {"x": "<y>"}},
    )
    (image_id,) = maker.load(spec)
    hold = quick_hold()
    body = b"".join(api.get_image(maker.name("real")))
    told = lines(data(call(hold, "POST", "/images/load", body)))
    assert [each["stream"] for each in told] == [f"Loaded image: {tag}\n" for tag in spec.tags]
    image = hold.images.find(spec.tags[0])
    assert image.image_id == image_id
    theirs, ours = api.inspect_image(image_id), _json(hold, f"/images/{image_id}/json")
    for field in ("RepoTags", "Created", "RootFS", "Size"):
        assert theirs[field] == ours[field], field
    for field in ("Cmd", "Labels"):
        assert theirs["Config"][field] == ours["Config"][field], field
    assert _steps(api.history(image_id)) == _steps(_json(hold, f"/images/{image_id}/history"))


@pytest.mark.stores("classic", "containerd", "podman")
def test_the_archive_of_any_engine_loads(api: APIClient, maker: ImageMaker) -> None:
    """Newer stores name an image by its manifest; what is inside is the same image."""
    spec = ImageSpec(
        (make_layer({"a/b": b"hello" * 100}), make_layer({"a/.wh.b": b"", "e": b"y" * 700})),
        tags=(maker.name("any:1"),),
        config={"Cmd": ["a"]},
    )
    maker.load(spec)
    hold = quick_hold()
    body = b"".join(api.get_image(spec.tags[0]))
    told = lines(data(call(hold, "POST", "/images/load", body)))
    assert told[-1]["stream"].startswith("Loaded image: ")
    (image,) = hold.images.all()
    assert image.image_id == spec.image_id
    stack = hold.layers.stack(image.top)
    assert [layer.diff_id for layer in stack] == list(spec.diff_ids)


def _contents(saved: bytes) -> dict[str, object]:
    found: dict[str, object] = {}
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        for member in tar:
            opened = tar.extractfile(member) if member.isfile() else None
            found[member.name] = opened.read() if opened else member.linkname
    return found


def test_both_write_the_same_archive(api: APIClient, maker: ImageMaker) -> None:
    """Of an engine that still writes 20.10's format, byte for byte; IDs of that time included."""
    layer = make_layer({"twice": b"1" * 400})
    spec = ImageSpec(
        (layer, make_layer({"f": b"2"}), layer),
        tags=(maker.name("same:1"),),
        config={"Cmd": ["a"], "Env": ["A=<&>"], "Labels": {"k": "v"}},
        extra={"author": "me & you", "docker_version": "20.10.24"},
    )
    maker.load(spec)
    real = _contents(b"".join(api.get_image(spec.tags[0])))
    if "oci-layout" in real:
        pytest.skip("not on this Engine: it writes the newer format")
    hold = quick_hold()
    data(call(hold, "POST", "/images/load", b"".join(api.get_image(spec.tags[0]))))
    assert _contents(_saved(hold, spec.tags[0])) == real


def _upload(registry: str, repository: str, blob: Blob) -> None:
    connection = http.client.HTTPConnection(registry, timeout=20)
    try:
        connection.request("POST", f"/v2/{repository}/blobs/uploads/")
        begun = connection.getresponse()
        begun.read()
        where = str(begun.getheader("Location"))
        joint = "&" if "?" in where else "?"
        octets = {"Content-Type": "application/octet-stream"}
        connection.request("PUT", f"{where}{joint}digest={blob.digest}", blob.data, octets)
        assert connection.getresponse().status == http.client.CREATED
    finally:
        connection.close()


def test_a_real_engine_pulls_what_the_practice_hub_offers(
    api: APIClient, maker: ImageMaker, registry: str
) -> None:
    """The manifest, the config and the packed layers are put into a real registry as they are."""
    hold = _filled()
    source, repository = f"{HUB}/library/nginx", maker.name("nginx")
    manifest = hold.registry.resolve(source, "latest")
    assert manifest
    for digest in (manifest.config, *manifest.layers):
        blob = hold.registry.blob(source, digest)
        assert blob
        _upload(registry, repository, blob)
    connection = http.client.HTTPConnection(registry, timeout=20)
    kind = {"Content-Type": manifest.media_type}
    connection.request("PUT", f"/v2/{repository}/manifests/latest", manifest.data, kind)
    assert connection.getresponse().status == http.client.CREATED
    connection.close()
    told = list(api.pull(f"{registry}/{repository}", "latest", stream=True, decode=True))
    maker.adopt(images=[manifest.config])
    assert {"status": f"Digest: {manifest.digest}"} in told
    assert api.inspect_image(f"{registry}/{repository}:latest")["Id"] == manifest.config
    hold.images.remove("nginx:latest", force=False)
    ours = lines(data(call(hold, "POST", "/images/create?fromImage=nginx&tag=latest")))
    assert _order(ours) == _order(told)


def _order(told: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the words about each layer, without those a fast line may skip."""
    skipped = {"Downloading", "Verifying Checksum", "Waiting"}
    found: dict[str, list[str]] = {}
    for each in told:
        words = found.setdefault(each["id"], []) if "progressDetail" in each else []
        if each["status"] not in (*skipped, *words[-1:]):
            words.append(each["status"])
    return found
