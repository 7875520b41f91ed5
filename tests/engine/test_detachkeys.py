"""docker's detach keys: what its words mean, and where they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.engine.detachkeys import USUAL, detach_keys, parse_detach_keys


@pytest.mark.parametrize(
    ("words", "keys", "shown"),
    [
        ("ctrl-p,ctrl-q", b"\x10\x11", "ctrl+p ctrl+q"),
        ("ctrl-x,x", b"\x18x", "ctrl+x x"),
        ("ctrl-@,ctrl-_,ctrl-\\,DEL", b"\x00\x1f\x1c\x7f", "ctrl+@ ctrl+_ ctrl+\\ DEL"),
        ("-,~", b"-~", "- ~"),
    ],
)
def test_words_of_docker(words: str, keys: bytes, shown: str) -> None:
    found = parse_detach_keys(words)
    assert (found.words, found.keys, found.shown) == (words, keys, shown)


@pytest.mark.parametrize("words", ["", "ctrl-", "ctrl-P", "ctrl-pp", "a,,b", "é", "del", "ctrl-1"])
def test_words_that_docker_refuses(words: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_detach_keys(words)


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        ('{"detachKeys": "ctrl-]"}', b"\x1d"),
        ('{"detachKeys": "nonsense"}', USUAL.keys),
        ('{"detachKeys": 7}', USUAL.keys),
        ("{}", USUAL.keys),
        ("not JSON", USUAL.keys),
        (None, USUAL.keys),
    ],
)
def test_they_are_read_from_docker_s_configuration(
    config: str | None, keys: bytes, tmp_path: Path
) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    assert detach_keys({"DOCKER_CONFIG": str(tmp_path)}).keys == keys
