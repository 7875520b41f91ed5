"""`daemon.json` read again: what dockerd 20.10 takes, what it refuses, what it tells."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from tests.practice.fakes import fake_hold
from tui.practice.daemonconfig import BadDaemonConfig, identity, mirrors_of, reload, reload_file


def test_mirrors_get_a_slash_and_are_told_as_written() -> None:
    hold = fake_hold()
    reload(hold, '{"registry-mirrors": ["https://a.example", "https://b.example/"]}')
    assert hold.mirrors == ["https://a.example/", "https://b.example/"]
    (event,) = hold.events.since(0)
    assert (event["Type"], event["Action"]) == ("daemon", "reload")
    attributes = event["Actor"]["Attributes"]
    assert attributes["registry-mirrors"] == '["https://a.example","https://b.example/"]'
    assert attributes["name"] == "practice"
    assert event["Actor"]["ID"] == identity(hold)


def test_a_missing_key_keeps_the_mirrors_and_an_empty_list_clears_them() -> None:
    hold = fake_hold()
    reload(hold, '{"registry-mirrors": ["http://127.0.0.1:5000"]}')
    reload(hold, "{}")
    assert hold.mirrors == ["http://127.0.0.1:5000/"]
    reload(hold, '{"registry-mirrors": []}')
    assert hold.mirrors == []
    assert len(hold.events.since(0)) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '["http://a/b"]',
            'invalid mirror: path, query, or fragment at end of the URI "http://a/b"',
        ),
        ('["nourl"]', 'invalid mirror: unsupported scheme "" in "nourl"'),
        ('["ftp://x"]', 'invalid mirror: unsupported scheme "ftp" in "ftp://x"'),
        (
            '["https://u:p@m.example"]',
            'invalid mirror: username/password not allowed in URI "https://u:xxxxx@m.example"',
        ),
        (
            '["https://m.example?x=1"]',
            'invalid mirror: path, query, or fragment at end of the URI "https://m.example?x=1"',
        ),
        ('["https://[x"]', 'invalid mirror: "https://[x" is not a valid URI'),
    ],
)
def test_what_is_no_mirror_is_refused_in_dockerds_words(text: str, sentence: str) -> None:
    with pytest.raises(BadDaemonConfig) as caught:
        mirrors_of(f'{{"registry-mirrors": {text}}}')
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "text",
    ["", "{bad", "[]", '{"nope": 1}', '{"registry-mirrors": "x"}', '{"registry-mirrors": [1]}'],
)
def test_a_refusal_changes_nothing_and_is_told_in_the_log_alone(
    text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hold = fake_hold()
    hold.mirrors = ["http://old/"]
    file = tmp_path / "daemon.json"
    file.write_text(text, encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        reload_file(hold, file)
    assert hold.mirrors == ["http://old/"]
    assert hold.events.since(0) == []
    assert f"unable to configure the Docker daemon with file {file}" in caplog.text


def test_a_missing_file_is_told_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reload_file(fake_hold(), tmp_path / "none.json")
    assert "No such file" in caplog.text


def test_known_keys_are_left_alone() -> None:
    assert mirrors_of(json.dumps({"debug": True, "log-opts": {"max-size": "1m"}})) is None


def test_the_identity_is_dockerds_in_shape() -> None:
    groups = identity(fake_hold()).split(":")
    assert [len(group) for group in groups] == [4] * 12
