"""Programs that run until they are stopped, and write a line now and then.

They write lazily: nobody wakes them, they catch up when somebody reads their log.
"""

from __future__ import annotations

import hashlib
import posixpath
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.practice.containers.process import (
    SIGHUP,
    SIGINT,
    SIGQUIT,
    SIGTERM,
    Program,
    Signal,
    Until,
)

if TYPE_CHECKING:
    from tui.practice.containers.machine import Machine
    from tui.practice.containers.streams import Streams

LONGEST_LOG: Final = 2_000
"""Lines that a server is behind at most: a container of a year has no log of a year."""

Server = Callable[["Machine", list[str], "Streams"], Program]
Lines = Callable[["Machine", list[str]], Iterator[str]]
Regular = Callable[["Machine", int, float], str]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of server talks."""

    greets: Lines
    """What it writes when it starts."""
    says: Regular
    """A line by its number and moment."""
    ends: Lines
    """What it writes when it is stopped."""
    every: float
    """Seconds between two lines."""
    stream: int = 1
    """1 or 2: where it writes about itself."""


def _serve(manner: Manner) -> Server:
    """Return a server of a manner."""

    def run(machine: Machine, command: list[str], streams: Streams) -> Program:
        machine.process.handles |= {SIGHUP, SIGINT, SIGQUIT, SIGTERM}
        tell = streams.err if manner.stream == 2 else streams.out
        for line in manner.greets(machine, command):
            tell(line.encode() + b"\n")
        began, number = machine.now, _behind(machine, manner.every)
        while True:
            try:
                number += 1
                yield Until(began + number * manner.every + _jitter(machine, number), lazily=True)
                streams.out(manner.says(machine, number, machine.now).encode() + b"\n")
            except Signal as signal:
                if signal.number == SIGHUP:
                    continue
                for line in manner.ends(machine, command):
                    tell(line.encode() + b"\n")
                return 0

    return run


def _behind(machine: Machine, every: float) -> int:
    """Return how many lines to leave out of a log that would be too long."""
    lines = int((machine.container.clock() - machine.now) / every)
    return max(0, lines - LONGEST_LOG)


def _jitter(machine: Machine, number: int) -> float:
    """Return a part of a second that is always the same for the same line."""
    return _chance(machine, number, 900) / 1000


def _chance(machine: Machine, number: int, below: int) -> int:
    seed = f"{machine.container.id}/{number}".encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest(), "big") % below


def _pick(machine: Machine, number: int, *choices: str) -> str:
    return choices[_chance(machine, number, len(choices))]


def _at(now: float, form: str) -> str:
    return time.strftime(form, time.gmtime(now))


# nginx


def _nginx_greets(machine: Machine, _command: list[str]) -> Iterator[str]:
    stamp = _at(machine.now, "%Y/%m/%d %H:%M:%S")
    version = machine.env.get("NGINX_VERSION", "1.29.3")
    yield "/docker-entrypoint.sh: Configuration complete; ready for start up"
    for text in ('using the "epoll" event method', f"nginx/{version}", "start worker processes"):
        yield f"{stamp} [notice] 1#1: {text}"
    for worker in (29, 30):
        yield f"{stamp} [notice] 1#1: start worker process {worker}"


def _nginx_says(machine: Machine, number: int, now: float) -> str:
    path = _pick(machine, number, "/", "/", "/index.html", "/about", "/favicon.ico", "/status")
    status = "404" if path in {"/about", "/favicon.ico"} else "200"
    size = 153 if status == "404" else 47 + 100 * len(path)
    agent = _pick(machine, number + 7, "curl/8.14.1", "Mozilla/5.0", "kube-probe/1.31")
    when = _at(now, "%d/%b/%Y:%H:%M:%S +0000")
    return f'172.17.0.1 - - [{when}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}" "-"'


def _nginx_ends(machine: Machine, _command: list[str]) -> Iterator[str]:
    stamp = _at(machine.now, "%Y/%m/%d %H:%M:%S")
    yield f"{stamp} [notice] 1#1: signal 3 (SIGQUIT) received, shutting down"
    yield f"{stamp} [notice] 1#1: exit"


# redis


def _redis_line(machine: Machine, sign: str, text: str) -> str:
    stamp = f"{_at(machine.now, '%d %b %Y %H:%M:%S')}.{int(machine.now * 1000) % 1000:03}"
    return f"1:M {stamp} {sign} {text}"


def _redis_greets(machine: Machine, _command: list[str]) -> Iterator[str]:
    version = machine.env.get("REDIS_VERSION", "7.4.6")
    yield _redis_line(machine, "*", f"Redis version={version}, bits=64, pid=1, just started")
    yield _redis_line(machine, "*", "Running mode=standalone, port=6379.")
    yield _redis_line(machine, "*", "Server initialized")
    yield _redis_line(machine, "*", "Ready to accept connections tcp")


def _redis_says(machine: Machine, number: int, _now: float) -> str:
    changes = 1 + _chance(machine, number, 100)
    return _redis_line(machine, "*", f"{changes} changes in 300 seconds. Saving...")


def _redis_ends(machine: Machine, _command: list[str]) -> Iterator[str]:
    yield _redis_line(machine, "*", "User requested shutdown...")
    yield _redis_line(machine, "#", "Redis is now ready to exit, bye bye...")


# Programs that are written in Python, and others


def _web_greets(machine: Machine, _command: list[str]) -> Iterator[str]:
    port = next(iter(machine.container.config.get("ExposedPorts") or {}), "8000/tcp")
    yield f" * Serving on http://0.0.0.0:{port.partition('/')[0]}"


def _web_says(machine: Machine, number: int, now: float) -> str:
    path = _pick(machine, number, "/", "/cart", "/item/7", "/item/12", "/login", "/health")
    method = "POST" if path == "/login" else "GET"
    took = 2 + _chance(machine, number + 3, 90)
    return f'[{_at(now, "%d/%b/%Y %H:%M:%S")}] "{method} {path} HTTP/1.1" 200 {took}ms'


def _worker_says(machine: Machine, number: int, now: float) -> str:
    job = _pick(machine, number, "thumbnail", "mail", "invoice", "cleanup")
    took = 40 + _chance(machine, number + 3, 900)
    return f"{_at(now, '%Y-%m-%dT%H:%M:%SZ')} INFO job {number} {job} done in {took}ms"


def _worker_greets(machine: Machine, command: list[str]) -> Iterator[str]:
    stamp = _at(machine.now, "%Y-%m-%dT%H:%M:%SZ")
    yield f"{stamp} INFO {posixpath.basename(command[0])} started"


def _ends(machine: Machine, _command: list[str]) -> Iterator[str]:
    yield f"{_at(machine.now, '%Y-%m-%dT%H:%M:%SZ')} INFO stopped"


def _base_greets(machine: Machine, command: list[str]) -> Iterator[str]:
    stamp = _at(machine.now, "%Y-%m-%d %H:%M:%S UTC")
    yield f"{stamp} [1] LOG:  starting {posixpath.basename(command[0])}"
    yield f"{stamp} [1] LOG:  database system is ready to accept connections"


def _base_says(machine: Machine, number: int, now: float) -> str:
    took = 1 + _chance(machine, number, 400)
    return f"{_at(now, '%Y-%m-%d %H:%M:%S UTC')} [27] LOG:  checkpoint complete: {took} ms"


_NGINX: Final = _serve(Manner(_nginx_greets, _nginx_says, _nginx_ends, 12.0, 2))
_REDIS: Final = _serve(Manner(_redis_greets, _redis_says, _redis_ends, 300.0))
_WEB: Final = _serve(Manner(_web_greets, _web_says, _ends, 6.0))
_WORKER: Final = _serve(Manner(_worker_greets, _worker_says, _ends, 9.0))
_BASE: Final = _serve(Manner(_base_greets, _base_says, _ends, 300.0))

SERVERS: Final[dict[str, Server]] = {
    "nginx": _NGINX,
    "httpd": _NGINX,
    "caddy": _WEB,
    "gunicorn": _WEB,
    "uvicorn": _WEB,
    "traefik": _WEB,
    "worker": _WORKER,
    "redis-server": _REDIS,
    **dict.fromkeys(
        ("postgres", "mysqld", "mariadbd", "mongod", "memcached", "rabbitmq-server"), _BASE
    ),
}
_INTERPRETERS: Final = ("python", "node", "java", "ruby", "php")


def find(name: str, command: list[str]) -> Server | None:
    """Return the server that a command starts; None if it starts none."""
    if name in SERVERS:
        return SERVERS[name]
    if name.startswith(_INTERPRETERS):
        return _WEB if len(command) > 1 else _console
    return None


def _console(machine: Machine, command: list[str], streams: Streams) -> Program:
    """Play an interpreter that was given no program: it only knows how to leave."""
    from tui.practice.containers.calls import Run

    run = Run(machine, command, streams, machine.env)
    has_terminal = machine.process.terminal is not None
    name = posixpath.basename(command[0])
    if has_terminal:
        streams.say(f"{name}: the practice engine plays no interpreter; exit() or ctrl+d leaves")
    while True:
        if has_terminal:
            streams.out(b">>> ")
        line = yield from run.line()
        if not line or line.strip() in {b"exit()", b"quit()", b".exit", b"exit"}:
            return 0
