"""The client against a fake Engine that misbehaves, and the ways to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.engine import shapes
from tests.engine.fakes import INFO, VERSION, FakeEngine, answer, answer_bytes
from tests.engine.test_wire import JUNK
from tests.engine.threads import in_thread
from tests.waiting import until
from tui.engine import client as module
from tui.engine import containers, errors, images, system
from tui.engine.client import EngineClient, connect
from tui.engine.errors import EngineError
from tui.engine.events import watch
from tui.engine.pull import pull
from tui.model.engine import NO_GAUGE, Endpoint, StoreKind
from tui.model.reference import parse_reference


def test_connecting_asks_version_without_a_version_and_info(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine, connect(engine.endpoint) as client:
        assert client.api_version == "1.41"
        assert client.info.name == "fake"
        assert client.capabilities.store is StoreKind.CLASSIC
    assert engine.requests == ["GET /version HTTP/1.1", "GET /v1.41/info HTTP/1.1"]


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"),
    [("1.41", "1.12", "1.41"), ("1.45", "1.24", "1.45"), ("1.51", "1.24", "1.51"),
     ("1.55", "1.44", "1.51"), ("2.0", "1.51", "1.51")],
)  # fmt: skip
def test_the_version_is_pinned_to_what_we_know(
    tmp_path: Path, newest: str, oldest: str, spoken: str
) -> None:
    version = VERSION | {"ApiVersion": newest, "MinAPIVersion": oldest}
    with FakeEngine(tmp_path, {"/version": answer(version)}) as engine:
        with connect(engine.endpoint) as client:
            assert client.api_version == client.info.api_version == spoken
        assert engine.requests[-1] == f"GET /v{spoken}/info HTTP/1.1"


@pytest.mark.parametrize(
    ("newest", "oldest", "kind", "said"),
    [
        ("1.40", "1.12", errors.EngineTooOld, "1.40"),
        ("1.9", "1.9", errors.EngineTooOld, "1.9"),
        ("1.60", "1.52", errors.EngineTooNew, "1.52"),
    ],
)
def test_other_versions_are_one_sentence(
    tmp_path: Path, newest: str, oldest: str, kind: type[EngineError], said: str
) -> None:
    version = VERSION | {"ApiVersion": newest, "MinAPIVersion": oldest}
    with (
        FakeEngine(tmp_path, {"/version": answer(version)}) as engine,
        pytest.raises(kind) as caught,
    ):
        connect(engine.endpoint)
    assert said in caught.value.title
    assert "\n" not in caught.value.title


@pytest.mark.parametrize(
    "body",
    [
        answer({}),
        answer([]),
        answer({"ApiVersion": "x.y"}),
        answer({"ApiVersion": 1.41}),
        answer_bytes(b"<html>login</html>", kind="text/html"),
        answer_bytes(b"<html>none</html>", 404, kind="text/html"),
        answer_bytes(b"[" * 100_000),
        b"SSH-2.0-OpenSSH_9\r\n",
    ],
    ids=["object", "array", "words", "number", "page", "no page", "deep", "ssh"],
)
def test_what_is_no_engine_is_told(tmp_path: Path, body: bytes) -> None:
    with FakeEngine(tmp_path, {"/version": body}) as engine, pytest.raises(errors.NotAnEngine):
        connect(engine.endpoint)


def test_an_engine_that_does_not_answer_times_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONNECT_TIMEOUT", 0.05)
    with FakeEngine(tmp_path) as engine:
        engine.answers["/version"] = engine.hang
        with pytest.raises(errors.TimedOut):
            connect(engine.endpoint)


def test_a_closed_connection_is_an_engine_gone(tmp_path: Path) -> None:
    with (
        FakeEngine(tmp_path, {"/images/json": b""}) as engine,
        connect(engine.endpoint) as client,
        pytest.raises(errors.EngineGone),
    ):
        images.list_images(client)


def test_half_an_answer_is_an_engine_gone(tmp_path: Path) -> None:
    half = answer([shapes.LIST_20])[:-40]
    with (
        FakeEngine(tmp_path, {"/images/json": half}) as engine,
        connect(engine.endpoint) as client,
        pytest.raises(errors.EngineGone),
    ):
        images.list_images(client)


def test_a_socket_without_a_listener_is_refused(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine:
        path = engine.path.rename(tmp_path / "left.sock")
    with pytest.raises(errors.Refused):
        connect(Endpoint(f"unix://{path}", "--host"))
    with pytest.raises(errors.NoSocket):
        connect(engine.endpoint)


def test_a_regular_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.Refused):
        connect(Endpoint(f"unix://{tmp_path}/file", "--host"))


def test_a_path_that_is_too_long_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        connect(Endpoint(f"unix://{tmp_path}/{'x' * 200}", "--host"))


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"proxies": 7}', b'{"auths": [1]}', b"\xff"])
def test_a_broken_docker_configuration_stops_nothing_or_is_told(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_bytes(content)
    with (
        FakeEngine(tmp_path) as engine,
        suppress(errors.BadConfig),
        connect(engine.endpoint) as client,
    ):
        assert client.info.name == "fake"


REFUSALS: list[tuple[bytes, type[EngineError], str]] = [
    (answer({"message": "No such image: x"}, 404), errors.NotFound, "No such image: x"),
    (answer({"message": "in use"}, 409), errors.Conflict, "in use"),
    (answer({"message": "broken"}, 500), errors.EngineRefused, "broken"),
    (answer_bytes(b"plain words\n", 500, "text/plain"), errors.EngineRefused, "plain words"),
    (answer(["no", "object"], 500), errors.EngineRefused, '["no", "object"]'),
    (answer({"cause": "no message"}, 404), errors.NotFound, '{"cause": "no message"}'),
    (answer({"message": {"deep": 1}}, 404), errors.NotFound, '{"message": {"deep": 1}}'),
]


@pytest.mark.parametrize(("body", "kind", "detail"), REFUSALS)
def test_refusals_keep_the_engines_words(
    tmp_path: Path, body: bytes, kind: type[EngineError], detail: str
) -> None:
    with (
        FakeEngine(tmp_path, {"/images/x/json": body, "/images/create": body}) as engine,
        connect(engine.endpoint) as client,
    ):
        with pytest.raises(kind) as caught:
            images.inspect_image(client, "x")
        assert caught.value.detail == detail
        with pytest.raises(kind) as caught:
            list(pull(client, parse_reference("x")))
        assert caught.value.detail == detail


CALLS: list[Callable[[EngineClient], object]] = [
    images.list_images,
    lambda client: images.inspect_image(client, "x"),
    lambda client: images.image_history(client, "x"),
    lambda client: images.remove_image(client, "x"),
    lambda client: images.EngineSearcher(client).search("x"),
    containers.list_containers,
    lambda client: containers.measured_containers(client, ["x"]),
    lambda client: containers.inspect_container(client, "x"),
    system.engine_info,
    system.layers_size,
    lambda client: list(pull(client, parse_reference("x"))),
    lambda client: list(watch(client)),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(junk=JUNK)
def test_no_answer_makes_anything_but_an_engine_error(tmp_path: Path, junk: Any) -> None:
    body = answer(junk)
    paths = (
        "/images/json /images/x/json /images/x/history /images/x /images/search /images/create "
        "/containers/json /containers/x/json /system/df /events"
    )
    with (
        FakeEngine(tmp_path, dict.fromkeys(paths.split(), body)) as engine,
        connect(engine.endpoint) as client,
    ):
        engine.answers |= {"/version": body, "/info": body}
        for call in CALLS:
            with suppress(EngineError):
                call(client)


def test_a_job_has_connections_of_its_own(tmp_path: Path) -> None:
    with (
        FakeEngine(tmp_path, {"/images/json": answer([])}) as engine,
        connect(engine.endpoint) as client,
        client.for_job() as job,
    ):
        job.cut()
        with pytest.raises(errors.Cancelled):
            images.list_images(job)
        assert images.list_images(client) == ()
        assert job.info == client.info


def test_cut_ends_a_request_that_waits_for_its_answer(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine:
        engine.answers["/images/json"] = engine.hang
        with connect(engine.endpoint) as client:
            raised = in_thread(lambda: images.list_images(client))
            until(lambda: len(engine.requests) == 3, "the request is on its way")
            client.cut()
            assert isinstance(raised(), errors.Cancelled)
        assert engine.hung_up.wait(10)


def test_a_search_without_results_on_podman(tmp_path: Path) -> None:
    none = answer({"message": "image not known", "response": 404}, 404)
    with (
        FakeEngine(tmp_path, {"/images/search": none}) as engine,
        connect(engine.endpoint) as client,
    ):
        assert images.EngineSearcher(client).search("x") == ()


def test_the_gauge_is_for_this_machine_only(tmp_path: Path) -> None:
    here = {"Name": os.uname().nodename, "DockerRootDir": str(tmp_path)}
    with (
        FakeEngine(tmp_path, {"/info": answer(INFO | here)}) as engine,
        connect(engine.endpoint) as client,
    ):
        gauge = system.disk_gauge(engine.endpoint, client.info)
    assert gauge.total == gauge.used + gauge.free > 0
    elsewhere = [
        (Endpoint("tcp://h:1", "--host"), client.info),
        (engine.endpoint, type(client.info)(name="other", data_root=str(tmp_path))),
        (engine.endpoint, type(client.info)(name=here["Name"], data_root="/no/such/folder")),
    ]
    assert [system.disk_gauge(*where) for where in elsewhere] == [NO_GAUGE] * 3
