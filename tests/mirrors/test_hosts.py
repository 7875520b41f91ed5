"""Mirrors in hosts.toml and in Podman's registries.conf."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.mirrors.hosts import LONGEST, hosts_of, podman_mirrors

HOSTS = """
server = "https://registry-1.docker.io"
[host."https://a.example"]
  capabilities = ["pull", "resolve"]
[host."http://10.0.0.5:5000"]
  skip_verify = true
"""


def test_the_hosts_of_docker_hub(tmp_path: Path) -> None:
    assert hosts_of(str(tmp_path)) == ("", ())
    assert hosts_of("") == ("", ())
    file = tmp_path / "docker.io/hosts.toml"
    file.parent.mkdir()
    file.write_text(HOSTS)
    assert hosts_of(str(tmp_path)) == (str(file), ("https://a.example", "http://10.0.0.5:5000"))
    file.write_text('server = "https://a.example"')
    assert hosts_of(str(tmp_path)) == (str(file), ())
    file.write_text("host = 3")
    assert hosts_of(str(tmp_path)) == (str(file), ())


@pytest.mark.parametrize("text", ["[host", "a = " + "[" * 100_000, "x" * (LONGEST + 1), "\xff"])
def test_hosts_that_cannot_be_understood(tmp_path: Path, text: str) -> None:
    file = tmp_path / "docker.io/hosts.toml"
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError):  # noqa: PT011
        hosts_of(str(tmp_path))


def test_podmans_mirrors_of_docker_hub(tmp_path: Path) -> None:
    (tmp_path / "registries.conf").write_text(
        '[[registry]]\nprefix = "docker.io"\nlocation = "x"\n'
        '[[registry.mirror]]\nlocation = "a.example/hub"\n'
        '[[registry.mirror]]\nlocation = "10.0.0.5:5000"\ninsecure = true\n'
        '[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "no.example"\n'
    )
    more = tmp_path / "registries.conf.d"
    more.mkdir()
    (more / "1.conf").write_text('[[registry]]\nlocation = "docker.io"\nmirror = [3, {}]\n')
    (more / "2.conf").write_text("broken [")
    (more / "3.conf").write_text(
        '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "b.example"\n'
    )
    assert podman_mirrors((tmp_path, tmp_path / "not-there")) == (
        "https://a.example/hub",
        "http://10.0.0.5:5000",
        "https://b.example",
    )
