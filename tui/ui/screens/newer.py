"""Is there a newer image in the registry, and what would a pull leave behind."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType

from tui.actions.action import Action
from tui.actions.preview import inventory_of
from tui.actions.values.images import PullImage
from tui.actions.values.reading import ReadFacts
from tui.actions.values.registries import CheckNewer
from tui.browsing.newer import Named
from tui.disk.inventory import needed_facts
from tui.disk.reclaim import plan_removal
from tui.i18n import N_, _, ngettext
from tui.model.image import ImageSummary
from tui.model.registry import Comparison, Verdict
from tui.model.removal import RemovalTarget
from tui.model.text import human_size, short_id, visible
from tui.store.state import State
from tui.ui.panes.base import LazyRows
from tui.ui.screens.lookup import Key, LookupSheet, bindings
from tui.ui.screens.text import FieldsScreen, FieldValue
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece

KEYS: Final = (
    Key("p", "p", "pull", N_("pull"), N_("Pull the marked ones, else all moved."), changes=True),
    Key("space", "space", "mark", N_("mark"), N_("Mark the name, or unmark it.")),
    Key("i", "i", "details", N_("details"), N_("The digests here and there, and why.")),
)

STYLES: Final = {
    Verdict.CURRENT: "good",
    Verdict.MOVED: "accent",
    Verdict.GONE: "warn",
    Verdict.UNKNOWN: "",
}
RANK: Final = {Verdict.MOVED: 0, Verdict.GONE: 1, Verdict.UNKNOWN: 2, Verdict.CURRENT: 3}
"""What matters comes first."""


class NewerScreen(LookupSheet):
    """Names with their digests here and there; `p` pulls those that moved."""

    KEYS = KEYS
    SORTS = ("", "name", "verdict")
    MARKING = True
    BINDINGS: ClassVar[list[BindingType]] = bindings("newer", KEYS)
    _last = 0

    def __init__(self, names: tuple[Named, ...]) -> None:
        super().__init__()
        self._names = names
        self._number = 0
        self._shown: tuple[Comparison, ...] = ()
        self._shown_of: tuple[object, ...] = ()
        self._facts_asked: set[str] = set()

    def columns(self) -> tuple[Column, ...]:
        """Name, verdict, digests, what would be left."""
        return (
            Column("name", _("NAME"), 3, min_width=20, flex=True, priority=10),
            Column("verdict", _("IN THE REGISTRY"), 15, priority=9),
            Column("here", _("HERE"), 12, priority=6),
            Column("there", _("THERE"), 12, priority=7),
            Column("left", _("A PULL LEAVES"), 2, min_width=16, flex=True, priority=5),
        )

    def question(self, *, anew: bool) -> Action | None:  # noqa: ARG002 (nothing is kept)
        """Compare all names."""
        if not self._names:
            return None
        NewerScreen._last += 1
        self._number = NewerScreen._last
        self._shown_of = ()  # what is in view is the answer to an older question
        return CheckNewer(self._names, number=self._number)

    def _comparisons(self, state: State) -> tuple[Comparison, ...]:
        browsed = state.browsed
        if browsed.compared != self._number:
            return ()
        return tuple(pulled_since(one, state.images) for one in browsed.comparisons)

    def show_rows(self, state: State) -> None:
        """Filter and sort, when something of it has changed."""
        self.rows.empty_text = self._empty_text(state)
        made_of = (state.browsed.comparisons, state.images, state.facts, self._filter, self._sort)
        if len(made_of) == len(self._shown_of) and all(
            new is old for new, old in zip(made_of, self._shown_of, strict=True)
        ):
            return
        self._shown_of = made_of
        every = self._comparisons(state)
        found = [one for one in every if self._filter.lower() in one.reference.lower()]
        column, descending = self._sort
        if column == "name":
            found.sort(key=lambda one: one.reference, reverse=descending)
        else:
            found.sort(key=lambda one: (RANK[one.verdict], one.reference), reverse=descending)
        self._shown = tuple(found)
        self.rows.set_rows(
            LazyRows(self._shown, lambda one: one.reference, lambda one: self._row(one))
        )
        self._read_facts(state)

    def _read_facts(self, state: State) -> None:
        """Have the layers read that tell what a pull would leave."""
        moved = [RemovalTarget(one.image_id) for one in self._shown if one.verdict is Verdict.MOVED]
        missing = needed_facts(inventory_of(state), moved) if moved else frozenset()
        wanted = tuple(sorted(missing - self._facts_asked))
        if wanted:
            self._facts_asked.update(wanted)
            self.read(ReadFacts(wanted))

    def _empty_text(self, state: State) -> str:
        if not self._names:
            return _("No image here has a name to look for.")
        if self.is_asking(state):
            return _("Asking the registries...")
        return self.trouble(state) or _("Nothing matches the filter.")

    def _row(self, one: Comparison) -> Row:
        verdict = CellText(_(one.verdict.value), STYLES[one.verdict])
        moved = one.verdict is Verdict.MOVED
        told = left_behind(self.orlop.store.state, one) if moved else one.why
        cells = (one.reference, verdict, short_id(one.here), short_id(one.there), told)
        return Row(one.reference, cells, dim=one.verdict is Verdict.CURRENT)

    def heading(self, state: State) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """`Newer images?  2 of 12 moved`."""
        every = self._comparisons(state)
        moved = sum(one.verdict is Verdict.MOVED for one in every)
        text = _("  {done} of {count} compared, {moved} moved").format(
            done=len(every), count=len(self._names), moved=moved
        )
        return (CellText(_(" Newer in the registry?"), "strong"), text), ()

    def note(self, state: State) -> tuple[str, str]:
        """Say what all pulls together would leave, or what went wrong."""
        if trouble := self.trouble(state):
            return trouble.replace("\n", " "), "bad"
        current = next((one for one in self._shown if one.reference == self.rows.cursor_key), None)
        if current is not None and current.why:
            return current.why, "dim"
        moved = [one for one in self._shown if one.verdict is Verdict.MOVED]
        if moved:
            return left_together(state, moved), ""
        if self.is_asking(state) or not self._shown:
            return "", ""
        return _("Nothing has moved."), "good"

    @on(RowList.RowHighlighted)
    def _row_highlighted(self) -> None:
        self.show_now()

    # What the keys do

    def action_pull(self) -> None:
        """Pull what moved: of the marked names, else of all in view."""
        wanted = [
            one.reference
            for one in self._shown
            if one.verdict is Verdict.MOVED and (not self._marks or one.reference in self._marks)
        ]
        if not wanted:
            self.say(_("None of these has moved: there is nothing to pull."), "warn")
            return
        for reference in wanted:
            self.orlop.dispatcher.submit(PullImage(reference))
        self._marks = frozenset()
        self.rows.set_marks(self._marks)
        self.say(
            ngettext(
                "pulling {count} image; J in the main view shows how far it is",
                "pulling {count} images; J in the main view shows how far they are",
                len(wanted),
            ).format(count=len(wanted)),
            "good",
        )

    @on(RowList.RowChosen)
    def action_details(self) -> None:
        """Show both digests whole, and why nothing could be told."""
        key = self.rows.cursor_key
        one = next((one for one in self._shown if one.reference == key), None)
        if one is not None:
            fields = comparison_fields(self.orlop.store.state, one)
            self.app.push_screen(FieldsScreen(one.reference, fields))


def pulled_since(one: Comparison, images: tuple[ImageSummary, ...]) -> Comparison:
    """Return a comparison as it is by now: what was pulled since is up to date."""
    if one.verdict is not Verdict.MOVED:
        return one
    for image in images:
        digests = {digest.rpartition("@")[2] for digest in image.digests}
        if one.reference in image.tags and one.there in digests:
            return Comparison(
                one.reference, image.image_id, Verdict.CURRENT, one.there, one.there,
                answered_by=one.answered_by,
            )  # fmt: skip
    return one


def _loses_its_name(state: State, one: Comparison) -> bool:
    """Tell whether the image here has no other tag than the one that would move."""
    image = next((image for image in state.images if image.image_id == one.image_id), None)
    return image is not None and image.tags == (one.reference,)


def left_behind(state: State, one: Comparison) -> str:
    """Return what a pull of a moved tag would leave of the image that is here."""
    if not _loses_its_name(state, one):
        return _("it keeps other names")
    freed = _freed(state, (one,))
    if freed is None:
        return _("an image without a tag")
    return _("untagged, {size}").format(size=freed)


def left_together(state: State, moved: list[Comparison]) -> str:
    """Return in a sentence what pulling all that moved would leave."""
    losing = tuple(one for one in moved if _loses_its_name(state, one))
    if not losing:
        return _("A pull leaves nothing without a tag.")
    size = _freed(state, losing)
    told = ngettext(
        "Pulling all leaves {count} image without a tag",
        "Pulling all leaves {count} images without a tag",
        len({one.image_id for one in losing}),
    ).format(count=len({one.image_id for one in losing}))
    return f"{told}." if size is None else _("{told}: {size} that P frees.").format(
        told=told, size=size
    )  # fmt: skip


def _freed(state: State, some: tuple[Comparison, ...]) -> str | None:
    """Return what removing images would free, by the rules of the store; None if not known yet."""
    inventory = inventory_of(state)
    ids = dict.fromkeys(one.image_id for one in some)
    targets = tuple(RemovalTarget(image_id) for image_id in ids)
    if needed_facts(inventory, targets):
        return None
    plan = plan_removal(inventory, targets)
    if plan.is_exact:
        return human_size(plan.freed_max)
    return _("{least} to {most}").format(
        least=human_size(plan.freed_min), most=human_size(plan.freed_max)
    )


def comparison_fields(state: State, one: Comparison) -> list[FieldValue]:
    """Return everything of a comparison."""
    fields = [
        FieldValue(_("Name"), one.reference),
        FieldValue(_("Verdict"), _(one.verdict.value)),
        FieldValue(_("Why"), one.why),
        FieldValue(_("Digest here"), one.here),
        FieldValue(_("Digest there"), one.there),
        FieldValue(_("Image ID"), one.image_id),
        FieldValue(_("Told by"), _(one.answered_by)),
    ]
    if one.verdict is Verdict.MOVED:
        fields.append(FieldValue(_("A pull leaves"), visible(left_behind(state, one))))
    return [field for field in fields if field.value]
