"""daemon.json with other mirrors, and every other byte as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.mirrors.daemonfile import KEY, difference, read_daemon_file
from tui.mirrors.errors import BadDaemonFile

A, B, C = "https://a.example", "http://10.0.0.5:5000", "https://c.example/"


def _changed(text: str, *mirrors: str) -> str:
    return read_daemon_file(text.encode()).with_mirrors(mirrors).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f'{{\n  "{KEY}": ["{A}"]\n}}\n'),
        ("{}", f'{{\n  "{KEY}": ["{A}"]\n}}'),
        ("{}\n", f'{{\n  "{KEY}": ["{A}"]\n}}\n'),
        ("{\n}\n", f'{{\n  "{KEY}": ["{A}"]\n}}\n'),
        ('{"debug":true}', f'{{"debug":true,"{KEY}":["{A}"]}}'),
        (
            '{\n    "debug": true\n}\n',
            f'{{\n    "debug": true,\n    "{KEY}": ["{A}"]\n}}\n',
        ),
        (
            '{\r\n\t"debug" : true\r\n}\r\n',
            f'{{\r\n\t"debug" : true,\r\n\t"{KEY}" : ["{A}"]\r\n}}\r\n',
        ),
        (f'{{"{KEY}": null, "x": 1}}', f'{{"{KEY}": ["{A}"], "x": 1}}'),
        (f'{{"{KEY}":[],"x":1}}', f'{{"{KEY}":["{A}"],"x":1}}'),
        (f'{{"{KEY}": [ "{B}" ]}}', f'{{"{KEY}": [ "{A}" ]}}'),
        ("\ufeff{}", f'\ufeff{{\n  "{KEY}": ["{A}"]\n}}'),
        ("\ufeff", f'\ufeff{{\n  "{KEY}": ["{A}"]\n}}\n'),
    ],
)
def test_a_mirror_is_written_as_its_neighbours_are(before: str, after: str) -> None:
    assert _changed(before, A) == after


def test_the_layout_of_the_list_stays() -> None:
    text = f'{{\n  "{KEY}": [\n    "{A}",\n    "{B}"\n  ],\n  "x": 1\n}}\n'
    longer = _changed(text, B, C, A)
    assert longer == text.replace(f'"{A}",\n    "{B}"', f'"{B}",\n    "{C}",\n    "{A}"')
    assert _changed(text, A) == text.replace(f',\n    "{B}"', "")
    assert _changed(text) == f'{{\n  "{KEY}": [],\n  "x": 1\n}}\n'
    single = f'{{\n  "{KEY}": [\n    "{A}"\n  ]\n}}'
    assert _changed(single, A, B) == f'{{\n  "{KEY}": [\n    "{A}",\n    "{B}"\n  ]\n}}'


def test_what_stays_is_written_as_it_was() -> None:
    escaped = '"https:\\/\\/a.example"'
    text = f'{{"{KEY}": [{escaped}, "{B}"]}}'
    assert _changed(text, B, A) == f'{{"{KEY}": ["{B}", {escaped}]}}'


def test_no_mirror_is_an_empty_list() -> None:
    """A file without the key would leave the old mirrors in force."""
    assert json.loads(_changed('{"x": 1}')) == {"x": 1, KEY: []}


def test_of_a_doubled_key_the_last_counts() -> None:
    text = f'{{"{KEY}": ["{A}"], "registry\\u002dmirrors": ["{B}"]}}'
    read = read_daemon_file(text.encode())
    assert (read.mirrors, read.is_doubled) == ((B,), True)
    assert _changed(text, C) == text.replace(f'["{B}"]', f'["{C}"]')


def test_only_the_outermost_key_counts() -> None:
    text = f'{{"proxies": {{"{KEY}": ["x", {{"}}": "]"}}]}}, "a\\"{KEY}": [1]}}'
    assert not read_daemon_file(text.encode()).has_key
    assert json.loads(_changed(text, A)) == json.loads(text) | {KEY: [A]}


def test_a_null_is_an_empty_list() -> None:
    read = read_daemon_file(f'{{"{KEY}": null}}'.encode())
    assert (read.has_key, read.mirrors) == (True, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{bad", "property name"),
        ('{"a": 1,}', ""),
        ('{"a": 1} {"b": 2}', "Extra data"),
        ("[]", "object"),
        ("null", "object"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, "nested"),
        ("{\n  // ours\n}", "line 2 is a comment"),
        ('{"a": 1 # ours\n}', "comment"),
        ("/* ours */ {}", "comment"),
        ('{"a": 1}\n// end', "line 2 is a comment"),
        (f'{{"{KEY}": "x"}}', "no list"),
        (f'{{"{KEY}": [1]}}', "no list"),
        (" " * ((1 << 20) + 1), "too long"),
    ],
)
def test_what_dockerd_would_refuse_is_not_touched(text: str, says: str) -> None:
    with pytest.raises(BadDaemonFile) as caught:
        read_daemon_file(text.encode(), "/etc/docker/daemon.json")
    assert says in caught.value.detail
    assert "/etc/docker/daemon.json" in caught.value.title


def test_the_difference() -> None:
    before = f'{{\n  "{KEY}": ["{A}"],\n  "x": 1\n}}\n'.encode()
    after = read_daemon_file(before).with_mirrors([B])
    assert [line for line in difference(before, after, "f") if line[0] in "+-"] == [
        "--- f",
        "+++ f",
        f'-  "{KEY}": ["{A}"],',
        f'+  "{KEY}": ["{B}"],',
    ]
    assert difference(before, before, "f") == ()


def test_the_difference_tells_no_passwords() -> None:
    before = b'{\n "proxies": {"http-proxy": "http://me:made-up-secret@proxy"}\n}\n'
    after = read_daemon_file(before).with_mirrors([A])
    assert b"made-up-secret" in after
    told = "\n".join(difference(before, after, "f"))
    assert "made-up-secret" not in told
    assert "http://***@proxy" in told


_SPACES = st.text(" \t\r\n", max_size=3)
_KEYS = st.one_of(
    st.sampled_from(["registry-mirrors", "insecure-registries", "debug", "hosts", ""]), st.text()
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_URLS = st.lists(st.sampled_from([A, B, C, "https://d.example:8443"]), max_size=4)


def _written(draw: st.DrawFn, value: Any) -> str:
    """Return a value's text in any layout."""
    gap = draw(_SPACES)
    if isinstance(value, list):
        return f"[{','.join(gap + _written(draw, one) + gap for one in value)}{gap}]"
    if isinstance(value, dict):
        return f"{{{_members(draw, value)}{gap}}}"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


def _members(draw: st.DrawFn, members: dict[str, Any]) -> str:
    """Return the members of an object as text, without its braces."""
    texts = []
    for key, value in members.items():
        name = json.dumps(key, ensure_ascii=draw(st.booleans()))
        texts.append(f"{draw(_SPACES)}{name}{draw(_SPACES)}:{draw(_SPACES)}{_written(draw, value)}")
    return ",".join(texts)


_OTHERS = st.dictionaries(_KEYS.filter(lambda key: key != KEY), _VALUES, max_size=4)


@st.composite
def _documents(draw: st.DrawFn, *, with_key: bool) -> tuple[str, str, str]:
    """Draw an object's text: what stands before the list of mirrors, the list, what follows."""
    mark = draw(st.sampled_from(["", "\ufeff"])) + draw(_SPACES)
    above = _members(draw, draw(_OTHERS))
    if not with_key:
        return f"{mark}{{{above}{draw(_SPACES)}}}{draw(_SPACES)}", "", ""
    below = _members(draw, draw(_OTHERS))
    key = f'{draw(_SPACES)}"{KEY}"{draw(_SPACES)}:{draw(_SPACES)}'
    head = f"{mark}{{{above}{',' if above else ''}{key}"
    tail = f"{draw(_SPACES)}{',' if below else ''}{below}}}{draw(_SPACES)}"
    return head, _written(draw, draw(_URLS | st.none())), tail


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@given(_documents(with_key=True), _URLS)
def test_everything_outside_the_list_stays_byte_for_byte(
    parts: tuple[str, str, str], mirrors: list[str]
) -> None:
    head, old, tail = map(_bytes, parts)
    after = read_daemon_file(head + old + tail).with_mirrors(mirrors)
    assert after.startswith(head)
    assert after.endswith(tail)
    assert json.loads(after[len(head) : len(after) - len(tail)]) == mirrors
    assert list(read_daemon_file(after).mirrors) == mirrors


@given(_documents(with_key=False), _URLS)
def test_a_key_is_added_and_nothing_taken_away(
    parts: tuple[str, str, str], mirrors: list[str]
) -> None:
    before = _bytes(parts[0])
    after = read_daemon_file(before).with_mirrors(mirrors)
    assert list(read_daemon_file(after).mirrors) == mirrors
    front = _common(before, after)
    back = _common(before[::-1], after[::-1])
    assert front + back >= len(before)


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes at the beginning are the same."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
