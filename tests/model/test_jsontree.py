"""JSON as a tree: every node where it belongs, ways to it, what is in sight, searches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.jsontree import BadJson, JsonTree, Key, TreeView, go_template, jq_path

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=30,
)
INDENTS = st.sampled_from([None, 0, 2, 4])

SAMPLE = {
    "Name": "web",
    "State": {"Status": "running", "Health": {"Status": "healthy", "Log": []}},
    "Mounts": [{"Source": "/srv"}, {"Source": "/data"}],
    "Labels": {"a.b": "x", "plain": "y", 'q"u': None},
}


def at(value: Any, way: list[Key]) -> Any:
    for key in way:
        value = value[key]
    return value


def node_of(tree: JsonTree, *way: Key) -> int:
    return next(node for node in range(len(tree)) if tree.way(node) == list(way))


@given(VALUES, INDENTS)
def test_every_node_holds_its_value(value: Any, indent: int | None) -> None:
    tree = JsonTree(json.dumps(value, indent=indent))
    for node in range(len(tree)):
        held = at(value, tree.way(node))
        assert json.loads(tree.token(node)) == held
        if isinstance(held, str):
            assert tree.value(node) == held
        else:
            assert json.loads(tree.value(node)) == held
        if isinstance(held, dict | list):
            assert tree.size(node) == len(held)
            assert tree.is_object(node) == isinstance(held, dict)
        else:
            assert tree.size(node) == -1


@given(st.text(max_size=30) | st.text(alphabet='{}[],:"x1e-. \n', max_size=30))
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    """The same texts are JSON as for Python, which is as strict but for control characters."""
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        with pytest.raises(BadJson):
            JsonTree(text)
    else:
        JsonTree(text)


def test_the_lines_of_what_lies_deep_are_moved_to_the_left() -> None:
    tree = JsonTree(json.dumps(SAMPLE, indent=2))
    node = node_of(tree, "State", "Health")
    assert tree.value(node) == json.dumps(SAMPLE["State"]["Health"], indent=2)  # type: ignore[index]


def test_numbers_stay_as_they_were_written() -> None:
    tree = JsonTree("[1.10, 1e400, 123456789012345678901234567890, -0]")
    assert [tree.value(node) for node in range(1, 5)] == [
        "1.10",
        "1e400",
        "123456789012345678901234567890",
        "-0",
    ]


def test_a_name_that_comes_twice_is_shown_twice() -> None:
    tree = JsonTree('{"a": 1, "a": 2}')
    assert [tree.value(node) for node in (1, 2)] == ["1", "2"]


def test_ten_thousand_levels_are_borne() -> None:
    levels = 10_000
    view = TreeView(JsonTree('{"a":' * levels + "1" + "}" * levels))
    view.open_all()
    assert len(view.rows) == levels + 1
    assert jq_path(view.tree.way(levels)) == ".a" * levels
    assert view.search("1") == 1
    view.open_level()
    assert view.reveal(levels) == levels
    assert view.close(0) == 0
    assert view.rows == [0]


def test_a_hundred_thousand_nodes_are_opened_and_closed() -> None:
    text = json.dumps({f"k{n}": {"a": [1, "x"], "b": None} for n in range(20_000)}, indent=2)
    view = TreeView(JsonTree(text))
    assert len(view.tree) == 100_001
    view.open_all()
    assert len(view.rows) == len(view.tree)
    assert view.search("X") == 20_000
    node, number = view.next(0, back=True)
    assert number == 20_000
    assert view.reveal(node) == node, "everything is open: the row is the node's number"


def test_reading_can_be_stopped() -> None:
    class Stop(Exception):
        pass

    def check() -> None:
        raise Stop

    with pytest.raises(Stop):
        JsonTree(json.dumps(list(range(10_000))), check)


# Ways


@pytest.mark.parametrize(
    ("way", "jq", "go"),
    [
        ([], ".", "{{.}}"),
        (["State", "Health", "Status"], ".State.Health.Status", "{{.State.Health.Status}}"),
        (["Mounts", 0, "Source"], ".Mounts[0].Source", "{{(index .Mounts 0).Source}}"),
        (["Args", 1], ".Args[1]", "{{index .Args 1}}"),
        (["Labels", "a.b"], '.Labels["a.b"]', '{{index .Labels "a.b"}}'),
        (["P", "80/tcp", 0, "H"], '.P["80/tcp"][0].H', '{{(index .P "80/tcp" 0).H}}'),
        (["a b"], '.["a b"]', '{{index . "a b"}}'),
        ([0, "x"], ".[0].x", "{{(index . 0).x}}"),
        (["a", 0, "b", "c d"], '.a[0].b["c d"]', '{{index (index .a 0).b "c d"}}'),
        (["L", 'q"\n'], '.L["q\\"\\n"]', '{{index .L "q\\"\\n"}}'),
        (["1st"], '.["1st"]', '{{index . "1st"}}'),
        (["naïve"], '.["naïve"]', '{{index . "naïve"}}'),
    ],
)
def test_ways_as_jq_and_go_take_them(way: list[Key], jq: str, go: str) -> None:
    assert jq_path(way) == jq
    assert go_template(way, is_container=False) == go


def test_objects_and_lists_are_asked_for_as_json() -> None:
    assert go_template([], is_container=True) == "{{json .}}"
    assert go_template(["State"], is_container=True) == "{{json .State}}"
    assert go_template(["Mounts", 0], is_container=True) == "{{json (index .Mounts 0)}}"


# What is in sight


def shown(view: TreeView) -> list[str]:
    return [jq_path(view.tree.way(node)) for node in view.rows]


def test_the_first_level_is_open_and_others_are_opened() -> None:
    view = TreeView(JsonTree(json.dumps(SAMPLE)))
    assert shown(view) == [".", ".Name", ".State", ".Mounts", ".Labels"]
    state = node_of(view.tree, "State")
    assert view.toggle(state)
    assert shown(view)[2:5] == [".State", ".State.Status", ".State.Health"]
    assert view.close(node_of(view.tree, "State", "Status")) == state, "the one around it"
    assert shown(view) == [".", ".Name", ".State", ".Mounts", ".Labels"]
    assert not view.toggle(node_of(view.tree, "Name"))
    assert not view.toggle(node_of(view.tree, "State", "Health", "Log")), "there is nothing in it"


def test_what_was_open_inside_is_open_again() -> None:
    view = TreeView(JsonTree(json.dumps(SAMPLE)))
    state, health = node_of(view.tree, "State"), node_of(view.tree, "State", "Health")
    view.open(state)
    view.open(health)
    before = shown(view)
    view.close(state)
    view.open(state)
    assert shown(view) == before


@given(VALUES, st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=12))
def test_rows_are_what_is_open(value: Any, steps: list[tuple[int, bool]]) -> None:
    view = TreeView(JsonTree(json.dumps(value)))
    for index, is_opening in steps:
        node = view.rows[index % len(view.rows)]
        if is_opening:
            view.open(node)
        else:
            view.close(node)
        tree = view.tree
        expected = [
            node
            for node in range(len(tree))
            if all(around in view.opened for around in tree.ancestors(node))
        ]
        assert view.rows == expected
        assert [view.index_of(node) for node in view.rows] == list(range(len(view.rows)))


# Searching


def test_names_and_values_are_found_and_opened() -> None:
    view = TreeView(JsonTree(json.dumps(SAMPLE)))
    assert view.search("HEALTH") == 2, "the name Health, the value healthy"
    first, number = view.next(0)
    assert (jq_path(view.tree.way(first)), number) == (".State.Health", 1)
    assert view.index_of(first) is None
    view.reveal(first)
    assert ".State.Health" in shown(view)
    second, number = view.next(first)
    assert (jq_path(view.tree.way(second)), number) == (".State.Health.Status", 2)
    assert view.next(second) == (first, 1), "after the last comes the first"
    assert view.next(first, back=True) == (second, 2)


def test_what_is_nowhere_is_not_found() -> None:
    view = TreeView(JsonTree(json.dumps(SAMPLE)))
    assert view.search("nowhere") == 0
    assert view.next(0) == (-1, 0)
    assert view.search("") == 0


def test_places_in_lists_are_no_names() -> None:
    view = TreeView(JsonTree("[[], [], []]"))
    assert view.search("1") == 0


def test_values_are_found_as_people_read_them() -> None:
    view = TreeView(JsonTree(r'{"a": "caf\u00e9\n", "b": true, "c": 12.5}'))
    assert [view.search(text) for text in ("CAFÉ", "true", "12.5", "\n", "u00e9")] == [
        1,
        1,
        1,
        1,
        0,
    ]
