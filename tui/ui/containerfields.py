"""What the sheets of one container consist of: sections of fields, addresses, probes. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.i18n import _, ngettext
from tui.model.addresses import Address, addresses
from tui.model.containerdetails import (
    ContainerDetails,
    Health,
    HealthTest,
    Limits,
    Mount,
    Network,
)
from tui.model.text import memory_size, short_id, utc_time

_KIBI: Final = 1024
_UNITS: Final = ("b", "k", "m", "g")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field."""

    label: str
    value: str
    """As it is copied."""
    shown: str = ""
    """As it is shown, where that is more than the value."""
    state: str = ""
    """Style name; the text tells the same."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What one has to know beside a container to tell its addresses."""

    far: str = ""
    """The host of an Engine elsewhere; empty for one that is here."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Container ID -> name."""


HERE: Final = Around()


def sections(details: ContainerDetails, around: Around = HERE) -> tuple[Section, ...]:
    """Return everything of a container, the most asked for first; empty sections are left out.

    Args:
        details: What inspect told.
        around: Where the Engine is, and what other containers are called.
    """
    made = (
        (_("State"), _state(details)),
        (_("Command"), _command(details)),
        (_("Ports"), port_entries(details, around)),
        (_("Networks"), _networks(details)),
        (_("Mounts"), (entry for mount in details.mounts for entry in _mount(mount))),
        (_("Restart and limits"), _update(details)),
        (_("Container"), _identity(details)),
        (_("Log"), _log(details)),
        (_("Environment"), (Entry(_("Env"), text) for text in details.env)),
        (_("Labels"), (Entry(_("Label"), f"{key}={value}") for key, value in details.labels)),
    )
    found = (
        Section(title, tuple(entry for entry in entries if entry.value)) for title, entries in made
    )
    return tuple(section for section in found if section.entries)


def _state(details: ContainerDetails) -> Iterator[Entry]:
    is_bad = details.oom_killed or bool(details.error)
    yield Entry(_("State"), details.status, state="bad" if is_bad else "")
    has_ended = bool(details.finished) and not details.is_running
    if has_ended:
        bad = "bad" if details.exit_code else ""
        yield Entry(_("Exit code"), str(details.exit_code), exit_text(details.exit_code), bad)
    if details.oom_killed:
        yield Entry(_("OOM killed"), _("yes: it wanted more memory than it may have"), state="bad")
    yield Entry(_("Error"), details.error, state="bad")
    yield Entry(_("Health"), details.health.status, health_text(details.health))
    yield Entry(_("Started"), time_text(details.started))
    yield Entry(_("Finished"), time_text(details.finished))
    yield Entry(_("Restarts"), str(details.restart_count))
    yield Entry(_("PID"), str(details.pid) if details.pid else "")


def exit_text(code: int) -> str:
    """Return an exit code with what it mostly means."""
    known = {
        125: _("the Engine could not run it"),
        126: _("the command cannot be run"),
        127: _("there is no such command"),
        137: _("killed: SIGKILL"),
        139: _("crashed: SIGSEGV"),
        143: _("ended by SIGTERM"),
    }
    return f"{code}  ({known[code]})" if code in known else str(code)


def health_text(health: Health) -> str:
    """Return the health in words, with how often the test failed in a row."""
    if not health.status or not health.failing_streak:
        return health.status
    count = health.failing_streak
    failed = ngettext("failed {count} time in a row", "failed {count} times in a row", count)
    return f"{health.status}, {failed.format(count=count)}"


def time_text(seconds: float) -> str:
    """Return a time; nothing for never."""
    return utc_time(int(seconds)) if seconds else ""


def _command(details: ContainerDetails) -> Iterator[Entry]:
    yield Entry(_("Command"), shlex.join(details.command))
    yield Entry(_("Entrypoint"), _words(details.entrypoint))
    yield Entry(_("Cmd"), _words(details.cmd))
    yield Entry(_("User"), details.user)
    yield Entry(_("Working dir"), details.working_dir)
    yield Entry(_("Hostname"), details.hostname)
    yield Entry(_("Stop signal"), details.stop_signal)
    yield Entry(_("Options"), " ".join(details.flags))


def _words(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False) if words else ""


def port_entries(details: ContainerDetails, around: Around = HERE) -> Iterator[Entry]:
    """Return the addresses of a container, or why it has none."""
    for address in addresses(details, around.far):
        is_open = address.is_published and address.is_bound
        yield Entry(
            address.private,
            address.text or address.private,
            address_text(address, around.far),
            "" if is_open else "dim",
        )
    if details.network_mode == "host":
        yield Entry("--network host", "host", _("its ports are those of the host"))
    elif details.network_mode.startswith("container:"):
        other = details.network_mode.partition(":")[2]
        name = around.names.get(other) or short_id(other)
        yield Entry("--network", f"container:{name}", _("the ports of {name}").format(name=name))


def address_text(address: Address, far: str) -> str:
    """Return `127.0.0.1:8080 -> 80/tcp`, and what one has to know of it."""
    line = f"{address.text} -> {address.private}" if address.text else address.private
    if address.is_hosts:
        return f"{line}  {_('if it listens there')}"
    if not address.is_published:
        return f"{line}  {_('not published')}"
    if not address.is_bound:
        if not address.text:
            return f"{line}  {_('the Engine chooses a port at the start')}"
        return f"{line}  {_('once it runs')}"
    if address.is_far_loopback:
        return f"{line}  {_('only on {host} itself').format(host=far)}"
    return line


def _networks(details: ContainerDetails) -> Iterator[Entry]:
    for network in details.networks:
        yield from _network(network)


def _network(network: Network) -> Iterator[Entry]:
    shown = f"{network.ip}/{network.prefix}" if network.ip else _("no address")
    yield Entry(network.name, network.ip or network.name, shown)
    yield Entry(_("  gateway"), network.gateway)
    if network.ipv6:
        yield Entry(_("  IPv6"), network.ipv6, f"{network.ipv6}/{network.ipv6_prefix}")
    yield Entry(_("  gateway"), network.ipv6_gateway)
    yield Entry(_("  MAC"), network.mac)
    yield Entry(_("  aliases"), " ".join(network.aliases))


def _mount(mount: Mount) -> Iterator[Entry]:
    what = mount.name or mount.source
    parts = (mount.kind, "rw" if mount.rw else "ro", what, mount.driver, mount.options)
    shown = " ".join(part for part in parts if part)
    yield Entry(mount.destination, what or mount.destination, shown)
    if mount.name:
        yield Entry(_("  source"), mount.source)


def _update(details: ContainerDetails) -> Iterator[Entry]:
    """Return what `docker update` changes, in its own words."""
    policy = details.restart_policy or "no"
    if details.restart_max:
        policy = f"{policy}:{details.restart_max}"
    yield Entry("--restart", policy)
    limits = tuple(limit_entries(details.limits))
    yield from limits or (Entry(_("Limits"), _("none")),)


def limit_entries(limits: Limits) -> Iterator[Entry]:
    """Return the limits that are set, as options of `docker update`."""
    sizes = (
        ("--memory", limits.memory),
        ("--memory-swap", limits.memory_swap),
        ("--memory-reservation", limits.memory_reservation),
    )
    for option, size in sizes:
        if size:
            text = docker_bytes(size)
            words = memory_size(size) if size > 0 else _("no limit")
            yield Entry(option, text, f"{text}  ({words})")
    if limits.nano_cpus:
        yield Entry("--cpus", f"{limits.nano_cpus / 1e9:.9f}".rstrip("0").rstrip("."))
    numbers: Iterable[tuple[str, int | str]] = (
        ("--cpu-shares", limits.cpu_shares),
        ("--cpu-period", limits.cpu_period),
        ("--cpu-quota", limits.cpu_quota),
        ("--cpuset-cpus", limits.cpuset_cpus),
        ("--cpuset-mems", limits.cpuset_mems),
        ("--pids-limit", limits.pids),
        ("--blkio-weight", limits.blkio_weight),
    )
    yield from (Entry(option, str(value)) for option, value in numbers if value)


def docker_bytes(size: int) -> str:
    """Return bytes as docker's options take them: 67108864 is `64m`; -1 stays."""
    if size <= 0:
        return str(size)
    power = 0
    while power + 1 < len(_UNITS) and size % _KIBI == 0:
        size, power = size // _KIBI, power + 1
    return f"{size}{_UNITS[power]}"


def _identity(details: ContainerDetails) -> Iterator[Entry]:
    yield Entry(_("Name"), details.name)
    yield Entry(_("Container ID"), details.container_id)
    yield Entry(_("Image"), details.image)
    yield Entry(_("Image ID"), details.image_id)
    yield Entry(_("Created"), time_text(details.created))


def _log(details: ContainerDetails) -> Iterator[Entry]:
    yield Entry("--log-driver", details.log_driver)
    yield from (Entry("--log-opt", f"{key}={value}") for key, value in details.log_options)
    yield Entry(_("Path"), details.log_path)


# Health


def test_text(test: HealthTest) -> str:
    """Return the command of a health check as one types it."""
    kind, *words = test.test or ("",)
    if kind == "CMD-SHELL":
        return " ".join(words)
    return shlex.join(words if kind == "CMD" else test.test)


def seconds_text(seconds: float) -> str:
    """Return a span as docker writes it: 1m30s, 500ms, 30s."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(seconds, 60)
    tail = f"{rest:.1f}".removesuffix(".0")
    return (f"{int(minutes)}m" if minutes else "") + (f"{tail}s" if rest or not minutes else "")
