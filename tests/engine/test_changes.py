"""The list of a container's changes, taken apart as it flows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.changes import decoded
from tui.engine.errors import BadAnswer

LETTERS = "CAD"


@given(
    st.lists(st.tuples(st.integers(0, 2), st.text(max_size=40)), max_size=30),
    st.integers(1, 50),
    st.booleans(),
)
def test_it_is_the_list_however_it_is_cut(
    changes: list[tuple[int, str]], size: int, is_ascii: bool
) -> None:
    told = [{"Path": f"/{path}", "Kind": kind} for kind, path in changes]
    data = json.dumps(told, ensure_ascii=is_ascii).encode("utf-8", "replace")
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    wanted = [(LETTERS[item["Kind"]], item["Path"]) for item in json.loads(data)]
    assert list(decoded(pieces)) == wanted


@pytest.mark.parametrize("data", [b"null\n", b"[]", b" [ ] ", b"null"])
def test_nothing(data: bytes) -> None:
    assert not list(decoded([data]))


@pytest.mark.parametrize(
    "data", [b"", b"[", b'[{"Path":"/a","Kind":0}', b"<html>", b'[{"Path":"' + b"x" * 300_000]
)
def test_what_ends_in_the_middle_or_is_no_list(data: bytes) -> None:
    pieces = [data[at : at + 10_000] for at in range(0, len(data), 10_000)]
    with pytest.raises(BadAnswer):
        list(decoded(pieces))


def test_odd_items_do_no_harm() -> None:
    data = b'[{"Path":"/a","Kind":7},{"Kind":1},{"Path":"/b"},[],5,{"Path":null,"Kind":null}]'
    assert list(decoded([data])) == [
        ("?", "/a"), ("A", ""), ("?", "/b"), ("?", ""), ("?", ""), ("?", "")
    ]  # fmt: skip
