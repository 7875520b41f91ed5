"""Puts images and containers on a real Engine, and takes them away again."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tests.engines.images import ImageSpec, Link, archive, make_layer

if TYPE_CHECKING:
    from docker import APIClient

END_MARKER = 1024
"""Bytes of the blocks that end a tar."""

KEEP_RUNNING: tuple[str, ...] = ("sleep", "3600")
"""A container's command that ends only when it is killed."""


class EngineRefused(RuntimeError):
    """The Engine answered 200 and then an error inside the stream."""


class ImageMaker:
    """Images, containers and tags on one Engine, all gone after `clean` (or the `with`).

    Everything gets a name below `prefix`, and `layer` gives bytes no other maker gives: an Engine
    may be shared, and images of equal bytes are one image.
    """

    def __init__(self, api: APIClient, prefix: str) -> None:
        self.api = api
        """The low-level client; its answers are what the Engine said."""
        self.prefix = prefix
        """First part of each repository and container name, for example `orlop-test-1f2e3d`."""
        self._images: list[str] = []
        self._containers: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.clean()

    def name(self, rest: str) -> str:
        """Return a repository (and tag) below the prefix: `app:1` → `PREFIX/app:1`."""
        return f"{self.prefix}/{rest}"

    def layer(self, name: str, size: int) -> bytes:
        """Make a layer of one file of `size` bytes that do not compress; same name, same bytes."""
        return make_layer({f"{name}.bin": random.Random(f"{self.prefix}/{name}").randbytes(size)})

    def load(self, *specs: ImageSpec) -> tuple[str, ...]:
        """Load all images in one archive; returns their IDs in the same order.

        Raises EngineRefused with the Engine's words. On the containerd store, where the ID is that
        of a manifest, each image needs a tag.
        """
        for line in self.api.load_image(archive(specs)):
            if "error" in line:
                raise EngineRefused(line["error"])
        if engine_store(self.api) == "containerd":
            by_tag = {tag: image["Id"] for image in self._all() for tag in _tags(image)}
            ids = tuple(by_tag[spec.tags[0]] for spec in specs)
        else:
            ids = tuple(spec.image_id for spec in specs)
        self._images.extend(ids)
        return ids

    def tag(self, image: str, rest: str) -> str:
        """Give an image one more name below the prefix; returns the whole name."""
        name = self.name(rest)
        repository, _, tag = name.rpartition(":")
        self.api.tag(image, repository, tag, force=True)
        return name

    def container(
        self,
        image: str,
        *,
        name: str = "",
        command: Sequence[str] = KEEP_RUNNING,
        start: bool = False,
        labels: Mapping[str, str] | None = None,
    ) -> str:
        """Create a container without a network, and start it if asked; returns its ID."""
        made = self.api.create_container(
            image,
            command=list(command),
            name=f"{self.prefix}-{name}" if name else None,
            labels=dict(labels or {}),
            host_config=self.api.create_host_config(network_mode="none"),
        )
        container = str(made["Id"])
        self._containers.append(container)
        if start:
            self.api.start(container)
        return container

    def commit(
        self, image: str, files: Mapping[str, bytes | Link], *, rest: str = "", message: str = ""
    ) -> str:
        """Make a child image with `docker commit`: the parent's layers and one of these files.

        Returns its ID; without `rest` the child has no tag.
        """
        container = self.container(image)
        self.api.put_archive(container, "/", _without_padding(make_layer(files)))
        repository, _, tag = self.name(rest).rpartition(":") if rest else ("", "", "")
        made = self.api.commit(
            container, repository=repository or None, tag=tag or None, message=message or None
        )
        self.api.remove_container(container, v=True, force=True)
        self._containers.remove(container)
        image_id = f"sha256:{str(made['Id']).removeprefix('sha256:')}"  # Podman leaves it out
        self._images.append(image_id)
        return image_id

    def adopt(self, *, images: Iterable[str] = (), containers: Iterable[str] = ()) -> None:
        """Let `clean` also remove what somebody else made (tags below the prefix go anyway)."""
        self._images.extend(images)
        self._containers.extend(containers)

    def clean(self) -> None:
        """Remove the containers, every name with the prefix, and the images that then have none."""
        from docker.errors import NotFound  # here: a plain `import tests...` stays light

        for container in self._containers:
            try:
                self.api.remove_container(container, v=True, force=True)
            except NotFound:
                continue  # the test removed it
        for names_of in (_tags, _digests):  # Podman's digests go with the tags
            for name in {name for image in self._all() for name in names_of(image)}:
                if name.startswith(f"{self.prefix}/") or f"/{self.prefix}/" in name:
                    self._remove(name)
        self._remove_nameless()
        self._images.clear()
        self._containers.clear()

    def _remove_nameless(self) -> None:
        """Remove our images without a name, children first: a parent cannot go before them."""
        left = dict.fromkeys(reversed(self._images))
        while left:
            here = {str(image["Id"]): image for image in self._all()}
            nameless = [image for image in left if image in here and not _tags(here[image])]
            gone = [image for image in nameless if self._remove(image)]
            if not gone:
                return
            for image in gone:
                del left[image]

    def _remove(self, image: str) -> bool:
        """Remove a name or an ID; False when the Engine says that it is needed or already gone."""
        from docker.errors import APIError

        try:
            self.api.remove_image(image)
        except APIError as error:
            if error.status_code not in (404, 409):
                raise
            return False
        return True

    def _all(self) -> list[dict[str, Any]]:
        """Return every image, the untagged parents too."""
        return list(self.api.images(all=True))


def engine_store(api: APIClient) -> str:
    """Return how an Engine keeps images: `classic`, `containerd` or `podman`."""
    components = api.version().get("Components") or ()
    if any("podman" in part["Name"].lower() for part in components):
        return "podman"
    status = api.info().get("DriverStatus") or ()
    if any("io.containerd.snapshotter" in str(value) for _, value in status):
        return "containerd"
    return "classic"


def _tags(image: Mapping[str, Any]) -> list[str]:
    """Return an image's names; Podman's full ones also as Docker shortens them."""
    names = [tag for tag in image["RepoTags"] or () if tag != "<none>:<none>"]
    return [*names, *(name.removeprefix("docker.io/") for name in names if "docker.io/" in name)]


def _digests(image: Mapping[str, Any]) -> list[str]:
    return [name for name in image["RepoDigests"] or () if name != "<none>@<none>"]


def _without_padding(tar: bytes) -> bytes:
    """Return a tar that stops at its end marker.

    Podman reads no further than that, and now and then fails to take what follows.
    """
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        archive.getmembers()
        return tar[: archive.offset + END_MARKER]
