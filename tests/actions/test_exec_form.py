"""The form of exec: which action it makes, and when it makes none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tui.actions.action import Action
from tui.actions.catalogue import offered
from tui.actions.forms import FORMS
from tui.actions.forms.form import NotYet
from tui.actions.selection import Selection
from tui.model.container import ContainerState, ContainerSummary
from tui.store.state import Pane


def built(values: Mapping[str, str], state: ContainerState = ContainerState.RUNNING) -> Action:
    container = ContainerSummary("c" * 64, "web", "box:1", "sha256:1", state=state)
    empty = dict.fromkeys(("command", "user", "directory", "environment", "privileged"), "")
    filled = {**empty, "what": "exec", **values}
    return FORMS["exec"].build(Selection(Pane.CONTAINERS, containers=(container,)), filled)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "docker exec -it web sh"),
        ({"command": "sh -c 'a  b'"}, "docker exec -it web sh -c 'a  b'"),
        (
            {"command": "id", "user": " 0:0 ", "directory": "/tmp"},
            "docker exec -it -u 0:0 -w /tmp web id",
        ),
        (
            {"environment": "A=1 'B=two words' C=", "privileged": "yes"},
            "docker exec -it --privileged -e A=1 -e 'B=two words' -e C= web sh",
        ),
        ({"what": "attach"}, "docker attach --sig-proxy=false web"),
    ],
)
def test_what_is_typed_becomes_a_docker_line(values: Mapping[str, str], line: str) -> None:
    assert built(values).docker == line


@pytest.mark.parametrize(
    ("values", "state", "words"),
    [
        ({"command": "sh -c 'x"}, ContainerState.RUNNING, "quote"),
        ({"directory": "tmp"}, ContainerState.RUNNING, "begins with /"),
        ({"environment": "A"}, ContainerState.RUNNING, "NAME=VALUE"),
        ({"environment": "=1"}, ContainerState.RUNNING, "NAME=VALUE"),
        ({}, ContainerState.PAUSED, "B lets it go on"),
        ({"what": "attach"}, ContainerState.EXITED, "s starts it"),
    ],
)
def test_what_will_not_do_is_said(
    values: Mapping[str, str], state: ContainerState, words: str
) -> None:
    with pytest.raises(NotYet, match=words):
        built(values, state)


def test_read_only_sessions_have_no_exec() -> None:
    assert "exec" in {spec.action_id for spec in offered(read_only=False)}
    assert "exec" not in {spec.action_id for spec in offered(read_only=True)}
