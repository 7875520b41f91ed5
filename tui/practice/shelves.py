"""What Docker Hub has here: a row for each image, which is made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from tui.practice.recipes import BUILDKIT, Recipe, Step, parcel
from tui.practice.registry import HERE, HUB, Parcel, Platform, Registry
from tui.practice.seed_trees import files
from tui.practice.systems import (
    EVERYWHERE,
    Make,
    Software,
    alpine,
    at,
    busybox,
    centos,
    debian,
    hello,
)

MANY: Final = 150
"""Tags of the repository with many tags."""

DEBIAN: Final = debian("12", "bookworm")
ALPINE: Final = alpine("3.22.2")
_SLIM: Final = debian("12", "bookworm", slim=True)
_NODE: Final = {"usr/local/bin/node": 5_600_000, "usr/local/lib/node_modules/npm/cli": 1_900_000}
_GO: Final = {"usr/local/go/bin/go": 4_200_000, "usr/local/go/pkg/tool/compile": 9_800_000}


class Shelf(NamedTuple):
    """One image of the Hub, with its tags."""

    repository: str
    """Without the registry: `library/nginx`."""
    tags: str
    """With spaces between them."""
    make: Make
    platforms: tuple[Platform, ...] = (HERE,)


# What is also here at the start

BASH: Final = Software(
    ALPINE,
    "2026-11-09",
    "bash",
    "5.3",
    {"usr/local/bin/bash": 420_000, "usr/local/lib/bash/loadables": 90_000},
    ("bash",),
)


def _python(base: Make, day: str, version: str) -> Software:
    short = version.rpartition(".")[0]
    return Software(
        base,
        day,
        "python",
        version,
        {
            f"usr/local/bin/python{short}": 2_300_000,
            f"usr/local/lib/libpython{short}.so.1.0": 900_000,
        },
        ("python3",),
        texts={f"usr/local/lib/python{short}/README": "The standard library is not here.\n" * 300},
        links={"usr/local/bin/python3": f"python{short}", "usr/local/bin/python": "python3"},
        entrypoint="",
    )


PYTHON: Final = _python(DEBIAN, "2026-10-27", "3.12.12")
REDIS: Final = Software(
    DEBIAN,
    "2026-10-30",
    "redis",
    "7.4.6",
    {"usr/local/bin/redis-server": 1_100_000, "usr/local/bin/redis-cli": 380_000},
    ("redis-server",),
    port=6379,
    volume="/data",
    workdir="/data",
)


def nginx(version: str, day: str, base: Make = _SLIM) -> Make:
    """Return how an nginx is made: its system, the program, and four scripts, a layer each."""
    server = Software(
        base,
        day,
        "nginx",
        version,
        {"usr/sbin/nginx": 1_400_000, "usr/lib/nginx/modules/ngx_http_js.so": 300_000},
        ("nginx", "-g", "daemon off;"),
        port=80,
        texts={
            "etc/nginx/nginx.conf": "events {}\nhttp { include conf.d/*; }\n",
            "etc/nginx/conf.d/default.conf": "server { listen 80; root /usr/share/nginx/html; }\n",
            "usr/share/nginx/html/index.html": "<h1>It works: this is nginx, for practice.</h1>\n",
        },
    )
    helpers = ("10-listen-on-ipv6.sh", "20-envsubst-on-templates.sh", "30-tune-workers.sh")
    return _with_helpers(server, at(day), helpers)


def _with_helpers(server: Software, made: int, helpers: tuple[str, ...]) -> Make:
    """Return a server with a layer more for each helper script."""
    known: dict[Platform, Recipe] = {}

    def make(platform: Platform) -> Recipe:
        if platform not in known:
            body = "#!/bin/sh\n# prepares the configuration before the server starts\nexit 0\n"
            steps = tuple(
                Step(
                    f"COPY {name} /docker-entrypoint.d # buildkit",
                    partial(files, made, scripts={f"docker-entrypoint.d/{name}": body}),
                    BUILDKIT,
                )
                for name in helpers
            )
            whole = (*server.steps(platform)[:-2], *steps, *server.steps(platform)[-2:])
            settings = {**server.settings(), "StopSignal": "SIGQUIT"}
            known[platform] = Recipe(made, whole, server.base(platform), settings, platform)
        return known[platform]

    return make


NGINX: Final = nginx("1.29.3", "2026-11-02")
CENTOS: Final = centos("8", "2021-09-15")


def _program(
    base: Make, day: str, name: str, version: str, size: int, command: str, port: int = 0
) -> Software:
    """Return a program of one big file and a library, started by a script."""
    binary = command.partition(" ")[0]
    programs = {f"usr/local/bin/{binary}": size, f"usr/local/lib/lib{name}.so.1": size // 4}
    volume = f"/var/lib/{name}" if port else ""
    return Software(
        base, day, name, version, programs, tuple(command.split()), port=port, volume=volume
    )


def _database(name: str, version: str, day: str, size: int, port: int, base: Make) -> Software:
    return _program(base, day, name, version, size, f"{name}d" if name == "mysql" else name, port)


def _systems() -> Iterator[Shelf]:
    yield Shelf("library/debian", "12 bookworm latest", DEBIAN)
    yield Shelf("library/debian", "12-slim bookworm-slim", _SLIM)
    yield Shelf("library/debian", "13 trixie", debian("13", "trixie"))
    yield Shelf("library/debian", "11 bullseye", debian("11", "bullseye"))
    yield Shelf("library/ubuntu", "24.04 noble latest", debian("24.04", "noble"))
    yield Shelf("library/ubuntu", "22.04 jammy", debian("22.04", "jammy"))
    yield Shelf("library/ubuntu", "20.04 focal", debian("20.04", "focal"))
    yield Shelf("library/centos", "8 centos8 latest", CENTOS)
    yield Shelf("library/centos", "7 centos7", centos("7", "2021-09-14"))
    yield Shelf("library/alpine", "3 3.22 3.22.2 latest", ALPINE, EVERYWHERE)
    yield Shelf("library/alpine", "3.21 3.21.5", alpine("3.21.5"), EVERYWHERE)
    yield Shelf("library/alpine", "3.20 3.20.8", alpine("3.20.8"), EVERYWHERE)
    yield Shelf("library/busybox", "1 1.37 1.37.0 latest", busybox("2026-09-26"), EVERYWHERE)
    yield Shelf("library/busybox", "1.36 1.36.1", busybox("2025-05-18"), EVERYWHERE)
    yield Shelf("library/hello-world", "latest linux", hello, EVERYWHERE)


def _languages() -> Iterator[Shelf]:
    yield Shelf("library/bash", "5 5.3 latest", BASH)
    yield Shelf("library/python", "3 3.12 3.12.12 latest", PYTHON)
    slim = _python(_SLIM, "2026-10-27", "3.12.12")
    yield Shelf("library/python", "3.12-slim slim", slim)
    old = _python(DEBIAN, "2026-10-13", "3.11.14")
    yield Shelf("library/python", "3.11 3.11.14", old)
    for version, tags in (("22.21.1", "22 lts latest"), ("20.19.5", "20")):
        node = Software(DEBIAN, "2026-10-29", "node", version, _NODE, ("node",))
        yield Shelf("library/node", f"{tags} {version}", node)
    node = Software(ALPINE, "2026-10-29", "node", "22.21.1", _NODE, ("node",))
    yield Shelf("library/node", "22-alpine alpine", node)
    for version, tags in (("1.25.3", "1 1.25 latest"), ("1.24.9", "1.24")):
        golang = Software(DEBIAN, "2026-10-14", "golang", version, _GO, ("bash",), entrypoint="")
        yield Shelf("library/golang", f"{tags} {version}", golang)
    golang = Software(ALPINE, "2026-10-14", "golang", "1.25.3", _GO, ("sh",), entrypoint="")
    yield Shelf("library/golang", "1.25-alpine alpine", golang)
    php = _program(DEBIAN, "2026-10-28", "php", "8.4.14", 2_600_000, "php -a")
    yield Shelf("library/php", "8 8.4 latest", php)
    ruby = _program(DEBIAN, "2026-10-22", "ruby", "3.4.7", 2_900_000, "irb")
    yield Shelf("library/ruby", "3 3.4 latest", ruby)
    java = _program(debian("24.04", "noble"), "2026-10-24", "java", "21.0.9", 8_400_000, "jshell")
    yield Shelf("library/eclipse-temurin", "21 latest", java)


def _servers() -> Iterator[Shelf]:
    yield Shelf("library/nginx", "1 1.29 1.29.3 mainline latest", NGINX)
    yield Shelf("library/nginx", "1.28 1.28.0 stable", nginx("1.28.0", "2026-08-12"))
    yield Shelf("library/nginx", "1.27 1.27.5", nginx("1.27.5", "2026-04-16"))
    small = nginx("1.29.3", "2026-11-02", ALPINE)
    yield Shelf("library/nginx", "alpine 1.29-alpine mainline-alpine", small)
    old = nginx("1.27.5", "2026-04-16", alpine("3.21.5"))
    yield Shelf("library/nginx", "1.27-alpine", old)
    httpd = _program(_SLIM, "2026-10-21", "httpd", "2.4.65", 1_500_000, "httpd-foreground", 80)
    yield Shelf("library/httpd", "2 2.4 2.4.65 latest", httpd)
    caddy = _program(ALPINE, "2026-08-23", "caddy", "2.10.2", 3_300_000, "caddy run", 443)
    yield Shelf("library/caddy", "2 2.10 latest", caddy)
    traefik = _program(ALPINE, "2026-10-28", "traefik", "3.6.0", 4_100_000, "traefik", 80)
    yield Shelf("library/traefik", "v3 v3.6 latest", traefik)
    tomcat = _program(DEBIAN, "2026-10-17", "tomcat", "11.0.13", 3_800_000, "catalina.sh run", 8080)
    yield Shelf("library/tomcat", "11 11.0 latest", tomcat)
    word = _program(DEBIAN, "2026-10-25", "wordpress", "6.8.3", 3_100_000, "apache2-foreground", 80)
    yield Shelf("library/wordpress", "6 6.8 latest", word)
    store = _program(ALPINE, "2026-04-10", "registry", "3.0.0", 1_900_000, "registry serve", 5000)
    yield Shelf("library/registry", "2 3 latest", store)


def _databases() -> Iterator[Shelf]:
    yield Shelf("library/redis", "7 7.4 7.4.6", REDIS)
    redis = _program(DEBIAN, "2026-11-03", "redis", "8.2.3", 1_700_000, "redis-server", 6379)
    yield Shelf("library/redis", "8 8.2 latest", redis)
    for version, tags, day in (
        ("18.1", "18 latest", "2026-11-04"),
        ("17.7", "17", "2026-11-04"),
        ("16.11", "16", "2026-11-04"),
    ):
        made = _database("postgres", version, day, 4_900_000, 5432, DEBIAN)
        yield Shelf("library/postgres", f"{tags} {version}", made)
    made = _database("postgres", "17.7", "2026-11-04", 4_600_000, 5432, ALPINE)
    yield Shelf("library/postgres", "17-alpine", made)
    for version, tags in (("8.4.7", "8 8.4 lts latest"), ("9.5.0", "9 9.5 innovation")):
        made = _database("mysql", version, "2026-10-22", 9_200_000, 3306, _SLIM)
        yield Shelf("library/mysql", f"{tags} {version}", made)
    maria = _program(
        debian("24.04", "noble"), "2026-08-07", "mariadb", "12.0.2", 6_800_000, "mariadbd", 3306
    )
    yield Shelf("library/mariadb", "12 12.0 lts latest", maria)
    mongo = _program(
        debian("24.04", "noble"), "2026-10-19", "mongo", "8.2.1", 9_900_000, "mongod", 27017
    )
    yield Shelf("library/mongo", "8 8.2 latest", mongo)
    cached = _program(_SLIM, "2026-10-21", "memcached", "1.6.39", 500_000, "memcached", 11211)
    yield Shelf("library/memcached", "1 1.6 latest", cached)
    rabbit = _program(
        debian("24.04", "noble"),
        "2026-10-30",
        "rabbitmq",
        "4.2.0",
        5_200_000,
        "rabbitmq-server",
        5672,
    )
    yield Shelf("library/rabbitmq", "4 4.2 latest", rabbit)
    managed = _program(
        rabbit, "2026-10-30", "rabbitmq-management", "4.2.0", 600_000, "rabbitmq-server", 15672
    )
    yield Shelf("library/rabbitmq", "4-management management", managed)


def _of_users() -> Iterator[Shelf]:
    seven = centos("7", "2021-09-14")
    ansible = _program(seven, "2018-12-05", "ansible", "2.7.4", 2_100_000, "/bin/bash")
    yield Shelf("ansible/centos7-ansible", "stable latest", ansible)
    vnc = _program(seven, "2023-01-27", "xfce", "4.12", 4_800_000, "startup.sh", 5901)
    yield Shelf("consol/centos-xfce-vnc", "1.4.0 latest", vnc)
    ssh = _program(seven, "2021-04-18", "openssh", "2.6.1", 900_000, "supervisord", 22)
    yield Shelf("jdeathe/centos-ssh", "2.6.1 latest", ssh)
    web = nginx("1.29.3", "2026-11-02", DEBIAN)
    yield Shelf("bitnami/nginx", "1.29 latest", web)
    jenkins = _program(DEBIAN, "2026-11-05", "jenkins", "2.528.2", 6_700_000, "jenkins.sh", 8080)
    yield Shelf("jenkins/jenkins", "lts latest", jenkins)
    portainer = _program(ALPINE, "2026-10-15", "portainer", "2.33.3", 3_900_000, "portainer", 9443)
    yield Shelf("portainer/portainer-ce", "lts 2.33.3 latest", portainer)
    for number in range(1, MANY + 1):
        yield Shelf("practice/many-tags", f"v{number}", partial(_numbered, number))


def _numbered(number: int, platform: Platform) -> Recipe:
    """Return one of the images of the repository with many tags: a system and a number."""
    made = at("2026-01-05") + number * 86400
    text = f"build {number} of {MANY}\n"
    step = Step(
        f"/bin/sh -c #(nop) COPY file:{number:064x} in /build ",
        partial(files, made, texts={"build": text}),
    )
    return Recipe(made, (step,), ALPINE(platform))


def fill(registry: Registry) -> None:
    """Offer all images of the Hub; none is made before somebody asks for it."""
    for rows in (_systems, _languages, _servers, _databases, _of_users):
        for shelf in rows():
            registry.offer(
                f"{HUB}/{shelf.repository}",
                shelf.tags.split(),
                partial(_parcel, shelf),
            )


def _parcel(shelf: Shelf) -> Parcel:
    return parcel([shelf.make(platform) for platform in shelf.platforms])
