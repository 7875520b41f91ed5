"""Pure decoding of `GET /containers/{id}/json`, of Docker 20.10 to 28 and of Podman.

No function here fails on any JSON value: what is null, missing or of another type stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tui.engine.wire import (
    Table,
    epoch,
    image_id,
    number,
    pairs,
    raw_json,
    strings,
    table,
    tables,
    text,
)
from tui.model.containerdetails import (
    CHOSEN,
    ContainerDetails,
    Health,
    HealthTest,
    Limits,
    Mount,
    Network,
    Port,
    Probe,
)

_NANO: Final = 1_000_000_000

_RUNNING: Final = {"running", "paused"}
"""States in which ports answer."""

_FLAGS: Final = (
    ("Privileged", "--privileged"),
    ("ReadonlyRootfs", "--read-only"),
    ("AutoRemove", "--rm"),
    ("PublishAllPorts", "--publish-all"),
    ("Init", "--init"),
)
"""Fields of `HostConfig` and the words of `docker run` for them."""


def container_details(answer: object) -> ContainerDetails:
    """Return the container of `GET /containers/{id}/json`."""
    item = table(answer)
    state, config, host = (table(item.get(key)) for key in ("State", "Config", "HostConfig"))
    settings, policy = table(item.get("NetworkSettings")), table(host.get("RestartPolicy"))
    log = table(host.get("LogConfig"))
    return ContainerDetails(
        container_id=text(item.get("Id")),
        name=text(item.get("Name")).removeprefix("/"),
        image=text(config.get("Image")) or text(item.get("ImageName")),
        image_id=image_id(item.get("Image")),
        created=epoch(item.get("Created")),
        status=text(state.get("Status")),
        pid=number(state.get("Pid")),
        exit_code=number(state.get("ExitCode")),
        error=text(state.get("Error")),
        started=epoch(state.get("StartedAt")),
        finished=epoch(state.get("FinishedAt")),
        restart_count=number(item.get("RestartCount")),
        oom_killed=state.get("OOMKilled") is True,
        health=_health(state.get("Health")),
        health_test=_health_test(config.get("Healthcheck")),
        command=_command(item),
        entrypoint=strings(config.get("Entrypoint")),
        cmd=strings(config.get("Cmd")),
        user=text(config.get("User")),
        working_dir=text(config.get("WorkingDir")),
        hostname=text(config.get("Hostname")),
        env=strings(config.get("Env")),
        stop_signal=text(config.get("StopSignal")),
        flags=tuple(_flags(config, host)),
        network_mode=text(host.get("NetworkMode")),
        ports=_ports(settings, config, host, is_running=text(state.get("Status")) in _RUNNING),
        networks=tuple(_networks(settings)),
        mounts=_mounts(item, host),
        restart_policy=text(policy.get("Name")),
        restart_max=number(policy.get("MaximumRetryCount")),
        limits=_limits(host),
        log_driver=text(log.get("Type")),
        log_options=pairs(log.get("Config")),
        log_path=text(item.get("LogPath")) or text(log.get("Path")),
        labels=pairs(config.get("Labels")),
        raw=raw_json(answer),
    )


def _command(item: Table) -> tuple[str, ...]:
    path = text(item.get("Path"))
    return (path, *strings(item.get("Args"))) if path else ()


def _health(value: object) -> Health:
    """Return the health; Podman tells an empty one of containers without a health check."""
    told = table(value)
    status = text(told.get("Status"))
    if status in {"", "none"}:
        return Health()
    probes = tuple(
        Probe(
            start=epoch(probe.get("Start")),
            end=epoch(probe.get("End")),
            exit_code=number(probe.get("ExitCode")),
            output=text(probe.get("Output")),
        )
        for probe in tables(told.get("Log"))
    )
    return Health(status, number(told.get("FailingStreak")), probes)


def _health_test(value: object) -> HealthTest:
    told = table(value)
    return HealthTest(
        test=strings(told.get("Test")),
        interval=number(told.get("Interval")) / _NANO,
        timeout=number(told.get("Timeout")) / _NANO,
        retries=number(told.get("Retries")),
        start_period=number(told.get("StartPeriod")) / _NANO,
        start_interval=number(told.get("StartInterval")) / _NANO,
    )


def _flags(config: Table, host: Table) -> Iterator[str]:
    if config.get("Tty") is True:
        yield "--tty"
    if config.get("OpenStdin") is True:
        yield "--interactive"
    yield from (word for key, word in _FLAGS if host.get(key) is True)
    yield from (f"--cap-add {name}" for name in strings(host.get("CapAdd")))
    yield from (f"--cap-drop {name}" for name in strings(host.get("CapDrop")))


def _ports(settings: Table, config: Table, host: Table, *, is_running: bool) -> tuple[Port, ...]:
    """Return what is published now, else what will be; then what is exposed only.

    Podman tells of containers that do not run what will be as if it were.
    """
    bound = _bindings(settings.get("Ports"), is_bound=is_running)
    wished = _bindings(host.get("PortBindings"), is_bound=False)
    ports = list(bound)
    told = {port.private for port in bound}
    ports += [port for port in wished if port.private not in told]
    told |= {port.private for port in ports}
    exposed = {*table(config.get("ExposedPorts")), *table(settings.get("Ports"))} - told
    ports += [Port(private) for private in exposed]
    return tuple(sorted(ports, key=_port_order))


def _bindings(value: object, *, is_bound: bool) -> list[Port]:
    return [
        Port(private, text(place.get("HostIp")), text(place.get("HostPort")) or CHOSEN, is_bound)
        for private, places in table(value).items()
        for place in tables(places)
    ]


def _port_order(port: Port) -> tuple[bool, int, str, str, str]:
    """Order by number, not as text; what is published first."""
    digits = port.private.partition("/")[0]
    value = int(digits) if digits.isdecimal() and len(digits) < 6 else 0
    return (not port.host_port, value, port.private, port.host_ip, port.host_port)


def _networks(settings: Table) -> Iterator[Network]:
    for name, value in table(settings.get("Networks")).items():
        place = table(value)
        yield Network(
            name=name,
            ip=text(place.get("IPAddress")),
            prefix=number(place.get("IPPrefixLen")),
            gateway=text(place.get("Gateway")),
            ipv6=text(place.get("GlobalIPv6Address")),
            ipv6_prefix=number(place.get("GlobalIPv6PrefixLen")),
            ipv6_gateway=text(place.get("IPv6Gateway")),
            mac=text(place.get("MacAddress")),
            aliases=strings(place.get("Aliases")),
        )


def _mounts(item: Table, host: Table) -> tuple[Mount, ...]:
    """Return the mounts; Docker tells those of `--tmpfs` in `HostConfig` alone."""
    mounts = [_mount(mount) for mount in tables(item.get("Mounts"))]
    known = {mount.destination for mount in mounts}
    mounts += [
        Mount("tmpfs", place, options=text(options))
        for place, options in table(host.get("Tmpfs")).items()
        if place not in known
    ]
    return tuple(sorted(mounts, key=lambda mount: mount.destination))


def _mount(mount: Table) -> Mount:
    options = [*text(mount.get("Mode")).split(","), text(mount.get("Propagation"))]
    options += strings(mount.get("Options"))
    return Mount(
        kind=text(mount.get("Type")),
        destination=text(mount.get("Destination")),
        name=text(mount.get("Name")),
        source=text(mount.get("Source")),
        driver=text(mount.get("Driver")),
        rw=mount.get("RW") is not False,
        options=",".join(dict.fromkeys(one for one in options if one not in {"", "ro", "rw"})),
    )


def _limits(host: Table) -> Limits:
    return Limits(
        memory=number(host.get("Memory")),
        memory_swap=number(host.get("MemorySwap")),
        memory_reservation=number(host.get("MemoryReservation")),
        nano_cpus=number(host.get("NanoCpus")),
        cpu_shares=number(host.get("CpuShares")),
        cpu_period=number(host.get("CpuPeriod")),
        cpu_quota=number(host.get("CpuQuota")),
        cpuset_cpus=text(host.get("CpusetCpus")),
        cpuset_mems=text(host.get("CpusetMems")),
        pids=max(number(host.get("PidsLimit")), 0),
        blkio_weight=number(host.get("BlkioWeight")),
    )
