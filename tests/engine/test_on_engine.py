"""Every function of the gate on a real Engine, checked by what the Engine itself says."""

from __future__ import annotations

import http.server
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.fakes import SSH
from tests.engine.threads import in_thread
from tests.engines.images import ImageSpec, runnable
from tests.engines.maker import ImageMaker
from tests.engines.registries import SlowProxy, push_seeded
from tests.waiting import until
from tui.engine import containers, errors, images, system
from tui.engine.client import EngineClient, connect
from tui.engine.early import EarlyLists
from tui.engine.endpoint import resolve_endpoint
from tui.engine.events import watch
from tui.engine.meter import PullMeter
from tui.engine.pull import pull
from tui.engine.wire import image_id as full_id
from tui.model.container import UNKNOWN_SIZE, ContainerState, ContainerSummary
from tui.model.engine import Endpoint
from tui.model.image import ImageSummary
from tui.model.progress import LayerProgress, PullNote
from tui.model.reference import parse_reference

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.engine


@pytest.fixture
def endpoint(engine_host: str) -> Endpoint:
    return resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))


@pytest.fixture
def client(endpoint: Endpoint) -> Iterator[EngineClient]:
    with connect(endpoint) as client:
        yield client


def _load(maker: ImageMaker, rest: str = "app:1", size: int = 1000) -> str:
    name = maker.name(rest)
    return maker.load(ImageSpec((maker.layer(rest, size),), tags=(name,)))[0]


def _listed(client: EngineClient, image_id: str) -> ImageSummary:
    return next(each for each in images.list_images(client) if each.image_id == image_id)


def _container(client: EngineClient, container_id: str) -> ContainerSummary:
    every = containers.list_containers(client)
    return next(each for each in every if each.container_id == container_id)


def test_connecting_tells_what_the_engine_is(
    client: EngineClient, api: APIClient, engine_kind: str
) -> None:
    said = api.info()
    assert client.info.name == said["Name"]
    assert client.info.storage_driver == said["Driver"]
    assert client.info.data_root == said["DockerRootDir"]
    assert client.capabilities.store == engine_kind
    assert system.engine_info(client).version == api.version()["Version"]


def test_the_disk_gauge_is_the_data_roots(client: EngineClient) -> None:
    gauge = system.disk_gauge(client.endpoint, client.info)
    if client.info.name == os.uname().nodename and os.path.isdir(client.info.data_root):
        assert gauge.total == gauge.used + gauge.free > 0
    else:
        assert gauge.total == 0


def test_mirrors_are_those_of_info(client: EngineClient, api: APIClient) -> None:
    told = system.engine_mirrors(client)
    assert list(told.in_force) == (api.info()["RegistryConfig"]["Mirrors"] or [])
    assert not told.is_desktop
    assert not system.has_reloaded(client, time.time())


def test_layers_size(client: EngineClient, maker: ImageMaker) -> None:
    _load(maker, size=2_000_000)
    assert system.layers_size(client) >= 2_000_000


def test_images_are_listed_and_inspected(client: EngineClient, maker: ImageMaker) -> None:
    layers = (maker.layer("a", 1000), maker.layer("b", 20_000))  # more than one disk block apart
    name = maker.name("app:1")
    spec = ImageSpec(layers, tags=(name,), config={"Cmd": ["run"], "Labels": {"k": "v"}})
    (image_id,) = maker.load(spec)
    image = _listed(client, image_id)
    facts = images.image_facts(client, image_id)
    assert len(image.tags) == 1
    assert image.tags[0].endswith(name)
    assert image.labels == facts.details.labels == (("k", "v"),)
    assert facts.details.image_id == image_id
    assert facts.details.diff_ids == spec.diff_ids
    assert facts.details.cmd == ("run",)
    assert json.loads(facts.details.raw)["RootFS"]["Layers"] == list(spec.diff_ids)
    assert [step.size > 0 for step in facts.history] == [True, True]
    assert facts.history[0].size < facts.history[1].size
    assert images.inspect_image(client, name) == facts.details


def test_intermediate_images_are_listed_when_asked_for(
    client: EngineClient, maker: ImageMaker
) -> None:
    parent = maker.load(runnable(maker.name("base:1")))[0]
    middle = full_id(maker.commit(parent, {"m": b"1"}))
    child = full_id(maker.commit(middle, {"c": b"1"}, rest="child:1"))
    every = {image.image_id: image for image in images.list_images(client, all=True)}
    assert {parent, middle, child} <= set(every)
    if client.capabilities.parents_block:
        assert every[child].parent_id == middle


def test_tags_move_and_identity_follows(client: EngineClient, maker: ImageMaker) -> None:
    first, second = _load(maker, "one:1"), _load(maker, "two:1")
    name = maker.name("moving:1")
    repository = name.rpartition(":")[0]
    assert images.identity(client, name) == ""
    images.tag(client, first, repository=repository, tag="1")
    assert images.identity(client, name) == first
    images.tag(client, second, repository=repository, tag="1")
    assert images.identity(client, name) == second
    assert images.identity(client, first) == first


def test_a_bad_tag_is_refused(client: EngineClient, maker: ImageMaker) -> None:
    image_id = _load(maker)
    with pytest.raises(errors.EngineRefused):
        images.tag(client, image_id, repository="UPPER", tag="1")


def test_removing_names_one_by_one(client: EngineClient, maker: ImageMaker) -> None:
    image_id = _load(maker)
    first, second = maker.name("app:1"), maker.tag(image_id, "app:2")
    answer = images.remove_image(client, first)
    assert [name.endswith(first) for name in answer.untagged] == [True]
    assert answer.deleted == ()
    assert image_id in images.remove_image(client, second).deleted
    with pytest.raises(errors.NotFound):
        images.remove_image(client, second)
    with pytest.raises(errors.NotFound):
        images.inspect_image(client, image_id)


def test_an_image_in_use_is_a_conflict(client: EngineClient, maker: ImageMaker) -> None:
    image_id = _load(maker)
    container = maker.container(image_id)
    with pytest.raises(errors.Conflict) as caught:
        images.remove_image(client, image_id)
    assert container[:12] in caught.value.detail


def test_noprune_leaves_untagged_parents(client: EngineClient, maker: ImageMaker) -> None:
    parent = maker.load(runnable(maker.name("base:1")))[0]
    middle = full_id(maker.commit(parent, {"m": b"1"}))
    child = full_id(maker.commit(middle, {"c": b"1"}, rest="child:1"))
    images.remove_image(client, child, noprune=True)
    assert images.identity(client, child) == ""
    assert images.identity(client, middle) == middle


def test_the_life_of_a_container(client: EngineClient, maker: ImageMaker) -> None:
    maker.load(runnable(maker.name("run:1")))
    image = maker.name("run:1")
    container = maker.container(image, name="life", labels={"k": "v"})

    def state() -> ContainerState:
        return _container(client, container).state

    listed = _container(client, container)
    assert listed.name == f"{maker.prefix}-life"
    assert listed.image.endswith(image)
    assert listed.image_id == images.identity(client, image)
    assert dict(listed.labels)["k"] == "v"
    assert listed.size_rw == UNKNOWN_SIZE
    assert state() is ContainerState.CREATED
    containers.start(client, container)
    containers.start(client, container)
    assert state() is ContainerState.RUNNING
    with pytest.raises(errors.EngineError):
        containers.remove(client, container)
    containers.pause(client, container)
    assert state() is ContainerState.PAUSED
    containers.unpause(client, container)
    containers.restart(client, container, timeout=0)
    assert state() is ContainerState.RUNNING
    containers.kill(client, container)
    until(lambda: state() is ContainerState.EXITED, "the container ends")
    containers.start(client, container)
    containers.stop(client, container, timeout=0)
    assert state() is ContainerState.EXITED
    containers.rename(client, container, name=f"{maker.prefix}-after")
    assert _container(client, container).name == f"{maker.prefix}-after"
    assert json.loads(containers.inspect_container(client, container))["Id"] == container
    containers.remove(client, container, volumes=True)
    with pytest.raises(errors.NotFound):
        containers.inspect_container(client, container)


def test_a_taken_name_is_a_conflict(client: EngineClient, maker: ImageMaker) -> None:
    image = _load(maker)
    maker.container(image, name="one")
    other = maker.container(image, name="two")
    with pytest.raises(errors.Conflict):
        containers.rename(client, other, name=f"{maker.prefix}-one")


def test_the_writable_layer_is_measured_for_those_asked_for(
    client: EngineClient, maker: ImageMaker, api: APIClient
) -> None:
    from tests.engines.images import make_layer

    image_id = _load(maker)
    wanted, other = maker.container(image_id), maker.container(image_id)
    api.put_archive(wanted, "/", make_layer({"new": b"x" * 5000}))
    assert containers.measured_containers(client, []) == ()
    (measured,) = containers.measured_containers(client, [wanted])
    assert measured.container_id == wanted != other
    assert measured.size_rw >= 5000


def test_early_lists_are_the_ordinary_ones(
    client: EngineClient, endpoint: Endpoint, maker: ImageMaker
) -> None:
    image_id = _load(maker)
    container = maker.container(image_id)
    lists = EarlyLists(endpoint).result(60)
    assert lists is not None
    by_id = {image.image_id: image for image in lists.images}
    assert by_id[image_id].tags == _listed(client, image_id).tags
    assert container in {each.container_id for each in lists.containers}


def test_events_tell_what_changes(client: EngineClient, maker: ImageMaker) -> None:
    image_id = _load(maker)
    stream = watch(client)
    seen: list[tuple[str, str, str]] = []
    ended = threading.Event()

    def listen() -> None:
        seen.extend((event.kind, event.action, event.actor_id) for event in stream)
        ended.set()

    thread = threading.Thread(target=listen)
    thread.start()
    # Nothing tells that the Engine listens to us; so change until it is heard.
    until(
        lambda: maker.tag(image_id, "seen:1") and ("image", "tag", image_id) in seen,
        "the event of a tag",
    )
    stream.close()
    assert ended.wait(10)
    thread.join(10)


class _Index(http.server.BaseHTTPRequestHandler):
    """A registry of which only the search works."""

    def do_GET(self) -> None:
        results = [{"name": "foo", "description": "Foo.", "star_count": 7, "is_official": False}]
        found = {"num_results": 1, "query": "foo", "results": results}
        body = json.dumps(found if self.path.startswith("/v1/search") else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.mark.stores("classic", "containerd")
def test_searching_a_registry(client: EngineClient, registry: str) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Index) as index:
        thread = threading.Thread(target=index.serve_forever)
        thread.start()
        try:
            term = f"127.0.0.1:{index.server_port}/foo"
            (result,) = images.EngineSearcher(client).search(term)
        finally:
            index.shutdown()
            thread.join()
    assert (result.name, result.description, result.stars) == ("foo", "Foo.", 7)
    assert not result.is_official


@pytest.mark.stores("classic", "containerd")
def test_a_search_that_the_registry_refuses(client: EngineClient, registry: str) -> None:
    with pytest.raises(errors.EngineRefused):
        images.EngineSearcher(client).search(f"{registry}/foo")


def test_pulling(client: EngineClient, maker: ImageMaker, registry: str, engine_kind: str) -> None:
    seeded = push_seeded(maker, registry)
    meter = PullMeter(lambda: 0.0)
    lines = list(pull(client, parse_reference(seeded.reference)))
    for line in lines:
        meter.feed(line)
    assert images.inspect_image(client, seeded.reference).diff_ids == seeded.spec.diff_ids
    assert len({line.layer_id for line in lines if isinstance(line, LayerProgress)}) >= 3
    assert meter.done == meter.total
    if engine_kind != "podman":
        assert meter.digest == seeded.digest
        assert isinstance(lines[-1], PullNote)
        assert lines[-1].text.startswith("Status: Downloaded newer image")


def test_pulling_by_digest(client: EngineClient, maker: ImageMaker, registry: str) -> None:
    seeded = push_seeded(maker, registry, sizes=(1000,))
    name = f"{registry}/{seeded.repository}@{seeded.digest}"
    list(pull(client, parse_reference(name)))
    image_id = images.identity(client, name)
    maker.adopt(images=[image_id])
    image = _listed(client, image_id)
    assert image.tags == ()
    assert name in image.digests


def test_pulling_all_tags(client: EngineClient, maker: ImageMaker, registry: str) -> None:
    one = push_seeded(maker, registry, "many:1", sizes=(1000,))
    two = push_seeded(maker, registry, "many:2", sizes=(1000,))
    if not client.capabilities.pull_all_tags:
        with pytest.raises(errors.Unsupported):
            pull(client, parse_reference(one.reference), all_tags=True)
        return
    list(pull(client, parse_reference(one.reference), all_tags=True))
    assert images.identity(client, one.reference)
    assert images.identity(client, two.reference)


def test_a_tag_that_does_not_exist(client: EngineClient, registry: str) -> None:
    with pytest.raises(errors.NotFound):
        list(pull(client, parse_reference(f"{registry}/orlop/nothing:here")))


def test_a_registry_that_does_not_answer(client: EngineClient) -> None:
    with pytest.raises(errors.RegistryUnreachable):
        list(pull(client, parse_reference("127.0.0.1:9/orlop/nothing:here")))


def test_a_cancelled_pull_stops_the_engines_download(
    client: EngineClient, maker: ImageMaker, registry: str
) -> None:
    seeded = push_seeded(maker, registry, sizes=(3_000_000,))
    with SlowProxy(registry, stop_after=1_000_000) as proxy:
        reference = parse_reference(seeded.via(proxy.address))
        stream = pull(client, reference)
        raised = in_thread(lambda: list(stream))
        until(lambda: proxy.blocked, "the pull is in the middle of the layer")
        stream.close()
        assert isinstance(raised(), errors.Cancelled)
        until(lambda: not proxy.blocked, "the Engine hangs up on the registry")
        assert proxy.sent < 3_000_000
        assert images.identity(client, str(reference)) == ""
        proxy.let_go()
        list(pull(client, reference))
        assert images.inspect_image(client, str(reference)).diff_ids == seeded.spec.diff_ids


def test_two_pulls_at_once_and_one_is_cancelled(
    client: EngineClient, maker: ImageMaker, registry: str
) -> None:
    kept = push_seeded(maker, registry, "kept:1", sizes=(3_000_000,))
    cancelled = push_seeded(maker, registry, "cancelled:1", sizes=(3_000_000,))
    with SlowProxy(registry, stop_after=1_000_000) as proxy:
        names = [parse_reference(each.via(proxy.address)) for each in (kept, cancelled)]
        streams = [pull(client, name) for name in names]
        first, second = (in_thread(partial(list, stream)) for stream in streams)
        until(lambda: proxy.blocked == 2, "both are in the middle")
        streams[1].close()
        assert isinstance(second(), errors.Cancelled)
        until(lambda: proxy.blocked == 1, "the Engine hangs up on one")
        proxy.let_go()
        assert first() is None
        assert images.identity(client, str(names[0]))
        assert images.identity(client, str(names[1])) == ""


def test_through_ssh_to_a_real_engine(
    client: EngineClient,
    maker: ImageMaker,
    engine_host: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image_id = _load(maker)
    program = tmp_path / "ssh"
    socket_path = engine_host.removeprefix("unix://")
    log = str(tmp_path / "log")
    program.write_text(SSH.format(python=sys.executable, socket=socket_path, log=log))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with connect(Endpoint("ssh://far", "--host")) as far:
        assert far.info.name == client.info.name
        assert _listed(far, image_id) == _listed(client, image_id)
        with pytest.raises(errors.NotFound):
            images.inspect_image(far, "orlop/nothing:here")
