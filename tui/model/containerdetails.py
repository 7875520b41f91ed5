"""One container with everything that inspect tells of it, as people ask for it."""

from __future__ import annotations

from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of a health check (`State.Health.Log`)."""

    start: float = 0.0
    """Seconds of the epoch; 0 when the Engine does not tell."""
    end: float = 0.0
    exit_code: int = 0
    output: str = ""
    """As the test wrote it: 4 kB at most, and anything may be in it."""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(self.end - self.start, 0.0) if self.start else 0.0


@dataclass(frozen=True, slots=True)
class HealthTest:
    """What is run to find out (`Config.Healthcheck`). Times in seconds; 0: the Engine's own."""

    test: tuple[str, ...] = ()
    """`CMD` or `CMD-SHELL` and what follows it."""
    interval: float = 0.0
    timeout: float = 0.0
    retries: int = 0
    start_period: float = 0.0
    start_interval: float = 0.0
    """API 1.44 and later."""

    @property
    def is_on(self) -> bool:
        """Whether anything is run: `NONE` takes the image's check away."""
        return bool(self.test) and self.test[0] != "NONE"


NO_TEST = HealthTest()


@dataclass(frozen=True, slots=True)
class Health:
    """How healthy it is (`State.Health`)."""

    status: str = ""
    """`starting`, `healthy`, `unhealthy`; empty without a health check."""
    failing_streak: int = 0
    log: tuple[Probe, ...] = ()
    """Oldest first; Engines keep the last five."""


NO_HEALTH = Health()


CHOSEN = "0"
"""In the place of a port of the host: the Engine chooses one when the container starts."""


@dataclass(frozen=True, slots=True)
class Port:
    """One port, and where it is published."""

    private: str
    """`80/tcp`."""
    host_ip: str = ""
    """As the Engine tells: `0.0.0.0`, `::`, `127.0.0.1`; empty for all."""
    host_port: str = ""
    """Empty while it is exposed only; CHOSEN while nobody knows."""
    is_bound: bool = False
    """Whether it answers now; else it is published as soon as the container runs."""


@dataclass(frozen=True, slots=True)
class Network:
    """Its place in one network."""

    name: str
    ip: str = ""
    prefix: int = 0
    gateway: str = ""
    ipv6: str = ""
    ipv6_prefix: int = 0
    ipv6_gateway: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mount:
    """One place where something else than its own layer is."""

    kind: str
    """`volume`, `bind`, `tmpfs`, `npipe`, ..."""
    destination: str
    name: str = ""
    """Of a volume."""
    source: str = ""
    """Path on the Engine's host."""
    driver: str = ""
    rw: bool = True
    options: str = ""
    """`z`, `size=64k`, `rprivate`, ..."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What it may use; 0 and empty: no limit. Sizes in bytes."""

    memory: int = 0
    memory_swap: int = 0
    """Memory and swap together; -1: as much swap as there is."""
    memory_reservation: int = 0
    nano_cpus: int = 0
    """Billionths of a CPU."""
    cpu_shares: int = 0
    cpu_period: int = 0
    cpu_quota: int = 0
    cpuset_cpus: str = ""
    cpuset_mems: str = ""
    pids: int = 0
    blkio_weight: int = 0


@dataclass(frozen=True, slots=True)
class ContainerDetails:
    """One container of `GET /containers/{id}/json`. Times are seconds of the epoch, 0: never."""

    container_id: str
    name: str = ""
    """Without the leading slash."""
    image: str = ""
    """The reference it was created from."""
    image_id: str = ""
    created: float = 0.0
    status: str = ""
    """`running`, `exited`, ..."""
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    """Why it could not be started."""
    started: float = 0.0
    finished: float = 0.0
    restart_count: int = 0
    oom_killed: bool = False
    health: Health = NO_HEALTH
    health_test: HealthTest = NO_TEST
    command: tuple[str, ...] = ()
    """The program with its arguments, as run."""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    user: str = ""
    working_dir: str = ""
    hostname: str = ""
    env: tuple[str, ...] = ()
    stop_signal: str = ""
    flags: tuple[str, ...] = ()
    """Words of `docker run` that hold for it: `--privileged`, `--read-only`, `--rm`, `--tty`."""
    network_mode: str = ""
    ports: tuple[Port, ...] = ()
    networks: tuple[Network, ...] = ()
    mounts: tuple[Mount, ...] = ()
    restart_policy: str = ""
    restart_max: int = 0
    limits: Limits = Limits()
    log_driver: str = ""
    log_options: Pairs = ()
    log_path: str = ""
    labels: Pairs = ()
    raw: str = ""
    """The Engine's answer as JSON text, indented by two; empty if nested too deep."""

    @property
    def is_running(self) -> bool:
        """Whether its ports answer and its health is looked at."""
        return self.status in {"running", "paused"}
