"""The `orlop` command without its screen, in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engines.images import ImageSpec, Step, chain_ids
from tests.engines.maker import ImageMaker
from tui import __version__
from tui.arguments import parse
from tui.cli import METADATA

ROOT = Path(__file__).parents[1]
NOWHERE = "unix:///nowhere/docker.sock"

Ran = subprocess.CompletedProcess[str]


def orlop(*arguments: str, program: Sequence[str] = ("-m", "tui.cli"), **environ: str) -> Ran:
    """Run the command with a bare environment and without a terminal."""
    bare = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=ROOT,
        env=bare | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def answer(*arguments: str, **environ: str) -> Any:
    """Return what the command tells as JSON."""
    ran = orlop(*arguments, "--json", **environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


# Without an Engine


def test_version_needs_no_engine_to_tell_its_own() -> None:
    ran = orlop("--version")
    assert (ran.returncode, ran.stdout) == (0, f"orlop {__version__}\n")
    ran = orlop("--host", NOWHERE, "version", "--json")
    assert ran.returncode == 3
    told = json.loads(ran.stdout)
    assert (told["orlop"], told["engine"], told["endpoint"]["url"]) == (__version__, None, NOWHERE)
    assert f"There is no Engine at {NOWHERE}" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["layers"],
        ["layers", "a", "b"],
        ["reclaim"],
        ["images", "--force"],
        ["--hos", NOWHERE, "images"],
        ["--host", "nope://x", "images"],
        ["--host", NOWHERE, "--context", "default", "images"],
        ["images", "--context", "no-such-context"],
        ["--host", "nope://x"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    ran = orlop(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("arguments", [["images"], ["images", "--json"], ["layers", "x"], []])
def test_no_engine_is_exit_code_3_with_a_remedy(arguments: list[str]) -> None:
    ran = orlop(*arguments, "--host", NOWHERE)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert f"There is no Engine at {NOWHERE}." in ran.stderr
    assert "systemctl start docker" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_broken_docker_configuration_is_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    ran = orlop("images", DOCKER_CONFIG=str(tmp_path))
    assert ran.returncode == 3
    assert "config.json cannot be read" in ran.stderr


def test_a_fault_is_a_sentence_and_a_line_in_the_log(tmp_path: Path) -> None:
    fault = "import sys, tui.report.commands as c; c.run_command = None; import tui.cli;"
    program = ["-c", f"{fault} sys.exit(tui.cli.main())"]
    ran = orlop("images", program=program, XDG_STATE_HOME=str(tmp_path))
    log = tmp_path / "orlop" / "orlop.log"
    assert ran.returncode == 1
    assert ran.stderr == f"orlop: A fault in orlop ended it. The trace is in {log}\n"
    assert "TypeError: 'NoneType' object is not callable" in log.read_text(encoding="utf-8")


def test_ctrl_c_is_exit_code_130() -> None:
    interrupt = "import os, signal, sys, tui.report.commands as c;"
    interrupt += "c.run_command = lambda *_: os.kill(os.getpid(), signal.SIGINT);"
    ran = orlop("images", program=["-c", f"{interrupt} import tui.cli; sys.exit(tui.cli.main())"])
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


def test_asyncio_leaves_ssl_to_those_who_need_it() -> None:
    code = "from tui.cli import _load_asyncio; _load_asyncio(); import sys, asyncio;"
    code += "assert 'ssl' not in sys.modules; import ssl; ssl.create_default_context()"
    assert orlop(program=["-c", code]).returncode == 0


# A plugin of the docker command


def test_the_plugin_tells_docker_what_it_is() -> None:
    ran = orlop(METADATA, program=["-c", "import sys, tui.cli; sys.exit(tui.cli.plugin_main())"])
    told = json.loads(ran.stdout)
    assert told.keys() == {"SchemaVersion", "Vendor", "Version", "ShortDescription"}
    assert (told["SchemaVersion"], told["Version"]) == ("0.1.0", __version__)


@pytest.fixture
def docker_config(tmp_path: Path) -> Path:
    """A configuration of the docker command that has orlop among its plugins."""
    plugin = Path(sys.executable).with_name("docker-orlop")
    assert plugin.exists(), "the project is not installed"
    (tmp_path / "cli-plugins").mkdir()
    (tmp_path / "cli-plugins" / "docker-orlop").symlink_to(plugin)
    return tmp_path


def docker(*arguments: str, config: Path) -> Ran:
    command = shutil.which("docker")
    if command is None:
        pytest.skip("no docker command")
    environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_CONFIG": str(config)}
    return subprocess.run(
        [command, *arguments], env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--host", "HOST", "orlop", "version", "--json"],
        ["-D", "--host=HOST", "orlop", "version", "--json"],
        ["orlop", "--host", "HOST", "version", "--json"],
        ["orlop", "version", "--json", "-H", "HOST"],
    ],
)
def test_docker_runs_the_plugin(
    arguments: list[str], engine_host: str, docker_config: Path
) -> None:
    given = [argument.replace("HOST", engine_host) for argument in arguments]
    ran = docker(*given, config=docker_config)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["endpoint"]["url"] == engine_host


def test_docker_lists_the_plugin_and_its_usage(engine_host: str, docker_config: Path) -> None:
    assert "orlop" in docker("help", config=docker_config).stdout
    assert docker("orlop", "--help", config=docker_config).stdout.startswith("usage: docker orlop")
    ran = docker("orlop", "nonsense", config=docker_config)
    assert ran.returncode == 2


# Against a real Engine


@pytest.fixture
def environ(engine_host: str) -> Mapping[str, str]:
    return {"DOCKER_HOST": engine_host}


def test_images_as_json(maker: ImageMaker, engine_kind: str, environ: Mapping[str, str]) -> None:
    tags = (maker.name("two:1"), maker.name("two:2"))
    layers = (maker.layer("a", 3000), maker.layer("b", 2000))
    (image_id,) = maker.load(ImageSpec(layers, tags=tags, config={"Cmd": ["/x"]}))
    maker.container(image_id)
    listed = {image["id"]: image for image in answer("images", **environ)}
    image = listed[image_id]
    assert list(image) == [
        "id", "tags", "digests", "created", "size", "containers", "dangling", "platform", "layers",
    ]  # fmt: skip
    assert {tag.removeprefix("localhost/").removeprefix("docker.io/") for tag in image["tags"]} == {
        *tags
    }
    assert (image["containers"], image["dangling"], image["layers"]) == (1, False, 2)
    assert image["platform"] == "linux/amd64"
    assert datetime.fromisoformat(image["created"]).utcoffset() is not None
    assert type(image["size"]) is int
    if engine_kind == "classic":
        assert image["size"] == 5000


def test_images_are_those_that_docker_lists(
    maker: ImageMaker, api: Any, environ: Mapping[str, str]
) -> None:
    """Not the untagged parents; the table has a line for each name."""
    (base,) = maker.load(ImageSpec((maker.layer("a", 10),), tags=(maker.name("base:1"),)))
    middle = maker.commit(base, {"m": b"m"})
    top = maker.commit(middle, {"t": b"t"}, rest="top:1")
    loose = maker.commit(base, {"l": b"l"})
    told = {image["id"] for image in answer("images", **environ)}
    listed = {image["Id"] for image in api.images()}
    ours = {base, middle, top, loose}
    assert told & ours == listed & ours
    assert {base, top, loose} <= told
    table = orlop("images", **environ)
    assert table.returncode == 0
    assert table.stdout.count(maker.name("top:1")) == 1
    assert table.stdout.splitlines()[0].split()[0] == "REPOSITORY:TAG"


def test_without_a_terminal_there_is_the_list_and_exit_code_2(
    maker: ImageMaker, environ: Mapping[str, str]
) -> None:
    maker.load(ImageSpec((maker.layer("a", 10),), tags=(maker.name("list:1"),)))
    ran = orlop(**environ)
    assert ran.returncode == 2
    assert maker.name("list:1") in ran.stdout
    assert ran.stderr.count("\n") == 1


def test_containers_as_json(maker: ImageMaker, api: Any, environ: Mapping[str, str]) -> None:
    name = maker.name("box:1")
    (image_id,) = maker.load(ImageSpec((maker.layer("a", 10),), tags=(name,)))
    container_id = maker.container(image_id, name="boxed", command=("/x", "y z"))
    api.put_archive(container_id, "/", maker.layer("written", 4321))

    def told(*arguments: str) -> dict[str, Any]:
        every: list[dict[str, Any]] = answer("containers", *arguments, **environ)
        return next(one for one in every if one["id"] == container_id)

    plain, measured = told(), told("--size")
    assert list(plain) == [
        "id", "name", "image", "image_id", "state", "status", "health", "ports", "command",
        "created",
    ]  # fmt: skip
    assert (plain["name"], plain["state"]) == (f"{maker.prefix}-boxed", "created")
    assert plain["image_id"] == image_id
    assert plain["health"] is None
    assert measured["size_rw"] >= 4321
    table = orlop("containers", "--size", **environ)
    assert plain["name"] in table.stdout


def test_layers_as_json(maker: ImageMaker, environ: Mapping[str, str]) -> None:
    below, above = maker.layer("below", 3000), maker.layer("above", 2000)
    steps = (
        Step("ADD below / \x1b[31m"),
        Step("CMD [x]", empty=True),
        Step("COPY above /"),
    )
    image = ImageSpec((below, above), history=steps, tags=(maker.name("one:1"),))
    other = ImageSpec((below,), tags=(maker.name("other:1"),))
    ids = maker.load(image, other)
    told = answer("layers", maker.name("one:1"), **environ)
    assert {"image", "source", "layers", "history"} <= told.keys()
    assert told["id"] == ids[0]
    assert [layer["index"] for layer in told["layers"]] == [1, 2]
    assert [layer["diff_id"] for layer in told["layers"]] == list(image.diff_ids)
    assert [layer["chain_id"] for layer in told["layers"]] == list(chain_ids(image.diff_ids))
    assert told["layers"][1]["created_by"] == "COPY above /"
    assert told["layers"][1]["shared_with"] == []
    (sharer,) = told["layers"][0]["shared_with"]
    assert sharer.endswith(maker.name("other:1"))
    assert [step["created_by"] for step in told["history"]] == ["CMD [x]"]
    by_id = answer("layers", ids[0].removeprefix("sha256:")[:20], **environ)
    assert by_id["layers"] == told["layers"]
    if told["source"] != "engine":  # whoever may read the files is told what they change
        assert [layer["added"]["bytes"] for layer in told["layers"]] == [3000, 2000]
    table = orlop("layers", maker.name("one:1"), **environ)
    assert table.returncode == 0
    assert "COPY above /" in table.stdout
    assert "\x1b" not in table.stdout


def test_an_image_that_is_not_there_is_exit_code_1(
    maker: ImageMaker, environ: Mapping[str, str]
) -> None:
    ran = orlop("layers", maker.name("none:1"), "--json", **environ)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"There is no image {maker.name('none:1')}." in ran.stderr


@pytest.mark.stores("classic")
def test_reclaim_tells_what_then_happens(
    maker: ImageMaker, api: Any, environ: Mapping[str, str]
) -> None:
    """Names and bytes of the answer are those of the removal, to the byte."""
    shared, own = maker.layer("shared", 40_000), maker.layer("own", 30_000)
    tags = (maker.name("go:1"), maker.name("go:2"))
    going = ImageSpec((shared, own), tags=tags)
    (gone, _stays) = maker.load(going, ImageSpec((shared,), tags=(maker.name("stay:1"),)))
    one = answer("reclaim", tags[0], **environ)
    assert one["freed_bytes"] == 0
    (image,) = one["images"]
    assert (image["untagged"], image["deleted"]) == ([tags[0]], False)
    assert image["stays"] == [{"cause": "tag", "holder": tags[1], "state": None}]
    told = answer("reclaim", *tags, **environ)
    before = api.df()["LayersSize"]
    answers = [line for tag in tags for line in api.remove_image(tag)]
    assert before - api.df()["LayersSize"] == told["freed_bytes"] > 0
    assert [line["Untagged"] for line in answers if "Untagged" in line] == list(tags)
    (image,) = told["images"]
    assert (image["id"], image["untagged"], image["deleted"]) == (gone, list(tags), True)
    deleted = {line["Deleted"] for line in answers if "Deleted" in line}
    freed = {layer["chain_id"] for layer in told["layers"] if layer["freed"]}
    assert deleted == freed | {gone}
    (kept,) = [layer for layer in told["layers"] if not layer["freed"]]
    assert kept["kept_by"] == [maker.name("stay:1")]
    assert (kept["chain_id"], kept["size"]) == (going.diff_ids[0], 40_000)


@pytest.mark.stores("containerd", "podman")
def test_reclaim_is_a_range_where_nobody_can_tell(
    maker: ImageMaker, environ: Mapping[str, str]
) -> None:
    """On the containerd store that is where an image shares layers; on Podman, always."""
    shared = maker.layer("a", 50_000)
    maker.load(
        ImageSpec((shared,), tags=(maker.name("a:1"),)),
        ImageSpec((shared, maker.layer("b", 20_000)), tags=(maker.name("b:1"),)),
    )
    told = answer("reclaim", maker.name("b:1"), **environ)
    assert 0 <= told["freed_bytes_min"] <= told["freed_bytes_max"]
    assert "freed_bytes" not in told


@pytest.mark.stores("classic")
def test_force_frees_what_a_stopped_container_holds_by_name_only(
    maker: ImageMaker, environ: Mapping[str, str]
) -> None:
    (image_id,) = maker.load(ImageSpec((maker.layer("a", 10),), tags=(maker.name("used:1"),)))
    maker.container(image_id, name="user")
    plain = answer("reclaim", maker.name("used:1"), **environ)
    forced = answer("reclaim", "--force", maker.name("used:1"), **environ)
    assert plain["images"][0]["stays"][0]["holder"] == f"{maker.prefix}-user"
    assert forced["images"][0]["deleted"]
    assert forced["images"][0]["leaves_containers"] == [f"{maker.prefix}-user"]
    table = orlop("reclaim", maker.name("used:1"), **environ)
    assert f"the container {maker.prefix}-user (created) uses it" in table.stdout


def test_version_as_json(api: Any, engine_kind: str, environ: Mapping[str, str]) -> None:
    told = answer("version", **environ)
    engine = told["engine"]
    assert engine["version"] == api.version()["Version"]
    assert engine["store"] == engine_kind
    assert (engine["driver"], engine["data_root"]) == (
        api.info()["Driver"],
        api.info()["DockerRootDir"],
    )
    assert engine["capabilities"]["exact_reclaim"] is (engine_kind == "classic")
    assert told["endpoint"]["origin"] == "DOCKER_HOST"
    assert engine["version"] in orlop("version", **environ).stdout


def test_a_locale_without_utf_8_gets_ascii(maker: ImageMaker, environ: Mapping[str, str]) -> None:
    step = Step("COPY é /")
    maker.load(ImageSpec((maker.layer("a", 9),), history=(step,), tags=(maker.name("e:1"),)))
    assert "COPY é /" in orlop("layers", maker.name("e:1"), **environ).stdout
    plain = orlop("layers", maker.name("e:1"), **environ, LANG="C")
    assert "COPY \\xe9 /" in plain.stdout
    assert orlop("--ascii", "layers", maker.name("e:1"), **environ).stdout == plain.stdout


def test_a_reader_that_goes_away_is_no_fault(engine_host: str) -> None:
    """As in `orlop images --json | head -c 1`."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        ran = subprocess.run(
            [sys.executable, "-m", "tui.cli", "--host", engine_host, "version"],
            cwd=ROOT,
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_full_disk_is_a_sentence(engine_host: str) -> None:
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "tui.cli", "--host", engine_host, "version"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 1
    assert "The output cannot be written" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", ["images", "containers", "version"])
def test_the_commands_load_nothing_of_the_app(command: str, engine_host: str) -> None:
    code = "import sys, tui.cli; tui.cli.main();"
    code += "print(sorted({name.partition('.')[0] for name in sys.modules} & {'textual', 'rich'}),"
    code += "'tui.ui.app' in sys.modules, file=sys.stderr)"
    ran = orlop(command, "--json", program=["-c", code], DOCKER_HOST=engine_host)
    assert ran.stderr == "[] False\n"


@pytest.mark.parametrize("port", ["99999", "-1", "x", "\N{SUPERSCRIPT TWO}"])
def test_what_is_no_port_is_told_in_words(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(["registry", "serve", f"--port={port}"], "orlop")
    assert caught.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["serve", "stop", "gc"])
def test_a_registry_is_not_changed_with_read_only(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(["--read-only", "registry", words], "orlop")
    assert caught.value.code == 2
    assert "not with --read-only" in capsys.readouterr().err
    assert parse(["--read-only", "registry", "gc", "--dry-run"], "orlop").own_registry is not None
    assert parse(["--read-only", "registry", "list"], "orlop").own_registry is not None


def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = orlop("registry", "serve", "--port", port, "--root", str(tmp_path / "registry"))
    assert ran.returncode == 1
    assert f"127.0.0.1:{port}: Address already in use" in ran.stderr
    assert "Errno" not in ran.stderr
