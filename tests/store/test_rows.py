"""Rows of each list: which there are, which a filter leaves, in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tui.model.container import ContainerState, ContainerSummary, PortBinding
from tui.model.image import HistoryStep, ImageDetails, ImageFacts, ImageSummary, SearchResult
from tui.model.registry import Badge
from tui.store.layer_index import LayerIndexes
from tui.store.rows import (
    CONTAINER_ORDER,
    IMAGE_ORDER,
    SEARCH_ORDER,
    ImageRow,
    container_rows,
    image_rows,
    listed_images,
    visible_container_rows,
    visible_image_rows,
    visible_search_rows,
)
from tui.store.state import ListView, State

ID_A, ID_B, ID_C, ID_D = (f"sha256:{letter * 64}" for letter in "abcd")
DIGEST = "r.example/d@sha256:" + "0" * 64

IMAGES = (
    ImageSummary(ID_A, tags=("nginx:1", "web:Prod"), created=30, size=300),
    ImageSummary(ID_B, created=20, size=200, parent_id=ID_C),
    ImageSummary(ID_C, created=10, size=100),
    ImageSummary(ID_D, digests=(DIGEST,), created=40, size=50),
)
CONTAINERS = (
    ContainerSummary(
        "c1", "web", "nginx:1", ID_A, "sleep 2", 3, ContainerState.RUNNING, "Up 2 hours"
    ),
    ContainerSummary("c2", "db", "pg:1", ID_A, "pg", 9, ContainerState.EXITED, "Exited (0)"),
    ContainerSummary(
        "c3",
        "cron",
        "x:1",
        ID_D,
        "cron",
        5,
        ContainerState.PAUSED,
        "Up (Paused)",
        "healthy",
        (PortBinding(80, "tcp", 8080, "0.0.0.0"),),
        4096,
    ),
    ContainerSummary("c4", "api", "x:1", ID_D, "api", 7, ContainerState.RUNNING, "Up 1 hour"),
)
FACTS = {
    ID_A: ImageFacts(
        ImageDetails(ID_A, os="linux", architecture="amd64", diff_ids=("sha256:1", "sha256:2")),
        (HistoryStep(0, "one", 1), HistoryStep(0, "two", 2)),
    )
}
STATE = State(images=IMAGES, containers=CONTAINERS, facts=FACTS)


def _names(rows: Sequence[ImageRow]) -> list[str]:
    return [row.reference or row.image.image_id[7:8] for row in rows]


def _shown(text: str = "", *, sort: str = "", descending: bool = False) -> list[str]:
    view = ListView(filter=text, sort=sort, descending=descending)
    return _names(visible_image_rows(image_rows(STATE), view))


def test_each_name_is_a_row_and_so_is_an_image_without_one() -> None:
    rows = image_rows(STATE)
    assert _names(rows) == ["nginx:1", "web:Prod", "b", DIGEST]
    assert len({row.key for row in rows}) == len(rows)


def test_intermediate_images_are_hidden_as_docker_images_hides_them() -> None:
    assert [image.image_id for image in listed_images(IMAGES)] == [ID_A, ID_B, ID_D]
    named = (*IMAGES[:2], ImageSummary(ID_C, tags=("base:1",)))
    assert [image.image_id for image in listed_images(named)] == [ID_A, ID_B, ID_C]


def test_a_row_tells_who_uses_the_image_and_how_many_rows_are_the_same_one() -> None:
    rows = {row.reference: row for row in image_rows(STATE)}
    assert [rows[name].used_by for name in ("nginx:1", "", DIGEST)] == [2, 0, 2]
    assert [rows[name].shares_id for name in ("nginx:1", "web:Prod", "", DIGEST)] == [2, 2, 1, 1]
    assert rows["nginx:1"].repository == "nginx"
    assert rows[DIGEST].repository == "r.example/d"
    assert [row.is_dangling for row in rows.values()] == [False, False, True, False]


def test_platform_and_layers_are_there_once_they_were_read() -> None:
    rows = {row.reference: row for row in image_rows(STATE)}
    assert (rows["nginx:1"].platform, rows["nginx:1"].layer_count) == ("linux/amd64", 2)
    assert (rows[DIGEST].platform, rows[DIGEST].layer_count) == ("", 0)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ["nginx:1", "web:Prod", "b", DIGEST]),
        ("ngin", ["nginx:1"]),
        ("NGINX", ["nginx:1"]),
        ("prod", ["web:Prod"]),
        ("aaaa", ["nginx:1", "web:Prod"]),
        ("sha256:bbb", ["b"]),
        ("is:dangling", ["b"]),
        ("is:used", ["nginx:1", "web:Prod", DIGEST]),
        ("is:unused", ["b"]),
        ("is:used web", ["web:Prod"]),
        ("  web   is:used ", ["web:Prod"]),
        ("web nginx", []),
        ("is:nothing", []),
        ("[/x]", []),
    ],
)
def test_an_image_filter_wants_all_its_words(text: str, left: list[str]) -> None:
    assert _shown(text) == left


IMAGE_VALUES: dict[str, Callable[[ImageRow], object]] = {
    "image_id": lambda row: row.image.image_id,
    "created": lambda row: row.image.created,
    "size": lambda row: row.image.size,
    "used": lambda row: row.used_by,
    "platform": lambda row: row.platform,
    "layers": lambda row: row.layer_count,
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", sorted(set(IMAGE_ORDER) - {"name"}))
def test_images_are_sorted_by_every_column_both_ways(column: str, descending: bool) -> None:
    view = ListView(sort=column, descending=descending)
    rows = visible_image_rows(image_rows(STATE), view)
    values = [IMAGE_VALUES[column](row) for row in rows]
    assert values == sorted(values, reverse=descending)  # type: ignore[type-var]
    assert len(rows) == 4


def test_images_are_sorted_by_name_those_without_one_last() -> None:
    assert _shown(sort="name") == ["nginx:1", DIGEST, "web:Prod", "b"]
    assert _shown(sort="name", descending=True) == ["b", "web:Prod", DIGEST, "nginx:1"]


def test_equal_rows_stay_in_the_order_of_names_both_ways() -> None:
    """The two names of one image do not change places when the order is turned round."""
    assert _shown(sort="size")[-2:] == ["nginx:1", "web:Prod"]
    assert _shown(sort="size", descending=True)[:2] == ["nginx:1", "web:Prod"]


def test_without_a_column_the_order_is_the_lists_own() -> None:
    assert _shown(sort="no such column") == ["nginx:1", "web:Prod", "b", DIGEST]


# Containers


def _containers(text: str = "", *, every: bool = True, view: ListView | None = None) -> list[str]:
    state = State(images=IMAGES, containers=CONTAINERS, all_containers=every)
    rows = visible_container_rows(container_rows(state), view or ListView(filter=text))
    return [row.name for row in rows]


def test_running_containers_come_first_then_the_newest() -> None:
    assert _containers() == ["api", "web", "cron", "db"]


def test_a_container_that_is_restarted_again_and_again_stays_where_it_is() -> None:
    for state in (ContainerState.RUNNING, ContainerState.RESTARTING):
        containers = tuple(
            replace(row, state=state) if row.name == "web" else row for row in CONTAINERS
        )
        rows = container_rows(State(containers=containers, all_containers=True))
        assert [row.name for row in rows] == ["api", "web", "cron", "db"]


def test_stopped_containers_can_be_left_out() -> None:
    assert _containers(every=False) == ["api", "web", "cron"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("WEB", ["web"]),
        ("nginx", ["web"]),
        ("c4", ["api"]),
        ("is:running", ["api", "web"]),
        ("is:stopped", ["db"]),
        ("is:paused", ["cron"]),
        ("is:running ap", ["api"]),
        ("is:nothing", []),
    ],
)
def test_a_container_filter(text: str, left: list[str]) -> None:
    assert _containers(text) == left


@pytest.mark.parametrize("column", sorted(set(CONTAINER_ORDER) - {"state", "ports"}))
def test_containers_are_sorted_by_every_column_both_ways(column: str) -> None:
    rows = container_rows(STATE)
    for descending in (False, True):
        view = ListView(sort=column, descending=descending)
        values = [getattr(row, column) for row in visible_container_rows(rows, view)]
        assert values == sorted(values, reverse=descending)
        assert len(values) == len(CONTAINERS)


def test_containers_are_sorted_by_state_and_ports() -> None:
    by_state = ListView(sort="state")
    assert _containers(view=by_state) == ["api", "web", "cron", "db"]
    assert _containers(view=ListView(sort="state", descending=True))[0] == "db"
    assert _containers(view=ListView(sort="ports", descending=True))[0] == "cron"


# Search


RESULTS = (
    SearchResult("nginx", "the web server", 20, is_official=True),
    SearchResult("me/nginx", "mine", 90, is_official=False),
    SearchResult("apache", "another web server", 50, is_official=True),
)


def _results(view: ListView) -> list[str]:
    return [row.name for row in visible_search_rows(RESULTS, view)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ["nginx", "me/nginx", "apache"]),
        ("NGINX", ["nginx", "me/nginx"]),
        ("server", ["nginx", "apache"]),
        ("is:official", ["nginx", "apache"]),
        ("is:official web another", ["apache"]),
    ],
)
def test_a_search_filter(text: str, left: list[str]) -> None:
    assert _results(ListView(filter=text)) == left


def test_badges_and_pulls_of_docker_hubs_own_search() -> None:
    richer = (
        SearchResult("nginx", "", 20, True, Badge.OFFICIAL, 10**9),
        SearchResult("a/nginx", "", 9, False, Badge.OPEN_SOURCE, 10**3),
        SearchResult("b/nginx", "", 8, False, Badge.VERIFIED, 10**6),
        SearchResult("c/nginx", "", 7, False, Badge.NONE, -1),
    )
    verified = visible_search_rows(richer, ListView(filter="is:verified"))
    assert [row.name for row in verified] == ["b/nginx"]
    by_pulls = visible_search_rows(richer, ListView(sort="pulls", descending=True))
    assert [row.name for row in by_pulls] == ["nginx", "b/nginx", "a/nginx", "c/nginx"]
    by_badge = visible_search_rows(richer, ListView(sort="official"))
    assert (by_badge[0].name, by_badge[-1].name) == ("nginx", "c/nginx")


@pytest.mark.parametrize(
    ("column", "first"),
    [("name", "apache"), ("stars", "nginx"), ("official", "apache"), ("description", "apache")],
)
def test_results_are_sorted_by_every_column_both_ways(column: str, first: str) -> None:
    assert column in SEARCH_ORDER
    up = _results(ListView(sort=column))
    assert up[0] == first
    down = _results(ListView(sort=column, descending=True))
    assert sorted(up) == sorted(down)
    assert down[0] != first


# Layers


def test_the_layer_index_is_built_again_only_when_its_parts_change() -> None:
    indexes = LayerIndexes()
    index = indexes.of(STATE)
    assert list(index.stacks) == [ID_A]
    assert indexes.of(State(images=IMAGES, facts=FACTS, containers=())) is index
    assert indexes.of(State(images=IMAGES[1:], facts=FACTS)).stacks == {}
