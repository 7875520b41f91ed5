"""What is read, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _, ngettext
from tui.model.listing import SourceName
from tui.model.text import short_id, visible

if TYPE_CHECKING:
    from tui.contents.image import ListedImage


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


class PlanPull(NamedTuple):
    """Ask the registry what a pull would fetch."""

    reference: str
    platform: str = ""
    """`os/architecture[/variant]`; empty for the Engine's own."""
    quiet: bool = True
    kind: str = "plan_pull"

    @property
    def title(self) -> str:
        """`ask what pulling nginx:1.27 would fetch`."""
        return _("ask what pulling {name} would fetch").format(name=visible(self.reference))

    @property
    def docker(self) -> str:
        """`docker manifest inspect --verbose REF`: what tells the sizes of the layers."""
        return docker_line("manifest", "inspect", "--verbose", self.reference)

    @property
    def targets(self) -> frozenset[str]:
        """One plan at a time: only the one that is looked at matters."""
        return frozenset({"pull plan"})


class ViewFile(NamedTuple):
    """Read the beginning of a file as one layer has it."""

    image: ListedImage
    """With the listing of that layer."""
    layer: int
    """1 is the bottom."""
    path: bytes
    source: str = ""
    """Read it there, at a cost that the user has agreed to; empty for what is free."""
    read_only: bool = True
    """Nothing may be changed on the Engine, not even for a moment."""
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
    """Read everything of one container, or of some: `docker inspect`."""

    container: ContainerTarget
    others: tuple[ContainerTarget, ...] = ()
    kind: str = "inspect_container"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`inspect web`."""
        return _("inspect {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker inspect NAME`."""
        return docker_line("inspect", self.container.name, *(one.name for one in self.others))

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()
