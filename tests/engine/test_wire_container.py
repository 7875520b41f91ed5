"""What Engines tell of one container; recorded, shortened where nothing is lost."""

from __future__ import annotations

import inspect
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fixedcontainer import ANSWER, DETAILS
from tui.engine.wire_container import container_details
from tui.model.addresses import addresses, engine_host
from tui.model.containerdetails import (
    NO_HEALTH,
    ContainerDetails,
    HealthTest,
    Limits,
    Mount,
    Network,
    Port,
)

PODMAN: Final[dict[str, Any]] = {
    "Id": "c" * 64,
    "Created": "2026-11-27T03:40:00.123456789Z",
    "Path": "sleep",
    "Args": ["3600"],
    "State": {
        "Status": "exited",
        "ExitCode": 137,
        "OOMKilled": True,
        "StartedAt": "2026-11-27T03:40:01.5+01:00",
        "FinishedAt": "2026-11-27T03:41:01Z",
        "Health": {"Status": "", "FailingStreak": 0, "Log": None},
    },
    "Image": "d" * 64,
    "Name": "/one",
    "HostConfig": {
        "NetworkMode": "bridge",
        "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "81/tcp": [{}]},
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "PidsLimit": 2048,
        "Tmpfs": {"/run": "rw,size=1m"},
        "LogConfig": {"Type": "journald", "Config": None},
    },
    "Mounts": [
        {
            "Type": "tmpfs",
            "Destination": "/run",
            "Options": ["nosuid", "rw"],
            "RW": True,
            "Mode": "",
        }
    ],
    "Config": {"Image": "localhost/x:1", "Env": None, "Healthcheck": {"Test": ["NONE"]}},
    "NetworkSettings": {"Ports": {"80/tcp": None}, "Networks": {"podman": {"IPAddress": ""}}},
}


def test_docker_tells_everything() -> None:
    assert DETAILS.name == "web"
    assert DETAILS.command == ("/docker-entrypoint.sh", "nginx", "-g", "daemon off;")
    assert DETAILS.health.status == "unhealthy"
    assert [probe.exit_code for probe in DETAILS.health.log] == [0, 1, -1]
    assert [probe.seconds for probe in DETAILS.health.log] == [0.25, 1.5, 30.0]
    test = ("CMD-SHELL", "wget -q -O /dev/null 127.0.0.1 || exit 1")
    assert DETAILS.health_test == HealthTest(test, interval=30.0, retries=2)
    assert DETAILS.limits == Limits(
        memory=67108864, memory_swap=-1, nano_cpus=1_500_000_000, pids=100
    )
    assert DETAILS.ports == (
        Port("80/tcp", "0.0.0.0", "8080", True),
        Port("80/tcp", "::", "8080", True),
        Port("443/tcp"),
    )
    assert DETAILS.networks[0].ip == "172.20.0.2"
    assert [mount.destination for mount in DETAILS.mounts] == [
        "/run",
        "/usr/share/nginx/html",
        "/var/cache/nginx",
    ]
    assert DETAILS.finished == 0.0, "never"
    assert '"Name": "/web"' in DETAILS.raw


def test_podman_tells_it_in_its_own_way() -> None:
    details = container_details(PODMAN)
    assert details.image_id == "sha256:" + "d" * 64
    assert details.oom_killed
    assert (details.exit_code, details.status) == (137, "exited")
    assert details.finished - details.started == 3660.0 - 0.5
    assert details.health == NO_HEALTH
    assert not details.health_test.is_on
    assert details.mounts == (Mount("tmpfs", "/run", options="nosuid"),), "each place once"
    assert details.networks == (Network("podman"),)
    assert details.ports == (Port("80/tcp", "", "8080"), Port("81/tcp", "", "0"))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.data())
def test_whatever_comes_is_borne(data: st.DataObject) -> None:
    """Any field of a true answer may be something else altogether."""
    answer: dict[str, Any] = {}
    for key, value in ANSWER.items():
        answer[key] = data.draw(st.just(value) | JUNK)
        if isinstance(value, dict) and answer[key] is value:
            answer[key] = {inner: data.draw(st.just(held) | JUNK) for inner, held in value.items()}
    details = container_details(answer)
    assert isinstance(details, ContainerDetails)
    addresses(details, data.draw(st.sampled_from(["", "far.example"])))


@given(JUNK)
def test_no_junk_is_an_error(value: object) -> None:
    assert isinstance(container_details(value), ContainerDetails)


def test_every_field_of_the_details_is_read() -> None:
    source = inspect.getsource(container_details)
    for name in ContainerDetails.__dataclass_fields__:
        assert f"{name}=" in source, name


# Addresses


def of(*ports: Port, far: str = "", networks: tuple[Network, ...] = ()) -> list[str]:
    details = ContainerDetails("1", ports=ports, networks=networks)
    return [f"{one.text} {one.private}" for one in addresses(details, far)]


def test_a_port_for_all_addresses_is_told_once_by_the_loopback() -> None:
    both = (Port("80/tcp", "0.0.0.0", "8080", True), Port("80/tcp", "::", "8080", True))
    assert of(*both) == ["127.0.0.1:8080 80/tcp"]
    assert of(*both, far="far.example") == ["far.example:8080 80/tcp"]
    assert of(*both, far="2001:db8::1") == ["[2001:db8::1]:8080 80/tcp"]


def test_ipv6_has_brackets() -> None:
    assert of(Port("80/tcp", "::", "8080", True)) == ["[::1]:8080 80/tcp"]
    assert of(Port("80/tcp", "2001:db8::2", "1", True)) == ["[2001:db8::2]:1 80/tcp"]


def test_other_ports_of_the_two_families_are_both_told() -> None:
    ports = (Port("80/tcp", "0.0.0.0", "49153", True), Port("80/tcp", "::", "49154", True))
    assert of(*ports) == ["127.0.0.1:49153 80/tcp", "[::1]:49154 80/tcp"]


def test_a_single_address_stays_as_it_is() -> None:
    port = Port("80/tcp", "192.0.2.7", "80", True)
    assert of(port) == of(port, far="far.example") == ["192.0.2.7:80 80/tcp"]


def test_the_loopback_of_an_engine_elsewhere_is_marked() -> None:
    details = ContainerDetails("1", ports=(Port("80/tcp", "127.0.0.1", "8080", True),))
    assert addresses(details, "far.example")[0].is_far_loopback
    assert not addresses(details)[0].is_far_loopback


def test_exposed_ports_have_the_containers_own_addresses() -> None:
    networks = (Network("a", "172.20.0.2"), Network("b"), Network("c", ipv6="fd00::2"))
    ports = (Port("53/udp"), Port("80/tcp", "", "8080", True))
    assert of(*ports, networks=networks) == [
        "127.0.0.1:8080 80/tcp",
        "172.20.0.2:53 53/udp",
        "[fd00::2]:53 53/udp",
    ]
    assert of(Port("53/udp")) == [" 53/udp"]


def test_ports_of_a_container_in_the_hosts_network_are_the_hosts() -> None:
    details = ContainerDetails("1", network_mode="host", ports=(Port("80/tcp"),))
    (one,) = addresses(details, "far.example")
    assert (one.text, one.is_published, one.is_hosts) == ("far.example:80", False, True)


def test_podman_tells_what_will_be_published_as_if_it_were() -> None:
    ports = {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    answer = {"State": {"Status": "created"}, "NetworkSettings": {"Ports": ports}}
    assert container_details(answer).ports == (Port("80/tcp", "", "8080"),)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("unix:///var/run/docker.sock", ""),
        ("ssh://me@far.example:22", "far.example"),
        ("ssh://far.example", "far.example"),
        ("tcp://192.0.2.7:2375", "192.0.2.7"),
        ("tcp://[2001:db8::1]:2376", "2001:db8::1"),
        ("tcp://127.0.0.1:2375", ""),
        ("tcp://localhost:2375", ""),
        ("tcp://[", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_engine(url: str, host: str) -> None:
    assert engine_host(url) == host
