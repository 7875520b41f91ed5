"""The real docker command on the practice engine: what a user types, and what a user sees."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.practice.hold import Settings
from tui.practice.serve import build_hold
from tui.practice.server import PracticeServer


class Docker:
    """The docker command with an empty configuration, on one practice engine."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        """Where it runs."""
        self.data_root = folder / "root"
        self._command = ["docker", "-H", url, "--config", str(folder / "config")]
        unset = {"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        self._environment = kept | {"LC_ALL": "C.UTF-8", "DOCKER_CLI_HINTS": "false"}

    def run(self, line: str, *, stdin: str = "", code: int = 0) -> str:
        """Run `docker LINE`; returns both outputs, and fails when it ends otherwise."""
        done = subprocess.run(
            [*self._command, *shlex.split(line)],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=self._environment,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == code, f"docker {line} ended with {done.returncode}: {done.stdout}"
        return done.stdout

    def table(self, line: str) -> dict[str, list[str]]:
        """Run a command that prints a table; returns first cell → the other cells."""
        rows = [re.split(r" {2,}", row.strip()) for row in self.run(line).splitlines()[1:]]
        return {row[0]: row[1:] for row in rows}


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[Docker]:
    if not shutil.which("docker"):
        missing = pytest.fail if os.environ.get("ORLOP_REQUIRE_ENGINE") == "1" else pytest.skip
        missing("no docker command")
    hold = build_hold(Settings(speed=0, data_root=tmp_path / "root"))
    with PracticeServer(tmp_path / "s", hold) as server:
        yield Docker(server.url, tmp_path)


def test_version_and_info(docker: Docker) -> None:
    told = docker.run("version")
    assert re.search(r"API version: +1\.41 \(minimum version 1\.12\)", told)
    told = docker.run("info")
    assert "Storage Driver: overlay2" in told
    assert "Server Version: 20.10" in told
    assert f"Docker Root Dir: {docker.data_root}" in told
    assert "practice" in told.lower()


def test_images(docker: Docker) -> None:
    told = docker.run("images")
    assert re.match(r"REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\n", told)
    for name in ("bash", "nginx", "centos"):
        assert re.search(rf"^{name} +latest +[0-9a-f]{{12}} .* ago +[\d.]+[kMG]B$", told, re.M)
    assert "<none>" in docker.run("images -f dangling=true")
    assert docker.run("image list") == told
    assert docker.run("images -q nginx").strip() in docker.run("images --no-trunc -q nginx")
    assert "sha256:" in docker.run("images --digests centos")


def test_search(docker: Docker) -> None:
    told = docker.run("search centos")
    assert re.match(r"NAME +DESCRIPTION +STARS +OFFICIAL", told)
    assert re.search(r"^centos +The official build of CentOS.* \d+ +\[OK\]", told, re.M)
    assert len(docker.run("search --limit 3 centos").splitlines()) == 4
    official = docker.run("search --filter is-official=true centos").splitlines()[1:]
    assert official
    assert all("[OK]" in row for row in official)


def test_pull(docker: Docker) -> None:
    docker.run("rmi nginx")
    told = docker.run("pull nginx").splitlines()
    assert told[:2] == ["Using default tag: latest", "latest: Pulling from library/nginx"]
    layers = [line for line in told if re.fullmatch(r"[0-9a-f]{12}: Pull complete", line)]
    assert len(layers) == 6
    assert re.fullmatch(r"Digest: sha256:[0-9a-f]{64}", told[-3])
    assert told[-2:] == [
        "Status: Downloaded newer image for nginx:latest",
        "docker.io/library/nginx:latest",
    ]
    again = docker.run("pull nginx").splitlines()
    assert again[-2] == "Status: Image is up to date for nginx:latest"
    assert docker.run("pull -q nginx").strip() == "docker.io/library/nginx:latest"


def test_pulls_that_fail(docker: Docker) -> None:
    assert "manifest unknown" in docker.run("pull nginx:nosuch", code=1)
    assert "pull access denied for nosuchimage" in docker.run("pull nosuchimage", code=1)
    assert "connection refused" in docker.run("pull 127.0.0.1:9/x", code=1)
    assert "must be lowercase" in docker.run("pull UPPER", code=1)


def test_rmi_of_the_seed_text(docker: Docker) -> None:
    image = docker.run("images -q --no-trunc centos").strip()
    told = docker.run("rmi centos").splitlines()
    assert told[0] == "Untagged: centos:latest"
    assert re.fullmatch(r"Untagged: centos@sha256:[0-9a-f]{64}", told[1])
    assert told[2] == f"Deleted: {image}"
    assert all(re.fullmatch(r"Deleted: sha256:[0-9a-f]{64}", line) for line in told[3:])
    assert len(told) == 4
    assert "No such image: centos" in docker.run("rmi centos", code=1)


def test_rmi_by_id(docker: Docker) -> None:
    image = docker.run("images -q centos").strip()
    assert "Untagged: centos:latest" in docker.run(f"rmi {image}")
    assert docker.run("images -q centos") == ""


def test_rmi_of_what_a_container_uses(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    told = docker.run("rmi centos", code=1)
    assert "conflict: unable to remove repository reference" in told
    assert docker.run("rm -f one").strip() == "one"
    docker.run("rmi centos")


def test_history(docker: Docker) -> None:
    told = docker.run("history nginx")
    assert re.match(r"IMAGE +CREATED +CREATED BY +SIZE +COMMENT\n", told)
    assert "CMD" in told
    assert told.count("<missing>") == len(told.splitlines()) - 2


def test_tag(docker: Docker) -> None:
    docker.run("tag nginx me/web:1")
    assert docker.run("images -q me/web:1") == docker.run("images -q nginx")
    assert docker.run("rmi me/web:1").splitlines() == ["Untagged: me/web:1"]
    assert "not a valid repository/tag" in docker.run("tag nginx UPPER", code=1)


def test_a_container_is_changed_and_committed(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    told = docker.run("exec one sh -c ls")
    assert "etc" in told.split()
    docker.run("exec one touch /msb.txt")
    assert "A /msb.txt" in docker.run("diff one").splitlines()
    image = docker.run("commit one").strip()
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", image)
    assert re.search(rf"<none> +<none> +{image[7:19]}", docker.run("images"))
    layers = json.loads(docker.run(f"inspect -f '{{{{json .RootFS.Layers}}}}' {image}"))
    below = json.loads(docker.run("inspect -f '{{json .RootFS.Layers}}' centos"))
    assert layers[:-1] == below
    assert docker.run(f"run --rm {image} ls /msb.txt").strip() == "/msb.txt"


def test_the_layer_of_a_commit_is_found_on_the_disk(docker: Docker) -> None:
    """The walk of the course: name, image ID, diff IDs, chain ID, cache ID, files."""
    docker.run("run -d --name one centos sleep 1000")
    docker.run("exec one touch /msb.txt")
    docker.run("commit one made:1")
    store = docker.data_root / "image" / "overlay2"
    names = json.loads((store / "repositories.json").read_text())["Repositories"]
    image = names["made"]["made:1"].removeprefix("sha256:")
    config = json.loads((store / "imagedb/content/sha256" / image).read_text())
    top = config["rootfs"]["diff_ids"][-1]
    links = store / "layerdb/sha256"
    (chain,) = [each for each in links.iterdir() if (each / "diff").read_text() == top]
    assert {"cache-id", "diff", "parent", "size", "tar-split.json.gz"} == {
        each.name for each in chain.iterdir()
    }
    files = docker.data_root / "overlay2" / (chain / "cache-id").read_text() / "diff"
    assert [each.name for each in files.iterdir()] == ["msb.txt"]


def test_save_and_load(docker: Docker) -> None:
    image = docker.run("images -q --no-trunc centos")
    docker.run("save -o centos.tar centos:latest")
    with tarfile.open(docker.folder / "centos.tar") as tar:
        assert "manifest.json" in tar.getnames()
    docker.run("rmi centos")
    assert "Loaded image: centos:latest" in docker.run("load -i centos.tar")
    assert docker.run("images -q --no-trunc centos") == image


def test_export_and_import(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    docker.run("exec one touch /mine")
    docker.run("export -o centos7.tar one")
    assert docker.run("import centos7.tar centos7:v1").startswith("sha256:")
    assert re.search(r"^centos7 +v1 +[0-9a-f]{12}", docker.run("images"), re.M)
    assert "mine" in docker.run("run --rm centos7:v1 ls /").split()
    assert len(docker.run("history -q centos7:v1").splitlines()) == 1


def test_run(docker: Docker) -> None:
    assert docker.run("run --rm centos echo hello").strip() == "hello"
    assert docker.run("run --rm -i centos cat", stdin="over\n") == "over\n"
    docker.run("run --rm centos false", code=1)
    assert "executable file not found" in docker.run("run --rm centos nosuch", code=127)
    assert "Unable to find image 'debian:11' locally" in docker.run("run --rm debian:11 true")


def test_ps_and_the_life_of_a_container(docker: Docker) -> None:
    whole = docker.run("run -d --name one centos sleep 1000").strip()
    row = docker.table("ps --filter name=^/one$")[whole[:12]]
    assert row[0] == "centos"
    assert row[1].startswith('"sleep')
    assert row[3].startswith("Up ")
    assert row[-1] == "one"
    assert docker.run("pause one").strip() == "one"
    assert "(Paused)" in docker.run("ps --filter name=^/one$")
    assert docker.run("unpause one").strip() == "one"
    assert docker.run("stop -t 0 one").strip() == "one"
    assert whole[:12] not in docker.run("ps")
    assert "Exited (137)" in docker.run("ps -a --filter name=^/one$")
    assert docker.run("start one").strip() == "one"
    assert docker.run("restart -t 0 one").strip() == "one"
    assert docker.run("rename one two") == ""
    assert "cannot remove" in docker.run("rm two", code=1).lower()
    assert docker.run("kill two").strip() == "two"
    assert docker.run("wait two").strip() == "137"
    assert docker.run("rm two").strip() == "two"
    assert "No such container: two" in docker.run("start two", code=1)


def test_logs(docker: Docker) -> None:
    docker.run("run --name one centos echo hello")
    assert docker.run("logs one") == "hello\n"
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z hello\n", docker.run("logs -t --tail 1 one"))


def test_exec(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    docker.run("exec one mkdir /made")
    docker.run("exec one touch /made/it")
    assert docker.run("exec one ls /made") == "it\n"
    docker.run("exec one rm /made/it")
    assert docker.run("exec one ls /made") == ""
    assert docker.run("exec -i one cat", stdin="in\n") == "in\n"
    assert "No such file" in docker.run("exec one cat /nosuch", code=1)
    assert docker.run("exec -e A=b one env").count("A=b\n") == 1
    docker.run("stop -t 0 one")
    assert "is not running" in docker.run("exec one ls", code=1)


def test_cp(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    (docker.folder / "file").write_text("mine\n")
    docker.run("cp file one:/tmp/there")
    assert docker.run("exec one cat /tmp/there") == "mine\n"
    docker.run("cp one:/tmp/there back")
    assert (docker.folder / "back").read_text() == "mine\n"
    docker.run("cp one:/etc folder")
    assert (docker.folder / "folder" / "passwd").exists()
    told = docker.run("cp one:/nosuch x", code=1)
    assert re.search("Could not find the file /nosuch|No such container:path: one:/nosuch", told)


def test_inspect(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    (container,) = json.loads(docker.run("inspect one"))
    assert container["State"]["Status"] == "running"
    assert container["Config"]["Image"] == "centos"
    (image,) = json.loads(docker.run("image inspect centos"))
    assert image["Id"] == container["Image"]
    assert "No such object: nosuch" in docker.run("inspect nosuch", code=1)


def test_top_and_stats(docker: Docker) -> None:
    docker.run("run -d --name one centos sleep 1000")
    titles, process = docker.run("top one").splitlines()
    assert titles.split()[0] == "UID"
    assert process.endswith("sleep 1000")
    told = docker.run("stats --no-stream one")
    assert re.search(r"one +[\d.]+% +[\d.]+\w+ / [\d.]+\w+", told)


def test_update(docker: Docker) -> None:
    refused = docker.run("update --memory 512m cache", code=1)
    assert "update the memoryswap at the same time" in refused
    line = "update --memory 512m --memory-swap -1 --cpus 0.5 --pids-limit 50 --restart always"
    assert docker.run(f"{line} cache worker") == "cache\nworker\n"
    wanted = "{{.Memory}} {{.MemorySwap}} {{.NanoCpus}} {{.PidsLimit}} {{.RestartPolicy.Name}}"
    told = docker.run(f"inspect --format '{{{{with .HostConfig}}}}{wanted}{{{{end}}}}' worker")
    assert told == "536870912 -1 500000000 50 always\n"
    less = docker.run("update --memory 6m web --memory-swap 6m", code=1)
    assert "unable to set memory limit to 6291456 (current usage:" in less


def test_events(docker: Docker) -> None:
    docker.run("tag centos me/c:1")
    docker.run("run --name one centos true")
    until = f"{time.time():.6f}"  # `0s` would be the beginning of this second
    told = docker.run(f"events --since 1h --until {until}")
    assert re.search(r"image tag sha256:[0-9a-f]{64} \(.*name=me/c:1", told)
    for action in ("create", "start", "die"):
        assert re.search(rf"container {action} [0-9a-f]{{64}} \(.*image=centos.*name=one", told)
    told = docker.run(f"events --since 1h --until {until} -f type=container")
    assert "container start" in told
    assert "image tag" not in told


def test_system_df(docker: Docker) -> None:
    told = docker.run("system df")
    assert re.match(r"TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\n", told)
    images = docker.run("images -a -f dangling=false -q").split()
    found = re.search(r"^Images +(\d+) +\d+ +[\d.]+[kMG]B", told, re.M)
    assert found
    assert int(found[1]) >= len(set(images)) > 0
    assert "nginx" in docker.run("system df -v")


def test_prune(docker: Docker) -> None:
    told = docker.run("image prune -f")
    assert "Total reclaimed space:" in told
    assert "<none>" not in docker.run("images")
    docker.run("run --name one centos true")
    told = docker.run("container prune -f")
    assert "Deleted Containers:" in told
    assert docker.run("ps -aq -f status=exited") == ""


def test_volumes(docker: Docker) -> None:
    docker.run("run --rm -v notes:/n bash bash -c 'echo kept > /n/a; mkdir /n/b'")
    assert docker.run("run --rm -v notes:/m:ro bash cat /m/a") == "kept\n"
    told = docker.run("run --rm -v notes:/m:ro bash bash -c 'echo x > /m/a'", code=1)
    assert "Read-only file system" in told
    assert re.search(r"^local +notes$", docker.run("volume ls"), re.M)
    assert json.loads(docker.run("volume inspect notes"))[0]["Driver"] == "local"
    assert (docker.data_root / "volumes/notes/_data/a").read_text() == "kept\n"
    docker.run("create --name one -v notes:/n -v /nameless bash")
    assert "volume is in use" in docker.run("volume rm notes", code=1)
    assert len(docker.run("volume ls -q").split()) == 2
    docker.run("rm -v one")
    assert docker.run("volume ls -q").split() == ["notes"]
    assert docker.run("volume create more").strip() == "more"
    assert docker.run("volume rm notes more").split() == ["notes", "more"]
    assert "no such volume" in docker.run("volume rm notes", code=1)


def test_a_folder_of_this_machine_is_not_touched(docker: Docker) -> None:
    (docker.folder / "mine").mkdir()
    line = f"run --rm -v {docker.folder}/mine:/m bash bash -c 'ls /m; echo x > /m/x; ls /m'"
    told = docker.run(line)
    assert "never looks at this machine's files" in told
    assert told.endswith("x\n")
    assert list((docker.folder / "mine").iterdir()) == []
    long = f"run --rm --mount type=bind,src={docker.folder},dst=/m bash"
    assert "bind source path does not exist" not in docker.run(long, code=0)
    other = "run --rm --mount type=bind,src=/not/there,dst=/m bash"
    assert "bind source path does not exist: /not/there" in docker.run(other, code=125)


def test_ports_that_are_taken(docker: Docker) -> None:
    docker.run("run -d --name one -p 18080:80 nginx")
    assert "18080->80/tcp" in docker.run("ps")
    told = docker.run("run -d --name two -p 18080:80 nginx", code=125)
    assert "Bind for 0.0.0.0:18080 failed: port is already allocated" in told
    docker.run("run -d --name three -p 18080-18081:80 nginx")
    assert docker.run("port three").startswith("80/tcp -> 0.0.0.0:18081")
    assert "network none-such not found" in docker.run("run --network none-such bash", code=125)


def test_login_and_push(docker: Docker) -> None:
    docker.run("tag centos me/c:1")
    assert "denied" in docker.run("push me/c:1", code=1)
    told = docker.run("login -u me --password-stdin", stdin="secret")
    assert "Login Succeeded" in told
    told = docker.run("push me/c:1")
    assert "The push refers to repository [docker.io/me/c]" in told
    assert re.search(r"1: digest: sha256:[0-9a-f]{64} size: \d+", told)
    docker.run("rmi me/c:1")
    assert "Downloaded newer image for me/c:1" in docker.run("pull me/c:1")
    wrong = docker.run("login -u me --password-stdin", stdin="wrong", code=1)
    assert "incorrect username or password" in wrong


def test_push_to_a_registry_of_ones_own(docker: Docker) -> None:
    docker.run("tag centos localhost:5000/c:1")
    assert re.search(r"[0-9a-f]{12}: Pushed", docker.run("push localhost:5000/c:1"))
    assert "Layer already exists" in docker.run("push localhost:5000/c:1")
    docker.run("rmi localhost:5000/c:1 centos")
    told = docker.run("pull localhost:5000/c:1")
    assert "Status: Downloaded newer image for localhost:5000/c:1" in told
