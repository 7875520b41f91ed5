"""Fixtures for tests on a real Engine, and the rule that they may not vanish unseen.

With ORLOP_REQUIRE_ENGINE=1 a skipped Engine test fails, and so does a session that ran none.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.maker import ImageMaker, engine_store
from tests.engines.sources import NotHere, Sources

if TYPE_CHECKING:
    from docker import APIClient

os.environ["ORLOP_HUB_URL"] = "http://127.0.0.1:9"  # no test asks Docker Hub itself
_ENGINE_FIXTURES = frozenset({"engine_host", "registry"})
_ON_ENGINE = "on engine"
_OTHER_STORE = "not on this Engine: "


def _required() -> bool:
    return os.environ.get("ORLOP_REQUIRE_ENGINE") == "1"


@pytest.fixture(scope="session")
def _sources() -> Iterator[Sources]:
    sources = Sources()
    yield sources
    sources.close()


@pytest.fixture(scope="session")
def engine_host(_sources: Sources) -> str:
    """The DOCKER_HOST of an Engine that answers."""
    try:
        return _sources.engine()
    except NotHere as reason:
        pytest.skip(f"no Engine: {reason}")


@pytest.fixture(scope="session")
def registry(_sources: Sources) -> str:
    """The `127.0.0.1:PORT` of a registry that the Engine reaches by plain HTTP."""
    try:
        return _sources.registry()
    except NotHere as reason:
        pytest.skip(f"no registry: {reason}")


@pytest.fixture(scope="session")
def api(engine_host: str) -> Iterator[APIClient]:
    """The low-level client, to ask the Engine itself what is true."""
    from docker import APIClient  # here: most tests need no Docker client

    client = APIClient(engine_host, version="auto", timeout=50)
    yield client
    client.close()


@pytest.fixture(scope="session")
def engine_kind(api: APIClient) -> str:
    """How the Engine keeps images: `classic`, `containerd` or `podman`."""
    return engine_store(api)


@pytest.fixture(scope="session")
def image_prefix(api: APIClient) -> Iterator[str]:
    """The first part of every name this session gives; what bears it goes at the end."""
    prefix = f"orlop-test-{secrets.token_hex(4)}"
    yield prefix
    with ImageMaker(api, prefix) as left_over:
        named = api.containers(all=True, filters={"name": f"^/?{prefix}"})
        left_over.adopt(containers=[container["Id"] for container in named])


@pytest.fixture
def maker(api: APIClient, image_prefix: str) -> Iterator[ImageMaker]:
    """Makes images and containers, with a prefix of the test's own; all are gone after it."""
    with ImageMaker(api, f"{image_prefix}-{secrets.token_hex(2)}") as images:
        yield images


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for one megabyte."""
    if os.getuid():
        pytest.skip("only root mounts a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(autouse=True)
def _only_on_its_stores(request: pytest.FixtureRequest) -> None:
    """Skip a test marked `stores("classic", ...)` on an Engine of another kind."""
    if marker := request.node.get_closest_marker("stores"):
        kind = request.getfixturevalue("engine_kind")
        if kind not in marker.args:
            pytest.skip(f"{_OTHER_STORE}{kind}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that asks for an Engine, so that `-m engine` finds it."""
    for item in items:
        if _ENGINE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("engine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note Engine tests; turn their skip into a failure where an Engine is required."""
    report = yield
    on_engine = item.get_closest_marker("engine") is not None
    report.user_properties.append((_ON_ENGINE, on_engine))
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and on_engine and _required():
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if _OTHER_STORE not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped, but ORLOP_REQUIRE_ENGINE=1: {reason}"
    return report


class _EngineTests:
    """Counts the Engine tests that ran, in this process or in pytest-xdist's."""

    def __init__(self) -> None:
        self.ran = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        on_engine = (_ON_ENGINE, True) in report.user_properties
        self.ran += report.when == "call" and not report.skipped and on_engine

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        worker = hasattr(session.config, "workerinput")
        if _required() and not worker and not self.ran:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if _required() and not self.ran:
            terminalreporter.write_line("ORLOP_REQUIRE_ENGINE=1, but no Engine test ran", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for Engine tests."""
    config.pluginmanager.register(_EngineTests())
