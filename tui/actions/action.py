"""One frozen value per verb; each knows the docker command line it equals.

An action says *what* and nothing of *how* (handlers) or *when* (dispatcher).
"""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui.i18n import _, ngettext
from tui.model.listing import SourceName
from tui.model.text import short_id, visible

if TYPE_CHECKING:
    from tui.contents.image import ListedImage
    from tui.model.removal import RemovalPlan


class Action(Protocol):
    """What the dispatcher needs to know of every action."""

    @property
    def kind(self) -> str:
        """Which handler and which limit apply."""
        ...

    @property
    def title(self) -> str:
        """What it does, for the jobs pane."""
        ...

    @property
    def docker(self) -> str:
        """The docker command line it equals; empty where there is none."""
        ...

    @property
    def targets(self) -> frozenset[str]:
        """What it works on; two jobs with a target in common run one after the other."""
        ...

    @property
    def quiet(self) -> bool:
        """Whether it is a read that the app makes by itself."""
        ...


def docker_line(*words: str) -> str:
    """Return a docker command line that a shell reads as these words."""
    return shlex.join(["docker", *(visible(word) for word in words if word)])


class PullImage(NamedTuple):
    """Download an image: `docker pull`."""

    reference: str
    platform: str = ""
    all_tags: bool = False
    kind: str = "pull"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`pull nginx:1.27`."""
        return _("pull {reference}").format(reference=visible(self.reference))

    @property
    def docker(self) -> str:
        """`docker pull [--all-tags] [--platform P] REF`."""
        platform = ("--platform", self.platform) if self.platform else ()
        return docker_line("pull", "--all-tags" if self.all_tags else "", *platform, self.reference)

    @property
    def targets(self) -> frozenset[str]:
        """The reference: the same image is not pulled twice at a time."""
        return frozenset({self.reference})


class RemoveImages(NamedTuple):
    """Remove exactly what a preview listed: `docker rmi`."""

    plan: RemovalPlan
    kind: str = "remove_images"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`remove nginx:1.27, redis:7 and 3 more`."""
        names = tuple(short_id(step.name) if step.by_id else step.name for step in self.plan.steps)
        return _("remove {names}").format(names=_some(names))

    @property
    def docker(self) -> str:
        """`docker rmi [--force] NAME...`, in the order of the steps."""
        names = (short_id(step.name) if step.by_id else step.name for step in self.plan.steps)
        return docker_line("rmi", "--force" if self.plan.force else "", *names)

    @property
    def targets(self) -> frozenset[str]:
        """The images' IDs: removals never overlap."""
        return frozenset({"images", *(step.image_id for step in self.plan.steps)})


class TagImage(NamedTuple):
    """Give an image one more name: `docker tag`."""

    image_id: str
    source: str
    """How the line names the image: its name or short ID."""
    reference: str
    kind: str = "tag"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`tag nginx:1.27 as me/nginx:old`."""
        return _("tag {source} as {reference}").format(
            source=visible(self.source), reference=visible(self.reference)
        )

    @property
    def docker(self) -> str:
        """`docker tag SOURCE REFERENCE`."""
        return docker_line("tag", self.source, self.reference)

    @property
    def targets(self) -> frozenset[str]:
        """The image and the name."""
        return frozenset({self.image_id, self.reference})


class ContainerVerb(StrEnum):
    """What can be done to containers as they are."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    KILL = "kill"
    PAUSE = "pause"
    UNPAUSE = "unpause"


class ContainerTarget(NamedTuple):
    """One container by its ID, and how people call it."""

    container_id: str
    name: str


class ChangeContainers(NamedTuple):
    """Start, stop, restart, kill, pause or unpause containers."""

    verb: ContainerVerb
    containers: tuple[ContainerTarget, ...]
    kind: str = "change_containers"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`stop web, db`."""
        return f"{self.verb} {_names(self.containers)}"

    @property
    def docker(self) -> str:
        """`docker VERB NAME...`."""
        return docker_line(self.verb, *(target.name for target in self.containers))

    @property
    def targets(self) -> frozenset[str]:
        """The containers' IDs."""
        return frozenset(target.container_id for target in self.containers)


class RenameContainer(NamedTuple):
    """Give a container another name: `docker rename`."""

    container: ContainerTarget
    name: str
    kind: str = "rename_container"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`rename web to web-old`."""
        return _("rename {container} to {name}").format(
            container=visible(self.container.name), name=visible(self.name)
        )

    @property
    def docker(self) -> str:
        """`docker rename OLD NEW`."""
        return docker_line("rename", self.container.name, self.name)

    @property
    def targets(self) -> frozenset[str]:
        """The container's ID."""
        return frozenset({self.container.container_id})


class RemoveContainers(NamedTuple):
    """Remove exactly these containers: `docker rm`."""

    containers: tuple[ContainerTarget, ...]
    force: bool = False
    """Kill those that run first."""
    volumes: bool = False
    """Remove their anonymous volumes too."""
    kind: str = "remove_containers"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`remove containers web, db`."""
        return _("remove container {names}").format(names=_names(self.containers))

    @property
    def docker(self) -> str:
        """`docker rm [--force] [--volumes] NAME...`."""
        return docker_line(
            "rm",
            "--force" if self.force else "",
            "--volumes" if self.volumes else "",
            *(target.name for target in self.containers),
        )

    @property
    def targets(self) -> frozenset[str]:
        """The containers' IDs."""
        return frozenset(target.container_id for target in self.containers)


class SearchImages(NamedTuple):
    """Search the Hub, or the registry that the term names: `docker search`."""

    term: str
    limit: int = 100
    kind: str = "search"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`search nginx`."""
        return _("search {term}").format(term=visible(self.term))

    @property
    def docker(self) -> str:
        """`docker search --limit N TERM`."""
        return docker_line("search", "--limit", str(self.limit), self.term)

    @property
    def targets(self) -> frozenset[str]:
        """One search at a time."""
        return frozenset({"search"})


class ReadFacts(NamedTuple):
    """Read inspect and history of images: `docker inspect`, `docker history`."""

    image_ids: tuple[str, ...]
    kind: str = "read_facts"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read the layers of 12 images`."""
        count = len(self.image_ids)
        return ngettext(
            "read the layers of {count} image", "read the layers of {count} images", count
        ).format(count=count)

    @property
    def docker(self) -> str:
        """`docker history ID`: the one of the two that shows layers."""
        return docker_line("history", *(short_id(image_id) for image_id in self.image_ids[:1]))

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadContainerSizes(NamedTuple):
    """Measure writable layers: `docker ps --all --size`."""

    kind: str = "read_container_sizes"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`measure writable layers`."""
        return _("measure writable layers")

    @property
    def docker(self) -> str:
        """`docker ps --all --size`."""
        return docker_line("ps", "--all", "--size")

    @property
    def targets(self) -> frozenset[str]:
        """One measurement at a time."""
        return frozenset({"container sizes"})


class ReadListings(NamedTuple):
    """Read the files of an image's layers, from one source or the best that costs nothing."""

    image_id: str
    name: str
    """What the image is called."""
    source: str = ""
    """A `SourceName`; empty for the best that costs nothing."""
    quiet: bool = True
    read_only: bool = False
    """Whether nothing may be changed on the Engine, not even for a moment."""
    kind: str = "read_listings"

    @property
    def title(self) -> str:
        """`read the files of nginx:1.27`."""
        return _("read the files of {name}").format(name=visible(self.name))

    @property
    def docker(self) -> str:
        """`docker save NAME`, where that is what is read."""
        return docker_line("save", self.name) if self.source == SourceName.STREAM else ""

    @property
    def targets(self) -> frozenset[str]:
        """One reading at a time: only the image that is looked at matters."""
        return frozenset({"listings"})


class ViewFile(NamedTuple):
    """Read the beginning of a file as one layer has it."""

    image: ListedImage
    """With the listing of that layer."""
    layer: int
    """1 is the bottom."""
    path: bytes
    quiet: bool = True
    kind: str = "view_file"

    @property
    def title(self) -> str:
        """`read /etc/passwd`."""
        return _("read {path}").format(path=visible("/" + self.path.decode(errors="replace")))

    @property
    def docker(self) -> str:
        """None: the docker command reads files of containers alone."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadWalk(NamedTuple):
    """Find where an image or a container lies on the Engine's disk."""

    target_id: str
    name: str
    """What it is called."""
    is_container: bool = False
    quiet: bool = True
    kind: str = "read_walk"

    @property
    def title(self) -> str:
        """`find nginx:1.27 on the disk`."""
        return _("find {name} on the disk").format(name=visible(self.name))

    @property
    def docker(self) -> str:
        """`docker inspect NAME`: what it begins with."""
        return docker_line("inspect", self.name)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class InspectContainer(NamedTuple):
    """Read everything of one container: `docker inspect`."""

    container: ContainerTarget
    kind: str = "inspect_container"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`inspect web`."""
        return _("inspect {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker inspect NAME`."""
        return docker_line("inspect", self.container.name)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


def _names(containers: tuple[ContainerTarget, ...]) -> str:
    return _some(tuple(target.name for target in containers))


def _some(names: tuple[str, ...]) -> str:
    """Return the first three names, and how many more there are."""
    shown = ", ".join(visible(name) for name in names[:3])
    more = len(names) - 3
    if more <= 0:
        return shown
    return _("{names} and {count} more").format(names=shown, count=more)
