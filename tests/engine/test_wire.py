"""From recorded answers to the model, and no answer at all that makes it fail."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine import shapes
from tui.engine import wire, wire_stream
from tui.model.container import UNKNOWN_SIZE, ContainerState
from tui.model.engine import StoreKind
from tui.model.progress import LayerProgress, PullNote


def test_an_image_of_docker_20() -> None:
    (image,) = wire.images([shapes.LIST_20])
    assert image.image_id == shapes.ID
    assert image.tags == ("spike-small:latest",)
    assert (image.digests, image.labels, image.parent_id) == ((), (), "")
    assert (image.created, image.size) == (1795450076, 8273773)


def test_none_is_no_name() -> None:
    (image,) = wire.images([shapes.LIST_20_DANGLING])
    assert image.references == ()
    assert image.parent_id == shapes.PARENT


def test_names_by_digest_are_no_tags() -> None:
    (image,) = wire.images([shapes.LIST_28C])
    assert image.tags == ("127.0.0.1:5000/spike-small:d28c", "spike-small:latest")
    assert image.digests == (
        f"127.0.0.1:5000/spike-small@{shapes.MANIFEST}",
        f"spike-small@{shapes.MANIFEST}",
    )
    assert image.labels == (("a", "1"), ("b", "2"))


def test_podmans_bare_ids_get_their_algorithm() -> None:
    (image,) = wire.images([shapes.LIST_PODMAN])
    assert (image.image_id, image.parent_id) == (shapes.ID, shapes.PARENT)


def test_details_of_docker_20() -> None:
    details = wire.details(shapes.INSPECT_20)
    assert details.platform == "linux/amd64"
    assert details.diff_ids == ("sha256:a41", "sha256:1e4", "sha256:a8e")
    assert details.cmd == ("sleep", "1000")
    assert (details.entrypoint, details.volumes) == ((), ())
    assert details.exposed_ports == ("443/tcp", "80/tcp")
    assert details.labels == (("x", "y"),)
    assert json.loads(details.raw) == shapes.INSPECT_20
    assert '\n  "Id"' in details.raw


def test_details_without_content() -> None:
    details = wire.details(shapes.INSPECT_28C_WITHOUT_CONTENT)
    assert (details.image_id, details.diff_ids) == (shapes.MANIFEST, ())
    assert details.platform == ""


def test_raw_text_keeps_letters() -> None:
    assert "né" in wire.details({"Author": "né"}).raw


def test_history_is_in_build_order() -> None:
    steps = wire.history(shapes.HISTORY_20)
    assert [step.size for step in steps] == [1982298, 3145734, 0]
    assert steps[0].comment == "Imported from -"
    assert steps[-1].created_by.endswith('CMD ["sleep" "1000"]')


def test_a_container() -> None:
    (container,) = wire.containers([shapes.CONTAINER_20])
    assert container.name == "web"
    assert container.state is ContainerState.RUNNING
    assert container.health == "healthy"
    assert container.size_rw == UNKNOWN_SIZE
    assert [str(port) for port in container.ports] == [
        "53/udp",
        "0.0.0.0:8080->80/tcp",
        "10.0.0.1:9090->80/tcp",
    ]


@pytest.mark.parametrize(
    ("item", "health"),
    [
        ({"Status": "Up 3 hours (unhealthy)"}, "unhealthy"),
        ({"Status": "Up 2 seconds (health: starting)"}, "starting"),
        ({"Status": "Up 2 seconds (Paused)"}, ""),
        ({"Status": "Up 1 hour", "Health": {"Status": "healthy"}}, "healthy"),
        ({"Status": "Up 1 hour", "Health": {"Status": "none"}}, ""),
    ],
)
def test_health(item: dict[str, Any], health: str) -> None:
    assert wire.containers([item])[0].health == health


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("exited", ContainerState.EXITED),
        ("stopped", ContainerState.EXITED),
        ("configured", ContainerState.CREATED),
        ("what", ContainerState.UNKNOWN),
        (None, ContainerState.UNKNOWN),
        ({"Status": "running"}, ContainerState.UNKNOWN),
    ],
)
def test_states(word: object, state: ContainerState) -> None:
    assert wire.containers([{"State": word}])[0].state is state


def test_the_three_stores_are_told_apart() -> None:
    def kind(version: object, info: object) -> StoreKind:
        return wire.capabilities(version, info).store

    assert kind({}, shapes.INFO_CLASSIC) is StoreKind.CLASSIC
    assert kind({}, shapes.INFO_CONTAINERD) is StoreKind.CONTAINERD
    assert kind(shapes.VERSION_PODMAN, shapes.INFO_CLASSIC) is StoreKind.PODMAN


def test_what_each_store_can_do() -> None:
    classic = wire.capabilities({}, shapes.INFO_CLASSIC)
    containerd = wire.capabilities({}, shapes.INFO_CONTAINERD)
    podman = wire.capabilities(shapes.VERSION_PODMAN, {})
    assert [can.exact_reclaim for can in (classic, containerd, podman)] == [True, False, False]
    assert [can.parents_block for can in (classic, containerd, podman)] == [True, False, True]
    assert [can.pull_all_tags for can in (classic, containerd, podman)] == [True, True, False]
    forced = [can.force_removes_containers for can in (classic, containerd, podman)]
    assert forced == [False, False, True]


def test_the_practice_engine_is_known_by_its_label() -> None:
    for labels, is_practice in (
        (["orlop.practice=true"], True),
        (["x=y", "orlop.practice=true"], True),
        (["orlop.practice=false"], False),
        ([], False),
        (None, False),
    ):
        info = {**shapes.INFO_CLASSIC, "Labels": labels}
        assert wire.engine_info({}, info, api_version="1.41").practice is is_practice


def test_the_header_of_podman() -> None:
    info = wire.engine_info(shapes.VERSION_PODMAN, shapes.INFO_CLASSIC, api_version="1.44")
    assert (info.product, info.version, info.api_version) == ("Podman", "5.8.6", "1.44")
    assert (info.images, info.containers, info.containers_running) == (3, 2, 1)


def test_search_results_with_dockers_and_podmans_keys() -> None:
    docker = {"name": "nginx", "description": "d", "star_count": 7, "is_official": True}
    podman = {"Index": "docker.io", "Name": "docker.io/library/nginx", "Stars": 7} | {
        "Description": "d",
        "Official": "[OK]",
    }
    assert wire.search_results([docker]) == wire.search_results([podman])
    assert wire.search_results([{"description": "nameless"}]) == ()
    assert not wire.search_results([podman | {"Official": ""}])[0].is_official


def test_a_deletion_in_its_order() -> None:
    bare = shapes.ID.removeprefix("sha256:")
    answer = wire.delete_answer([{"Deleted": bare}, {"Untagged": "x:1"}, {"Deleted": None}])
    assert answer.lines == (("Deleted", shapes.ID), ("Untagged", "x:1"))
    assert (answer.untagged, answer.deleted) == (("x:1",), (shapes.ID,))


def test_pull_lines() -> None:
    lines = [wire_stream.pull_line(line) for line in shapes.PULL_20]
    assert lines[0] == PullNote("Pulling from spike-medium")
    assert lines[4] == LayerProgress("3c09ae1095ef", "Downloading", 557056, 94710997)
    assert isinstance(lines[-2], PullNote)
    assert lines[-2].digest.startswith("sha256:34825aaa")
    assert isinstance(lines[-1], PullNote)
    assert lines[-1].digest == ""


def test_seconds_are_no_bytes() -> None:
    line = wire_stream.pull_line(shapes.PULL_28C_EXTRACTING)
    assert line == LayerProgress("3c09ae1095ef", "Extracting", 0, 0)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"errorDetail": {"message": "bad"}, "error": "old"}, "bad"),
        ({"errorDetail": {"code": 7, "message": "bad"}}, "bad"),
        ({"error": "old"}, "old"),
        ({"error": {"x": 1}}, '{\n  "error": {\n    "x": 1\n  }\n}'),
        ({"status": "Downloading", "error": None}, ""),
        ({"status": "error"}, ""),
        ([], ""),
    ],
)
def test_errors_inside_a_stream(line: object, error: str) -> None:
    assert wire_stream.stream_error(line) == error


def test_events_of_docker_and_podman() -> None:
    event = wire.event(shapes.EVENT_20)
    assert (event.kind, event.action, event.name) == ("image", "tag", "spike-imp:v1")
    assert event.actor_id == shapes.PARENT
    assert wire.event(shapes.EVENT_PODMAN).actor_id == shapes.ID


def test_lines_do_not_depend_on_how_a_stream_is_cut() -> None:
    text = '{"a": "é"}\r\n\n{"b": [1]}\n[2]'.encode()
    for size in range(1, len(text) + 1):
        chunks = [text[at : at + size] for at in range(0, len(text), size)]
        assert list(wire_stream.json_lines(chunks)) == [{"a": "é"}, {"b": [1]}, [2]]


@pytest.mark.parametrize("line", [b"{", b"<html>\n", b"[" * 100_000], ids=range(3))
def test_a_line_that_is_no_json_is_an_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|deep"):
        list(wire_stream.json_lines([line]))


def test_bytes_that_are_no_utf8_do_not_stop_a_list() -> None:
    assert wire.loads(b'["\xff"]') == ["\ufffd"]


KEYS = sorted(set(re.findall(r'get\("(\w+)"', inspect.getsource(wire))))
"""Every field that is looked at."""

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(KEYS)
JUNK = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(JUNK)
def test_no_json_value_makes_it_fail(junk: Any) -> None:
    listed = [junk, dict.fromkeys(KEYS, junk)]
    for answer in (junk, *listed, listed):
        for image in wire.images(answer):
            assert not any("<none>" in name for name in image.references)
        wire.details(answer)
        wire.history(answer)
        wire.containers(answer)
        wire.delete_answer(answer)
        wire.search_results(answer)
        wire.engine_info(answer, answer, api_version="1.41")
        wire.event(answer)
        wire_stream.stream_error(answer)
        wire_stream.pull_line(answer)
        wire.layers_size(answer)
