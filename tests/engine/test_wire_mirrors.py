"""What `GET /info` tells of mirrors, in the shapes of each Engine."""

from __future__ import annotations

import pytest

from tui.engine.wire_mirrors import engine_mirrors
from tui.model.mirrors import EngineMirrors


@pytest.mark.parametrize("info", [None, [], {}, {"RegistryConfig": None}, {"RegistryConfig": 3}])
def test_nothing_is_told(info: object) -> None:
    assert engine_mirrors(info) == EngineMirrors()


def test_docker_tells_mirrors_and_whom_it_does_not_check() -> None:
    told = engine_mirrors(
        {
            "OperatingSystem": "Debian",
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
            "RegistryConfig": {
                "Mirrors": ["https://a/", 3],
                "InsecureRegistryCIDRs": ["127.0.0.0/8"],
                "IndexConfigs": {
                    "docker.io": {"Secure": True, "Mirrors": ["https://a/"]},
                    "10.0.0.5:5000": {"Secure": False, "Mirrors": None},
                    "odd": 3,
                },
            },
        }
    )
    assert told.in_force == ("https://a/",)
    assert told.insecure == ("127.0.0.0/8", "10.0.0.5:5000")
    assert (told.is_rootless, told.is_desktop) == (True, False)


def test_podman_and_desktop() -> None:
    hub = {"Mirrors": ["https://b/"], "Secure": True}
    podman = {"RegistryConfig": {"Mirrors": [], "IndexConfigs": {"docker.io": hub}}}
    assert engine_mirrors(podman).in_force == ("https://b/",)
    desktop = {"OperatingSystem": "Docker Desktop", "RegistryConfig": {"Mirrors": None}}
    assert engine_mirrors(desktop).is_desktop
