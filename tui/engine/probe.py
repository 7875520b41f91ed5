"""Reading folders of the Engine's disk through a container that is created and never started.

They are bound read-only, by `Mounts`: `Binds` would make a folder that is not there. What
reads it is `GET /containers/{id}/archive`. The container is removed with its volumes, whatever
happens; one that a killed orlop left is known by its label. Podman makes a missing folder all the
same, so it may be asked for those alone that it has.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from docker.types import Mount

from tui.engine import containers, wire
from tui.engine.client import Body, EngineClient
from tui.engine.errors import NotFound
from tui.engine.translate import from_answer

LABEL: Final = "orlop.probe"
"""Its value says whose the container is: `host:process`."""

FOLDER: Final = "/.orlop"
"""Where the folders are bound in the container, each by its number."""


class Probe:
    """Bound folders, counted from 0."""

    def __init__(self, client: EngineClient, container_id: str) -> None:
        self._client = client
        self._container_id = container_id

    def has(self, name: str) -> bool:
        """Tell whether there is something of this name in the first folder.

        Raises:
            EngineError: it was refused, cut, or the connection broke.
        """
        with self._client.asking() as api:
            url = f"{api.base_url}/v{self._client.api_version}/containers"
            path = {"path": f"{FOLDER}/0/{name}"}
            answer = api.request("HEAD", f"{url}/{self._container_id}/archive", params=path)
        if answer.status_code in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            return answer.status_code == HTTPStatus.OK
        raise from_answer(answer.status_code, answer.reason)

    def tar_of(self, name: str | bytes, folder: int = 0) -> AbstractContextManager[Body]:
        """Lend a tar of one file, or of one folder and all in it, named by the last part of `name`.

        Raises:
            NotFound: there is no such file.
            EngineError: it was refused, cut, or the connection broke.
        """
        path = quote(os.fsencode(f"{FOLDER}/{folder}/") + os.fsencode(name), safe="")
        return self._client.body(f"/containers/{self._container_id}/archive?path={path}")


@contextmanager
def probe(client: EngineClient, image_id: str, *folders: str) -> Iterator[Probe]:
    """Lend folders of the Engine's disk.

    Args:
        client: The Engine.
        image_id: Any image: nothing in it is run.
        folders: Absolute paths on the Engine's machine.

    Raises:
        EngineError: as the Engine tells.
    """
    with client.asking() as api:
        bound = [
            Mount(f"{FOLDER}/{number}", folder, type="bind", read_only=True)
            for number, folder in enumerate(folders)
        ]
        answer: object = api.create_container(
            image_id,
            ["orlop"],
            labels={LABEL: _owner()},
            network_disabled=True,
            host_config=api.create_host_config(network_mode="none", mounts=bound),
        )
    container_id = wire.text(wire.table(answer).get("Id"))
    try:
        yield Probe(client, container_id)
    finally:
        with client.for_job() as own:  # the client may have been cut
            containers.remove(own, container_id, force=True, volumes=True)


def sweep(client: EngineClient) -> None:
    """Remove what an orlop of this machine left behind that runs no more.

    Raises:
        EngineError: as the Engine tells.
    """
    with client.asking() as api:
        answer: object = api.containers(all=True, filters={"label": LABEL})
    for item in wire.tables(answer):
        if _has_gone(wire.text(wire.table(item.get("Labels")).get(LABEL))):
            container_id = wire.text(item.get("Id"))
            with suppress(NotFound):  # another orlop was faster
                containers.remove(client, container_id, force=True, volumes=True)


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _has_gone(owner: str) -> bool:
    """Tell whether the process that made a probe was here, and has ended."""
    host, _colon, number = owner.rpartition(":")
    if host != socket.gethostname() or not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OverflowError, PermissionError):
        return False
    return False
