"""One fixed world for screenshots and snapshot tests: images that share layers, containers, jobs.

Nothing here depends on the clock, the machine or chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tests.ui.stage import NOW
from tui.engine.errors import PermissionDenied
from tui.engine.meter import PullMeter
from tui.model.container import ContainerState, ContainerSummary, PortBinding
from tui.model.engine import DiskGauge, Endpoint, EngineInfo
from tui.model.image import HistoryStep, ImageDetails, ImageFacts, ImageSummary, SearchResult
from tui.model.job import Job, JobState
from tui.model.progress import LayerProgress, Progress, PullNote
from tui.store import events
from tui.store.state import NO_TROUBLE, Phase, Trouble

HOUR: Final = 3600
DAY: Final = 24 * HOUR

ENDPOINT: Final = Endpoint("unix:///var/run/docker.sock", "default")
ENGINE: Final = EngineInfo(
    name="harbour",
    version="27.3.1",
    api_version="1.47",
    storage_driver="overlay2",
    data_root="/var/lib/docker",
    images=12,
    containers=9,
    containers_running=4,
    os="linux",
    architecture="amd64",
)
GAUGE: Final = DiskGauge(used=41_200_000_000, total=80_000_000_000, free=38_800_000_000)


class Step(NamedTuple):
    """One line of a Dockerfile as a builder records it."""

    created_by: str
    size: int = 0
    makes_layer: bool = True


def _nop(command: str) -> Step:
    return Step(f"/bin/sh -c #(nop)  {command}", makes_layer=False)


def _kit(command: str, size: int = 0) -> Step:
    makes_layer = size > 0 or command.startswith("WORKDIR")
    return Step(f"{command} # buildkit", size, makes_layer)


def _sha(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


DEBIAN: Final = (
    Step(f"/bin/sh -c #(nop) ADD file:{_sha('bookworm')[7:]} in / ", 74_835_121),
    _nop('CMD ["bash"]'),
)
PYTHON: Final = (
    *DEBIAN,
    _kit("ENV LANG=C.UTF-8"),
    _kit(
        "RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends "
        "ca-certificates netbase tzdata ; rm -rf /var/lib/apt/lists/*",
        9_230_448,
    ),
    _kit("ENV PYTHON_VERSION=3.12.7"),
    _kit(
        "RUN /bin/sh -c set -eux; wget -O python.tar.xz "
        '"https://www.python.org/ftp/python/3.12.7/Python-3.12.7.tar.xz"; make -j "$(nproc)"',
        41_382_911,
    ),
    _kit('CMD ["python3"]'),
)
NGINX: Final = (
    *DEBIAN,
    _kit("ENV NGINX_VERSION=1.27.2"),
    _kit(
        "RUN /bin/sh -c set -x && groupadd --system --gid 101 nginx && apt-get update "
        "&& apt-get install --no-install-recommends -y nginx=1.27.2-1~bookworm",
        116_990_731,
    ),
    _kit("COPY docker-entrypoint.sh / ", 1_620),
    _kit("COPY 10-listen-on-ipv6-by-default.sh /docker-entrypoint.d ", 2_125),
    _kit("COPY 30-tune-worker-processes.sh /docker-entrypoint.d ", 4_619),
    _kit('ENTRYPOINT ["/docker-entrypoint.sh"]'),
    _kit("EXPOSE map[80/tcp:{}]"),
    _kit('CMD ["nginx" "-g" "daemon off;"]'),
)
REDIS: Final = (
    *DEBIAN,
    _kit("RUN /bin/sh -c groupadd -r -g 999 redis && useradd -r -g redis -u 999 redis", 4_309),
    _kit("RUN /bin/sh -c set -eux; wget redis.tar.gz; make -C redis install", 41_902_884),
    _kit("VOLUME [/data]"),
    _kit("WORKDIR /data"),
    _kit('CMD ["redis-server"]'),
)  # fmt: skip
POSTGRES: Final = (
    *DEBIAN,
    _kit("RUN /bin/sh -c groupadd -r postgres --gid=999; mkdir -p /var/lib/postgresql", 9_802_112),
    _kit("ENV PG_MAJOR=16"),
    _kit("RUN /bin/sh -c apt-get install -y postgresql-16 postgresql-16-jit", 347_118_006),
    _kit("COPY docker-entrypoint.sh docker-ensure-initdb.sh /usr/local/bin/ ", 16_212),
    _kit('CMD ["postgres"]'),
)
CENTOS: Final = (
    Step(f"/bin/sh -c #(nop) ADD file:{_sha('centos 7')[7:]} in / ", 203_973_021),
    _nop("LABEL org.label-schema.name=CentOS Base Image"),
    _nop('CMD ["/bin/bash"]'),
)
ALPINE: Final = (_kit("ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / ", 7_802_112),)
SHOP_LIBRARIES: Final = (
    *PYTHON,
    _kit("WORKDIR /srv/shop"),
    _kit("COPY requirements.txt . ", 412),
    _kit("RUN /bin/sh -c pip install --no-cache-dir -r requirements.txt", 186_402_113),
)
HOSTILE: Final = (
    *ALPINE,
    _kit("RUN /bin/sh -c echo '[/x] [@click=app.quit]\x1b[31mred\x1b]0;owned\x07' > /a", 2_048),
    _kit("COPY gpj\u202egnp.exe /usr/bin/ ", 88_064),
)
"""Steps that try to speak to the terminal and to Textual's markup."""

HOSTILE_LABELS: Final = (
    ("maintainer", "[bold red]\x1b[2J\x1b]52;c;T1dORUQ=\x07[/]"),
    ("description", "line one\nline two\ttab \u202eright to left\u202c " + "long " * 40),
)


def _shop(version: str, size: int) -> tuple[Step, ...]:
    return (
        *SHOP_LIBRARIES,
        _kit(f"COPY . . (version {version})", size),
        _kit('CMD ["python3" "-m" "shop"]'),
    )


def _image(
    steps: Iterable[Step],
    *tags: str,
    hours: int,
    pulled: bool = False,
    labels: tuple[tuple[str, str], ...] = (),
) -> ImageFacts:
    """Make what inspect and history tell of an image."""
    steps = tuple(steps)
    made = int(NOW) - hours * HOUR
    identifier = _sha(repr((steps, hours)))
    history = tuple(
        HistoryStep(made + n, step.created_by, step.size) for n, step in enumerate(steps)
    )
    digests = (f"{tags[0].partition(':')[0]}@{_sha(identifier)}",) if pulled else ()
    details = ImageDetails(
        image_id=identifier,
        tags=tags,
        digests=digests,
        created=datetime.fromtimestamp(made, UTC).isoformat(),
        size=sum(step.size for step in steps),
        diff_ids=tuple(_sha(step.created_by) for step in steps if step.makes_layer),
        os="linux",
        architecture="amd64",
        entrypoint=("/docker-entrypoint.sh",) if pulled else (),
        cmd=("sh", "-c", "exec serve"),
        env=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"),
        exposed_ports=("80/tcp",) if pulled else (),
        labels=labels,
        raw='{\n  "Id": "' + identifier + '",\n  "Os": "linux"\n}',
    )
    return ImageFacts(details, history)


SHOP_OLD: Final = _image(_shop("1.3", 2_911_004), hours=9 * 24)
SHOP: Final = _image(_shop("1.4", 2_930_118), "shop/api:1.4", "shop/api:latest", hours=3)
NGINX_IMAGE: Final = _image(NGINX, "nginx:1.27", hours=5 * 24, pulled=True)
PYTHON_IMAGE: Final = _image(PYTHON, "python:3.12-slim", hours=12 * 24, pulled=True)
REDIS_IMAGE: Final = _image(REDIS, "redis:7.4", hours=20 * 24, pulled=True)
POSTGRES_IMAGE: Final = _image(POSTGRES, "postgres:16", hours=21 * 24, pulled=True)
CENTOS_IMAGE: Final = _image(CENTOS, "centos:7", hours=5 * 365 * 24, pulled=True)
HOSTILE_IMAGE: Final = _image(
    HOSTILE, "registry.example:5000/team/tools:nightly", hours=30, labels=HOSTILE_LABELS
)
FACTS: Final = (
    SHOP,
    _image((*SHOP_LIBRARIES, _kit("RUN /bin/sh -c make test", 61_204)), hours=4),
    HOSTILE_IMAGE,
    NGINX_IMAGE,
    SHOP_OLD,
    PYTHON_IMAGE,
    REDIS_IMAGE,
    POSTGRES_IMAGE,
    _image(ALPINE, "alpine:3.20", hours=40 * 24, pulled=True),
    _image(DEBIAN, "debian:12-slim", hours=60 * 24, pulled=True),
    CENTOS_IMAGE,
    _image((*CENTOS, Step("/bin/sh -c yum install -y gcc make", 210_400_120)),
           "build/legacy:el7", hours=400 * 24),
)  # fmt: skip


def _summary(facts: ImageFacts) -> ImageSummary:
    details = facts.details
    return ImageSummary(
        details.image_id,
        details.tags,
        details.digests,
        created=int(datetime.fromisoformat(details.created).timestamp()),
        size=details.size,
        labels=details.labels,
    )


IMAGES: Final = tuple(_summary(facts) for facts in FACTS)
"""Newest first, as the Engine lists them."""


def _container(
    name: str,
    image: ImageFacts,
    state: ContainerState,
    status: str,
    *,
    command: str = "/docker-entrypoint.sh",
    ports: tuple[PortBinding, ...] = (),
    health: str = "",
    hours: int = 1,
) -> ContainerSummary:
    details = image.details
    return ContainerSummary(
        hashlib.sha256(name.encode()).hexdigest(),
        name,
        details.tags[0] if details.tags else details.image_id,
        details.image_id,
        command=command,
        created=int(NOW) - hours * HOUR,
        state=state,
        status=status,
        health=health,
        ports=ports,
    )


RUNNING, EXITED = ContainerState.RUNNING, ContainerState.EXITED
CONTAINERS: Final = (
    _container(
        "web", NGINX_IMAGE, RUNNING, "Up 3 hours (healthy)",
        ports=(PortBinding(80, "tcp", 8080, "0.0.0.0"), PortBinding(80, "tcp", 8080, "::")),
        health="healthy", hours=3,
    ),
    _container("api", SHOP, RUNNING, "Up 2 hours (unhealthy)", command="python3 -m shop",
               ports=(PortBinding(8000, "tcp"),), health="unhealthy", hours=2),
    _container("cache", REDIS_IMAGE, RUNNING, "Up 5 days", command="redis-server",
               ports=(PortBinding(6379, "tcp"),), hours=120),
    _container("db", POSTGRES_IMAGE, RUNNING, "Up 5 days", command="postgres",
               ports=(PortBinding(5432, "tcp", 5432, "127.0.0.1"),), hours=121),
    _container("api-before", SHOP_OLD, EXITED, "Exited (137) 2 hours ago",
               command="python3 -m shop", hours=200),
    _container("build-el7", CENTOS_IMAGE, EXITED, "Exited (0) 13 months ago", command="make rpm",
               hours=400 * 24),
    _container("odd", HOSTILE_IMAGE, ContainerState.CREATED, "Created",
               command="sh -c 'printf \x1b[2J [bold]\u202eolleh'", hours=29),
)  # fmt: skip

RESULTS: Final = (
    SearchResult("centos", "DEPRECATED; The official build of CentOS.", 7779, True),
    SearchResult("kasmweb/centos-7-desktop", "CentOS 7 desktop for Kasm Workspaces", 44, False),
    SearchResult("bitnami/centos-base-buildpack", "Centos base compilation image", 0, False),
    SearchResult("dokken/centos-7", "CentOS 7 image for kitchen-dokken", 7, False),
    SearchResult("spack/centos7", "CentOS 7 with Spack preinstalled", 2, False),
    SearchResult("corpusops/centos", "[/] \x1b[5mcorpusops\x1b[0m base images", 0, False),
)

CONNECTED: Final = (
    events.EngineTold(ENGINE),
    events.ImagesListed(IMAGES),
    events.ContainersListed(CONTAINERS),
    events.GaugeRead(GAUGE),
    events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE),
    events.FactsRead(FACTS),
)
"""What a session and the first reads tell."""

SEARCHED: Final = (events.SearchStarted("centos"), events.SearchEnded("centos", RESULTS))

_DENIED: Final = PermissionDenied(
    "dial unix /var/run/docker.sock: connect: permission denied",
    url=ENDPOINT.url,
    group="docker",
    user="ada",
)
DENIED: Final = (
    events.ConnectionChanged(Phase.FAILED, Trouble(_DENIED.title, _DENIED.remedy, _DENIED.detail)),
)
LOST: Final = (
    events.ConnectionChanged(
        Phase.LOST, Trouble("The Engine closed the connection.", "Wait until it is back.")
    ),
)


def _half_a_pull() -> Progress:
    """Return where a pull of six layers stands in its ninth second."""
    clock = [0.0]
    meter = PullMeter(lambda: clock[0])
    blobs = [_sha(f"blob {number}")[7:19] for number in range(6)]
    meter.feed(PullNote("7.4-bookworm: Pulling from library/redis"))
    meter.feed(LayerProgress(blobs[0], "Already exists"))
    for blob in blobs[1:]:
        meter.feed(LayerProgress(blob, "Pulling fs layer"))
    for clock[0], shares in ((1.0, (1, 1, 0, 0)), (8.0, (2, 6, 8, 3))):
        for blob, total, share in zip(
            blobs[1:5], (1_104_219, 10_702_118, 29_150_022, 88_312), shares, strict=True
        ):
            meter.feed(LayerProgress(blob, "Downloading", total * share // 10, total))
        meter.snapshot()
    meter.feed(LayerProgress(blobs[1], "Pull complete"))
    meter.feed(LayerProgress(blobs[2], "Extracting", 4_456_448, 10_702_118))
    meter.feed(LayerProgress(blobs[5], "Waiting"))
    return meter.snapshot()


PULLING: Final = (
    events.JobQueued(
        Job(
            7,
            "remove_images",
            "remove 1 image",
            "docker rmi ubuntu:22.04",
            progress=Progress(lines=("Untagged: ubuntu:22.04", "Deleted: sha256:3b4187a85c8d...")),
            queued_at=NOW - 60,
        )
    ),
    events.JobStarted(7, NOW - 60),
    events.JobFinished(7, NOW - 59, "1 image removed, 77.9 MB freed"),
    events.JobQueued(
        Job(8, "pull", "pull redis:7.4-bookworm", "docker pull redis:7.4-bookworm",
            queued_at=NOW - 9)
    ),
    events.JobStarted(8, NOW - 9),
    events.JobProgressed(8, _half_a_pull()),
)  # fmt: skip
"""A removal that has ended, and a pull on its way."""

FAILED_PULL: Final = (
    events.JobQueued(
        Job(9, "pull", "pull shop/api:2", "docker pull shop/api:2", JobState.QUEUED,
            queued_at=NOW - 5)
    ),
    events.JobStarted(9, NOW - 5),
    events.JobFailed(
        9,
        NOW - 4,
        Trouble(
            "The registry has no such image, or wants a login.",
            "Check the name, or log in with: docker login",
            "pull access denied for shop/api",
        ),
    ),
)  # fmt: skip
