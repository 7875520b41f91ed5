"""`orlop commit`, `export` and `import`: pipes, files, exit codes, ctrl+c."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from docker import APIClient

from tests.engines.images import ImageSpec, make_layer
from tests.engines.maker import ImageMaker
from tests.waiting import until

ORLOP = (sys.executable, "-m", "tui.cli")


def orlop(*arguments: str, host: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*ORLOP, *arguments, "--host", host],
        input=data,
        capture_output=True,
        timeout=50,
        check=False,
    )


@pytest.fixture
def web(maker: ImageMaker) -> str:
    """A container with a file of its own; its name."""
    name = maker.name("base:1")
    maker.load(ImageSpec((maker.layer("base", 5000),), tags=(name,)))
    container = maker.container(name, name="web", command=["x"])
    maker.api.put_archive(container, "/", make_layer({"own": b"mine"}))
    return f"{maker.prefix}-web"


def test_a_container_goes_through_a_pipe(
    api: APIClient, engine_host: str, maker: ImageMaker, web: str
) -> None:
    tar = orlop("export", web, host=engine_host)
    assert tar.returncode == 0, tar.stderr
    with tarfile.open(fileobj=io.BytesIO(tar.stdout)) as found:
        assert "own" in found.getnames()
    assert orlop("export", web, "--json", host=engine_host).stdout == tar.stdout
    name = maker.name("flat:1")
    words = ("import", "-", name, "-c", "ENV A=b", "-c", 'CMD ["x"]', "-m", "why", "--json")
    made = orlop(*words, host=engine_host, data=tar.stdout)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    found_image = api.inspect_image(name)
    assert told["reference"] == name
    assert found_image["Id"].endswith(told["image_id"].removeprefix("sha256:"))
    assert found_image["Config"]["Cmd"] == ["x"]
    assert found_image["Comment"] == "why"


def test_a_file_is_written_once(engine_host: str, web: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    first = orlop("export", "-o", str(path), web, "--json", host=engine_host)
    told = json.loads(first.stdout)
    assert told["path"] == str(path)
    assert told["bytes"] == told["stored"] == path.stat().st_size
    again = orlop("export", "-o", str(path), web, host=engine_host)
    assert again.returncode == 1
    assert b"a file of this name already" in again.stderr
    assert orlop("export", "-o", str(path), "--overwrite", web, host=engine_host).returncode == 0


def test_a_commit_tells_which_layers_are_new(
    api: APIClient, engine_host: str, maker: ImageMaker, web: str
) -> None:
    name = maker.name("new:1")
    words = ("commit", "-a", "me", "-m", "why", "-c", "ENV A=b", "--no-pause", web, name, "--json")
    made = orlop(*words, host=engine_host)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    found = api.inspect_image(name)
    assert told["shared_layers"] + told["new_layers"] == found["RootFS"]["Layers"]
    assert len(told["new_layers"]) == 1
    assert "A=b" in found["Config"]["Env"]
    again = orlop("commit", web, name, host=engine_host).stdout.decode().splitlines()
    base, new = told["shared_layers"], told["new_layers"]
    assert again[1:] == [*(f"base  {layer}" for layer in base), f"new  {new[0]}"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("commit", "x", "UPPER"), b"lower case"),
        (("commit", "x", "a:1", "-c", "FROM y"), b"FROM cannot be changed"),
        (("import", "-", "a:1", "-c", "CMD ['x']"), b"double quotes"),
        (("import", "-", "--platform", "a b"), b"linux/arm64"),
        (("--read-only", "commit", "x"), b"--read-only"),
        (("--read-only", "import", "-"), b"--read-only"),
    ],
)
def test_what_cannot_be_is_said_before_an_engine_is_asked(
    arguments: tuple[str, ...], words: bytes
) -> None:
    ran = orlop(*arguments, host="unix:///nowhere")
    assert ran.returncode == 2
    assert words in ran.stderr
    verb = next(word for word in arguments if not word.startswith("-"))
    assert ran.stderr.startswith(f"usage: orlop {verb} ".encode())


def test_a_wrong_archive_needs_no_engine() -> None:
    ran = orlop("import", "-", host="unix:///nowhere", data=b"text")
    assert ran.returncode == 1
    assert b"no tar of files" in ran.stderr


def test_the_docker_context_has_its_letter_before_the_command() -> None:
    ran = subprocess.run(
        [*ORLOP, "-c", "no-such-context", "commit", "x"],
        capture_output=True,
        timeout=50,
        check=False,
        env={**os.environ, "DOCKER_HOST": ""},
    )
    assert b"no-such-context" in ran.stderr
    assert ran.returncode == 2


def test_ctrl_c_leaves_a_pipe_that_has_nothing(
    api: APIClient, engine_host: str, maker: ImageMaker
) -> None:
    words = [*ORLOP, "import", "-", maker.name("in:1"), "--host", engine_host]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        running.stdin.write(make_layer({"a": os.urandom(2_000_000)})[:1_500_000])
        running.stdin.flush()
        tasks = Path(f"/proc/{running.pid}/task")
        until(lambda: len(list(tasks.iterdir())) > 1, "the verb's thread runs")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
    assert not [i for i in api.images() if maker.name("in:1") in (i["RepoTags"] or ())]
