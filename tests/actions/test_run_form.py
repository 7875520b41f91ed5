"""The form of a run: the docker line that grows, and what keeps it from being sent."""

from __future__ import annotations

import os
import shlex

import pytest

from tui.actions.forms import FORMS
from tui.actions.forms.form import NotYet
from tui.actions.selection import Selection
from tui.actions.values.running import RunContainer
from tui.engine.creating import body_of, variables_of
from tui.model.image import ImageSummary
from tui.model.runspec import RunMode, RunSpec
from tui.store.rows import ImageRow

FORM = FORMS["run"]
EMPTY = {field.key: "" for field in FORM.fields} | {"mode": "detached"}
IMAGE_ID = "sha256:" + "ab" * 32


def selection(reference: str = "nginx:1.27") -> Selection:
    image = ImageSummary(IMAGE_ID, tags=(reference,) if reference else ())
    row = ImageRow("k", image, reference, used_by=0)
    return Selection(images=(row,))


def built(reference: str = "nginx:1.27", **values: str) -> RunContainer:
    action = FORM.build(selection(reference), EMPTY | values)
    assert isinstance(action, RunContainer)
    return action


LINES = [
    ({}, "docker run -d nginx:1.27"),
    ({"mode": "interactive", "rm": "yes"}, "docker run -it --rm nginx:1.27"),
    ({"mode": "attached"}, "docker run --sig-proxy=false nginx:1.27"),
    ({"command": "sh -c 'echo \"$A\" && true'"}, """sh -c 'echo "$A" && true'"""),
    ({"command": "printf ''"}, "nginx:1.27 printf ''"),
    ({"name": " web "}, "-d --name web nginx:1.27"),
    ({"ports": "8080:80  127.0.0.1:53:53/udp"}, "-p 8080:80 -p 127.0.0.1:53:53/udp nginx"),
    ({"ports": "[::1]:80:80"}, "-p '[::1]:80:80' nginx"),
    ({"volumes": "data:/data '/a b:/c:ro' /x"}, "-v data:/data -v '/a b:/c:ro' -v /x nginx"),
    ({"volumes": "type=bind,src=/a,dst=/b"}, "--mount type=bind,src=/a,dst=/b nginx"),
    ({"volumes": "./x:/x"}, f"-v {shlex.quote(os.getcwd())}/x:/x nginx"),
    ({"tmpfs": "/t:size=1m"}, "--tmpfs /t:size=1m nginx"),
    ({"environment": "A=1\n\nB=two words\nPATH\n"}, "-e A=1 -e 'B=two words' -e PATH nginx"),
    ({"environment": "A=x\ty'z"}, r"""-e $'A=x\x09y\'z' nginx"""),
    ({"restart": "on-failure:3"}, "--restart on-failure:3 nginx"),
    ({"restart": "no", "rm": "yes"}, "-d --rm nginx"),
    ({"memory": " 512m", "cpus": "1.5"}, "--memory 512m --cpus 1.5 nginx"),
    ({"user": "1:2", "directory": "/w", "hostname": "h"}, "--user 1:2 --workdir /w --hostname h"),
    ({"network": "none", "entrypoint": "sh"}, "--network none --entrypoint sh nginx"),
    ({"labels": "a=b 'c=d e'", "init": "yes"}, "--init -l a=b -l 'c=d e' nginx"),
    ({"read_only": "yes"}, "-d --read-only nginx"),
]


@pytest.mark.parametrize(("values", "line"), LINES, ids=lambda value: str(value)[:40])
def test_the_docker_line_says_all_that_was_filled_in(values: dict[str, str], line: str) -> None:
    docker = built(**values).docker
    assert docker.startswith("docker run ")
    assert line in docker
    assert docker.isprintable()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": "a b"}, "A name has two characters or more"),
        ({"name": "x"}, "A name has two characters or more"),
        ({"command": "sh -c 'x"}, "A quote is not closed."),
        ({"ports": "80:80 '"}, "A quote is not closed."),
        ({"ports": "x"}, "x is no port"),
        ({"volumes": "x"}, "begins with /"),
        ({"volumes": "aa:/x bb:/x/"}, "Two things cannot be mounted at /x."),
        ({"volumes": "aa:/x", "tmpfs": "/x"}, "Two things cannot be mounted at /x."),
        ({"environment": "A=1\n=2"}, "=2: a variable has a name"),
        ({"labels": "'a b=c'"}, "a label has a name"),
        ({"memory": "lots"}, "lots is no size"),
        ({"memory": "1m"}, "too little"),
        ({"cpus": "two"}, "two is no number of CPUs"),
        ({"restart": "sometimes"}, "is no restart policy"),
        ({"restart": "always", "rm": "yes"}, "--rm or --restart"),
        ({"directory": "here"}, "The directory begins with /."),
    ],
)
def test_what_docker_would_refuse_is_said_while_one_types(values: dict[str, str], why: str) -> None:
    with pytest.raises(NotYet) as caught:
        built(**values)
    assert why in str(caught.value)


def test_an_image_without_a_name_is_run_by_its_id() -> None:
    assert built("").docker == "docker run -d abababababab"


def test_no_image_no_run() -> None:
    with pytest.raises(NotYet, match="not there any more"):
        FORM.build(Selection(), EMPTY)


def test_a_run_that_takes_the_terminal_waits_for_others_that_do() -> None:
    kinds = {mode: built(mode=mode).kind for mode in RunMode}
    assert kinds == {
        RunMode.DETACHED: "run",
        RunMode.INTERACTIVE: "run_here",
        RunMode.ATTACHED: "run_here",
    }


def test_variables_have_their_values_here_and_the_last_of_a_name_counts() -> None:
    here = {"HOME": "/root", "EMPTY": ""}
    words = ("A=1", "HOME", "A=2", "EMPTY", "MISSING", "B=")
    assert variables_of(words, here) == ("A=2", "HOME=/root", "EMPTY=", "MISSING", "B=")


def test_the_body_of_an_interactive_run_keeps_its_input_open() -> None:
    body = body_of(RunSpec("a", mode=RunMode.INTERACTIVE), {})
    told = {key: body[key] for key in ("Tty", "OpenStdin", "StdinOnce", "AttachStdin", "Cmd")}
    assert told == {
        "Tty": True, "OpenStdin": True, "StdinOnce": True, "AttachStdin": True, "Cmd": None,
    }  # fmt: skip
