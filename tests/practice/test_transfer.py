"""Save, load and import: the formats, and archives that lie, in the words of dockerd 20.10.24."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import re
import tarfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.engines.images import ImageSpec, Step, archive, make_layer, parented_chain
from tests.practice.engine import call, data, lines, quick_hold, refusal
from tui.practice import archives, seeds
from tui.practice.archives import Archive
from tui.practice.hold import Hold
from tui.practice.wire import ApiError

LAYER = make_layer({"f": b"content" * 50})
OTHER = make_layer({"g": b"other" * 50})

Entries = Mapping[str, bytes | tuple[bytes, str]]
"""Path → content, or the type and the target of a link."""


@pytest.fixture
def hold() -> Hold:
    return quick_hold()


@pytest.fixture(scope="module")
def filled() -> Hold:
    engine = quick_hold()
    seeds.fill(engine)
    return engine


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _config(*diff_ids: str, **more: Any) -> bytes:
    rootfs = {"type": "layers", "diff_ids": diff_ids}
    whole = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs, **more}
    return json.dumps(whole).encode()


def _manifest(**more: Any) -> bytes:
    return json.dumps(
        [{"Config": "c.json", "RepoTags": ["x:1"], "Layers": ["l.tar"], **more}]
    ).encode()


def _entries(**changed: bytes) -> dict[str, bytes]:
    """Return the files of a good archive, some of them replaced."""
    good = {"c.json": _config(_digest(LAYER)), "l.tar": LAYER, "manifest.json": _manifest()}
    names = {"config": "c.json", "layer": "l.tar", "manifest": "manifest.json"}
    return good | {names[name]: content for name, content in changed.items()}


def _tar(entries: Entries) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, content in entries.items():
            info = tarfile.TarInfo(path)
            if isinstance(content, tuple):
                info.type, info.linkname = content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _load(hold: Hold, body: bytes, query: str = "?quiet=0") -> list[dict[str, Any]]:
    return lines(data(call(hold, "POST", f"/images/load{query}", body)))


def _files(saved: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}  # type: ignore[union-attr]


# Save


def test_the_format_of_an_archive(filled: Hold) -> None:
    response = call(filled, "GET", "/images/nginx/get")
    assert response.content_type == "application/x-tar"
    saved = data(response)
    image = filled.images.find("nginx")
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        names = tar.getnames()
        assert names == sorted(names)
    files = _files(saved)
    (entry,) = json.loads(files["manifest.json"])
    assert entry["Config"] == f"{image.image_id[7:]}.json"
    assert entry["RepoTags"] == ["nginx:latest"]
    assert files[entry["Config"]] == image.config
    diff_ids = [layer.diff_id for layer in filled.layers.stack(image.top)]
    assert [_digest(files[path]) for path in entry["Layers"]] == diff_ids
    folders = [path.removesuffix("/layer.tar") for path in entry["Layers"]]
    assert json.loads(files["repositories"]) == {"nginx": {"latest": folders[-1]}}
    for folder, below in zip(folders, ["", *folders], strict=False):
        assert files[f"{folder}/VERSION"] == b"1.0"
        told = json.loads(files[f"{folder}/json"])
        assert (told["id"], told.get("parent", "")) == (folder, below)


def test_a_layer_that_comes_twice_is_a_link(hold: Hold) -> None:
    spec = ImageSpec(
        (LAYER, OTHER, LAYER),
        history=(Step("one"), Step("nothing", True), Step("two"), Step("three")),
        tags=("x:1",),
    )
    _load(hold, archive([spec]))
    saved = data(call(hold, "GET", "/images/x:1/get"))
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        (link,) = [member for member in tar if member.issym()]
    (entry,) = json.loads(_files(saved)["manifest.json"])
    assert link.linkname == f"../{entry['Layers'][0]}"
    assert link.name == entry["Layers"][2]
    assert _reloaded(saved) == [spec.image_id]


def _reloaded(saved: bytes) -> list[str]:
    fresh = quick_hold()
    assert "error" not in _load(fresh, saved)[-1]
    return [image.image_id for image in fresh.images.all()]


@pytest.mark.parametrize("name", ["bash", "nginx:latest", "shop/web:1.4", "shop/worker"])
def test_what_was_saved_loads_as_the_same_image(filled: Hold, name: str) -> None:
    saved = data(call(filled, "GET", f"/images/{name}/get"))
    assert _reloaded(saved) == [filled.images.find(name.replace("worker", "worker:1.4")).image_id]


def test_several_names_share_layers(filled: Hold) -> None:
    saved = data(call(filled, "GET", "/images/get?names=debian&names=redis:7"))
    entries = json.loads(_files(saved)["manifest.json"])
    assert [entry["RepoTags"] for entry in entries] == [
        ["debian:12", "debian:bookworm"],
        ["redis:7"],
    ]
    layers = [name for name in _files(saved) if name.endswith("/layer.tar")]
    assert len(layers) == 4, "the common layer is there once"
    fresh = quick_hold()
    told = _load(fresh, saved, "")
    assert [each["stream"] for each in told] == [
        "Loaded image: debian:12\n",
        "Loaded image: debian:bookworm\n",
        "Loaded image: redis:7\n",
    ]


def test_by_id_there_are_no_tags(filled: Hold) -> None:
    image_id = filled.images.find("bash").image_id
    for name in (image_id, image_id[7:], image_id[7:19]):
        files = _files(data(call(filled, "GET", f"/images/{name}/get")))
        assert json.loads(files["manifest.json"])[0]["RepoTags"] is None
        assert "repositories" not in files


def test_nothing_is_an_archive_of_nothing(filled: Hold) -> None:
    assert _files(data(call(filled, "GET", "/images/get"))) == {"manifest.json": b"null\n"}


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/images/nope/get", 404, "No such image: nope"),
        ("/images/get?names=nope:1&names=bash", 404, "reference does not exist"),
        (
            f"/images/{'a' * 64}/get",
            500,
            f"failed to get digest sha256:{'a' * 64}: open /var/lib/docker/image/overlay2/imagedb/"
            f"content/sha256/{'a' * 64}: no such file or directory",
        ),
        ("/images/BAD/get", 500, "invalid reference format: repository name must be lowercase"),
        ("/images/get?names=bash:latest,nginx", 500, "invalid reference format"),
    ],
)
def test_names_that_cannot_be_saved(filled: Hold, target: str, status: int, words: str) -> None:
    assert refusal(filled, "GET", target) == (status, words)


def test_the_layers_stay_while_they_are_saved(hold: Hold) -> None:
    _load(hold, _tar(_entries()))
    response = call(hold, "GET", "/images/x:1/get")
    hold.images.remove("x:1", force=False)
    assert hold.layers.all()
    assert LAYER in _files(data(response)).values()
    assert hold.layers.all() == []


def test_the_event_of_a_save(hold: Hold) -> None:
    _load(hold, _tar(_entries()))
    image_id = hold.images.find("x:1").image_id
    data(call(hold, "GET", "/images/x:1/get"))
    assert [(event["Action"], event["id"]) for event in hold.events.since(0)] == [
        ("load", image_id),
        ("save", image_id),
    ]


# Load


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_may_be_packed(hold: Hold, pack: Callable[[bytes], bytes]) -> None:
    assert _load(hold, pack(_tar(_entries())))[-1] == {"stream": "Loaded image: x:1\n"}
    assert hold.images.find("x:1").image_id == _digest(_entries()["c.json"])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_layer_may_be_packed(hold: Hold, pack: Callable[[bytes], bytes]) -> None:
    told = _load(hold, _tar(_entries(layer=pack(LAYER))))
    assert told[-1] == {"stream": "Loaded image: x:1\n"}
    assert told[0]["progressDetail"]["total"] == len(pack(LAYER))
    (layer,) = hold.layers.all()
    assert layer.tar() == LAYER


def _oci(manifest: bytes, config: bytes, layer: bytes) -> bytes:
    """Return an archive as Docker 25 and later save it."""
    blobs = {f"blobs/sha256/{_digest(blob)[7:]}": blob for blob in (config, layer)}
    index = {"schemaVersion": 2, "manifests": []}
    return _tar(
        {
            **blobs,
            "index.json": json.dumps(index).encode(),
            "manifest.json": manifest,
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
            "repositories": b"{}",
        }
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_format_of_newer_engines(hold: Hold, pack: Callable[[bytes], bytes]) -> None:
    config, layer = _config(_digest(LAYER)), pack(LAYER)
    manifest = _manifest(
        Config=f"blobs/sha256/{_digest(config)[7:]}", Layers=[f"blobs/sha256/{_digest(layer)[7:]}"]
    )
    assert _load(hold, _oci(manifest, config, layer))[-1] == {"stream": "Loaded image: x:1\n"}
    assert hold.images.find("x:1").image_id == _digest(config)


def test_lines_about_layers_are_told_only_if_asked_for(hold: Hold) -> None:
    big = make_layer({"big": b"b" * 300_000})
    body = _tar(_entries(config=_config(_digest(big)), layer=big))
    told = _load(hold, body)
    done = [each["progressDetail"] for each in told if each.get("status") == "Loading layer"]
    whole = {"current": len(big), "total": len(big)}
    assert done == [{"current": 32768, "total": len(big)}, whole, whole]
    assert told[0]["id"] == _digest(big)[7:19]
    again = [{"stream": "Loaded image: x:1\n"}]
    assert _load(hold, body) == again, "layers that are here are not told"
    for query in ("", "?quiet=1"):
        fresh = quick_hold()
        assert _load(fresh, body, query) == again


def test_images_without_tags(hold: Hold) -> None:
    image_id = _digest(_entries()["c.json"])
    told = _load(hold, _tar(_entries(manifest=_manifest(RepoTags=None))))
    assert told[-1] == {"stream": f"Loaded image ID: {image_id}\n"}


def test_a_name_that_another_image_has(hold: Hold) -> None:
    _load(hold, _tar(_entries()))
    old = hold.images.find("x:1").image_id
    told = _load(hold, _tar(_entries(config=_config(_digest(OTHER)), layer=OTHER)), "")
    assert [each["stream"] for each in told] == [
        f"The image x:1 already exists, renaming the old one with ID {old} to empty string\n",
        "Loaded image: x:1\n",
    ]
    assert hold.images.names_of(old) == ([], [])


def test_parents_are_kept_inside_one_archive(hold: Hold) -> None:
    chain = parented_chain([LAYER, OTHER, make_layer({"h": b"3"})], tags=["top:1"])
    _load(hold, archive(reversed(chain)))
    parents = [hold.images.get(spec.image_id).parent for spec in chain]
    assert parents == ["", chain[0].image_id, chain[1].image_id]


def test_a_parent_that_is_none(hold: Hold) -> None:
    first, second = ImageSpec((LAYER,), tags=("a:1",)), ImageSpec((OTHER,), tags=("b:1",))
    wrong = ImageSpec((OTHER,), tags=("b:1",), parent=first.image_id)
    assert _load(hold, archive([first, wrong]))[-1]["error"] == (
        f"image {first.image_id} is not a valid parent for {second.image_id}"
    )


def _with(**changed: bytes) -> bytes:
    return _tar(_entries(**changed))


def _without(name: str) -> bytes:
    return _tar({path: content for path, content in _entries().items() if path != name})


def _linked(target: str) -> bytes:
    return _tar({**_entries(), "l.tar": (tarfile.SYMTYPE, target)})


NOT_THERE = "open /var/lib/docker/tmp/docker-import-N/{}: no such file or directory"
NO_TAR = "Error processing tar file(exit status 1): archive/tar: invalid tar header"
SHORT = "Error processing tar file(exit status 1): unexpected EOF"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"x" * 2000, NO_TAR),
        (b"x", SHORT),
        (b"", NOT_THERE.format("repositories")),
        (bytes(1024), NOT_THERE.format("repositories")),
        (b"\x1f\x8b" + b"x" * 600, NO_TAR),
        (_with()[:6000], SHORT),
        (gzip.compress(_with())[:200], SHORT),
        (_without("manifest.json"), NOT_THERE.format("repositories")),
        (_without("c.json"), NOT_THERE.format("c.json")),
        (_without("l.tar"), NOT_THERE.format("l.tar")),
        (_with(manifest=b'{"a":'), "unexpected EOF"),
        (
            _with(manifest=b'{"a":1}'),
            "json: cannot unmarshal object into Go value of type []tarexport.manifestItem",
        ),
        (_with(config=b"[]"), "json: cannot unmarshal array into Go value of type image.Image"),
        (_with(config=b"{}"), "invalid image JSON, no RootFS key"),
        (
            _with(config=_config(_digest(b"no"))),
            f'invalid diffID for layer 0: expected "{_digest(b"no")}", got "{_digest(LAYER)}"',
        ),
        (
            _with(config=_config(_digest(LAYER), _digest(OTHER))),
            "invalid manifest, layers length mismatch: expected 1, got 2",
        ),
        (_linked("/etc/passwd"), NOT_THERE.format("etc/passwd")),
        (_linked("../../../etc/passwd"), NOT_THERE.format("etc/passwd")),
        (
            _linked("l.tar"),
            "evalSymlinksInScope: too many links in /var/lib/docker/tmp/docker-import-N/l.tar",
        ),
        (
            _with(manifest=_manifest(Layers=["../../etc/passwd"])),
            "evalSymlinksInScope: /var/lib/docker/etc/passwd is not in "
            "/var/lib/docker/tmp/docker-import-N",
        ),
        (_with(manifest=_manifest(Config="/etc/passwd")), NOT_THERE.format("etc/passwd")),
        (
            _with(manifest=_manifest(RepoTags=["BAD:1"])),
            "invalid reference format: repository name must be lowercase",
        ),
        (_with(manifest=_manifest(RepoTags=["x"])), 'invalid tag "x"'),
        (
            _with(config=_config(_digest(b"q" * 1000)), layer=b"q" * 1000),
            NO_TAR,
        ),
        (_with(config=_config(_digest(LAYER), os="windows")), "cannot load windows image on linux"),
    ],
)
def test_archives_that_are_none_or_lie(hold: Hold, body: bytes, message: str) -> None:
    last = _load(hold, body)[-1]
    assert re.sub(r"docker-import-\d+", "docker-import-N", last["error"]) == message
    assert last["errorDetail"] == {"message": last["error"]}
    used = {layer.chain_id for image in hold.images.all() for layer in hold.layers.stack(image.top)}
    assert {layer.chain_id for layer in hold.layers.all()} == used, "no layer is left over"


def test_images_before_the_one_that_fails_are_here(hold: Hold) -> None:
    manifest = json.loads(_manifest()) + json.loads(_manifest(Config="d.json", RepoTags=["x:2"]))
    told = _load(hold, _with(manifest=json.dumps(manifest).encode()))
    assert told[-2] == {"stream": "Loaded image: x:1\n"}
    assert "error" in told[-1]
    assert hold.images.find("x:1")


@pytest.mark.parametrize("manifest", [b"[]", b"null"])
def test_an_archive_of_no_images(hold: Hold, manifest: bytes) -> None:
    assert _load(hold, _with(manifest=manifest)) == [{}]


def test_a_layer_as_a_link_inside_the_archive(hold: Hold) -> None:
    entries: dict[str, bytes | tuple[bytes, str]] = {"d/real.tar": LAYER, **_entries()}
    entries["l.tar"] = (tarfile.SYMTYPE, "d/real.tar")
    assert _load(hold, _tar(entries))[-1] == {"stream": "Loaded image: x:1\n"}


def test_names_that_lead_out_stay_inside(hold: Hold) -> None:
    outside = {"../evil": b"x", "/etc/evil": b"x"}
    assert _load(hold, _tar({**outside, **_entries()}))[-1] == {"stream": "Loaded image: x:1\n"}


def test_bombs_are_not_unpacked() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    with pytest.raises(ApiError, match="too big: more than 1000000 bytes"):
        Archive(io.BytesIO(bomb), "/tmp", limit=1_000_000)


def test_too_many_files_are_refused(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ENTRIES", 10)
    many = _tar({f"file{number}": b"" for number in range(11)})
    assert _load(hold, many)[-1]["error"] == "archive has more than 10 files"


def test_a_big_json_file_is_refused(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    body = _with(config=_config(_digest(LAYER)) + b" " * 2000)
    monkeypatch.setattr(Archive.read, "__defaults__", (1000,))
    assert "too big" in _load(hold, body)[-1]["error"]


def test_a_header_that_claims_gigabytes_is_refused(hold: Hold) -> None:
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 3 << 30
    assert _load(hold, info.tobuf() + bytes(4096))[-1]["error"] == NO_TAR


def test_headers_without_end_are_refused(hold: Hold) -> None:
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1
    endless = (info.tobuf() + b"a" + bytes(511)) * 5000
    assert "error" in _load(hold, endless)[-1]


def test_deep_json_is_refused(hold: Hold) -> None:
    assert "error" in _load(hold, _with(manifest=b"[" * 200_000))[-1]


def test_a_full_disk(hold: Hold) -> None:
    hold.faults.set("disk-full")
    assert _load(hold, _with())[-1]["error"].endswith("no space left on device")
    assert hold.images.all() == []


def test_a_client_that_goes_while_loading(hold: Hold) -> None:
    response = call(hold, "POST", "/images/load?quiet=0", _with())
    stream = iter(response.body)
    assert b"Loading layer" in str(next(stream)).encode()
    stream.close()  # type: ignore[attr-defined]  # a generator, as the server closes it
    assert (hold.images.all(), hold.layers.all()) == ([], [])


# Import


def _import(hold: Hold, query: str = "", body: bytes = LAYER) -> str:
    told = lines(data(call(hold, "POST", f"/images/create?fromSrc=-{query}", body)))
    return str(told[-1]["status"])


def test_an_import(hold: Hold) -> None:
    image_id = _import(hold, "&repo=x&tag=v1&message=hello&changes=CMD+a&changes=LABEL+b=c")
    image = hold.images.find("x:v1")
    assert image.image_id == image_id
    told = image.parsed()
    assert (told["comment"], told["os"], told["architecture"]) == ("hello", "linux", "amd64")
    assert told["history"] == [{"created": told["created"], "comment": "hello"}]
    assert told["rootfs"]["diff_ids"] == [_digest(LAYER)]
    assert told["config"]["Cmd"] == ["/bin/sh", "-c", "a"]
    assert told["config"]["Labels"] == {"b": "c"}
    assert told["container_config"]["Cmd"] is None
    (layer,) = hold.layers.all()
    assert layer.tar() == LAYER


@pytest.mark.parametrize(
    ("query", "names"),
    [("", []), ("&repo=x", ["x:latest"]), ("&repo=x:3", ["x:3"]), ("&repo=x:3&tag=4", ["x:4"])],
)
def test_the_name_of_an_import(hold: Hold, query: str, names: list[str]) -> None:
    image_id = _import(hold, query)
    assert hold.images.names_of(image_id)[0] == names
    assert hold.images.get(image_id).parsed()["comment"] == "Imported from -"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_an_import_may_be_packed(hold: Hold, pack: Callable[[bytes], bytes]) -> None:
    _import(hold, body=pack(LAYER))
    assert hold.layers.all()[0].diff_id == _digest(LAYER)


def test_an_import_of_nothing(hold: Hold) -> None:
    assert hold.images.size(hold.images.get(_import(hold, body=b""))) == 0


def test_the_events_of_an_import(hold: Hold) -> None:
    image_id = _import(hold, "&repo=x&tag=1&changes=LABEL+a=b")
    assert [(event["Action"], event["Actor"]["Attributes"]) for event in hold.events.since(0)] == [
        ("tag", {"a": "b", "name": "x:1"}),
        ("import", {"a": "b", "name": image_id}),
    ]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("&repo=BAD", 400, "invalid reference format: repository name must be lowercase"),
        ("&repo=x&tag=@", 400, "invalid tag format"),
        (f"&repo=x@sha256:{'0' * 64}", 400, "cannot import digest reference"),
        ("&changes=RUN+x", 400, "run is not a valid change command"),
        ("&changes=", 400, "file with no instructions"),
        ("&platform=windows/amd64", 400, "operating system is not supported"),
        (
            "&platform=bogus",
            400,
            '"bogus": unknown operating system or architecture: invalid argument',
        ),
    ],
)
def test_imports_that_are_refused(hold: Hold, query: str, status: int, words: str) -> None:
    assert refusal(hold, "POST", f"/images/create?fromSrc=-{query}", LAYER) == (status, words)
    assert (hold.images.all(), hold.layers.all()) == ([], [])


def test_imports_of_what_is_no_tar(hold: Hold) -> None:
    target = "/images/create?fromSrc=-"
    assert refusal(hold, "POST", target, b"garbage" * 200) == (500, NO_TAR)
    assert refusal(hold, "POST", target, b"short") == (500, SHORT)


def test_an_import_from_the_network(hold: Hold) -> None:
    status, words = refusal(hold, "POST", "/images/create?fromSrc=http://nope/x.tar&repo=x")
    assert (status, words) == (500, 'Get "http://nope/x.tar": dial tcp: lookup nope: no such host')
