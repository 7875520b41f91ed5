"""A real Engine pushes to the built-in registry and pulls from it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.distribution.commands import ROOT
from tests.distribution.talk import ask
from tests.engines.images import ImageSpec
from tests.engines.maker import EngineRefused, ImageMaker
from tests.engines.registries import PORTS
from tests.waiting import until
from tui.distribution.accounts import Accounts, hash_password
from tui.distribution.blobs import Blobs
from tui.distribution.contents import read_contents
from tui.distribution.layout import Layout
from tui.distribution.registry import Registry
from tui.distribution.server import RegistryServer

if TYPE_CHECKING:
    from docker import APIClient

IMAGES: Final = 10
PASSWORD: Final = "made-up-Passw0rd"


def nearby(registry: str) -> range:
    """Ports that every Engine of the tests reaches by plain HTTP."""
    port = int(registry.rpartition(":")[2])
    return range(port + 1, port + 1 + PORTS)


@contextmanager
def serving(
    root: Path,
    ports: range,
    accounts: Accounts | None = None,
    tell: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """Serve a folder in this process; gives the address."""
    with Registry(root) as shelf:
        for port in ports:
            with suppress(OSError):
                server = RegistryServer(shelf, port=port, accounts=accounts, tell=tell)
                break
        else:
            raise OSError("no free port")
        with server:
            yield f"127.0.0.1:{server.port}"


@contextmanager
def another(root: Path, ports: range) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a folder in a process of its own; gives it and the address."""
    for port in ports:
        command = [sys.executable, "-m", "tui.cli", "registry", "serve", "--backend", "builtin"]
        with subprocess.Popen(
            [*command, "--root", str(root), "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "XDG_STATE_HOME": str(root.parent / "state")},
        ) as process:
            assert process.stdout is not None
            if process.stdout.readline():
                try:
                    yield process, f"127.0.0.1:{port}"
                finally:
                    process.kill()
                return
    raise OSError("no free port")


def load_images(maker: ImageMaker, address: str, size: int) -> list[str]:
    """Load images with a layer that all share and one of their own; returns their names."""
    shared = maker.layer("shared", size)
    names = [f"{address}/{maker.name(f'app{number}')}:1" for number in range(IMAGES)]
    specs = [
        ImageSpec((shared, maker.layer(f"own-{number}", size)), tags=(name,))
        for number, name in enumerate(names)
    ]
    maker.load(*specs)
    return names


def push(api: APIClient, name: str, login: dict[str, str] | None = None) -> None:
    """Push; EngineRefused with the Engine's words."""
    repository, _, tag = name.rpartition(":")
    try:
        for line in api.push(repository, tag, stream=True, decode=True, auth_config=login or {}):
            if "error" in line:
                raise EngineRefused(line["error"])
    except KeyError as error:  # docker-py misses the message in Podman's answer
        raise EngineRefused(str(error.__context__)) from error


def pull(api: APIClient, name: str, login: dict[str, str] | None = None) -> None:
    """Pull; EngineRefused with the Engine's words."""
    from docker.errors import APIError

    repository, _, tag = name.rpartition(":")
    try:
        for line in api.pull(repository, tag, stream=True, decode=True, auth_config=login or {}):
            if "error" in line:
                raise EngineRefused(line["error"])
    except APIError as error:
        raise EngineRefused(str(error.explanation)) from error


def on_all(host: str, do: Callable[[APIClient, str], None], names: list[str]) -> None:
    """Do something with every image at the same time, each on a connection of its own."""
    from docker import APIClient

    def one(name: str) -> None:
        client = APIClient(host, version="auto", timeout=50)
        try:
            do(client, name)
        finally:
            client.close()

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(one, names))


def try_all(host: str, names: list[str]) -> None:
    """Push all of them to a registry that dies meanwhile; each Engine says that in its own way."""
    with suppress(Exception):
        on_all(host, push, names)


def image_ids(api: APIClient, names: list[str]) -> list[str]:
    return [str(api.inspect_image(name)["Id"]) for name in names]


def assert_intact(root: Path) -> None:
    blobs = Blobs(Layout(root))
    broken = [digest for digest, _size in blobs.all() if not blobs.is_intact(digest)]
    assert broken == []


def test_ten_images_go_there_and_come_back_at_once(
    api: APIClient, engine_host: str, registry: str, maker: ImageMaker, tmp_path: Path
) -> None:
    with serving(tmp_path / "registry", nearby(registry)) as address:
        names = load_images(maker, address, 400_000)
        before = image_ids(api, names)
        on_all(engine_host, push, names)
        assert_intact(tmp_path / "registry")
        found = read_contents(tmp_path / "registry")
        assert [len(each.tags) for each in found.repositories] == [1] * IMAGES
        for name in names:
            api.remove_image(name)
        on_all(engine_host, pull, names)
        assert image_ids(api, names) == before


def test_killed_in_the_middle_it_holds_no_broken_blob_and_the_next_push_ends_it(
    api: APIClient, engine_host: str, registry: str, maker: ImageMaker, tmp_path: Path
) -> None:
    root, ports = tmp_path / "registry", nearby(registry)
    with another(root, ports) as (process, address):
        names = load_images(maker, address, 4_000_000)
        pushes = threading.Thread(target=try_all, args=(engine_host, names), daemon=True)
        pushes.start()
        blobs = Blobs(Layout(root))
        until(lambda: len(list(blobs.all())) > 2, "some blobs are there", seconds=40)
        until(lambda: any(Layout(root).uploads.iterdir()), "others are on their way")
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    whole = {digest for digest, _size in blobs.all()}
    assert 0 < len(whole) < 3 * IMAGES + 1
    assert_intact(root)
    port = int(address.rpartition(":")[2])
    with another(root, range(port, port + 1)):
        assert list(Layout(root).uploads.iterdir()) == []
        pushes.join(50)  # Engines try again for a while, and find it there again
        before = image_ids(api, names)
        on_all(engine_host, push, names)
        for name in names:
            api.remove_image(name)
        on_all(engine_host, pull, names)
        assert image_ids(api, names) == before
    assert_intact(root)
    assert whole <= {digest for digest, _size in blobs.all()}


def test_only_who_logs_in_pushes_and_pulls(
    engine_host: str, engine_kind: str, registry: str, maker: ImageMaker, tmp_path: Path
) -> None:
    from docker import APIClient
    from docker.errors import APIError

    people = Accounts({"me": hash_password(PASSWORD)})
    right, wrong = ({"username": "me", "password": each} for each in (PASSWORD, "wrong"))
    requests: list[str] = []
    client = APIClient(engine_host, version="auto", timeout=50)
    with serving(tmp_path / "registry", nearby(registry), people, requests.append) as address:
        name = f"{address}/{maker.name('secret')}:1"
        maker.load(ImageSpec((maker.layer("one", 1000),), tags=(name,)))
        assert ask(address, "GET", "/v2/").status == 401
        if engine_kind != "podman":  # whose login knows no plain HTTP, unlike its push and pull
            with pytest.raises(APIError):
                client.login("me", "wrong", registry=address)
            assert client.login("me", PASSWORD, registry=address)["Status"] == "Login Succeeded"
        requests.clear()
        for login in ({}, wrong):
            with pytest.raises(EngineRefused):
                push(client, name, login)
        # an Engine that takes a refusal for a passing fault goes on for a minute
        assert sum(" POST " in line for line in requests) < 4
        push(client, name, right)
        client.remove_image(name)
        with pytest.raises(EngineRefused):
            pull(client, name, {"username": "nobody", "password": "none"})
        pull(client, name, right)
    client.close()
