"""What is done to images."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.actions.action import docker_line, some_names
from tui.i18n import _
from tui.model.pullplan import NO_PULL_PLAN, PullPlan
from tui.model.text import short_id, visible

if TYPE_CHECKING:
    from tui.model.removal import RemovalPlan


class PullImage(NamedTuple):
    """Download an image: `docker pull`."""

    reference: str
    platform: str = ""
    all_tags: bool = False
    plan: PullPlan = NO_PULL_PLAN
    """What was predicted, to be compared with what was fetched."""
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
        return _("remove {names}").format(names=some_names(names))

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


class SearchImages(NamedTuple):
    """Search the Hub, or the registry that the term names: `docker search`."""

    term: str
    limit: int = 100
    official: bool = False
    """Only official images."""
    stars: int = 0
    """The least stars a result may have."""
    kind: str = "search"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`search nginx`."""
        return _("search {term}").format(term=visible(self.term))

    @property
    def docker(self) -> str:
        """`docker search --limit N [--filter F] TERM`."""
        filters = ["is-official=true"] if self.official else []
        filters += [f"stars={self.stars}"] if self.stars else []
        options = (word for one in filters for word in ("--filter", one))
        return docker_line("search", "--limit", str(self.limit), *options, self.term)

    @property
    def targets(self) -> frozenset[str]:
        """One search at a time."""
        return frozenset({"search"})
