"""Running containers on a real Engine; beside it the docker command with the line orlop shows."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient

from tests.actions.test_run_form import EMPTY, FORM, selection
from tests.actions.verbs import Verbs, run_docker
from tests.engines.images import runnable
from tests.engines.maker import ImageMaker
from tests.engines.spare import SpareEngine
from tests.waiting import until
from tui.actions.values.running import ReadNetworks, RunContainer
from tui.engine.client import connect
from tui.engine.creating import create
from tui.engine.endpoint import resolve_endpoint
from tui.model.job import Job, JobState
from tui.store import insides

pytestmark = pytest.mark.engine
CLASSIC = pytest.mark.stores("classic")
DOCKERS = pytest.mark.stores("classic", "containerd")
"""Podman adds words of its own to what inspect tells, and makes missing folders of any mount."""

LINES: list[dict[str, str]] = [
    {},
    {"command": "sh -c 'echo \"$A\" && exit 3'"},
    {"command": "printf ''"},
    {"mode": "interactive"},
    {"mode": "interactive", "rm": "yes", "command": "sh"},
    {"mode": "attached", "rm": "yes"},
    {"ports": "18080:80"},
    {"ports": "80 443/udp"},
    {"ports": "127.0.0.1:18080:80/udp 127.0.0.1::81"},
    {"ports": "18000-18002:80-82"},
    {"ports": "18000-18010:80"},
    {"ports": "[::1]:18080:80 ::1:18081:80"},
    {"ports": "18080:80 18081:80 18082:80/sctp"},
    {"ports": "80-82/tcp 080:081"},
    {"volumes": "/data"},
    {"volumes": "/data /other/"},
    {"volumes": "{p}-v1:/data"},
    {"volumes": "{p}-v1:/data:ro /etc:/etc2:ro,rslave"},
    {"volumes": "{p}-v1:/data:nocopy '/tmp:/with blank'"},
    {"volumes": "type=bind,src=/etc,dst=/b,ro"},
    {"volumes": "type=volume,source={p}-v1,target=/b type=volume,dst=/c type=tmpfs,dst=/d"},
    {"tmpfs": "/t /u:size=1m,mode=700"},
    {"environment": "A=1\nB=two words\nC=\nA=3"},
    {"environment": "HOME\nNOT_SET_ANYWHERE\nPATH=/mine"},
    {"environment": "Q='a\"b$c\\d"},
    {"restart": "always"},
    {"restart": "on-failure:3"},
    {"restart": "on-failure"},
    {"restart": "unless-stopped"},
    {"restart": "no", "rm": "yes"},
    {"memory": "16m"},
    {"memory": "0.25g", "cpus": "1.5"},
    {"memory": "33554432", "cpus": ".25"},
    {"user": "1:2", "directory": "/w", "hostname": "h"},
    {"user": "nobody", "directory": "/a/../b"},
    {"network": "none"},
    {"network": "host"},
    {"network": "host", "ports": "18080:80"},
    {"entrypoint": "/bin/sh", "command": "-c 'echo x'"},
    {"labels": "a=b c 'd=e f=g' a=h"},
    {"init": "yes", "read_only": "yes"},
    {
        "command": "sh -c true",
        "ports": "18080:80",
        "volumes": "/data {p}-v1:/d2",
        "environment": "A=1",
        "labels": "x=y",
        "memory": "20m",
        "restart": "on-failure:1",
        "hostname": "all.of.it",
    },
]


@pytest.fixture
def image(verbs: Verbs) -> str:
    name = verbs.maker.name("run:1")
    verbs.load(
        runnable(
            name,
            Cmd=["sleep", "1000"],
            Env=["PATH=/bin", "FROM=image"],
            ExposedPorts={"9/tcp": {}},
            Labels={"own": "label"},
        )
    )
    return name


@pytest.fixture(autouse=True)
def _nothing_left(verbs: Verbs) -> Iterator[None]:
    """Remove what was run of our images, whatever it is called, and our volumes."""
    yield
    for container in verbs.api.containers(all=True):
        if verbs.maker.prefix in str(container["Image"]):
            verbs.api.remove_container(container["Id"], force=True, v=True)
    for volume in verbs.api.volumes()["Volumes"] or []:
        if volume["Name"].startswith(verbs.maker.prefix):
            verbs.api.remove_volume(volume["Name"])


def filled_in(verbs: Verbs, image: str, **values: str) -> RunContainer:
    whole = {key: text.replace("{p}", verbs.maker.prefix) for key, text in values.items()}
    action = FORM.build(selection(image), EMPTY | whole)
    assert isinstance(action, RunContainer)
    return action


def told(verbs: Verbs, container_id: str) -> dict[str, Any]:
    """What inspect tells of a container, but for what no two have in common."""
    found = verbs.api.inspect_container(container_id)
    config, host = found["Config"], found["HostConfig"]
    host["Binds"] = sorted(host["Binds"] or [])  # docker has both in no order
    config["Env"] = sorted(config["Env"] or [])
    if config["Hostname"] == container_id[:12]:
        config["Hostname"] = "its ID"
    for attached in ("AttachStdout", "AttachStderr"):
        del config[attached]  # `create` has no -d: the runs below compare these
    for mount in found["Mounts"]:
        if len(mount.get("Name", "")) == 64:
            mount["Name"] = mount["Source"] = "made up"
    mounts = sorted(found["Mounts"], key=lambda mount: str(mount["Destination"]))
    return {"config": config, "host": host, "mounts": mounts, "path": found["Path"]}


@DOCKERS
async def test_the_docker_line_makes_the_same_container(
    verbs: Verbs, image: str, docker_cli: str
) -> None:
    """About forty lines: create by orlop and by docker, and inspect tells the same."""
    for values in LINES:
        action = filled_in(verbs, image, **values)
        ours = create(verbs.client, action.spec, os.environ).container_id
        words = shlex.split(action.docker)
        for option in ("-d", "--sig-proxy=false"):
            words = [word for word in words if word != option]
        words[1] = "create"
        done = run_docker(docker_cli, shlex.join(words))
        assert done.returncode == 0, (words, done.stderr)
        theirs = done.stdout.strip()
        assert told(verbs, ours) == told(verbs, theirs), action.docker
        for container_id in (ours, theirs):
            verbs.api.remove_container(container_id, v=True)


@DOCKERS
async def test_a_detached_run_is_that_of_docker(verbs: Verbs, image: str, docker_cli: str) -> None:
    action = filled_in(verbs, image, environment="A=1", volumes="/data", network="none")
    job = await verbs.do(action)
    ours = verbs.state.inside.ran
    done = run_docker(docker_cli, action.docker)
    theirs = done.stdout.strip()
    assert job.state is JobState.DONE
    assert ours[:12] in job.summary
    name = verbs.api.inspect_container(ours)["Name"].removeprefix("/")
    assert name in job.summary
    for one in (ours, theirs):
        found = verbs.api.inspect_container(one)
        assert found["State"]["Running"]
        attached = [found["Config"][f"Attach{which}"] for which in ("Stdin", "Stdout", "Stderr")]
        assert attached == [False, False, False]
    assert told(verbs, ours) == told(verbs, theirs)
    assert ours in {one.container_id for one in verbs.state.containers}, "the cursor can go there"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"command": "sh -c 'exit 3'"}, "ended at once with exit code 3: l shows its log"),
        ({"command": "true"}, "ended at once with exit code 0"),
        ({"command": "sh -c 'exit 4'", "rm": "yes"}, "exit code 4, and was removed"),
        ({"command": "sh -c 'exit 3'", "restart": "on-failure:9"}, "it is started again"),
    ],
)
async def test_a_container_that_ends_at_once_is_told(
    verbs: Verbs, image: str, values: dict[str, str], words: str
) -> None:
    job = await verbs.do(filled_in(verbs, image, network="none", **values))
    assert job.state is JobState.DONE
    assert words in job.summary
    there = {one["Id"] for one in verbs.api.containers(all=True)}
    assert (verbs.state.inside.ran in there) is ("rm" not in values)


def failure(job: Job) -> str:
    assert job.state is JobState.FAILED
    return f"{job.summary} {job.remedy}"


@pytest.mark.parametrize("rm", ["", "yes"])
async def test_a_container_that_does_not_start_is_left_as_docker_leaves_it(
    verbs: Verbs, image: str, rm: str
) -> None:
    name = f"{verbs.maker.prefix}-bad"
    action = filled_in(verbs, image, name=name, command="no-such-program x", rm=rm, network="none")
    said = failure(await verbs.do(action))
    words = f"There is no program no-such-program in it; {name} was made, but not started."
    assert words in said
    left = verbs.api.containers(all=True, filters={"name": name})
    assert len(left) == (0 if rm else 1)
    assert ("It was removed again" if rm else "It is left as it is") in said


async def test_a_detached_run_goes_on(verbs: Verbs, image: str) -> None:
    job = await verbs.do(filled_in(verbs, image, network="none", rm="yes"))
    assert job.state is JobState.DONE
    assert "runs (" in job.summary
    assert verbs.api.inspect_container(verbs.state.inside.ran)["State"]["Running"]


@CLASSIC
async def test_a_port_that_is_taken_is_told(verbs: Verbs, image: str) -> None:
    """The Engines of the tests have no bridge of their own; one is made for this."""
    network = f"{verbs.maker.prefix}-net"
    verbs.api.create_network(network)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    try:
        ports = {"ports": f"{port}:80", "network": network}
        job = await verbs.do(filled_in(verbs, image, **ports))
        assert "runs (" in job.summary
        said = failure(await verbs.do(filled_in(verbs, image, **ports)))
        assert f"Port {port} is taken already; " in said
        assert "It is left as it is" in said
        for container in verbs.api.containers(all=True, filters={"network": network}):
            verbs.api.remove_container(container["Id"], force=True)
    finally:
        verbs.api.remove_network(network)


async def test_a_name_that_is_taken_is_told(verbs: Verbs, image: str) -> None:
    verbs.container(image, "web")
    name = f"{verbs.maker.prefix}-web"
    said = failure(await verbs.do(filled_in(verbs, image, name=name)))
    assert "There is a container of this name already." in said


async def test_an_image_that_is_gone_is_told(verbs: Verbs) -> None:
    said = failure(await verbs.do(filled_in(verbs, verbs.maker.name("gone:1"))))
    assert "The image is not here any more." in said


@DOCKERS
async def test_a_bind_of_a_missing_folder_is_told(verbs: Verbs, image: str) -> None:
    folder = f"/no/{verbs.maker.prefix}"
    action = filled_in(verbs, image, volumes=f"type=bind,src={folder},dst=/b", network="none")
    said = failure(await verbs.do(action))
    assert folder in said
    assert not [e for e in verbs.told if isinstance(e, insides.ContainerRan)]


async def test_a_cancelled_run_leaves_nothing(verbs: Verbs, image: str) -> None:
    """Cancelled while the Engine makes it: it is removed again, with its volumes."""
    name = f"{verbs.maker.prefix}-unwanted"
    job_id = verbs.submit(filled_in(verbs, image, name=name, volumes="/data", network="none"))
    verbs.dispatcher.cancel(job_id)
    job = await verbs.ended(job_id)
    assert job.state is JobState.CANCELLED
    assert not verbs.api.containers(all=True, filters={"name": name})


@pytest.mark.timeout(180)
@CLASSIC
async def test_an_engine_that_goes_away_is_told(
    verbs: Verbs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a container is watched that has just been started."""
    monkeypatch.setattr("tui.actions.handlers.running.WATCHED", 60.0)
    with SpareEngine() as spare:
        api = APIClient(spare.host, version="auto")
        with ImageMaker(api, "gone") as maker:
            name = maker.name("run:1")
            maker.load(runnable(name, Cmd=["sleep", "1000"]))
            endpoint = resolve_endpoint(spare.host, "", environ={}, home=Path("/"))
            with connect(endpoint) as client:
                other = Verbs(client, maker)
                job_id = other.submit(filled_in(verbs, name, network="none"))
                await asyncio.to_thread(until, lambda: bool(api.containers()), "it runs")
                spare.kill()
                job = await other.ended(job_id)
            assert "The connection to the Engine" in failure(job)
            (spare.folder / "exec/containerd/containerd.pid").unlink(missing_ok=True)
            spare.start()
        api.close()


async def test_the_networks_are_read(verbs: Verbs) -> None:
    await verbs.do(ReadNetworks())
    assert verbs.state.inside.networks == tuple(sorted(one["Name"] for one in verbs.api.networks()))
