"""A tag's digest asked through a real Engine: with a login, without, and where there is no way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.fakes import FakeRegistry, digest, gzipped
from tui.engine.client import EngineClient, connect
from tui.engine.distribution import registry_digest
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import AuthRequired, EngineError, NotFound, RegistryUnreachable
from tui.model.reference import ImageReference

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic", "containerd")]


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.add([gzipped(b"")])
        yield made


@pytest.fixture(autouse=True)
def docker_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The docker command's configuration, without any login."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


def _tag(fake: FakeRegistry, tag: str = "1") -> ImageReference:
    return ImageReference(fake.host, fake.path, tag)


def _log_in(docker_config: Path, host: str, secret: str) -> None:
    auth = base64.b64encode(f"me:{secret}".encode()).decode()
    docker_config.write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def test_without_a_login(client: EngineClient, fake: FakeRegistry) -> None:
    assert registry_digest(client, _tag(fake)) == digest(fake.manifests["1"])
    with pytest.raises(NotFound):
        registry_digest(client, _tag(fake, "2"))


def test_with_the_stored_login(
    client: EngineClient, fake: FakeRegistry, docker_config: Path
) -> None:
    fake.auth = "basic"
    _log_in(docker_config, fake.host, "secret")
    assert registry_digest(client, _tag(fake)) == digest(fake.manifests["1"])


def test_with_a_wrong_login_no_error_tells_it(
    client: EngineClient, fake: FakeRegistry, docker_config: Path
) -> None:
    fake.auth = "basic"
    _log_in(docker_config, fake.host, "made-up-wrong-secret")
    with pytest.raises(AuthRequired) as caught:
        registry_digest(client, _tag(fake))
    assert "made-up" not in repr(caught.value) + caught.value.detail + str(caught.value)


def test_a_broken_helper_does_not_stop_who_needs_no_login(
    client: EngineClient, fake: FakeRegistry, docker_config: Path
) -> None:
    for config in ('{"credsStore": "not-there"}', "{"):
        docker_config.write_text(config)
        assert registry_digest(client, _tag(fake)) == digest(fake.manifests["1"])


def test_where_there_is_no_way(client: EngineClient) -> None:
    with pytest.raises(EngineError) as caught:
        registry_digest(client, ImageReference("127.0.0.1:9", "app", "1"))
    assert isinstance(caught.value, RegistryUnreachable), caught.value
