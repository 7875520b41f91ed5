"""The tags of a repository: on Docker Hub, or in any registry."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer

from tui.actions.action import Action
from tui.actions.values.images import PullImage
from tui.actions.values.registries import DeleteTag, PlanDeletion, ReadTag, ReadTagFacts, ReadTags
from tui.i18n import N_, _, ngettext
from tui.model.reference import HUB, parse_reference
from tui.model.registry import Answerer, Deletion, RemoteTag, TagDetails, TagList
from tui.model.text import visible
from tui.store.state import State
from tui.ui.panes.base import LazyRows
from tui.ui.screens.lookup import Key, LookupSheet, bindings
from tui.ui.screens.tagrows import (
    Here,
    deletion_question,
    details_fields,
    quota_text,
    sort_tags,
    tag_fields,
    tag_row,
)
from tui.ui.screens.text import FieldsScreen
from tui.ui.widgets.columns import CellText, Column
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece

REST: Final = 0.25
"""Seconds that the list rests before more is asked about what is in sight."""

FACTS_MAX: Final = 500
"""Tags that are asked about for a sorting."""

KEYS: Final = (
    Key("p", "p", "pull", N_("pull"), N_("Pull the marked tags."), changes=True),
    Key("i", "i", "details", N_("details"), N_("Platforms, layers with sizes, config.")),
    Key("space", "space", "mark", N_("mark"), N_("Mark the tag, or unmark it.")),
    Key("d", "d", "delete", N_("delete"), N_("Delete the tag in the registry."), changes=True),
    Key("c", "c", "copy", N_("copy"), N_("Copy name, digest, date or size.")),
)


class TagsScreen(LookupSheet):
    """Tags with date, size, digest and platforms; those that are here are marked so."""

    KEYS = KEYS
    SORTS = ("", "name", "updated", "size", "here")
    MARKING = True
    BINDINGS: ClassVar[list[BindingType]] = bindings("tags", KEYS)

    def __init__(self, repository: str) -> None:
        """Prepare for a repository in its familiar form: `nginx`, `host:5000/app`."""
        super().__init__()
        self._reference = parse_reference(repository)
        self._repository = self._reference.repository
        self._part = ""
        """What the tags in view have in their name, where Docker Hub was asked for that."""
        self._asked: set[str] = set()
        self._shown: tuple[RemoteTag, ...] = ()
        self._shown_of: tuple[object, ...] = ()
        self._here = Here((), "")
        self._timer: Timer | None = None

    # What is asked

    def question(self, *, anew: bool) -> Action:
        """Ask for the tags; of Docker Hub alone earlier answers will do."""
        self._asked.clear()
        anew = anew or self._reference.domain != HUB
        return ReadTags(self._repository, self._part, anew, self._platform)

    @property
    def _platform(self) -> str:
        return self.orlop.store.state.engine.platform

    def filtered(self) -> None:
        """Ask Docker Hub for tags with the filter in their name, where these are not all."""
        tags = self._tags(self.orlop.store.state)
        wanted = self._filter if self._reference.domain == HUB else ""
        if wanted != self._part and (self._part or not tags.is_whole):
            self._part = wanted
            self.ask(anew=False)

    def sorted(self) -> None:
        """Ask about all tags where the order needs it."""
        if self._sort[0] in ("updated", "size", "here"):
            names = [tag.name for tag in self._tags(self.orlop.store.state).tags]
            self._ask_about(names[:FACTS_MAX])

    def _ask_about(self, names: Iterable[str]) -> None:
        known = {tag.name for tag in self._tags(self.orlop.store.state).tags if tag.is_known}
        wanted = tuple(name for name in names if name not in self._asked and name not in known)
        if wanted:
            self._asked.update(wanted)
            self.read(ReadTagFacts(self._repository, wanted, self._platform))

    @on(RowList.RowHighlighted)
    def _row_highlighted(self) -> None:
        self._rest_begins()
        if any(tag.trouble for tag in self._shown):
            self.show_now()

    def _rest_begins(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        """Ask about what is in sight: each tag costs a question or more."""
        self._timer = None
        top, height = self.rows.visible_range
        self._ask_about(tag.name for tag in self._shown[top : top + height])

    # What is shown

    def columns(self) -> tuple[Column, ...]:
        """Name, whether it is here, date, size, platforms, digest."""
        return (
            Column("name", _("TAG"), 2, min_width=16, flex=True, priority=10),
            Column("here", _("HERE"), 6, priority=9),
            Column("updated", _("DATE"), 10, priority=8),
            Column("size", _("SIZE"), 8, align="right", priority=7),
            Column("digest", _("DIGEST"), 12, priority=5),
            Column("platforms", _("PLATFORMS"), 3, min_width=14, flex=True, priority=4),
        )

    def _tags(self, state: State) -> TagList:
        """Return the tags of this repository; none while another's are there."""
        tags = state.browsed.tags
        return tags if tags.repository == self._repository else TagList(self._repository)

    def show_rows(self, state: State) -> None:
        """Filter and sort, when something of it has changed."""
        tags = self._tags(state)
        self.rows.empty_text = self._empty_text(state, tags)
        made_of = (state.browsed.tags, state.images, self._filter, self._sort)
        if len(self._shown_of) == len(made_of) and all(map(_same, made_of, self._shown_of)):
            return
        self._shown_of = made_of
        self._here = Here(state.images, self._repository)
        found = [tag for tag in tags.tags if self._filter.lower() in tag.name.lower()]
        self._shown = tuple(sort_tags(found, self._sort, self._here))
        now = self.orlop.clock()
        make = partial(tag_row, here=self._here, now=now)
        self.rows.set_rows(LazyRows(self._shown, lambda tag: tag.name, make))
        self._rest_begins()

    def _empty_text(self, state: State, tags: TagList) -> str:
        if self.is_asking(state):
            return _("Reading the tags...")
        if trouble := self.trouble(state):
            return trouble
        return _("No tag matches the filter.") if tags.tags else _("There are no tags.")

    def heading(self, state: State) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """`Tags of nginx  1,000 of 4,321` and, on the right, pulls that are left."""
        tags = self._tags(state)
        count = f"{len(tags.tags):,}"
        if tags.total > len(tags.tags):
            count = _("{count} of {total}").format(count=count, total=f"{tags.total:,}")
        left: tuple[Piece, ...] = (
            CellText(_(" Tags of {name}").format(name=self._repository), "strong"),
            f"  {count}" if tags.tags else "",
            CellText(_("  filter: {text}").format(text=self._filter), "warn")
            if self._filter
            else "",
        )
        return left, (CellText(f"{quota_text(tags.quota)} ", "dim"),)

    def note(self, state: State) -> tuple[str, str]:
        """Say who answered, and why these are not all."""
        tags = self._tags(state)
        if not tags.tags:
            return "", ""
        if trouble := self.trouble(state):
            return trouble.replace("\n", " "), "bad"
        if tags.note:
            return tags.note, "warn"
        if progress := self.progress(state):
            return progress, "dim"
        current = next((tag for tag in self._shown if tag.name == self.rows.cursor_key), None)
        if current is not None and current.trouble:
            return current.trouble, "warn"
        if not tags.is_whole and tags.answered_by == Answerer.HUB:
            return _("the newest; / asks Docker Hub for others by a part of their name"), "dim"
        return _("told by {who}").format(who=_(tags.answered_by)), "dim"

    # What the keys do

    def _references(self) -> tuple[str, ...]:
        return tuple(f"{self._repository}:{name}" for name in self.meant())

    def action_pull(self) -> None:
        """Pull what is marked, else what is under the cursor."""
        references = self._references()
        for reference in references:
            self.orlop.dispatcher.submit(PullImage(reference))
        if references:
            self._marks = frozenset()
            self.rows.set_marks(self._marks)
            sentence = ngettext(
                "pulling {names}; J in the main view shows how far it is",
                "pulling {count} tags; J in the main view shows how far they are",
                len(references),
            )
            self.say(sentence.format(names=references[0], count=len(references)), "good")

    @on(RowList.RowChosen)
    def action_details(self) -> None:
        """Show all of the tag under the cursor."""
        if (name := self.rows.cursor_key) is not None:
            self._open(ReadTag(f"{self._repository}:{name}", self._platform))

    def _open(self, action: ReadTag) -> None:
        self.say(_("reading {name}...").format(name=visible(action.reference)), "dim")
        job_id = self.read(action)

        def show() -> None:
            details = self.orlop.store.state.browsed.tag
            failed = self._failure(job_id)
            self.say(failed, "bad")
            if not failed and details.reference == action.reference and self.is_current:
                self.app.push_screen(TagScreen(details), self._other_platform)

        self.orlop.after_job(job_id, show)

    def _other_platform(self, platform: str | None) -> None:
        if platform:
            self._open(ReadTag(self.orlop.store.state.browsed.tag.reference, platform))

    def _failure(self, job_id: int) -> str:
        """Return how a job failed; empty where it went well."""
        jobs = self.orlop.store.state.jobs
        job = next((job for job in jobs if job.job_id == job_id), None)
        return f"{job.summary} {job.remedy}".strip() if job is not None else ""

    def action_delete(self) -> None:
        """Find out what deleting the tag would take, and ask."""
        name = self.rows.cursor_key
        if name is None:
            return
        if self._reference.domain == HUB:
            self.say(_("Docker Hub deletes tags on its web page alone."), "warn")
            return
        reference = f"{self._repository}:{name}"
        self.say(_("looking for tags that are the same as {name}...").format(name=name), "dim")
        job_id = self.read(PlanDeletion(reference))

        def ask() -> None:
            deletion = self.orlop.store.state.browsed.deletion
            failed = self._failure(job_id)
            self.say(failed, "bad")
            planned = (deletion.repository, deletion.tag) == (self._repository, name)
            if not failed and planned and self.is_current:
                screen = deletion_question(deletion)
                self.app.push_screen(screen, partial(self._delete, deletion))

        self.orlop.after_job(job_id, ask)

    def _delete(self, deletion: Deletion, yes: bool | None) -> None:
        if not yes:
            return
        job_id = self.orlop.dispatcher.submit(DeleteTag(deletion))

        def told() -> None:
            job = next((j for j in self.orlop.store.state.jobs if j.job_id == job_id), None)
            if job is not None:
                good = not job.remedy
                self.say(f"{job.summary} {job.remedy}".strip(), "good" if good else "bad")

        self.orlop.after_job(job_id, told)

    def action_copy(self) -> None:
        """Show what can be copied of the tag."""
        name = self.rows.cursor_key
        tag = next((tag for tag in self._shown if tag.name == name), None)
        if tag is not None:
            fields = tag_fields(f"{self._repository}:{tag.name}", tag)
            self.app.push_screen(FieldsScreen(_("Copy: choose a field, then c"), fields))


class TagScreen(FieldsScreen):
    """Everything of one tag; the result is the platform to show next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_platform", N_("Platform"), show=False, id="tag.n"),
    ]

    def __init__(self, details: TagDetails) -> None:
        super().__init__(details.reference, details_fields(details), raw=details.config.raw)
        every = [one.platform for one in details.tag.platforms]
        at = every.index(details.platform.platform) if details.platform.platform in every else -1
        self._next = every[(at + 1) % len(every)] if len(every) > 1 else ""

    def keys(self) -> str:
        """Return the line that reminds of the keys."""
        return super().keys() + (_("  n next platform") if self._next else "")

    def action_next_platform(self) -> None:
        """Show the layers of the next platform."""
        if self._next:
            self.dismiss(self._next)


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, str | tuple) and one == other)
