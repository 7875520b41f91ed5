"""Where Engines come from, and that Engine tests cannot vanish unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.engines.sources import SCRIPT, NotHere, Sources

ROOT: Final = Path(__file__).parents[2]
ONE_ENGINE_TEST: Final = "tests/engines/test_images.py::test_clean_leaves_nothing"
NO_ENGINE_TEST: Final = (
    "tests/engines/test_images.py::test_a_spec_refuses_a_history_that_does_not_fit_its_layers"
)


def _pytest(test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one test in a pytest of its own, with an Engine asked for that is not there."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ORLOP_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env=clean | {"ORLOP_TEST_HOST": "unix:///nowhere.sock"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_an_engine_a_test_is_skipped_with_the_reason() -> None:
    ran = _pytest(ONE_ENGINE_TEST)
    assert ran.returncode == pytest.ExitCode.OK
    assert "no Engine: ORLOP_TEST_HOST unix:///nowhere.sock does not answer" in ran.stdout
    assert "1 skipped" in ran.stdout


def test_where_an_engine_is_required_the_skip_fails() -> None:
    ran = _pytest(ONE_ENGINE_TEST, ORLOP_REQUIRE_ENGINE="1")
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "skipped, but ORLOP_REQUIRE_ENGINE=1: Skipped: no Engine" in ran.stdout
    assert "1 error" in ran.stdout


def test_where_an_engine_is_required_a_session_without_its_tests_fails() -> None:
    ran = _pytest(NO_ENGINE_TEST, ORLOP_REQUIRE_ENGINE="1")
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 passed" in ran.stdout
    assert "no Engine test ran" in ran.stdout


def test_a_private_engine_and_registry_start_and_are_gone_after(
    monkeypatch: pytest.MonkeyPatch, engine_host: str
) -> None:
    """Beside the session's own Engine; `engine_host` lets it skip where there can be none."""
    for name in ("ORLOP_TEST_HOST", "DOCKER_HOST", "ORLOP_REGISTRY"):
        monkeypatch.delenv(name, raising=False)
    sources = Sources()
    try:
        started = sources.engine()
    except NotHere as reason:
        pytest.skip(str(reason))
    try:
        registry = sources.registry()
        assert started != engine_host
        assert Path(started.removeprefix("unix://")).is_socket()
        monkeypatch.setenv("ORLOP_REGISTRY", registry)
        assert Sources().registry() == registry
    finally:
        sources.close()
    assert not Path(started.removeprefix("unix://")).exists()
    with pytest.raises(NotHere, match="does not answer"):
        Sources().registry()


def test_the_script_refuses_a_path_too_long_for_a_socket() -> None:
    environment = os.environ | {"ORLOP_ENGINE_DIR": "/tmp/" + "x" * 100}
    ran = subprocess.run(
        [SCRIPT, "start"], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3
    assert "too long for a socket" in ran.stderr
    assert not Path(environment["ORLOP_ENGINE_DIR"]).exists()
