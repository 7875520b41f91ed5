"""`orlop save`, `load` and `send`: what is understood, and how it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.waiting import until
from tui.actions.values.moving import LoadImages, PlanLoad, PlanSend, SaveImages, SendImages
from tui.arguments import parse
from tui.model.loadplan import LoadedImage, LoadPlan, Move, TagChange
from tui.model.sendplan import SendPlan
from tui.report.moveplans import told_load, told_send

ID = "sha256:" + "a" * 64
OLD = "sha256:" + "b" * 64


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("save a:1", SaveImages(("a:1",), "-")),
        ("save -o x.tar a:1 b:1", SaveImages(("a:1", "b:1"), "x.tar")),
        ("save --output x.tgz a:1", SaveImages(("a:1",), "x.tgz", "gzip")),
        ("save -o x.tar.zst --compress none a:1", SaveImages(("a:1",), "x.tar.zst")),
        ("save --compress zstd a:1", SaveImages(("a:1",), "-", "zstd")),
        (
            "save -o x --overwrite --no-check a:1",
            SaveImages(("a:1",), "x", overwrite=True, check=False),
        ),
        ("load", LoadImages("-")),
        ("load -q -i x.tar", LoadImages("x.tar", silent=True)),
        ("load --input x.tar --no-check", LoadImages("x.tar", check=False)),
        ("load -i x.tar --preview", PlanLoad("x.tar")),
        ("send a:1 b:1 --to far", SendImages(("a:1", "b:1"), "far")),
        ("send a:1 --to ssh://far --preview", PlanSend(("a:1",), "ssh://far")),
        ("--read-only save -o x.tar a:1", SaveImages(("a:1",), "x.tar")),
        ("--read-only load -i x.tar --preview", PlanLoad("x.tar")),
    ],
)
def test_the_command_line_makes_the_action_of_the_key(line: str, action: object) -> None:
    doing = parse(line.split(), "orlop").doing
    assert doing is not None
    assert doing.action == action


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("save", "IMAGE"),
        ("save --json a:1", "cannot both go"),
        ("load --preview", "-i FILE"),
        ("send a:1", "--to"),
        ("--read-only load -i x.tar", "--read-only"),
        ("--read-only send a:1 --to far", "--read-only"),
    ],
)
def test_what_cannot_be_is_wrong_usage(
    line: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split(), "orlop")
    assert ended.value.code == 2
    assert why in capsys.readouterr().err


def _image(*tags: TagChange, is_here: bool = False) -> LoadedImage:
    return LoadedImage(ID, "linux/amd64", 50_000_000, is_here, 3, 1, 30_000_000, tags)


def test_what_loading_would_do_is_told() -> None:
    moved = TagChange("c:\x1b1", Move.MOVES, OLD, leaves_untagged=True)
    tags = (TagChange("a:1", Move.NEW), TagChange("b:1", Move.SAME, ID), moved)
    told = told_load(LoadPlan("/x\n.tar", 60_000_000, (_image(*tags), _image(is_here=True))))
    assert told.lines == (
        r"/x\x0a.tar, 60 MB (60,000,000 bytes): 2 images",
        "aaaaaaaaaaaa  50 MB, linux/amd64, 1 of 3 layers are here (30 MB)",
        "    a:1 is new",
        "    b:1 stays as it is",
        r"    c:\x1b1 MOVES from bbbbbbbbbbbb to aaaaaaaaaaaa"
        "; the old image is left without a name",
        "aaaaaaaaaaaa  50 MB, linux/amd64, is here already",
    )
    assert isinstance(told.document, dict)
    assert told.document["images"][0]["tags"][2] == {
        "tag": "c:\x1b1",
        "move": "moves",
        "before": OLD,
        "leaves_untagged": True,
    }


@pytest.mark.parametrize(
    ("there", "is_thin", "sentence"),
    [
        (3, True, "About 10 MB go over; 50 MB are there and left out."),
        (3, False, "About 60 MB go over: between these two Engines no layer can be left out."),
        (0, False, "About 60 MB go over."),
    ],
)
def test_what_sending_would_do_is_told(there: int, is_thin: bool, sentence: str) -> None:
    plan = SendPlan("far", "Docker 28.5", 60_000_000, 4, there, 50_000_000, is_thin)
    head, sizes = told_send(plan).lines
    assert head == f"far (Docker 28.5) has {there} of 4 layers."
    assert sizes == sentence


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("save {name}", "An archive is not written to a terminal."),
        ("load", "An archive is not read from a terminal."),
    ],
)
def test_a_terminal_gets_no_archive(
    engine_host: str, maker: ImageMaker, command: str, sentence: str
) -> None:
    name = maker.name("app:1")
    maker.load(ImageSpec((maker.layer("a", 1000),), tags=(name,)))
    ours, theirs = os.openpty()
    arguments = command.format(name=name).split()
    ran = subprocess.run(
        [sys.executable, "-m", "tui.cli", "--host", engine_host, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        timeout=50,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert ran.returncode == 1
    assert sentence in ran.stderr


def test_ctrl_c_while_it_waits_for_a_pipe(engine_host: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "--host", engine_host, "load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        task = Path(f"/proc/{process.pid}/task")
        until(lambda: len(os.listdir(task)) > 1, "the verb runs in its thread")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
