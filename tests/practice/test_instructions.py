"""Instructions for import and commit: results and words are those of dockerd 20.10.24."""

from __future__ import annotations

from typing import Any

import pytest

from tui.practice.configs import container_config
from tui.practice.instructions import apply
from tui.practice.wire import ApiError


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ("CMD", {"Cmd": ["/bin/sh", "-c"]}),
        ("CMD a b", {"Cmd": ["/bin/sh", "-c", "a b"]}),
        ('CMD echo "a b"', {"Cmd": ["/bin/sh", "-c", 'echo "a b"']}),
        ('CMD ["a", "b"]', {"Cmd": ["a", "b"]}),
        ('CMD ["a"', {"Cmd": ["/bin/sh", "-c", '["a"']}),
        ("cmd x", {"Cmd": ["/bin/sh", "-c", "x"]}),
        ("CMD a\nENV B=c", {"Cmd": ["/bin/sh", "-c", "a"], "Env": ["B=c"]}),
        ("ENTRYPOINT e f", {"Entrypoint": ["/bin/sh", "-c", "e f"]}),
        ("ENV a b c", {"Env": ["a=b c"]}),
        ("ENV A=b C=d", {"Env": ["A=b", "C=d"]}),
        ("ENV A=$B", {"Env": ["A="]}),
        ("ENV A=b\nENV C=${A}c", {"Env": ["A=b", "C=bc"]}),
        ('LABEL a="b c" d=e', {"Labels": {"a": "b c", "d": "e"}}),
        ("LABEL a b c", {"Labels": {"a": "b c"}}),
        ("EXPOSE 80 90/udp", {"ExposedPorts": {"80/tcp": {}, "90/udp": {}}}),
        ("WORKDIR w", {"WorkingDir": "/w"}),
        ("WORKDIR /a\nWORKDIR b", {"WorkingDir": "/a/b"}),
        ('VOLUME ["/a","/b"]', {"Volumes": {"/a": {}, "/b": {}}}),
        ("VOLUME /v", {"Volumes": {"/v": {}}}),
        ("USER a b", {"User": "a b"}),
        ("USER x\n\nWORKDIR /q", {"User": "x", "WorkingDir": "/q"}),
        ("ONBUILD RUN x", {"OnBuild": ["RUN x"]}),
        ("HEALTHCHECK NONE", {"Healthcheck": {"Test": ["NONE"]}}),
        (
            "HEALTHCHECK --interval=5s CMD foo bar",
            {"Healthcheck": {"Test": ["CMD-SHELL", "foo bar"], "Interval": 5_000_000_000}},
        ),
    ],
)
def test_what_an_instruction_changes(change: str, fields: dict[str, Any]) -> None:
    config = apply(container_config(), [change])
    assert {name: value for name, value in config.items() if value} == fields


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("RUN x", "run is not a valid change command"),
        ("bogus", "bogus is not a valid change command"),
        ('SHELL ["a"]', "shell is not a valid change command"),
        ("FROM x", "from is not a valid change command"),
        ("", "file with no instructions"),
        ("# comment", "file with no instructions"),
        ("ENV x", "ENV must have two arguments"),
        ("EXPOSE foo", "Invalid containerPort: foo"),
        ("VOLUME ", "VOLUME requires at least one argument"),
        ("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"),
    ],
)
def test_what_is_refused(change: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        apply(container_config(), [change])
    assert (refused.value.status, refused.value.message) == (400, words)


def test_an_entry_point_drops_the_command_that_was_for_the_old_one() -> None:
    before = container_config({"Cmd": ["old"]})
    assert apply(before, ['ENTRYPOINT ["e"]'])["Cmd"] is None
    both = apply(before, ['ENTRYPOINT ["e"]', "CMD x"])
    assert (both["Entrypoint"], both["Cmd"]) == (["e"], ["/bin/sh", "-c", "x"])
    assert before["Cmd"] == ["old"]
