"""Looking into registries and Docker Hub, and deleting a tag there.

None of this needs the Engine, but for a search that Docker Hub does not answer and for comparing
what is here. Every connection ends when the job is cancelled.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.session import trouble_of
from tui.actions.values.images import SearchImages
from tui.actions.values.registries import (
    CheckNewer,
    DeleteTag,
    PlanDeletion,
    ReadCatalog,
    ReadRepository,
    ReadTag,
    ReadTagFacts,
    ReadTags,
)
from tui.engine.errors import EngineError
from tui.i18n import _, ngettext
from tui.model.progress import Progress
from tui.model.reference import HUB, ImageReference, parse_reference
from tui.model.registry import NO_TAGS, Comparison, RemoteTag, RepositoryList, Verdict
from tui.model.text import visible
from tui.store import browsing, events

if TYPE_CHECKING:
    from tui.browsing.newer import Named
    from tui.browsing.ways import Ways
    from tui.engine.client import EngineClient

TOGETHER: Final = 8
"""Tags, or comparisons, that are told together."""


def search(action: SearchImages, context: JobContext) -> Ending:
    """Search by whoever answers; the pane shows results or the reason for none."""
    from tui.browsing.search import Query
    from tui.browsing.search import search as ask
    from tui.registry.errors import RegistryError

    ways = ways_for(context)
    context.tell(events.SearchStarted(action.term))
    query = Query(action.term, action.limit, action.official, action.stars)
    try:
        found = ask(query, ways, context.client, context.check)
    except (EngineError, RegistryError) as error:
        context.check()
        context.tell(events.SearchFailed(action.term, trouble_of(error)))
        return Ending()
    context.tell(events.SearchEnded(action.term, found.results, found.answered_by.value))
    return Ending()


def read_tags(action: ReadTags, context: JobContext) -> Ending:
    """Read tags page by page; of Docker Hub also how many pulls are left."""
    from tui.browsing import tags

    ways = ways_for(context)
    reference = parse_reference(action.repository)
    found = NO_TAGS
    told = tags.read_tags(
        ways, reference, name=action.part, platform=action.platform, anew=action.anew
    )
    forget = action.anew
    for found in told:
        context.check()
        context.tell(browsing.TagsListed(found, anew=forget))
        forget = False
        context.report(Progress(action.title, len(found.tags), found.total))
    if reference.domain == HUB:
        quota = tags.pulls_left(ways)
        context.tell(browsing.PullsLeftTold(reference.repository, quota))
    unknown = tuple(tag.name for tag in found.tags if not tag.is_known)
    if action.with_facts and unknown:
        read_tag_facts(ReadTagFacts(action.repository, unknown, action.platform), context)
    return Ending()


def read_tag_facts(action: ReadTagFacts, context: JobContext) -> Ending:
    """Read what is to be known of some tags, a few at a time."""
    from tui.browsing.tags import read_tag_facts as read

    reference = parse_reference(action.repository)
    batch: list[RemoteTag] = []
    found = read(ways_for(context), reference, action.tags, action.platform, context.check)
    for number, tag in enumerate(found, 1):
        context.report(Progress(action.title, number, len(action.tags)))
        batch.append(tag)
        if len(batch) >= TOGETHER:
            context.tell(browsing.TagFactsRead(reference.repository, tuple(batch)))
            batch = []
    if batch:
        context.tell(browsing.TagFactsRead(reference.repository, tuple(batch)))
    return Ending()


def read_tag(action: ReadTag, context: JobContext) -> Ending:
    """Read everything of one tag."""
    from tui.browsing.tags import read_tag as read

    reference = parse_reference(action.reference).with_default_tag()
    context.tell(browsing.TagOpened(read(ways_for(context), reference, action.platform)))
    return Ending()


def read_repository(action: ReadRepository, context: JobContext) -> Ending:
    """Read a repository's page on Docker Hub."""
    from tui.registry.errors import NotThere

    reference = parse_reference(action.repository)
    if reference.domain != HUB:
        raise NotThere(_("only repositories of Docker Hub have a page"))
    page = ways_for(context).hub().repository(reference.path)
    context.tell(browsing.RepositoryOpened(page))
    return Ending()


def read_catalog(action: ReadCatalog, context: JobContext) -> Ending:
    """Read which repositories a registry has; one that does not tell is no failure."""
    from tui.registry.errors import NotListed
    from tui.registry.listing import repository_pages

    told = RepositoryList(action.host, is_whole=False)
    try:
        for names in repository_pages(ways_for(context).registry(ImageReference(action.host, ""))):
            context.check()
            told = RepositoryList(action.host, (*told.names, *names), is_whole=False)
            context.tell(browsing.RepositoriesListed(told))
    except NotListed as error:
        why = error.detail or error.title
        told = RepositoryList(action.host, told.names, is_told=bool(told.names), why=why)
    else:
        told = RepositoryList(action.host, told.names)
    context.tell(browsing.RepositoriesListed(told))
    return Ending()


def plan_deletion(action: PlanDeletion, context: JobContext) -> Ending:
    """Find out which tags would go with one."""
    from tui.browsing.tags import plan_deletion as plan

    reference = parse_reference(action.reference).with_default_tag()

    def tell(done: int, total: int) -> None:
        context.report(Progress(action.title, done, total))

    planned = plan(ways_for(context), reference, context.check, tell)
    context.tell(browsing.DeletionPlanned(planned))
    return Ending()


def delete_tag(action: DeleteTag, context: JobContext) -> Ending:
    """Delete a digest, if the tag still means it."""
    from tui.browsing.tags import delete

    deletion = action.deletion
    client = ways_for(context).registry(parse_reference(deletion.repository))
    context.check()
    delete(client, deletion)
    context.tell(browsing.TagsDeleted(deletion))
    names = ", ".join(visible(name) for name in deletion.tags)
    return Ending(
        _(
            "deleted {names}: {digest}. The registry frees its disk when it collects garbage."
        ).format(names=names, digest=deletion.digest),
        facts={"digest": deletion.digest, "tags": list(deletion.tags)},
    )


def check_newer(action: CheckNewer, context: JobContext) -> Ending:
    """Compare names with their registries; what cannot be told is told so, name by name."""
    from tui.browsing.newer import Comparer

    client = context.client()
    context.on_cancel(client.cut)
    names = action.names or _named(client, action.wanted)
    context.tell(browsing.ComparingBegun(action.number))
    batch: list[Comparison] = []
    moved = 0
    comparer = Comparer(ways_for(context), client, check=context.check)
    for number, comparison in enumerate(comparer.compare(names), 1):
        moved += comparison.verdict is Verdict.MOVED
        context.report(Progress(_("looking for newer images"), number, len(names)))
        batch.append(comparison)
        if len(batch) >= TOGETHER:
            context.tell(browsing.NamesCompared(action.number, tuple(batch)))
            batch = []
    context.tell(browsing.NamesCompared(action.number, tuple(batch)))
    return Ending(_newer_sentence(moved, len(names)))


def _newer_sentence(moved: int, count: int) -> str:
    return ngettext(
        "{moved} of {count} name has a newer image.",
        "{moved} of {count} names have a newer image.",
        count,
    ).format(moved=moved, count=count)


def _named(client: EngineClient, wanted: Iterable[str]) -> tuple[Named, ...]:
    """Return the names that are meant: those written, all names of an ID, or all there are.

    Raises:
        NotFound: there is no such image here.
    """
    from tui.browsing.newer import Named, names_of
    from tui.engine import images

    found: dict[str, Named] = {}
    for text in wanted:
        details = images.inspect_image(client, text)
        meant = _tag_meant(text, details.tags)
        for tag in (meant,) if meant else details.tags:
            found[tag] = Named(tag, details.image_id, details.digests)
    return tuple(found.values()) if wanted else names_of(images.list_images(client))


def _tag_meant(text: str, tags: tuple[str, ...]) -> str:
    """Return the one of an image's tags that a text names; empty where it is an ID."""
    with suppress(ValueError):
        reference = parse_reference(text).with_default_tag()
        for tag in tags:
            with suppress(ValueError):
                if parse_reference(tag).with_default_tag() == reference:
                    return tag
    return ""


def ways_for(context: JobContext) -> Ways:
    """Return the ways to registries; they end when the job is cancelled.

    A practice engine is asked itself: its Hub is inside it.
    """
    from tui.browsing.ways import Ways
    from tui.registry.hub import hub_addresses

    ways = Ways(hub_addresses(os.environ), inside=_practice_socket(context))
    context.on_cancel(ways.hang_up)
    return ways


def _practice_socket(context: JobContext) -> str:
    near = context.near_client()
    if near is None:
        return ""
    with near:
        return near.endpoint.url.removeprefix("unix://") if near.info.practice else ""
