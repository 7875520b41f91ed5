"""A repository's page on Docker Hub, as text."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.actions.values.images import PullImage
from tui.i18n import N_, _
from tui.model.registry import HubRepository
from tui.model.text import age
from tui.ui.screens.details import web_address
from tui.ui.screens.tags import TagsScreen
from tui.ui.screens.text import TextScreen


class RepositoryScreen(TextScreen):
    """Numbers first, then the description, of which nothing is followed or fetched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("T", "tags", N_("Tags"), show=False, id="repository.T"),
        Binding("p", "pull", N_("Pull"), show=False, id="repository.p"),
        Binding("w", "web", N_("Web page"), show=False, id="repository.w"),
    ]

    def __init__(self, page: HubRepository, now: float) -> None:
        super().__init__(page.name, page_text(page, now))
        self._page = page

    def keys(self) -> str:
        """Return the line that reminds of the keys."""
        pull = "" if self.orlop.read_only else _("  p pull")
        return _(" T tags{pull}  w web page  c copy all  esc back").format(pull=pull)

    def action_tags(self) -> None:
        """Show the tags."""
        self.app.push_screen(TagsScreen(self._page.name))

    def action_pull(self) -> None:
        """Pull the tag latest."""
        if not self.orlop.read_only:
            self.orlop.dispatcher.submit(PullImage(self._page.name))
            self.dismiss(None)

    def action_web(self) -> None:
        """Copy the address of the web page, and open it where there is a browser."""
        address = web_address(self._page.name)
        self.orlop.copy_text(address, _("web page"))
        self.orlop.open_browser(address)


def page_text(page: HubRepository, now: float) -> str:
    """Return a page as text: numbers, then the description."""
    lines = [
        page.description,
        _("{stars} stars, {pulls} pulls").format(stars=f"{page.stars:,}", pulls=f"{page.pulls:,}"),
    ]
    if page.updated:
        lines.append(_("updated {age} ago").format(age=age(page.updated, now)))
    if page.registered:
        lines.append(_("registered {age} ago").format(age=age(page.registered, now)))
    if page.categories:
        lines.append(_("categories: {names}").format(names=", ".join(page.categories)))
    if page.status and page.status != "active":
        lines.append(_("status: {status}").format(status=page.status))
    if page.is_private:
        lines.append(_("private"))
    lines.append(web_address(page.name))
    if page.quota.limit:
        lines.append(
            _("questions left to Docker Hub: {left} of {limit} a minute").format(
                left=page.quota.remaining, limit=page.quota.limit
            )
        )
    lines += ["", page.text or _("There is no longer description.")]
    return "\n".join(line for line in lines if line or line == "").strip()
