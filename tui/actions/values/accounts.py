"""What is done about registries: logging in and out, and pushing to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.actions.action import docker_line
from tui.i18n import _
from tui.model.reference import HUB, parse_reference
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.credentials.login import Login, Place


class LogIn(NamedTuple):
    """Check a login to a registry, and keep it: `docker login`."""

    registry: str
    """The host with its port; `docker.io` for Docker Hub."""
    login: Login
    """Shows no secret when it is written."""
    place: Place | None
    """Where it is kept; None to check it alone."""
    kind: str = "log_in"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`log in to ghcr.io as me`."""
        return _("log in to {registry} as {user}").format(
            registry=visible(self.registry), user=visible(self.login.user)
        )

    @property
    def docker(self) -> str:
        """`docker login --username USER --password-stdin [REGISTRY]`; no secret is in it."""
        server = "" if self.registry == HUB else self.registry
        return docker_line("login", "--username", self.login.user, "--password-stdin", server)

    @property
    def targets(self) -> frozenset[str]:
        """The registry's logins."""
        return frozenset({f"logins of {self.registry}"})


class LogOut(NamedTuple):
    """Drop the login to a registry: `docker logout`."""

    registry: str
    kind: str = "log_out"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`log out of ghcr.io`."""
        return _("log out of {registry}").format(registry=visible(self.registry))

    @property
    def docker(self) -> str:
        """`docker logout [REGISTRY]`."""
        return docker_line("logout", "" if self.registry == HUB else self.registry)

    @property
    def targets(self) -> frozenset[str]:
        """The registry's logins."""
        return frozenset({f"logins of {self.registry}"})


class ListAccounts(NamedTuple):
    """Read which logins are kept, without their secrets."""

    asks_engine: bool = False
    """Whether the Engine is asked too, for the registries that it trusts."""
    kind: str = "list_accounts"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read the logins`."""
        return _("read the logins")

    @property
    def docker(self) -> str:
        """None: the docker command lists no logins."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One reading at a time."""
        return frozenset({"logins"})


class PushImage(NamedTuple):
    """Send an image to a registry: `docker push`, after `docker tag` where it has another name."""

    image_id: str
    source: str
    """How a line names the image: its name or short ID; what is tagged."""
    reference: str
    """The target."""
    tags_first: bool = False
    """Whether the target is not a name of the image yet."""
    all_tags: bool = False
    """All tags of the repository that the Engine has."""
    kind: str = "push"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`push ghcr.io/me/app:1`."""
        return _("push {reference}").format(reference=visible(self.reference))

    @property
    def docker(self) -> str:
        """`[docker tag SOURCE TARGET && ]docker push [--all-tags] TARGET`."""
        push = docker_line("push", "--all-tags" if self.all_tags else "", self.reference)
        if not self.tags_first:
            return push
        return f"{docker_line('tag', self.source, self.reference)} && {push}"

    @property
    def targets(self) -> frozenset[str]:
        """The image and the name; of a repository with all its tags, the repository."""
        name = parse_reference(self.reference).repository if self.all_tags else self.reference
        return frozenset({self.image_id, name})
