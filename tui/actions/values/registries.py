"""What is looked up in registries and on Docker Hub, and what can be deleted there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.actions.action import docker_line
from tui.i18n import _, ngettext
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.browsing.newer import Named
    from tui.model.registry import Deletion


class ReadTags(NamedTuple):
    """Read the tags of a repository."""

    repository: str
    part: str = ""
    """Only tags with this in their name."""
    anew: bool = False
    """Without what Docker Hub answered before."""
    platform: str = ""
    """The one whose size is told."""
    with_facts: bool = False
    """Also what a registry tells only tag by tag."""
    kind: str = "read_tags"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read the tags of nginx`."""
        return _("read the tags of {repository}").format(repository=visible(self.repository))

    @property
    def docker(self) -> str:
        """None: the docker command lists no tags."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One list at a time: only the one that is looked at matters."""
        return frozenset({"tags"})


class ReadTagFacts(NamedTuple):
    """Read digest, date, platforms and size of some tags."""

    repository: str
    tags: tuple[str, ...]
    platform: str = ""
    kind: str = "read_tag_facts"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read 12 tags of nginx`."""
        count = len(self.tags)
        return ngettext(
            "read {count} tag of {repository}", "read {count} tags of {repository}", count
        ).format(count=count, repository=visible(self.repository))

    @property
    def docker(self) -> str:
        """`docker manifest inspect TAG`, for the first of them."""
        return _manifest_line(f"{self.repository}:{self.tags[0]}") if self.tags else ""

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadTag(NamedTuple):
    """Read everything of one tag: its platforms, the layers of one, its config."""

    reference: str
    platform: str = ""
    """Empty for the nearest to this machine."""
    kind: str = "read_tag"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read nginx:1.27 in its registry`."""
        return _("read {reference} in its registry").format(reference=visible(self.reference))

    @property
    def docker(self) -> str:
        """`docker manifest inspect NAME`."""
        return _manifest_line(self.reference)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadRepository(NamedTuple):
    """Read a repository's page on Docker Hub."""

    repository: str
    kind: str = "read_repository"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read the page of nginx`."""
        return _("read the page of {repository}").format(repository=visible(self.repository))

    @property
    def docker(self) -> str:
        """None: the docker command shows no pages."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadCatalog(NamedTuple):
    """Read which repositories a registry has."""

    host: str
    kind: str = "read_catalog"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`list the repositories of registry.example:5000`."""
        return _("list the repositories of {host}").format(host=visible(self.host))

    @property
    def docker(self) -> str:
        """None: the docker command lists no registries."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One list at a time."""
        return frozenset({"catalog"})


class PlanDeletion(NamedTuple):
    """Find out which tags would go with one."""

    reference: str
    kind: str = "plan_deletion"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`find the tags that are the same as app:1`."""
        sentence = _("find the tags that are the same as {reference}")
        return sentence.format(reference=visible(self.reference))

    @property
    def docker(self) -> str:
        """None: the docker command deletes nothing in registries."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One plan at a time."""
        return frozenset({"deletion"})


class DeleteTag(NamedTuple):
    """Delete a digest in a registry, and all tags of it."""

    deletion: Deletion
    kind: str = "delete_tag"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`delete host:5000/app:1 in the registry`."""
        name = f"{self.deletion.repository}:{self.deletion.tag}"
        return _("delete {name} in the registry").format(name=visible(name))

    @property
    def docker(self) -> str:
        """None: the docker command deletes nothing in registries."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """The digest."""
        return frozenset({f"{self.deletion.repository}@{self.deletion.digest}"})


class CheckNewer(NamedTuple):
    """Compare names here with their registries, to find out whether there is a newer image."""

    names: tuple[Named, ...] = ()
    """Nothing for the images that `wanted` names, or for all."""
    wanted: tuple[str, ...] = ()
    """References or IDs, as a person writes them."""
    number: int = 0
    """Tells one comparing from another."""
    kind: str = "check_newer"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`look for newer images`."""
        return _("look for newer images")

    @property
    def docker(self) -> str:
        """None: the docker command compares nothing."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One comparing at a time."""
        return frozenset({"newer"})


def _manifest_line(reference: str) -> str:
    return docker_line("manifest", "inspect", reference)
