"""What is shown of a container is what the docker command prints of it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.actions.verbs import Verbs, run_docker
from tests.engines.images import runnable
from tests.waiting import until
from tui.actions.action import docker_line
from tui.actions.session import Session
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.reading import InspectContainer, ReadFacts
from tui.model.addresses import addresses
from tui.model.containerdetails import ContainerDetails
from tui.model.engine import Endpoint
from tui.model.jsontree import JsonTree, go_template
from tui.store import insides
from tui.store.state import Phase
from tui.store.store import Store
from tui.ui.containerfields import limit_entries, sections

DOCKER = pytest.mark.stores("classic", "containerd")
TEST = "echo looked; test -e /tmp/fine"
SECOND = 1_000_000_000
HOST: dict[str, Any] = {
    "binds": {"/tmp": {"bind": "/host", "mode": "ro"}},
    "tmpfs": {"/scratch": "size=64k"},
    "mem_limit": "64m",
    "restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3},
}
SPECIAL = 'a "quoted" key'


@pytest.fixture
def container(verbs: Verbs) -> Iterator[ContainerTarget]:
    """A container that runs, with ports, mounts, limits and a health check.

    In a network of its own, since a private Engine has no bridge.
    """
    api, maker = verbs.api, verbs.maker
    image = runnable(
        maker.name("web:1"),
        Healthcheck={"Test": ["CMD-SHELL", TEST], "Interval": SECOND, "Retries": 2},
        ExposedPorts={"80/tcp": {}, "53/udp": {}},
        Volumes={"/data": {}},
    )
    (image_id,) = verbs.load(image)
    name = f"{maker.prefix}-web"
    network = f"{maker.prefix}-net"
    network_id = api.create_network(network)["Id"]
    made = api.create_container(
        image_id,
        name=name,
        ports=[80, 90],
        labels={"a.b": "x", "plain": "y", SPECIAL: "z"},
        host_config=api.create_host_config(
            port_bindings={80: None, 90: ("127.0.0.1", None)}, network_mode=network, **HOST
        ),
        networking_config=api.create_networking_config(
            {network: api.create_endpoint_config(aliases=["front"])}  # type: ignore[arg-type]
        ),
    )
    maker.adopt(containers=[made["Id"]])
    api.start(made["Id"])
    yield ContainerTarget(made["Id"], name)
    api.remove_container(made["Id"], v=True, force=True)
    api.remove_network(network_id)


async def inspected(verbs: Verbs, target: ContainerTarget) -> ContainerDetails:
    await verbs.do(InspectContainer(target))
    return verbs.state.inside.inspected[target.container_id]


def printed(docker_cli: str, template: str, target: ContainerTarget) -> Any:
    """Return what `docker inspect -f '{{json ...}}'` prints."""
    told = run_docker(docker_cli, docker_line("inspect", "-f", template, target.name))
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def assert_mounts_and_limits(details: ContainerDetails, told: list[dict[str, Any]]) -> None:
    """See that they are those of the fixtures, and the mounts as the Engine tells them."""
    mounts = {mount.destination: mount for mount in details.mounts}
    assert set(mounts) == {"/data", "/host", "/scratch"}
    for one in told:
        mount = mounts[one["Destination"]]
        if mount.kind != "tmpfs":
            assert (mount.kind, mount.source, mount.rw) == (one["Type"], one["Source"], one["RW"])
            assert mount.name == one.get("Name", "")
    assert mounts["/scratch"].kind == "tmpfs"
    assert "size=64k" in mounts["/scratch"].options.split(",")
    assert not mounts["/host"].rw
    limits = {entry.label: entry.value for entry in limit_entries(details.limits)}
    assert limits["--memory"] == "64m"
    assert (details.restart_policy, details.restart_max) == ("on-failure", 3)
    assert all(section.entries for section in sections(details))


async def test_without_a_network_it_is_the_same_on_every_engine(
    verbs: Verbs, docker_cli: str
) -> None:
    api, maker = verbs.api, verbs.maker
    check = {"Test": ["CMD", "test", "-e", "/x y"], "Interval": 3600 * SECOND}
    name = maker.name("lone:1")
    (image_id,) = verbs.load(
        runnable(name, ExposedPorts={"80/tcp": {}}, Volumes={"/data": {}}, Healthcheck=check)
    )
    host = api.create_host_config(network_mode="none", **HOST)
    made = api.create_container(
        image_id, ["sh", "-c", "exit 3"], name=f"{maker.prefix}-lone", host_config=host
    )
    maker.adopt(containers=[made["Id"]])
    target = ContainerTarget(made["Id"], f"{maker.prefix}-lone")
    details = await inspected(verbs, target)
    assert_mounts_and_limits(details, printed(docker_cli, "{{json .Mounts}}", target))
    assert (details.status, details.command) == ("created", ("sh", "-c", "exit 3"))
    assert [(one.text, one.private) for one in addresses(details)] == [("", "80/tcp")]
    assert (details.health_test.test, details.health_test.interval) == (
        ("CMD", "test", "-e", "/x y"),
        3600.0,
    )
    assert details.name == target.name
    assert details.image_id.startswith("sha256:")


@DOCKER
async def test_ports_mounts_and_limits_are_what_docker_prints(
    verbs: Verbs, container: ContainerTarget, docker_cli: str
) -> None:
    details = await inspected(verbs, container)
    lines = run_docker(docker_cli, docker_line("port", container.name)).stdout.splitlines()
    bound = {
        f"{port.private} -> "
        + (f"[{port.host_ip}]" if ":" in port.host_ip else port.host_ip)
        + f":{port.host_port}"
        for port in details.ports
        if port.is_bound
    }
    assert bound == {re.sub(r"-> :::", "-> [::]:", line) for line in lines}
    found = [(one.text, one.private) for one in addresses(details)]
    everywhere, own = (
        next(port.host_port for port in details.ports if port.private == name and port.is_bound)
        for name in ("80/tcp", "90/tcp")
    )
    ip = details.networks[0].ip
    assert ip
    first = [one for one in found if not one[0].startswith("[::1]")]  # may have a port of its own
    assert first[:2] == [(f"127.0.0.1:{everywhere}", "80/tcp"), (f"127.0.0.1:{own}", "90/tcp")]
    assert found[-1] == (f"{ip}:53", "53/udp")
    assert "front" in details.networks[0].aliases

    assert_mounts_and_limits(details, printed(docker_cli, "{{json .Mounts}}", container))


@DOCKER
async def test_health_and_its_log_are_what_docker_prints(
    verbs: Verbs, container: ContainerTarget, docker_cli: str
) -> None:
    def health() -> dict[str, Any]:
        told: dict[str, Any] = printed(docker_cli, "{{json .State.Health}}", container)
        return told

    until(lambda: health()["Status"] == "unhealthy", "two runs have failed")
    verbs.api.pause(container.container_id)  # from here on nothing is run
    details, told = await inspected(verbs, container), health()
    assert (details.health.status, details.health.failing_streak) == (
        told["Status"],
        told["FailingStreak"],
    )
    assert details.health_test.test == ("CMD-SHELL", TEST)
    assert (details.health_test.interval, details.health_test.retries) == (1.0, 2)
    shown = [(probe.exit_code, probe.output) for probe in details.health.log]
    assert shown == [(probe["ExitCode"], probe["Output"]) for probe in told["Log"]]
    assert shown[0] == (1, "looked\n")
    assert all(0 < probe.seconds < 30 for probe in details.health.log)


def assert_printed(
    docker_cli: str, tree: JsonTree, nodes: Sequence[int], command: str, name: str
) -> None:
    """See that the docker lines of all nodes print their values; all in one line."""
    templates = [go_template(tree.way(node), is_container=True) for node in nodes]
    words = ["docker", *command.split(), "-f", "{{println}}".join(templates), name]
    told = run_docker(docker_cli, shlex.join(words))  # too long for one that is shown
    assert told.returncode == 0, told.stderr
    for node, value in zip(nodes, told.stdout.splitlines(), strict=True):
        assert json.loads(value) == json.loads(tree.token(node)), tree.way(node)


async def test_the_docker_line_of_each_node_of_an_image_prints_its_value(
    verbs: Verbs, docker_cli: str
) -> None:
    labels = {"a.b": "x", "plain": "y", SPECIAL: "z", "1": "one"}
    name = verbs.maker.name("labels:1")
    (image_id,) = verbs.load(runnable(name, Labels=labels, ExposedPorts={"80/tcp": {}}))
    await verbs.do(ReadFacts((image_id,)))
    tree = JsonTree(verbs.state.facts[image_id].details.raw)
    assert_printed(docker_cli, tree, range(1, len(tree)), "image inspect", name)


@DOCKER
async def test_the_docker_line_of_each_node_prints_its_value(
    verbs: Verbs, container: ContainerTarget, docker_cli: str
) -> None:
    verbs.api.stop(container.container_id, timeout=0)
    until(
        lambda: not verbs.api.inspect_container(container.container_id)["State"]["Running"],
        "it has ended",
    )
    tree = JsonTree((await inspected(verbs, container)).raw)
    # an Engine tells the mounts in another order each time
    nodes = [node for node in range(1, len(tree)) if tree.way(node)[0] != "Mounts"]
    assert_printed(docker_cli, tree, nodes, "inspect", container.name)
    label = next(node for node in nodes if tree.way(node)[-1] == SPECIAL)
    one = docker_line(
        "inspect", "-f", go_template(tree.way(label), is_container=False), container.name
    )
    assert run_docker(docker_cli, one).stdout == "z\n"


@DOCKER
def test_the_session_tells_what_happened_to_the_container(
    verbs: Verbs, container: ContainerTarget, endpoint: Endpoint
) -> None:
    """Each run of the health check too, of which no event tells but the end of an exec."""
    store = Store()
    session = Session(endpoint, store.apply)
    session.start()
    container_id = container.container_id
    try:
        until(lambda: store.state.connection.phase is Phase.CONNECTED, "it is connected")
        store.apply(insides.ContainersInspected((ContainerDetails(container_id),)))
        before = store.state.inside.touched[container_id]
        until(lambda: store.state.inside.touched[container_id] > before, "a run is told")
        verbs.api.update_container(container_id, mem_limit="128m", memswap_limit="256m")
        verbs.api.pause(container_id)
        before = store.state.inside.touched[container_id]
        until(
            lambda: any(
                one.container_id == container_id and one.state == "paused"
                for one in store.state.containers
            ),
            "the list tells",
        )
        verbs.api.unpause(container_id)
        until(lambda: store.state.inside.touched[container_id] > before, "it is told")
    finally:
        session.close()
