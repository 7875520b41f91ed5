"""A site: an Engine with its registry and its search, where scenarios are played."""

from __future__ import annotations

import http.server
import json
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import parse_qs, urlsplit

from tests.contract.bench import Bench
from tests.contract.raw import Raw
from tests.contract.scenario import Played, Scenario, perform
from tests.engines.images import archive, runnable

NEWEST: Final = (1, 51)
"""The newest API version that orlop asks for."""

PRACTICE: Final = "practice"
PRACTICE_REGISTRY: Final = "127.0.0.1:5000"
PRACTICE_TERM: Final = "nginx"

LABELS: Final = ("20.10", "28.5 classic", "28.5 containerd", "Podman 5.8")
"""The Engines whose differences are listed."""


class Site:
    """One Engine; each scenario gets a bench of its own on it, with names of its own."""

    def __init__(self, socket_path: str, registry: str, term: str, session: str = "") -> None:
        about = Raw(socket_path).ask("GET", "/version").json()
        api = tuple(map(int, about["ApiVersion"].split(".")))
        self.raw = Raw(socket_path, ".".join(map(str, min(api, NEWEST))))
        """Asks as orlop does: for the newest version that both know."""
        self.store = _store(self.raw, about)
        self.label = _label(self.store, about["Version"])
        """Which Engine it is: one of `LABELS`, or another."""
        self._registry, self._term = registry, term
        self._session = session or f"orlop-contract-{secrets.token_hex(4)}"
        self._runs = f"{self._session}/runs:1"
        self._played: dict[str, Played] = {}
        # Load twice, and the second time an image of other bytes could be what is tagged.
        self.raw.ask("POST", "/images/load", {"quiet": 1}, body=archive([runnable(self._runs)]))

    def play(self, scenario: Scenario) -> Played:
        """Play a scenario, once; the second time its outcome is known."""
        if scenario.name not in self._played:
            bench = Bench(
                self.raw,
                store=self.store,
                registry=self._registry,
                term=self._term,
                prefix=f"{self._session}-{scenario.name}".replace("_", "-"),
                runs=self._runs,
            )
            self._played[scenario.name] = perform(scenario, bench)
        return self._played[scenario.name]

    def close(self) -> None:
        """Remove what all scenarios used."""
        self.raw.ask("DELETE", f"/images/{self._runs}", {"force": 1})


def _store(raw: Raw, about: dict[str, object]) -> str:
    if "podman" in json.dumps(about.get("Components")).lower():
        return "podman"
    status = raw.ask("GET", "/info").json().get("DriverStatus")
    return "containerd" if "io.containerd.snapshotter" in json.dumps(status) else "classic"


def _label(store: str, version: str) -> str:
    short = ".".join(version.split(".")[:2])
    if store == "podman":
        return f"Podman {short}"
    return short if short == "20.10" else f"{short} {store}"


@contextmanager
def real_site(host: str, registry: str) -> Iterator[Site]:
    """Lend a site on a real Engine at `unix://…`."""
    with _Index() as index:
        site = Site(host.removeprefix("unix://"), registry, f"{index.address}/term")
        try:
            yield site
        finally:
            site.close()


class _Answers(http.server.BaseHTTPRequestHandler):
    """What Docker Hub's search answers, less the Hub."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        rows = [
            {
                "name": f"term{index}",
                "description": "A term." if index % 2 else "",
                "star_count": 2000 // (index + 1),
                "is_official": index < 2,
                "is_automated": index == 3,
            }
            for index in range(int(query.get("n", ["25"])[0]))
        ]
        found = {"num_results": len(rows), "query": "term", "results": rows}
        body = json.dumps(found if self.path.startswith("/v1/search") else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _Index:
    """A search index on loopback, since the Hub's is out of reach."""

    def __enter__(self) -> _Index:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def practice_site() -> Iterator[Site]:
    """Lend a site on a practice engine of its own: no images, its own registry, no waiting."""
    from tui.practice.hold import Settings
    from tui.practice.serve import build_hold
    from tui.practice.server import PracticeServer

    hold = build_hold(Settings(speed=0), seeds=False)
    with tempfile.TemporaryDirectory(prefix="orlop-") as folder:
        path = f"{folder}/s"
        with PracticeServer(path, hold):
            site = Site(path, PRACTICE_REGISTRY, PRACTICE_TERM)
            site.label = PRACTICE
            yield site
